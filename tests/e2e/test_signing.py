"""What leaves is signed, and what is passed on comes back: keys, selectors and the DNS, signatures over what was sent, rewritten senders.

Signatures are verified here, by openssl and a canonical form (RFC 6376 section 3.4) of the test's own."""
import base64, hashlib, pathlib, re, shutil, subprocess, tempfile, unittest

from peers import NameServer, Receiver
from support import Server, free_port, wait_until

OURS = "From: Alice <alice@example.org>\r\nTo: b@far.example\r\nSubject: test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\n"


def fields_of(header):
    return re.findall(r"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", header.decode("latin-1"))


def relaxed_field(field):
    name, value = field.split(":", 1)
    return name.strip().lower() + ":" + re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip() + "\r\n"


def relaxed_body(body):
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def tags_of(text):
    return {name.strip(): re.sub(r"\s", "", value) for name, value in (tag.split("=", 1) for tag in text.split(";") if "=" in tag)}


def is_verified(directory, field, fields, body, record):
    """Whether this DKIM-Signature holds for the message, by the key of this record."""
    tags = tags_of(field.split(":", 1)[1])
    if tags["bh"] != base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode():
        return False
    left, hashed = list(reversed(fields)), ""
    for name in tags["h"].split(":"):
        found = next((f for f in left if f.split(":")[0].strip().lower() == name.lower()), None)
        if found:
            left.remove(found)
            hashed += relaxed_field(found)
    hashed += relaxed_field(re.sub(r"(;\s*b=)[^;]*", r"\1", field)).removesuffix("\r\n")
    (directory / "signature").write_bytes(base64.b64decode(tags["b"]))
    key = base64.b64decode(tags_of(record)["p"])
    if tags["a"] == "ed25519-sha256":  # RFC 8410 section 4: what stands before the 32 bytes of a key
        (directory / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
        (directory / "hashed").write_bytes(hashlib.sha256(hashed.encode("latin-1")).digest())
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "hashed", "-sigfile", "signature"]
    else:
        (directory / "key").write_bytes(key)
        (directory / "hashed").write_bytes(hashed.encode("latin-1"))
        command = ["openssl", "dgst", "-sha256", "-verify", "key", "-keyform", "DER", "-signature", "signature", "hashed"]
    return subprocess.run(command, cwd=directory, capture_output=True).returncode == 0


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.receiver = Receiver(self)

    def server(self, rewrite="off", receiver=None, more="", **options):
        receiver = receiver or self.receiver
        return Server(self, domains='[domains."example.org"]\nmailboxes = ["alice"]\naliases = { "away" = ["x@far.example"] }\n',
                      sections=f'[dkim]\nkeys = "{self.dir}/keys"\n[forwarding]\nrewrite = "{rewrite}"\n[relay]\nnetworks = ["127.0.0.0/8"]\n'
                               f'[routes."*"]\nvia = "smtp:127.0.0.1:{receiver.port}"\n{more}', **options)

    def dkim(self, server, *args, code=0):
        result = server.run("dkim", *args, "--config", str(server.config))
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def new_keys(self, server, domain="example.org"):
        """The records of a domain's first keys, by name."""
        lines = self.dkim(server, "new", domain).stdout.splitlines()
        return {line.split(". TXT ")[0]: "".join(re.findall(r'"([^"]*)"', line)) for line in lines}

    def send(self, server, content, sender="alice@example.org", recipient="b@far.example", count=1, receiver=None):
        client = server.smtp()
        client.ehlo()
        client.sendmail(sender, [recipient], content)
        client.quit()
        receiver = receiver or self.receiver
        return wait_until(lambda: receiver.messages[count - 1] if len(receiver.messages) >= count else None, lambda: f"it leaves: {server.log()[-1500:]}")

    def signatures_of(self, message, records):
        """The number of signatures; each holds."""
        header, body = message["body"].split(b"\r\n\r\n", 1)
        fields = fields_of(header + b"\r\n")
        signed = [f for f in fields if f.startswith("DKIM-Signature:")]
        for field in signed:
            tags = tags_of(field.split(":", 1)[1])
            record = records[f"{tags['s']}._domainkey.{tags['d']}"]
            self.assertTrue(is_verified(self.dir, field, [f for f in fields if f not in signed], body, record), message["body"].decode("latin-1"))
            self.assertFalse(is_verified(self.dir, field, [f for f in fields if f not in signed], body + b"x\r\n", record))
        return len(signed)


class Signed(Case):
    def setUp(self):
        super().setUp()
        (self.dir / "keys").mkdir()

    def test_what_we_write_is_signed_with_both_keys_as_it_is_sent(self):
        server = self.server()
        records = self.new_keys(server)
        self.assertEqual(len(records), 2)
        self.dkim(server, "use", "example.org")
        server.start()
        for count, body in enumerate(("body\r\n", "", ".dot\r\n..\r\n", "  a \t b  \r\n\r\n\r\n", ("x" * 76 + "\r\n") * 4000), 1):
            self.assertEqual(self.signatures_of(self.send(server, OURS + body, count=count), records), 2, body[:20])
        self.assertIn("signed=example.org", server.logged("event=delivery"))

    def test_what_is_converted_on_the_way_out_is_signed_as_it_leaves(self):
        seven = Receiver(self, extensions=("PIPELINING",))
        server = self.server(receiver=seven)
        records = self.new_keys(server)
        self.dkim(server, "use", "example.org")
        server.start()
        text = OURS.replace("\r\n\r\n", "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n") + "gr\u00fc\u00dfe\r\n"
        message = self.send(server, text.encode(), receiver=seven)
        self.assertTrue(message["body"].isascii())
        self.assertEqual(self.signatures_of(message, records), 2)

    def test_mail_of_others_and_of_domains_without_keys_is_not_signed(self):
        server = self.server()
        records = self.new_keys(server)
        self.dkim(server, "use", "example.org")
        server.start()
        self.assertEqual(self.signatures_of(self.send(server, OURS.replace("alice@example.org", "c@other.example"), sender="c@other.example"), records), 0)

    def test_a_bounce_of_ours_is_signed_by_the_domain_of_this_host(self):
        self.receiver.replies["RCPT"] = ["550 5.1.1 nobody", "250 ok"]
        server = self.server()
        records = self.new_keys(server)
        self.dkim(server, "use", "example.org")
        server.start()
        message = self.send(server, OURS, sender="someone@other.example")
        self.assertEqual(message["to"], ["someone@other.example"])
        self.assertEqual(self.signatures_of(message, records), 2)

    def test_keys_come_into_use_when_they_are_seen_in_the_dns(self):
        first = self.server()
        records = self.new_keys(first, "our.insecure.example")
        self.assertEqual({p.name.split(".")[-2] for p in (self.dir / "keys").iterdir()}, {"next"})
        zone = [line for line in first.run("dns", "--config", str(first.config)).stdout.splitlines() if "_domainkey" in line]
        self.assertEqual(zone, [], "records are printed of domains in the configuration")
        lines = [f'{name}. TXT ' + " ".join(f'"{text[i:i + 255]}"' for i in range(0, len(text), 255)) for name, text in records.items()]
        names = NameServer(self, {"insecure.example": lines})
        server = self.server(dns=names.settings).start()
        server.logged("event=dkim-keys-in-use", "domain=our.insecure.example")
        server.logged("event=dkim-keys-read")
        message = self.send(server, OURS.replace("alice@example.org", "alice@our.insecure.example"), sender="alice@our.insecure.example")
        self.assertEqual(self.signatures_of(message, records), 2)
        probe = server.run("probe", "--config", str(server.config), "our.insecure.example").stdout
        self.assertEqual(probe.count("(active): published"), 2, probe)

    def test_the_next_keys_replace_those_in_use(self):
        server = self.server()
        self.dkim(server, "rotate", "example.org", code=1)
        self.new_keys(server)
        self.dkim(server, "new", "example.org", code=1)
        self.dkim(server, "rotate", "example.org", code=1)
        self.dkim(server, "use", "example.org")
        self.dkim(server, "rotate", "example.org")
        listed = self.dkim(server, "list").stdout
        self.assertEqual((listed.count("active since"), listed.count("next: made on")), (2, 2), listed)
        self.dkim(server, "use", "example.org")
        listed = self.dkim(server, "list", "example.org").stdout
        self.assertEqual((listed.count("active since"), listed.count("retired on")), (2, 2), listed)
        printed = server.run("dns", "--config", str(server.config)).stdout
        self.assertEqual(printed.count("_domainkey.example.org."), 4, printed)


class Forwarded(Case):
    def setUp(self):
        super().setUp()
        (self.dir / "keys").mkdir()

    def test_a_rewritten_sender_takes_reports_back_to_the_original_one(self):
        server = self.server(rewrite="srs").start()
        message = self.send(server, OURS, sender="s@other.example", recipient="away@example.org")
        sender = re.search(r"<(.*)>", message["from"]).group(1)
        self.assertTrue(sender.startswith("SRS0=") and sender.endswith("@example.org"), sender)
        report = "From: MAILER-DAEMON@far.example\r\nSubject: failed\r\n\r\nno\r\n"
        message = self.send(server, report, sender="", recipient=sender, count=2)
        self.assertEqual((message["from"].split(" ")[1], message["to"]), ("FROM:<>", ["s@other.example"]))
        client = server.raw().greet()
        client.ask("MAIL FROM:<spammer@other.example>\r\n")
        self.assertTrue(client.ask(f"RCPT TO:<{sender}>\r\n").startswith("550"), "only reports come back")
        client.ask("RSET\r\n")
        client.ask("MAIL FROM:<>\r\n")
        self.assertTrue(client.ask(f"RCPT TO:<{sender.replace('=s@', '=t@')}>\r\n").startswith("550"), "nobody makes one himself")

    def test_an_address_is_known_after_a_restart_and_with_a_newer_secret(self):
        server = self.server(rewrite="srs").start()
        message = self.send(server, OURS, sender="s@other.example", recipient="away@example.org")
        sender = re.search(r"<(.*)>", message["from"]).group(1)
        server.stop()
        secrets = server.data / "srs-secrets"
        self.assertEqual(secrets.stat().st_mode & 0o777, 0o600)
        secrets.write_text("a newer secret of ours\n" + secrets.read_text())
        server.start()
        client = server.raw().greet()
        client.ask("MAIL FROM:<>\r\n")
        self.assertTrue(client.ask(f"RCPT TO:<{sender}>\r\n").startswith("250"))

    def test_what_was_verified_is_sealed_as_it_was_told_under_our_name(self):
        names = NameServer(self, {"insecure.example": ['author TXT "v=spf1 ip4:198.51.100.5 -all"']})
        port = free_port()
        server = self.server(rewrite="srs+arc", more='[authentication]\nid = "Results.example.org"\n', dns=f"wait = 0\n{names.settings}",
                             listen=f'[[listen]]\naddress = "127.0.0.1:{port}"\nproxy = ["127.0.0.0/8"]\n')
        self.new_keys(server)
        self.dkim(server, "use", "example.org")
        server.start()
        raw = server.raw(port)
        raw.send("PROXY TCP4 198.51.100.5 127.0.0.1 4711 25\r\n")
        raw.reply()
        raw.ask("EHLO client.example\r\n")
        raw.ask("MAIL FROM:<s@author.insecure.example>\r\n")
        self.assertTrue(raw.ask("RCPT TO:<away@example.org>\r\n").startswith("250"))
        raw.ask("DATA\r\n")
        self.assertTrue(raw.ask(OURS.replace("alice@example.org", "s@author.insecure.example") + "body\r\n.\r\n").startswith("250"))
        message = wait_until(lambda: self.receiver.messages and self.receiver.messages[0], lambda: f"it leaves: {server.log()[-1500:]}")
        self.assertTrue(re.search(r"<(.*)>", message["from"]).group(1).startswith("SRS0="), message["from"])
        sealed = {field.split(":")[0]: field for field in reversed(fields_of(message["body"].split(b"\r\n\r\n", 1)[0] + b"\r\n"))}
        self.assertIn("cv=none", sealed["ARC-Seal"])
        self.assertIn("d=example.org", sealed["ARC-Seal"])
        self.assertRegex(sealed["ARC-Authentication-Results"], r"(?s)i=1;\s*[Rr]esults\.example\.org;.*spf=pass")

    def test_without_it_a_forwarded_message_leaves_as_it_came(self):
        server = self.server().start()
        message = self.send(server, OURS, sender="s@other.example", recipient="away@example.org")
        self.assertEqual(message["from"].split(" ")[1], "FROM:<s@other.example>")
