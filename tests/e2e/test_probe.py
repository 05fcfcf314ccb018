"""`postern probe`, `postern dns`, and the site that serves our own MTA-STS policies."""
import json, pathlib, shutil, ssl, subprocess, tempfile, unittest, urllib.request

from peers import Authority, NameServer, Receiver, WebServer, tlsa
from support import SLOW, Server, free_port, make_certificate, wait_until


class Probe(unittest.TestCase):
    def test_what_a_sender_would_see(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, directory, True)
        port = free_port()
        authority = Authority(directory)
        good = authority.issue("mx.good.example")
        Receiver(self, "127.0.6.2", port, certificate=good)
        Receiver(self, "127.0.6.3", port)
        Receiver(self, "127.0.6.4", port, certificate=make_certificate(directory, "stale.example"))
        Receiver(self, "127.0.6.5", port, certificate=authority.issue("mx.late.insecure.example", days=-1))
        Receiver(self, "127.0.6.6", port, certificate=good, cut_handshake=True)
        web = WebServer(self, {"mta-sts.good.example": authority.issue("mta-sts.good.example")},
                        {"mta-sts.good.example": (200, "text/plain", b"version: STSv1\nmode: enforce\nmx: mx.good.example\nmax_age: 86400\n")})
        names = NameServer(self, {
            "example": ["good MX 10 mx.good", "mx.good A 127.0.6.2", f"_{port}._tcp.mx.good TLSA {tlsa(good[0])}",
                        '_mta-sts.good TXT "v=STSv1; id=1"', "mta-sts.good A 127.0.0.1", '_smtp._tls.good TXT "v=TLSRPTv1; rua=mailto:t@good.example"',
                        "stale MX 10 mx.stale", "mx.stale A 127.0.6.4", f"_{port}._tcp.mx.stale TLSA 3 1 1 {'00' * 32}"],
            "insecure.example": ["clear MX 10 mx.clear", "mx.clear A 127.0.6.3", "late MX 10 mx.late", "mx.late A 127.0.6.5", "none MX 0 .", "dead MX 10 mx.dead", "mx.dead A 127.0.6.9",
                                 "cut MX 10 mx.cut", "mx.cut A 127.0.6.6", "half MX 10 no-address"]})
        server = Server(self, dns=names.settings, sections=f'[send]\nport = {port}\nca_file = "{authority.pem}"\n[mta_sts]\nport = {web.port}\n')

        def probe(domain, code):
            result = server.run("probe", "--json", "--config", str(server.config), domain)
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)
            text = server.run("probe", "--config", str(server.config), domain).stdout
            found = json.loads(result.stdout)
            for finding in found["findings"]:
                self.assertIn(finding["what"], text)
            return found, text

        found, text = probe("good.example", 0)
        self.assertIn("Nothing is wrong", text)
        self.assertIn("DANE matches", text)
        address = found["hosts"][0]["addresses"][0]
        self.assertEqual((address["version"], address["certificate"], address["proved"]), ("TLSv1.3", "trusted", True))
        self.assertEqual(address["tls_versions"][:2], ["TLSv1.3", "TLSv1.2"])
        self.assertEqual((found["mx_secure"], found["mta_sts"]["mode"], found["tlsrpt"]), (True, "enforce", ["mailto:t@good.example"]))
        for domain, words in (("clear.insecure.example", "does not offer STARTTLS"), ("stale.example", "does not match the TLSA records"), ("late.insecure.example", "certificate has expired"),
                              ("dead.insecure.example", "cannot be reached"), ("cut.insecure.example", "handshake fails"), ("half.insecure.example", "has no address"),
                              ("missing.insecure.example", "there is no domain")):
            found, _ = probe(domain, 1)
            self.assertTrue(any(words in f["what"] and f["severity"] == "wrong" for f in found["findings"]), found["findings"])
        found, text = probe("none.insecure.example", 0)
        self.assertIn("null MX", text)
        self.assertEqual(server.run("probe", "not a domain").returncode, 2)


class OwnDomains(unittest.TestCase):
    def test_records_and_the_policy_they_lead_to(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, directory, True)
        authority = Authority(directory)
        own, following = authority.issue("mx.example.org", hosts=["mx.example.org", "mta-sts.example.org"]), make_certificate(directory, "next")
        https = free_port()
        smtp = free_port()
        server = Server(self, tls=f'certificate = ["{own[0]}"]\nkey = ["{own[1]}"]\nnext = ["{following[1]}"]',
                        listen=f'[[listen]]\naddress = "127.0.0.1:{smtp}"\n[[listen]]\naddress = "127.0.0.1:{https}"\nrole = "https"\n',
                        domains='[domains."example.org"]\nmailboxes = ["*"]\nmta_sts.mode = "enforce"\nmta_sts.max_age = "1d"\ntlsrpt.rua = ["mailto:tls@example.org"]\n').start()
        records = server.run("dns", "--config", str(server.config))
        self.assertEqual(records.returncode, 0, records.stderr)
        lines = [" ".join(l.split()) for l in records.stdout.splitlines() if l and not l.startswith(";")]
        self.assertIn("example.org. MX 10 mx.example.org.", lines)
        self.assertIn(f"_25._tcp.mx.example.org. TLSA {tlsa(own[0])}", lines)
        self.assertIn(f"_25._tcp.mx.example.org. TLSA {tlsa(following[0])}", lines)
        self.assertIn('_smtp._tls.example.org. TXT "v=TLSRPTv1; rua=mailto:tls@example.org"', lines)
        self.assertTrue(any(l.startswith('_mta-sts.example.org. TXT "v=STSv1; id=') for l in lines), lines)
        def get(path, host="mta-sts.example.org"):
            result = subprocess.run(["curl", "-sS", "--cacert", authority.pem, "--resolve", f"{host}:{https}:127.0.0.1", "-w", "\n%{http_code} %{content_type}", f"https://{host}:{https}{path}"],
                                    capture_output=True, text=True, timeout=60 * SLOW)
            self.assertEqual(result.returncode, 0, result.stderr)
            return result.stdout
        self.assertEqual(get("/.well-known/mta-sts.txt"), "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n\n200 text/plain")
        self.assertIn("\n404 ", get("/other"))
        self.assertIn("\n404 ", get("/.well-known/mta-sts.txt", "mx.example.org"))
        # A changed policy has another id, and is served after a reload.
        before = next(l for l in lines if "_mta-sts" in l)
        server.config.write_text(server.config.read_text().replace('"enforce"', '"testing"'))
        self.assertNotIn(before, [" ".join(l.split()) for l in server.run("dns", "--config", str(server.config)).stdout.splitlines()])
        server.process.send_signal(1)
        wait_until(lambda: "mode: testing" in get("/.well-known/mta-sts.txt"), "the reload is served")


if __name__ == "__main__":
    unittest.main()
