"""Mail from real clients, in the clear and over TLS: swaks, smtplib, openssl, curl, Postfix's smtp-source and posttls-finger."""
import pathlib, shutil, smtplib, subprocess, unittest

from support import MESSAGE, SLOW, Server, insecure, make_certificate, wait_until


class Clients(unittest.TestCase):
    def setUp(self):
        self.server = Server(self).start()

    def run_client(self, *command, **options):
        result = subprocess.run(command, capture_output=True, text=True, timeout=60 * SLOW, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def test_smtplib_in_the_clear_and_over_tls(self):
        client = self.server.smtp()
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.starttls(context=insecure())
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.quit()
        mails = self.server.wait_for_mail(2)
        self.assertTrue(mails[0].startswith(b"Return-Path: <a@far.example>\nReceived: from client.example (unknown [127.0.0.1])\n"), mails[0])
        self.assertIn(b"with ESMTP id", mails[0])
        self.assertIn(b"with ESMTPS id", mails[1])
        self.assertIn(b"using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 group X25519", mails[1])
        self.assertIn(b"for <alice@example.org>\n\ttls TLS_AES_256_GCM_SHA384;", mails[1])
        rows = self.server.facts("SELECT * FROM connections")
        self.assertEqual((rows[0]["tls"], rows[0]["messages"], rows[0]["starttls_offered"], rows[0]["end"]), ("established", 2, 1, "quit"))

    def test_implicit_tls(self):
        client = smtplib.SMTP_SSL("127.0.0.1", self.server.tls_port, context=insecure(), timeout=30 * SLOW)
        client.sendmail("a@far.example", ["bob@example.org"], MESSAGE)
        self.assertNotIn("starttls", client.esmtp_features)
        client.quit()
        self.assertIn(b"ESMTPS", self.server.wait_for_mail(1, "bob")[0])

    def test_swaks(self):
        for port, options in ((self.server.port, []), (self.server.port, ["--tls"]), (self.server.port, ["--tls", "--tls-protocol", "tlsv1_2"]),
                              (self.server.port, ["--pipeline"]), (self.server.tls_port, ["--tls-on-connect"])):
            self.run_client("swaks", "--server", "127.0.0.1", "--port", str(port), "--from", "a@far.example", "--to", "alice@example.org,bob@example.org", *options)
        self.server.wait_for_mail(5, "alice")
        self.server.wait_for_mail(5, "bob")

    def test_curl(self):
        message = self.server.dir / "message"
        message.write_text(MESSAGE)
        self.run_client("curl", "-sS", "-k", "--ssl-reqd", f"smtp://127.0.0.1:{self.server.port}", "--mail-from", "a@far.example",
                        "--mail-rcpt", "alice@example.org", "-T", str(message))
        self.assertIn(b"Subject: test", self.server.wait_for_mail(1)[0])

    def test_openssl_s_client(self):
        for version in ("-tls1_2", "-tls1_3"):
            out = self.run_client("openssl", "s_client", "-connect", f"127.0.0.1:{self.server.port}", "-starttls", "smtp", version, "-quiet",
                                  "-ign_eof", input="QUIT\r\n")
            self.assertIn("221", out)
        versions = {r["tls_version"] for r in self.server.facts("SELECT tls_version FROM connections", 2)}
        self.assertEqual(versions, {"TLSv1.2", "TLSv1.3"})

    @unittest.skipUnless(shutil.which("smtp-source"), "Postfix is not installed")
    def test_smtp_source(self):
        self.run_client("smtp-source", "-s", "5", "-m", "50", "-l", "4096", "-f", "a@far.example", "-t", "alice@example.org", f"127.0.0.1:{self.server.port}")
        self.server.wait_for_mail(50)

    @unittest.skipUnless(shutil.which("posttls-finger"), "Postfix is not installed")
    def test_posttls_finger(self):
        out = subprocess.run(["posttls-finger", "-c", "-l", "encrypt", f"[127.0.0.1]:{self.server.port}"], capture_output=True, text=True, timeout=60 * SLOW)
        self.assertIn("TLS connection established", out.stdout + out.stderr)

    def test_a_large_message_costs_little_memory(self):
        def resident():
            status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
            return int(next(l.split()[1] for l in status.splitlines() if l.startswith("VmHWM")))
        before = resident()
        client = self.server.smtp()
        body = "Subject: big\r\n\r\n" + ("x" * 998 + "\r\n") * 45_000
        client.sendmail("a@far.example", ["alice@example.org"], body)
        mail = self.server.wait_for_mail(1)[0]
        self.assertEqual(mail.count(b"x" * 998), 45_000)
        if SLOW == 1:
            self.assertLess(resident() - before, 8 * 1024, "KiB, delivery included")

    def test_dsn_parameters_and_success_report(self):
        client = self.server.smtp()
        client.ehlo()
        client.mail("bob@example.org", ["RET=HDRS", "ENVID=Q1"])
        client.rcpt("alice@example.org", ["NOTIFY=SUCCESS", "ORCPT=rfc822;alice@example.org"])
        client.data(MESSAGE)
        report = self.server.wait_for_mail(1, "bob")[0]
        self.assertIn(b"Action: delivered", report)
        self.assertIn(b"Original-Envelope-Id: Q1", report)
        self.assertIn(b"Return-Path: <>", report)

    def test_smtputf8(self):
        client = self.server.smtp()
        client.ehlo()
        client.sock.sendall("MAIL FROM:<jürgen@bücher.example> SMTPUTF8\r\n".encode())
        self.assertEqual(client.getreply()[0], 250)
        client.rcpt("alice@example.org")
        client.data(MESSAGE)
        mail = self.server.wait_for_mail(1)[0]
        self.assertIn("Return-Path: <jürgen@bücher.example>".encode(), mail)
        self.assertIn(b"with UTF8SMTP id", mail)
        self.assertEqual(self.server.facts("SELECT sender_domain FROM transactions")[0][0], "xn--bcher-kva.example")


class Certificates(unittest.TestCase):
    def test_client_certificates_are_taken_and_recorded(self):
        server = Server(self).start()
        for name, days, expected in (("self", 30, "self-signed"), ("expired", -1, "expired")):
            pem, key = make_certificate(server.dir, name, days)
            context = insecure()
            context.load_cert_chain(pem, key)
            client = server.smtp()
            client.starttls(context=context)
            client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
            client.quit()
        rows = server.facts("SELECT * FROM connections ORDER BY id", 2)
        self.assertEqual([r["client_certificate"] for r in rows], ["self-signed", "expired"])
        self.assertEqual([len(r["client_spki_sha256"]) for r in rows], [64, 64])
        self.assertIn(b"self-signed client certificate", server.wait_for_mail(2)[0])

    def test_sni_and_key_types(self):
        server = Server(self, tls='certificate = ["one.pem", "one-rsa.pem", "two.pem"]\nkey = ["one.key", "one-rsa.key", "two.key"]')
        make_certificate(server.dir, "one", hosts=["one.example"])
        make_certificate(server.dir, "one-rsa", key="rsa", hosts=["one.example"])
        make_certificate(server.dir, "two", hosts=["two.example", "*.two.example"])
        server.start()
        def subject(*options):
            out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-starttls", "smtp", *options], input="QUIT\r\n",
                                 capture_output=True, text=True, timeout=60).stdout
            return next(l for l in out.splitlines() if l.startswith("subject=")), out
        self.assertIn("CN = one", subject("-servername", "one.example")[0])
        self.assertIn("CN = two", subject("-servername", "two.example")[0])
        self.assertIn("CN = two", subject("-servername", "mx.two.example")[0])
        self.assertIn("CN = one", subject("-servername", "other.example")[0])
        self.assertIn("CN = one", subject("-noservername")[0])
        self.assertIn("CN = one-rsa", subject("-servername", "one.example", "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")[0])
        self.assertIn("two.example", [r["sni"] for r in server.facts("SELECT sni FROM connections", 6)])

    def test_tickets_resume(self):
        server = Server(self).start()
        session = server.dir / "session"
        for option in ("-sess_out", "-sess_in"):
            out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-starttls", "smtp", "-tls1_2", option, session],
                                 input="QUIT\r\n", capture_output=True, text=True, timeout=60).stdout
        self.assertIn("Reused", out)
        self.assertEqual([r["tls_resumed"] for r in server.facts("SELECT tls_resumed FROM connections ORDER BY id", 2)], [0, 1])

    def test_old_versions_when_allowed(self):
        refused = Server(self).start()
        allowed = Server(self, tls='min_version = "1.0"').start()
        for server, ok in ((refused, False), (allowed, True)):
            out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-starttls", "smtp", "-tls1", "-cipher", "ALL:@SECLEVEL=0"],
                                 input="QUIT\r\n", capture_output=True, text=True, timeout=60).stdout
            self.assertEqual("Protocol  : TLSv1\n" in out and "Cipher    : 0000" not in out, ok, out)
        failed = refused.facts("SELECT * FROM connections WHERE tls = 'failed'")[0]
        self.assertIn("unsupported protocol", failed["tls_failure"])
        self.assertEqual(failed["end"], "tls-failed")

    def test_reload_takes_new_certificates_and_keeps_old_on_error(self):
        import os, signal, ssl
        server = Server(self, tls='certificate = ["c.pem"]\nkey = ["c.key"]')
        make_certificate(server.dir, "c")
        server.start()
        def served():
            client = server.smtp()
            client.starttls(context=insecure())
            return client.sock.getpeercert(True)
        first = served()
        make_certificate(server.dir, "c")
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: served() != first, "the new certificate is served")
        second = served()
        (server.dir / "c.pem").write_text("junk")
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: "reload-refused" in server.log(), "the reload is refused")
        server.logged("c.pem: holds no PEM certificate")
        self.assertEqual(served(), second)


if __name__ == "__main__":
    unittest.main()
