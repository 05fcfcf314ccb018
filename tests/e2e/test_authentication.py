"""Who stands behind a message: SPF, DKIM and DMARC of what arrives, what is told of it, and what is done about it."""
import base64, hashlib, pathlib, re, subprocess, tempfile, shutil, unittest

from filter_peers import Milter, field
from peers import NameServer
from support import Server, free_port

AUTHOR = "author.insecure.example"


class Signer:
    """Makes Ed25519 signatures of the relaxed forms (RFC 6376 section 3.4, RFC 8463), with openssl."""

    def __init__(self, case):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-dkim-"))
        case.addCleanup(shutil.rmtree, self.dir, True)
        self.key = self.dir / "key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.record = "v=DKIM1; k=ed25519; p=" + base64.b64encode(der[-32:]).decode()

    @staticmethod
    def relaxed(name, value):
        return name.lower() + ":" + re.sub(r"[ \t]+", " ", value).strip()

    def sign(self, fields, body, domain):
        """The fields of one line each as (name, value); the body ends with one CRLF."""
        body_hash = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        names = ":".join(name for name, _ in fields)
        value = f"v=1; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s=k; h={names}; bh={body_hash}; b="
        signed = "".join(self.relaxed(*field) + "\r\n" for field in fields) + self.relaxed("DKIM-Signature", value)
        (self.dir / "hash").write_bytes(hashlib.sha256(signed.encode()).digest())
        made = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.key, "-rawin", "-in", self.dir / "hash"], check=True, capture_output=True).stdout
        return f"DKIM-Signature: {value}{base64.b64encode(made).decode()}\r\n"


class Case(unittest.TestCase):
    def begin(self, policy="reject", dmarc="", sections=""):
        self.signer = Signer(self)
        self.names = NameServer(self, {"insecure.example": [f'k._domainkey.author TXT "{self.signer.record}"',
                                                            f'_dmarc.author TXT "v=DMARC1; p={policy}"',
                                                            'author TXT "v=spf1 ip4:203.0.113.0/24 -all"']})
        self.port = free_port()
        self.server = Server(self, dns=f"wait = 0\n{self.names.settings}",
                             listen=f'[[listen]]\naddress = "127.0.0.1:{self.port}"\nproxy = ["127.0.0.0/8"]\n',
                             sections=f"[dmarc]\n{dmarc}\n{sections}").start()

    def message(self, signed, top="", body="Hello\r\n", sent_body=None):
        fields = [("From", f"Alice <alice@{AUTHOR}>"), ("Subject", "Hello")]
        signature = self.signer.sign(fields, body, AUTHOR) if signed else ""
        return top + signature + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n" + (sent_body or body)

    def send(self, content, client="198.51.100.5", sender="bounces@elsewhere.insecure.example"):
        """The answer to the content."""
        raw = self.server.raw(self.port)
        raw.send(f"PROXY TCP4 {client} 127.0.0.1 4711 25\r\n")
        raw.reply()
        raw.ask("EHLO client.example\r\n")
        self.assertTrue(raw.ask(f"MAIL FROM:<{sender}>\r\n").startswith("250"))
        self.assertTrue(raw.ask("RCPT TO:<alice@example.org>\r\n").startswith("250"))
        raw.ask("DATA\r\n")
        said = raw.ask(content + ".\r\n")
        raw.ask("QUIT\r\n")
        return said

    def results(self, message):
        """The text of our Authentication-Results, unfolded, which stands above our Received."""
        head = message.decode().replace("\r\n", "\n").split("\n\n")[0]
        fields = re.split(r"\n(?![ \t])", head)
        names = [field.split(":")[0] for field in fields]
        self.assertEqual(names.count("Authentication-Results"), 1, names)
        self.assertLess(names.index("Authentication-Results"), names.index("Received"))
        return " ".join(fields[names.index("Authentication-Results")].split())


class DmarcTest(Case):
    def test_what_the_authors_domain_has_signed_is_accepted_and_the_rest_refused_as_it_asks(self):
        self.begin(dmarc='enforce = "on"')
        self.assertTrue(self.send(self.message(signed=True)).startswith("250"))
        told = self.results(self.server.wait_for_mail(1)[0])
        self.assertIn("mx.example.org;", told)
        self.assertRegex(told, rf"dkim=pass header\.d={AUTHOR} ")
        self.assertRegex(told, rf"dmarc=pass header\.from={AUTHOR}")
        refused = self.send(self.message(signed=False))
        self.assertTrue(refused.startswith("550 5.7.26 "), refused)
        self.assertIn(AUTHOR, refused)
        changed = self.send(self.message(signed=True, sent_body="Changed\r\n"))
        self.assertTrue(changed.startswith("550 5.7.26 "), changed)
        by_spf = self.send(self.message(signed=False), client="203.0.113.5", sender=f"b@{AUTHOR}")
        self.assertTrue(by_spf.startswith("250"), by_spf)
        rows = self.server.facts("SELECT dkim, dkim_domains, dmarc, dmarc_policy, dmarc_disposition, rule FROM transactions ORDER BY started", 4)
        self.assertEqual([tuple(row) for row in rows],
                         [("pass", AUTHOR, "pass", "reject", "none", ""),
                          ("none", "", "fail", "reject", "reject", "builtin:dmarc.enforce"),
                          ("fail", "", "fail", "reject", "reject", "builtin:dmarc.enforce"),
                          ("none", "", "pass", "reject", "none", "")])
        self.assertEqual(self.server.metric("postern_dmarc_refused_total"), 2)
        self.server.stop()

    def test_quarantine_is_a_flag_and_a_trusted_forwarder_is_let_through(self):
        self.begin(policy="quarantine", dmarc='enforce = "on"\ntrusted_forwarders = ["198.51.100.77"]')
        self.assertTrue(self.send(self.message(signed=False)).startswith("250"))
        flagged = self.server.wait_for_mail(1)[0]
        self.assertIn(b"X-Postern-Flag: dmarc.enforce; ", flagged)
        self.assertRegex(self.results(flagged), r"dmarc=fail .*policy\.dmarc=quarantine")
        self.assertTrue(self.send(self.message(signed=False), client="198.51.100.77").startswith("250"))
        both = self.server.wait_for_mail(2)
        self.assertEqual(sum(b"X-Postern-Flag" in message for message in both), 1)
        self.server.stop()

    def test_observing_tells_what_would_be_done(self):
        self.begin(dmarc='enforce = "observe"')
        self.assertTrue(self.send(self.message(signed=False)).startswith("250"))
        self.server.wait_for_mail(1)
        self.assertIn("would=reject", self.server.logged("event=dmarc-observed", AUTHOR))
        self.assertEqual(self.server.metric("postern_dmarc_observed_total"), 1)
        self.server.stop()


class AuthenticationResultsTest(Case):
    def test_fields_in_our_name_and_of_filters_are_taken_out_and_others_stay(self):
        self.begin()
        forged = ("Authentication-Results: mx.example.org; dmarc=pass\r\n"
                  "Authentication-Results:\r\n (by us) mx.example.org;\r\n dkim=pass\r\n"
                  "X-Spam-Status: No\r\nX-Postern-Flag: rule; forged\r\n")
        self.assertTrue(self.send(self.message(signed=True, top=forged + "Authentication-Results: mx.elsewhere.example; spf=pass\r\n")).startswith("250"))
        message = self.server.wait_for_mail(1)[0].decode()
        self.assertEqual(re.findall(r"^Authentication-Results: ([^;]*)", message, re.M), ["mx.example.org", "mx.elsewhere.example"])
        self.assertNotIn("X-Spam", message)
        self.assertNotIn("forged", message)
        self.assertIn("dkim=pass", message, "what is taken out breaks no signature")
        self.server.stop()

    def test_mail_of_this_host_keeps_what_its_filters_have_written(self):
        self.begin()
        self.assertTrue(self.send(self.message(signed=False, top="X-Spam-Status: No\r\n"), client="127.0.0.1").startswith("250"))
        message = self.server.wait_for_mail(1)[0]
        self.assertIn(b"X-Spam-Status: No", message)
        self.assertNotIn(b"Authentication-Results", message)
        self.server.stop()


class AuthenticationBeforeFiltersTest(Case):
    def test_what_was_sent_is_verified_and_the_results_stand_on_top_of_what_filters_have_made(self):
        milter = Milter(self, {"E": [field("h", "X-Filtered", "yes"), ("b", b"Another body\r\n"), ("c", b"")]})
        self.begin(dmarc='enforce = "on"', sections=f'[[filters]]\nname = "changes"\nkind = "milter"\nsocket = "inet:127.0.0.1:{milter.port}"\n')
        self.assertTrue(self.send(self.message(signed=True)).startswith("250"))
        message = self.server.wait_for_mail(1)[0]
        self.assertTrue(message.endswith(b"\n\nAnother body\n"), message)
        self.assertIn(b"X-Filtered: yes\n", message)
        self.assertRegex(self.results(message), rf"dkim=pass header\.d={AUTHOR} .*dmarc=pass header\.from={AUTHOR}")
        rows = self.server.facts("SELECT dkim, dmarc, filter, filter_action FROM transactions", 1)
        self.assertEqual(tuple(rows[0]), ("pass", "pass", "changes", "accept"))
        self.assertTrue(self.send(self.message(signed=False)).startswith("550 5.7.26 "), "filters accept it, and its author's domain does not")
        self.server.stop()


class AuthenticationRulesTest(Case):
    def test_rules_ask_for_what_was_found(self):
        self.begin(sections='[[rules]]\nname = "not them"\nwhen = \'dmarc.result == "fail" and dmarc.policy == "reject"\'\nthen = "defer"\nmode = "enforce"\n'
                            f'[[rules]]\nname = "signed"\nwhen = \'"{AUTHOR}" in dkim.domains\'\nthen = "flag"\nmode = "enforce"\n')
        self.assertTrue(self.send(self.message(signed=False)).startswith("450"))
        self.assertTrue(self.send(self.message(signed=True)).startswith("250"))
        self.assertIn(b"X-Postern-Flag: signed; ", self.server.wait_for_mail(1)[0])
        self.server.stop()


if __name__ == "__main__":
    unittest.main()
