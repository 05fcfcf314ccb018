"""The owner's rules and the TLS memory, in the server that enforces them."""
import json, pathlib, shutil, smtplib, sqlite3, ssl, subprocess, tempfile, unittest

from peers import NameServer
from support import MESSAGE, Server, free_port, make_certificate, wait_until

RULES = """
[lists]
partners = ["bank.example", "file:partners.txt", "sqlite:partners.db:SELECT domain FROM partners"]
[[rules]]
name = "partners speak TLS"
when = 'not tls and sender.domain in partners'
then = "defer"
reply = "4.7.10 Please use STARTTLS, see https://example.org/tls"
mode = "enforce"
[[rules]]
name = "watched"
when = 'not tls'
then = "reject"
[[rules]]
name = "odd helo"
when = 'client.helo == "odd.example"'
then = "flag"
mode = "enforce"
reply = "it calls itself odd"
deliver_to = "bob@example.org"
"""


def server_with_rules(case, sections=RULES, **options):
    server = Server(case, sections=sections, **options)
    (server.dir / "partners.txt").write_text("# ours\nfile.example\n")
    with sqlite3.connect(server.dir / "partners.db") as db:
        db.execute("CREATE TABLE partners (domain TEXT)")
        db.execute("INSERT INTO partners VALUES ('*.database.example')")
    db.close()
    return server


def send(server, sender="a@far.example", to="alice@example.org", tls=False, helo="client.example"):
    """The reply to RCPT, or to the content."""
    client = server.smtp(helo=helo)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client.starttls(context=context)
    try:
        client.sendmail(sender, [to], MESSAGE)
        return 250
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = refused.recipients[to]
        return code, text.decode()
    finally:
        client.quit()


class RulesTest(unittest.TestCase):
    def test_they_decide_are_watched_and_counted(self):
        server = server_with_rules(self).start()
        for domain in ("bank.example", "file.example", "a.database.example"):
            self.assertEqual(send(server, f"a@{domain}"), (450, "4.7.10 Please use STARTTLS, see https://example.org/tls"))
        self.assertEqual(send(server, "a@bank.example", tls=True), 250)
        self.assertEqual(send(server, "a@bank.example", to="postmaster@example.org"), 250, "postmaster is exempt from rules about TLS")
        self.assertEqual(send(server, "a@far.example"), 250, "what only observes does not decide")
        self.assertEqual(send(server, "a@far.example", helo="odd.example"), 250)
        flagged = server.wait_for_mail(1, "bob")[0]
        self.assertIn(b"X-Postern-Flag: odd helo; it calls itself odd\n", flagged.split(b"\n\n")[0])
        server.facts("SELECT * FROM rule_matches", 6)
        def told():
            rules = json.loads(server.run("rules", "--config", str(server.config), "--json").stdout)
            return {rule["name"]: rule for rule in rules}
        rules = told()
        self.assertEqual(rules["partners speak TLS"]["deferred"], 3)
        self.assertEqual(rules["watched"]["would_reject"], 2)
        self.assertEqual(rules["odd helo"]["flagged"], 1)
        text = server.run("rules", "--config", str(server.config)).stdout
        self.assertIn("watched (observes): reject when not tls", text)
        self.assertIn("2 would have been rejected", text)
        server.stop()

    def test_a_list_that_changes_is_read_again_and_a_bad_one_is_not(self):
        server = server_with_rules(self).start()
        self.assertEqual(send(server, "a@new.example"), 250)
        (server.dir / "partners.txt").write_text("new.example\n")
        wait_until(lambda: "event=lists-read" in server.log(), server.log)
        self.assertEqual(send(server, "a@new.example")[0], 450)
        (server.dir / "partners.txt").write_text("no domain at all\n")
        wait_until(lambda: "partners.txt:1" in server.log(), server.log)
        self.assertEqual(send(server, "a@new.example")[0], 450, "what was stays")
        server.stop()

    def test_early_stages_refuse_early(self):
        server = server_with_rules(self, sections="""
[[rules]]
name = "helo"
when = 'client.helo == "bad.example"'
then = "reject"
mode = "enforce"
reply = "5.7.1 Not you"
[[rules]]
name = "sender"
when = 'sender.domain == "bad.example"'
then = "defer"
mode = "enforce"
[[rules]]
name = "too-big"
when = 'size > 2000'
then = "reject"
mode = "enforce"
reply = "552 5.3.4 Too much for us"
[[rules]]
name = "errs"
when = 'client.port + tls.version'
then = "reject"
mode = "enforce"
""".replace("client.port + tls.version", "client.helo + tls.version"))
        server.start()
        raw = server.raw()
        raw.reply()
        self.assertEqual(raw.ask("EHLO bad.example\r\n"), "550 5.7.1 Not you")
        self.assertTrue(raw.ask("MAIL FROM:<a@far.example>\r\n").startswith("503"))
        self.assertTrue(raw.ask("EHLO good.example\r\n").startswith("250"))
        self.assertTrue(raw.ask("MAIL FROM:<a@bad.example>\r\n").startswith("450 4.7.1"))
        client = server.smtp()
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@far.example", ["alice@example.org"], MESSAGE + ("y" * 70 + "\r\n") * 40)
        self.assertEqual(refused.exception.smtp_code, 552)
        self.assertEqual(send(server), 250)
        self.assertEqual(server.metric("postern_rule_errors_total"), 1, "a rule that errs is skipped, and counted")
        wait_until(lambda: "event=rule-skipped" in server.log(), "and told of")
        server.stop()

    def test_a_client_can_be_refused_at_connect(self):
        server = server_with_rules(self, sections='[lists]\nbad = ["127.0.0.0/8"]\n[[rules]]\nname = "net"\nwhen = "client.address in bad"\nthen = "reject"\nmode = "enforce"\n').start()
        self.assertTrue(server.raw().reply().startswith("554 mx.example.org"))
        server.stop()

    def test_check_finds_what_is_wrong_with_them(self):
        server = server_with_rules(self, sections='[[rules]]\nname = "a"\nwhen = "sender.domian in partnres"\nthen = "defer"\n[[rules]]\nname = "b"\nwhen = "not not"\nreply = "5.7.1 x"\nthen = "defer"\nmode = "12"\n')
        said = server.run("check", str(server.config))
        self.assertEqual(said.returncode, 1)
        for what in ('rules."a".when: sender.domian: there is no such fact', "partnres: neither a fact nor one of [lists]", 'rules."b".reply', 'rules."b".mode', 'rules."b".when'):
            self.assertIn(what, said.stderr)

    def test_whatif_replays_a_rule_by_name(self):
        server = server_with_rules(self).start()
        for _ in range(3):
            send(server, "a@far.example")
        send(server, "a@far.example", tls=True)
        server.facts("SELECT * FROM connections WHERE messages > 0", 4)
        server.stop()
        facts = str(server.data / "facts.db")
        said = server.run("whatif", facts, "--config", str(server.config), "--rule", "watched", "--json", "--internal", "10.0.0.0/8")
        self.assertIn("no message from outside", said.stderr, "loopback is not outside")
        with sqlite3.connect(facts) as db:
            db.execute("UPDATE connections SET client = '203.0.113.9'")
        db.close()
        said = server.run("whatif", facts, "--config", str(server.config), "--rule", "watched", "--json")
        rule = json.loads(said.stdout)["rules"][0]
        self.assertEqual((rule["lost"]["messages"], rule["messages"]), (3, 4), said.stdout)
        said = server.run("whatif", facts, "--rules", str(server.config), "--json")
        self.assertEqual([r["rule"] for r in json.loads(said.stdout)["rules"]], ["partners speak TLS", "watched", "odd helo"])

    def test_notices_tell_whom_it_was_for(self):
        server = server_with_rules(self, sections=RULES + '[notices]\nmailboxes = ["alice@example.org"]\npostmaster = "bob@example.org"\ncontact = "https://example.org/exempt"\n').start()
        send(server, "a@bank.example")
        day = server.facts("SELECT date(started / 1000000, 'unixepoch') AS day FROM transactions WHERE outcome = 'deferred'")[0]["day"]
        said = server.run("notices", "--config", str(server.config), "--day", day)
        self.assertEqual(said.returncode, 0, said.stderr)
        for local in ("alice", "bob"):
            notice = server.wait_for_mail(1, local)[0].decode()
            self.assertIn("deferred  from <a@bank.example>", notice)
            self.assertIn("partners speak TLS", notice)
            self.assertIn("ask for an exemption: https://example.org/exempt", notice)
        server.run("notices", "--config", str(server.config), "--day", day)
        send(server, "a@far.example", to="bob@example.org", tls=True)
        self.assertEqual(len(server.wait_for_mail(2, "bob")), 2, "and each day's once")
        self.assertEqual(len(server.mailbox("alice")), 1)
        server.stop()


class MemoryTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(self, tls='require = "remembered"\nmemory = { sessions = 2, days = 0, patience = "2s" }\n').start()

    def remember(self, count=2):
        for _ in range(count):
            self.assertEqual(send(self.server, tls=True), 250)
        self.server.facts(f"SELECT * FROM tls_memory WHERE kind = 'host' AND sessions >= {count}")

    def memory(self, *args):
        return self.server.run("memory", "--config", str(self.server.config), *args)

    def test_who_has_shown_tls_is_deferred_then_taken_and_flagged(self):
        self.assertEqual(send(self.server), 250, "a stranger is not asked for it")
        self.remember()
        self.assertEqual(send(self.server)[0], 450)
        wait_until(lambda: "event=tls-downgrade" in self.server.log(), "it is told of")
        self.assertEqual(self.server.metric("postern_tls_downgrade_total"), 1)
        self.assertEqual(send(self.server, to="postmaster@example.org"), 250)
        wait_until(lambda: send(self.server) == 250, "patience ends")
        flagged = wait_until(lambda: [m for m in self.server.mailbox("alice") if b"X-Postern-Flag: tls.require; without TLS since" in m], "it is flagged")
        self.assertEqual(len(flagged), 1)
        self.assertIn("DOWNGRADED", self.memory("list", "--downgraded").stdout)
        self.server.stop()

    def test_it_outlives_a_restart_and_can_be_forgotten(self):
        self.remember()
        self.server.stop()
        self.server.start()
        self.assertEqual(send(self.server)[0], 450)
        self.assertEqual(self.memory("show", "127.0.0.0/24").returncode, 0)
        self.assertEqual(self.memory("forget", "127.0.0.0/24").returncode, 0)
        self.assertEqual(send(self.server), 250)
        self.assertEqual(self.memory("forget", "192.0.2.0/24").returncode, 1)
        self.server.stop()

    def test_failed_handshakes_are_remembered_with_their_reason(self):
        raw = self.server.raw().greet()
        raw.ask("STARTTLS\r\n")
        raw.send(b"this is no ClientHello\r\n")
        raw.reply()
        raw.socket.close()
        wait_until(lambda: "handshake failed" in self.memory("list", "--failing").stdout, lambda: self.memory("list").stdout)
        self.server.stop()

    def test_logs_and_exports_prime_it_running_or_not(self):
        source = self.server.dir / "past.json"
        source.write_text("".join(json.dumps({"time": f"2026-11-{day:02}T12:00:00Z", "client": f"203.0.113.{7 if tls != 'no' else 99}", "name": name, "sender": "a@far.example",
                                              "tls": tls}) + "\n" for day, tls, name in ((1, "TLSv1.2", "mx.far.example"), (2, "TLSv1.3", "mx.far.example"), (3, "no", "mx.near.example"))))
        said = self.memory("import", str(source))
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("1 host with TLS among them", said.stdout)
        listed = wait_until(lambda: (text := self.memory("list").stdout).startswith("host near.example") and text, lambda: self.memory("list").stdout)
        self.assertIn("host far.example: 2 over TLS (1.2, 1.3, first 2026-11-01T12:00, last 2026-11-02T12:00), 0 without TLS", listed)
        exported = self.server.dir / "export"
        exported.write_text(self.memory("export").stdout)
        self.server.stop()
        other = Server(self)
        said = other.run("memory", "--config", str(other.config), "import", str(exported))
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("when it starts", said.stdout)
        other.start()
        again = other.run("memory", "--config", str(other.config), "export").stdout
        self.assertEqual(sorted(again.splitlines()), sorted(exported.read_text().splitlines()))
        other.stop()


class PinsTest(unittest.TestCase):
    def test_a_pinned_partner_must_show_its_certificate(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, directory, True)
        certificates = {name: make_certificate(directory, name) for name in ("mail.bank.example", "mail.other.example")}
        key = subprocess.run(f"openssl x509 -in {certificates['mail.bank.example'][0]} -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum", shell=True, capture_output=True, text=True, check=True).stdout[:64]
        server = Server(self, tls=f'pins = ["bank.example {key}", "gov.example name:mail.bank.example"]\n').start()
        def send_with(sender, certificate=None):
            client = server.smtp()
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if certificate:
                context.load_cert_chain(*certificates[certificate])
            client.starttls(context=context)
            client.ehlo()
            client.mail(sender)
            return client.rcpt("alice@example.org")[0]
        self.assertEqual(send_with("a@bank.example"), 450)
        self.assertEqual(send_with("a@bank.example", "mail.other.example"), 450)
        self.assertEqual(send_with("a@bank.example", "mail.bank.example"), 250)
        self.assertEqual(send_with("a@gov.example", "mail.bank.example"), 450, "a name counts in a trusted certificate only")
        self.assertEqual(send_with("a@far.example"), 250)
        self.assertEqual(send(server, "a@bank.example")[0], 450)
        server.stop()


class SpfTest(unittest.TestCase):
    def test_spf_is_a_fact_a_rule_can_ask_for_and_what_raises_a_sender_domain(self):
        names = NameServer(self, {"insecure.example": ['@ TXT "v=spf1 ip4:203.0.113.0/24 -all"', 'soft TXT "v=spf1 ~all"', 'none A 127.0.0.1', 'odd TXT "v=spf1 frob:x -all"',
                                                       'mx TXT "v=spf1 mx -all"', 'mx MX 10 host', 'host A 203.0.113.5']})
        port = free_port()
        server = Server(self, dns=f"wait = 0\n{names.settings}", listen=f'[[listen]]\naddress = "127.0.0.1:{port}"\nproxy = ["127.0.0.0/8"]\n',
                        sections='[[rules]]\nname = "forged"\nwhen = \'spf == "fail"\'\nthen = "reject"\nmode = "enforce"\nreply = "5.7.23 SPF says no"\n').start()
        def mail(client, sender):
            raw = server.raw(port)
            raw.send(f"PROXY TCP4 {client} 127.0.0.1 4711 25\r\n")
            raw.reply()
            raw.ask("EHLO none.insecure.example\r\n")
            said = raw.ask(f"MAIL FROM:<{sender}>\r\n")
            if said.startswith("250"):
                raw.ask("RCPT TO:<alice@example.org>\r\n")
                raw.ask("DATA\r\n")
                self.assertTrue(raw.ask("Subject: x\r\n\r\nx\r\n.\r\n").startswith("250"))
            raw.ask("QUIT\r\n")
            return said
        self.assertTrue(mail("203.0.113.5", "a@insecure.example").startswith("250"))
        self.assertEqual(mail("198.51.100.5", "a@insecure.example"), "550 5.7.23 SPF says no")
        for sender in ("a@soft.insecure.example", "a@none.insecure.example", "a@odd.insecure.example", "a@mx.insecure.example", "a@nowhere.insecure.example"):
            self.assertTrue(mail("203.0.113.5", sender).startswith("250"), sender)
        rows = server.facts("SELECT sender_domain, spf FROM transactions ORDER BY started", 7)
        self.assertEqual([(r[0].split(".")[0], r[1]) for r in rows],
                         [("insecure", "pass"), ("insecure", "fail"), ("soft", "softfail"), ("none", "none"), ("odd", "permerror"), ("mx", "pass"), ("nowhere", "none")])
        senders = [r["name"] for r in server.facts("SELECT name FROM tls_memory WHERE kind = 'sender' ORDER BY name", 2)]
        self.assertEqual(senders, ["insecure.example", "mx.insecure.example"], "nobody else can raise it")
        server.stop()


if __name__ == "__main__":
    unittest.main()
