"""Sending by what receivers publish: MX, null MX, loops, DANE over signed zones, MTA-STS over HTTPS, REQUIRETLS; real Postfix and Exim as
receivers. Hosts are 127.0.0.x, all on one port."""
import datetime, gzip, json, os, pathlib, shutil, tempfile, unittest

from peers import Authority, Exim, NameServer, Postfix, Receiver, WebServer, tlsa
from support import MESSAGE, Server, free_port, make_certificate, wait_until

DOMAINS = '[domains."local.example"]\nmailboxes = ["*"]\n'


class Case(unittest.TestCase):
    def directory(self):
        made = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, made, True)
        return made

    def server(self, names, sections="", send="", queue='first_retry = "1h"', **options):
        return Server(self, domains=DOMAINS, dns=names.settings, queue=queue,
                      sections=f'[relay]\nnetworks = ["127.0.0.0/8"]\n[send]\nport = {self.port}\nconnect_timeout = "2s"\n{send}\n{sections}', **options).start()

    def send(self, server, *recipients, **options):
        client = server.smtp()
        client.ehlo()
        client.sendmail("s@local.example", list(recipients), options.pop("message", MESSAGE), **options)
        client.quit()

    def reply(self, server, recipient):
        """What was last said about a recipient that waits."""
        def look():
            for message in server.queue("list"):
                for r in message["recipients"]:
                    if r["address"] == recipient and r.get("last_reply"):
                        return r["last_reply"]
        return wait_until(look, lambda: f"{recipient} is put off: {server.log()[-1500:]}")

    def bounce(self, server, count=1):
        return server.wait_for_mail(count, "s", "local.example")[-1].decode()

    def outbound(self, server, host, count=1):
        return server.facts(f"SELECT * FROM outbound WHERE host = '{host}' ORDER BY id", count)


class MailHosts(Case):
    def test_preference_fallback_null_mx_and_loops(self):
        self.port = free_port()
        good = Receiver(self, "127.0.0.2", self.port)
        Receiver(self, "127.0.0.3", self.port, replies={"GREETING": "554 5.3.2 we take no mail"})
        implicit = Receiver(self, "127.0.0.5", self.port)
        names = NameServer(self, {"insecure.example": [
            "order MX 10 dead", "order MX 20 refusing", "order MX 30 good", "order MX 40 mx.example.org.",
            "dead A 127.0.0.9", "refusing A 127.0.0.3", "good A 127.0.0.2", "good AAAA ::1",
            "null MX 0 .", "loop MX 10 mx.example.org.", "loop MX 20 good", "implicit A 127.0.0.5",
            "alias CNAME implicit", "nowhere MX 10 no-such-host", "empty TXT x"]})
        server = self.server(names)
        self.send(server, "a@order.insecure.example")
        wait_until(lambda: len(good.messages) == 1, "the third host has it")
        self.assertEqual(self.outbound(server, "refusing.insecure.example")[0]["problem"], "451 4.3.2 we take no mail")
        self.send(server, "a@implicit.insecure.example")
        self.send(server, "a@alias.insecure.example")
        wait_until(lambda: len(implicit.messages) == 2, "the domain itself is its host, also behind a CNAME")
        for recipient, status in (("a@null.insecure.example", "5.1.10"), ("a@loop.insecure.example", "5.4.6"), ("a@missing.insecure.example", "5.1.2"),
                                  ("a@nowhere.insecure.example", "5.4.4"), ("a@empty.insecure.example", "5.4.4")):
            before = len(server.mailbox("s", "local.example"))
            self.send(server, recipient)
            server.wait_for_mail(before + 1, "s", "local.example")
            newest = [m.decode() for m in server.mailbox("s", "local.example") if recipient.encode() in m]
            self.assertIn(f"Status: {status}", newest[0], recipient)

    def test_a_host_that_is_ourselves_ends_in_a_report_and_not_in_a_circle(self):
        self.port = free_port()
        mirror = Receiver(self, "127.0.0.7", self.port, replies={"GREETING": "220 mx.example.org ESMTP"})
        echo = Receiver(self, "127.0.0.8", self.port, replies={"EHLO": "250 MX.example.org"})
        worse = Receiver(self, "127.0.0.2", self.port)
        names = NameServer(self, {"insecure.example": [
            "mirror MX 10 h7", "mirror MX 20 worse", "h7 A 127.0.0.7", "echo MX 10 h8", "h8 A 127.0.0.8", "worse A 127.0.0.2",
            "loopback MX 10 h1", "loopback MX 20 worse", "h1 A 127.0.0.1", "mapped MX 10 h2", "h2 AAAA ::ffff:127.0.0.1",
            "zero MX 10 h0", "h0 A 0.0.0.0", "h0 AAAA ::", "group MX 10 h3", "h3 A 224.0.0.1"]})
        server = self.server(names)
        for name, status in (("mirror", "5.4.6"), ("echo", "5.4.6"), ("loopback", "5.4.6"), ("mapped", "5.4.6"), ("zero", "5.4.6"), ("group", "5.4.4")):
            recipient = f"a@{name}.insecure.example"
            before = len(server.mailbox("s", "local.example"))
            self.send(server, recipient)
            server.wait_for_mail(before + 1, "s", "local.example")
            newest = [m.decode() for m in server.mailbox("s", "local.example") if recipient.encode() in m]
            self.assertIn(f"Status: {status}", newest[0], recipient)
        self.assertEqual((mirror.said("MAIL"), echo.said("MAIL"), worse.messages), ([], [], []), "nor does a host that is worse than ourselves get it")

    def test_dns_that_fails_puts_off(self):
        self.port = free_port()
        names = NameServer(self, {})
        server = self.server(names)
        self.send(server, "a@bogus.example")
        self.assertRegex(self.reply(server, "a@bogus.example"), "451 4.4.3 MX of bogus.example: ")


class Dane(Case):
    def test_good_wrong_stale_bogus_insecure(self):  # RFC 7672
        self.port = free_port()
        directory = self.directory()
        authority = Authority(directory)
        host = {name: f"{name}.example" for name in ("good", "anchor", "roll", "wrong", "unusable", "notls")}
        own = {name: make_certificate(directory, h) for name, h in host.items()}
        issued = authority.issue("anchor.example")
        full = directory / "anchor-chain.pem"
        full.write_bytes(issued[0].read_bytes() + authority.pem.read_bytes())
        own["anchor"] = (full, issued[1])
        receivers = {name: Receiver(self, f"127.0.1.{i + 2}", self.port, certificate=None if name == "notls" else own[name]) for i, name in enumerate(host)}
        wrong = make_certificate(directory, "other.example")[0]
        insecure = Receiver(self, "127.0.1.20", self.port, certificate=make_certificate(directory, "mx.insecure.example"))
        bogus = Receiver(self, "127.0.1.21", self.port, certificate=own["good"])
        records = []
        for name, receiver in receivers.items():
            records += [f"{name} MX 10 {name}", f"{name} A {receiver.address}"]
        data = {"good": [tlsa(own["good"][0])], "anchor": [tlsa(authority.pem, 2, 0, 1)], "roll": [tlsa(wrong), tlsa(own["roll"][0], 3, 0, 2)],
                "wrong": [tlsa(wrong)], "unusable": [tlsa(own["unusable"][0], 1, 0, 1)], "notls": [tlsa(wrong)]}
        for name, lines in data.items():
            records += [f"_{self.port}._tcp.{name} TLSA {line}" for line in lines]
        records += ["half MX 10 mx.bogus.example."]
        names = NameServer(self, {"example": records, "insecure.example": ["@ MX 10 mx", f"mx A {insecure.address}", f"_{self.port}._tcp.mx TLSA {tlsa(wrong)}"],
                                  "bogus.example": [f"mx A {bogus.address}"]})
        server = self.server(names)
        for name in ("good", "anchor", "roll", "unusable"):
            self.send(server, f"a@{name}.example")
            wait_until(lambda: len(receivers[name].messages) == 1, lambda: f"{name}: {server.log()[-800:]}")
            self.assertEqual(receivers[name].messages[0]["tls"], "TLSv1.3")
            row = self.outbound(server, f"{name}.example")[0]
            self.assertEqual((row["policy"], row["proved"]), ("dane", 0 if name == "unusable" else 1), name)
        self.send(server, "a@insecure.example")
        wait_until(lambda: len(insecure.messages) == 1, "TLSA records that are not signed do not count")
        self.assertEqual(self.outbound(server, "mx.insecure.example")[0]["policy"], "opportunistic")
        for name, reply in (("wrong", "cannot be authenticated"), ("notls", "TLS is required"), ("half", "address|bogus|DNSSEC")):
            self.send(server, f"a@{name}.example")
            self.assertRegex(self.reply(server, f"a@{name}.example"), reply)
        self.assertEqual([r.messages for r in (receivers["wrong"], receivers["notls"], bogus)], [[], [], []])


class MtaSts(Case):
    def policy(self, mode="enforce", mx="mx.insecure.example", age=3600):
        return 200, "text/plain", f"version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {age}\r\n".encode()

    def test_good_wrong_expired_large_slow_redirecting(self):  # RFC 8461
        self.port = free_port()
        directory = self.directory()
        authority = Authority(directory)
        kinds = ("good", "mismatch", "badcert", "testing", "expired", "large", "slow", "redirect", "othername", "html")
        domain = {kind: f"{kind}.insecure.example" for kind in kinds}
        web_host = {kind: f"mta-sts.{d}" for kind, d in domain.items()}
        certificates = {h: authority.issue(h, days=-1 if kind == "expired" else 30, hosts=["elsewhere.example"] if kind == "othername" else None) for kind, h in web_host.items()}
        mx = {kind: f"mx.{d}" for kind, d in domain.items()}
        answers = {h: self.policy(mx=mx[kind]) for kind, h in web_host.items()}
        answers[web_host["mismatch"]] = self.policy(mx="*.elsewhere.example")
        answers[web_host["testing"]] = self.policy("testing", "*.elsewhere.example")
        answers[web_host["large"]] = (200, "text/plain", self.policy(mx=mx["large"])[2] + b"x" * 70_000)
        answers[web_host["slow"]] = "SLOW"
        answers[web_host["redirect"]] = (302, "text/plain", f"https://{web_host['good']}/.well-known/mta-sts.txt")
        answers[web_host["html"]] = (200, "text/html", self.policy(mx=mx["html"])[2])
        web = WebServer(self, certificates, answers)
        records, receivers = [], {}
        for i, kind in enumerate(kinds):
            certificate = make_certificate(directory, f"self-{kind}") if kind == "badcert" else authority.issue(mx[kind])
            receivers[kind] = Receiver(self, f"127.0.2.{i + 2}", self.port, certificate=certificate)
            records += [f"{kind} MX 10 mx.{kind}", f"mx.{kind} A 127.0.2.{i + 2}", f"mta-sts.{kind} A 127.0.0.1", f'_mta-sts.{kind} TXT "v=STSv1; id=20261124;"']
        names = NameServer(self, {"insecure.example": records})
        server = self.server(names, send=f'ca_file = "{authority.pem}"', sections=f'[mta_sts]\nport = {web.port}\ntimeout = "1s"\n')
        self.send(server, f"a@{domain['good']}")
        wait_until(lambda: receivers["good"].messages, "the policy is met")
        row = self.outbound(server, mx["good"])[0]
        self.assertEqual((row["policy"], row["proved"], row["certificate"]), ("mta-sts", 1, "trusted"))
        self.send(server, f"a@{domain['mismatch']}")
        self.assertRegex(self.reply(server, f"a@{domain['mismatch']}"), "policy does not list the host")
        self.send(server, f"a@{domain['badcert']}")
        self.assertRegex(self.reply(server, f"a@{domain['badcert']}"), "cannot be authenticated")
        self.send(server, f"a@{domain['testing']}")
        wait_until(lambda: receivers["testing"].messages, "testing only reports")
        for kind, why in (("expired", "sts-webpki-invalid"), ("othername", "sts-webpki-invalid"), ("large", "larger than 65536"), ("slow", "sts-policy-fetch-error"),
                          ("redirect", "HTTP 302"), ("html", "text/html")):
            self.send(server, f"a@{domain[kind]}")
            wait_until(lambda: receivers[kind].messages, lambda: f"{kind}: without a policy, opportunistic: {server.log()[-800:]}")
            self.assertEqual(self.outbound(server, mx[kind])[0]["policy"], "opportunistic", kind)
            server.logged(why)
        self.assertEqual([r.messages for r in (receivers["mismatch"], receivers["badcert"])], [[], []])
        # The cache outlives a restart: the policy counts though its host is gone.
        server.stop()
        answers[web_host["good"]] = (500, "text/plain", b"")
        asked = len(web.asked)
        server.start()
        self.send(server, f"a@{domain['good']}")
        wait_until(lambda: len(receivers["good"].messages) == 2, "delivered")
        self.assertEqual(self.outbound(server, mx["good"], 2)[1]["policy"], "mta-sts")
        self.assertEqual(len(web.asked), asked, "the id is known: nothing is fetched")


class RequireTls(Case):  # RFC 8689
    def test_carried_on_and_refused_where_nobody_vouches(self):
        self.port = free_port()
        directory = self.directory()
        able = make_certificate(directory, "able.example")
        unable = make_certificate(directory, "unable.example")
        yes = Receiver(self, "127.0.3.2", self.port, certificate=able, extensions=("REQUIRETLS", "PIPELINING"))
        no = Receiver(self, "127.0.3.3", self.port, certificate=unable)
        plain = Receiver(self, "127.0.3.4", self.port, certificate=make_certificate(directory, "x"), extensions=("REQUIRETLS",))
        names = NameServer(self, {"example": ["able MX 10 able", "able A 127.0.3.2", f"_{self.port}._tcp.able TLSA {tlsa(able[0])}",
                                           "unable MX 10 unable", "unable A 127.0.3.3", f"_{self.port}._tcp.unable TLSA {tlsa(unable[0])}"],
                                  "insecure.example": ["@ MX 10 mx", "mx A 127.0.3.4"]})
        server = self.server(names)
        client = server.smtp()
        import support
        client.starttls(context=support.insecure())
        for recipient in ("a@able.example", "a@unable.example", "a@insecure.example"):
            client.sendmail("s@local.example", [recipient], MESSAGE, mail_options=["REQUIRETLS"])
        wait_until(lambda: yes.messages, lambda: f"delivered: {server.log()[-1000:]}")
        self.assertIn("REQUIRETLS", yes.said("MAIL")[0])
        bounces = "".join(m.decode() for m in server.wait_for_mail(2, "s", "local.example"))
        self.assertIn("5.7.30 REQUIRETLS support required", bounces)
        self.assertIn("5.7.10 REQUIRETLS: neither DNSSEC nor MTA-STS", bounces)
        self.assertEqual((no.messages, plain.messages), ([], []))

    def test_tls_required_no_is_honoured(self):  # RFC 8689 section 3
        self.port = free_port()
        directory = self.directory()
        receiver = Receiver(self, "127.0.3.5", self.port, certificate=make_certificate(directory, "other.example"))
        names = NameServer(self, {"example": ["dane MX 10 dane", "dane A 127.0.3.5", f"_{self.port}._tcp.dane TLSA 3 1 1 {'00' * 32}"]})
        server = self.server(names)
        self.send(server, "a@dane.example")
        self.assertRegex(self.reply(server, "a@dane.example"), "cannot be authenticated")
        self.send(server, "a@dane.example", message="TLS-Required: No\r\n" + MESSAGE)
        wait_until(lambda: receiver.messages, "delivered all the same")


class TlsReports(Case):  # RFC 8460
    def test_what_was_seen_is_reported_by_mail_and_posted_and_can_be_read(self):
        self.port = free_port()
        directory = self.directory()
        authority = Authority(directory)
        reports = Receiver(self, "127.0.5.2", self.port, certificate=make_certificate(directory, "x"))
        clear = Receiver(self, "127.0.5.3", self.port)
        stale = Receiver(self, "127.0.5.4", self.port, certificate=make_certificate(directory, "stale.example"))
        certificates = {"web.insecure.example": authority.issue("web.insecure.example"), "mta-sts.sts.insecure.example": authority.issue("mta-sts.sts.insecure.example")}
        web = WebServer(self, certificates, {"mta-sts.sts.insecure.example": (200, "text/plain", b"version: STSv1\nmode: testing\nmx: mx.sts.insecure.example\nmax_age: 100\n")})
        names = NameServer(self, {
            "example": ["stale MX 10 stale", "stale A 127.0.5.4", f"_{self.port}._tcp.stale TLSA 3 1 1 {'00' * 32}", '_smtp._tls.stale TXT "v=TLSRPTv1; rua=mailto:tls@rua.insecure.example"'],
            "insecure.example": ["rua MX 10 mx.rua", "mx.rua A 127.0.5.2", "clear MX 10 mx.clear", "mx.clear A 127.0.5.3", "web A 127.0.0.1",
                                 '_smtp._tls.clear TXT "v=TLSRPTv1; rua=https://web.insecure.example/tls,https://gone.insecure.example/,mailto:tls%2Bclear@rua.insecure.example"',
                                 "sts MX 10 mx.sts", "mx.sts A 127.0.5.2", "mta-sts.sts A 127.0.0.1", '_mta-sts.sts TXT "v=STSv1; id=1"',
                                 '_smtp._tls.sts TXT "v=TLSRPTv1; rua=mailto:tls@rua.insecure.example"']})
        server = self.server(names, send=f'ca_file = "{authority.pem}"', sections=f"[mta_sts]\nport = {web.port}\n")
        for recipient in ("a@clear.insecure.example", "a@stale.example", "a@sts.insecure.example"):
            self.send(server, recipient)
        wait_until(lambda: clear.messages and reports.messages, "delivered")
        self.reply(server, "a@stale.example")
        server.facts("SELECT 1 FROM outbound WHERE result <> ''", 3)
        day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        for n in (1, 2):  # each place gets it once, however often it is asked for and whatever becomes of the others
            result = server.run("tlsrpt", "--send", "--day", day, "--config", str(server.config))
            self.assertEqual(result.returncode, 0, result.stderr)
            wait_until(lambda: server.log().count("event=tls-report ") == 4 + n, lambda: f"each place is tried: {server.log()[-1500:]}")
            self.assertEqual(server.log().count("to=https://gone.insecure.example/ outcome="), n)
        mails = wait_until(lambda: (found := [m for m in reports.messages if b"TLS-Report-Domain" in m["body"]]) and len(found) >= 3 and found, lambda: f"the reports come: {server.log()[-1500:]}")
        files = []
        for i, mail in enumerate(mails):
            files.append(directory / f"mail{i}")
            files[-1].write_bytes(mail["body"])
        wait_until(lambda: web.posted, "the report is posted")
        path, kind, body = web.posted[0]
        self.assertEqual((path, kind), ("/tls", "application/tlsrpt+gzip"))
        (directory / "posted.json.gz").write_bytes(body)
        (directory / "posted.json").write_bytes(gzip.decompress(body))
        seen = json.loads(server.run("tlsrpt", "--json", *map(str, files)).stdout)
        results = {p["policy"]["policy-domain"]: (p["policy"]["policy-type"], [f["result-type"] for f in p.get("failure-details", [])]) for r in seen for p in r["policies"]}
        self.assertEqual(results, {"clear.insecure.example": ("no-policy-found", ["starttls-not-supported"]), "stale.example": ("tlsa", ["validation-failure"]),
                                   "sts.insecure.example": ("sts", ["certificate-not-trusted"])})
        for file in ("posted.json", "posted.json.gz"):
            table = server.run("tlsrpt", str(directory / file)).stdout
            self.assertIn("1 x starttls-not-supported at mx.clear.insecure.example", table)
            self.assertIn("1 report: 0 sessions over TLS, 1 failed", table)
        bad = server.run("tlsrpt", str(server.config))
        self.assertEqual((bad.returncode, "neither a TLS report" in bad.stderr), (1, True))
        self.assertEqual(len(web.posted), 1)
        wait_until(lambda: server.log().count("outcome=sent") == 4, "four reports have been sent")
        self.assertEqual(len(reports.said("RCPT TO:<TLS+CLEAR@RUA.INSECURE.EXAMPLE>")), 1)


@unittest.skipIf(os.geteuid() != 0, "a Postfix and an Exim of one's own need root")
class RealReceivers(Case):
    def test_postfix_with_every_certificate_and_none(self):
        self.port = free_port()
        directory = self.directory()
        authority = Authority(directory)
        kinds = {"good": authority.issue("mx.good.insecure.example"), "selfsigned": make_certificate(directory, "mx.selfsigned.insecure.example"),
                 "expired": authority.issue("mx.expired.insecure.example", days=-1), "wrongname": authority.issue("elsewhere.example"), "clear": None}
        records, peers = [], {}
        for i, (kind, certificate) in enumerate(kinds.items()):
            address, name = f"127.0.4.{i + 2}", f"{kind}.insecure.example"
            peers[kind] = Postfix(self, f"""virtual_mailbox_domains = {name}
virtual_mailbox_maps = texthash:RECIPIENTS
virtual_transport = virtual
smtpd_tls_security_level = {'may' if certificate else 'none'}
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
""", recipients=[f"a@{name}"], address=address, port=self.port, certificate=certificate, name=f"mx.{name}")
            records += [f"{kind} MX 10 mx.{kind}", f"mx.{kind} A {address}"]
        names = NameServer(self, {"insecure.example": records})
        verified = "".join(f'[routes."{kind}.insecure.example"]\ntls = "verified"\n' for kind in ("expired", "wrongname"))
        server = self.server(names, send=f'ca_file = "{authority.pem}"')
        for kind, certificate in (("good", "trusted"), ("selfsigned", "self-signed"), ("expired", "expired"), ("wrongname", "wrong-name"), ("clear", "")):
            self.send(server, f"a@{kind}.insecure.example", f"nobody@{kind}.insecure.example")
            mail = wait_until(lambda: peers[kind].mailbox(f"a@{kind}.insecure.example"), lambda: f"{kind}: {server.log()[-800:]}")[0]
            self.assertEqual(b"using TLSv1.3" in mail, kind != "clear")
            self.assertEqual(self.outbound(server, f"mx.{kind}.insecure.example")[0]["certificate"], certificate)
        self.assertEqual(len(server.wait_for_mail(5, "s", "local.example")), 5, "each Postfix has refused nobody@")
        strict = self.server(names, send=f'ca_file = "{authority.pem}"', sections=verified)
        for kind in ("expired", "wrongname"):
            self.send(strict, f"a@{kind}.insecure.example")
            self.assertRegex(self.reply(strict, f"a@{kind}.insecure.example"), "cannot be authenticated")

    def test_exim(self):
        self.port = free_port()
        directory = self.directory()
        exim = Exim(self, "127.0.4.20", self.port, make_certificate(directory, "exim.example"))
        names = NameServer(self, {"insecure.example": ["@ MX 10 exim", "exim A 127.0.4.20"]})
        server = self.server(names)
        text = MESSAGE + "".join(f"line {i}\r\n..\r\n" for i in range(5000))
        self.send(server, "a@insecure.example", "b@insecure.example", message=text)
        wait_until(lambda: exim.text().count("with esmtps  (TLS1.3)") >= 1 and "line 4999" in exim.text(), lambda: f"Exim has it: {server.log()[-1000:]}")
        wait_until(lambda: server.queue("list") == [], "the queue is empty")
        self.assertIn("\nline 7\n..\nline 8\n", exim.text())
        self.assertEqual(self.outbound(server, "exim.insecure.example")[0]["delivered"], 2)


if __name__ == "__main__":
    unittest.main()
