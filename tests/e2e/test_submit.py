"""Mail from programs on this machine: `postern send`, and sendmail's command line, with the server up and down."""
import os, pathlib, resource, shutil, signal, smtplib, subprocess, tempfile, unittest

from peers import Receiver, tlsa
from support import MESSAGE, POSTERN, SLOW, Server, free_port, insecure, make_certificate, wait_until


class Submit(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver(self, extensions=("8BITMIME", "SMTPUTF8", "DSN"))
        self.server = Server(self, domains='[domains."local.example"]\nmailboxes = ["alice", "root"]\naliases = { "all" = ["alice@local.example", "x@far.example"] }\n',
                             sections=f'[routes."*"]\nvia = "smtp:127.0.0.1:{self.receiver.port}"\n').start()
        self.sendmail_link = self.server.dir / "sendmail"
        self.sendmail_link.symlink_to(POSTERN)

    def run_as(self, command, text="", **options):
        environment = dict(os.environ, POSTERN_CONFIG=str(self.server.config))
        return subprocess.run(command, input=text, capture_output=True, text=True, env=environment, timeout=60 * SLOW, **options)

    def sendmail(self, *args, text="", code=0, **options):
        result = self.run_as([self.sendmail_link, *args], text, **options)
        self.assertEqual(result.returncode, code, result.stderr + self.server.log()[-500:])
        return result

    def received(self, count=1):
        return wait_until(lambda: self.receiver.messages if len(self.receiver.messages) >= count else None, lambda: f"{count} arrive: {self.server.log()[-1000:]}")

    def test_as_cron_calls_it(self):
        self.sendmail("-i", "-FCronDaemon", "-B8BITMIME", "-oem", "root@local.example", text="From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\n.\nline\n")
        mail = self.server.wait_for_mail(1, "root", "local.example")[0].decode()
        self.assertIn("Received: by mx.example.org (Postern, from userid ", mail)
        self.assertIn("\n\n.\nline\n", mail)
        self.assertIn("\nDate: ", mail)
        self.assertIn("\nMessage-ID: <", mail)
        self.assertEqual(mail.count("From: "), 1)

    def test_as_php_calls_it(self):
        self.sendmail("-t", "-i", "-fbounces@local.example", text='To: "A, B" <a@far.example>, b@far.example (him)\r\nCc: Group: c@far.example;\r\nBcc: d@far.example,\r\n e@far.example\r\nSubject: hi\r\n\r\nbody ü\r\n')
        message = self.received()[0]
        self.assertEqual(message["to"], [f"{who}@far.example" for who in "abcde"])
        self.assertEqual(message["from"], "MAIL FROM:<bounces@local.example> BODY=8BITMIME")
        self.assertNotIn(b"Bcc", message["body"])
        self.assertNotIn(b"e@far.example", message["body"])
        self.assertIn("body ü\r\n".encode(), message["body"])
        self.assertIn(b"From: <bounces@local.example>\r\n", message["body"])

    def test_a_lone_dot_ends_it_without_i(self):
        self.sendmail("-f", "s@local.example", "a@far.example", text="Subject: x\n\nbefore\n.\nafter\n")
        self.assertTrue(self.received()[0]["body"].endswith(b"before\r\n"))

    def test_smtp_on_standard_input(self):
        result = self.sendmail("-bs", text="EHLO me\r\nMAIL FROM:<s@local.example>\r\nRCPT TO:<a@far.example> NOTIFY=SUCCESS\r\nRCPT TO:<nobody@local.example>\r\n"
                               "DATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n")
        self.assertIn("250 2.0.0 Ok", result.stdout)
        self.assertIn("550 5.1.1", result.stdout)
        self.assertNotIn("STARTTLS", result.stdout)
        self.received()
        self.assertEqual(self.receiver.said("RCPT"), ["RCPT TO:<a@far.example> NOTIFY=SUCCESS"])
        self.assertTrue(self.receiver.messages[0]["body"].endswith(b"\r\n.dot\r\n"))

    def test_smtp_on_standard_input_in_lines_that_end_with_lf(self):
        result = self.sendmail("-bs", text="EHLO me\nMAIL FROM:<s@local.example>\nRCPT TO:<a@far.example>\nDATA\nSubject: x\n\n..dot\n.\nQUIT\n")
        self.assertIn("221 ", result.stdout)
        self.assertTrue(self.received()[0]["body"].endswith(b"\r\n.dot\r\n"))

    def test_smtp_on_standard_input_with_parameters(self):
        good = "MAIL FROM:<s@local.example> BODY=8BITMIME SIZE=20\r\nRCPT TO:<a@far.example>\r\nDATA\r\nSubject: x\r\n\r\nü\r\n.\r\nQUIT\r\n"
        self.sendmail("-bs", text="EHLO me\r\n" + good)
        self.assertEqual(self.received()[0]["from"], "MAIL FROM:<s@local.example> BODY=8BITMIME")
        for refused, code in (("SIZE=99999999999", 69), ("BODY=FOO", 76), ("SIZE=x", 76)):  # one of two messages is not sent
            self.sendmail("-bs", text=f"EHLO me\r\nMAIL FROM:<s@local.example> {refused}\r\n" + good, code=code)

    def test_smtp_on_standard_input_while_the_maildrop_takes_nothing(self):
        text = "EHLO me\r\nMAIL FROM:<s@local.example> SIZE=20\r\nRCPT TO:<a@far.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"
        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        self.assertIn("451 4.3.0", self.sendmail("-bs", text=text, code=74, preexec_fn=no_room).stdout)
        self.assertEqual(self.receiver.messages, [])

    def test_smtp_on_standard_input_that_sends_nothing(self):
        hello = "EHLO me\r\nMAIL FROM:<s@local.example>\r\n"
        self.sendmail("-bs", text=hello + "RCPT TO:<a@far.example>\r\nDATA\r\nSubject: x\r\n\r\nx\n.\nQUIT\r\n", code=69)  # no CRLF.CRLF: never complete
        self.sendmail("-bs", text=hello + "RCPT TO:<nobody@local.example>\r\nQUIT\r\n", code=69)
        self.sendmail("-bs", text="EHLO me\r\nMAIL FROM:<a b>\r\nQUIT\r\n", code=76)
        self.sendmail("-bs", text="EHLO me\r\nMAIL FROM:<s@local.example> SIZE=99999999999\r\nQUIT\r\n", code=69)
        self.sendmail("-bs", text=hello + "RSET\r\nQUIT\r\n")
        self.assertEqual(self.receiver.messages, [])

    def test_root_and_users_without_a_domain(self):  # the origin is the first domain of the file
        server = Server(self, domains='[domains."origin.example"]\nmailboxes = ["bob"]\n[domains."another.example"]\nmailboxes = ["*"]\n').start()
        environment = dict(os.environ, POSTERN_CONFIG=str(server.config))
        for recipient in ("root", "MAILER-DAEMON", "postmaster", "bob"):
            subprocess.run([self.sendmail_link, recipient], input="Subject: x\n\nx\n", text=True, env=environment, timeout=60 * SLOW, check=True)
        self.assertEqual(len(server.wait_for_mail(4, "bob", "origin.example")), 4)

    def test_what_waits_is_retried_on_demand(self):
        self.assertEqual(self.sendmail("-q").stdout, "")
        self.server.stop()
        self.assertIn("no server is running", self.sendmail("-q", code=69).stderr)

    def test_exit_codes(self):  # sysexits.h
        self.sendmail(text="x\n", code=64)
        self.sendmail("-t", text="Subject: nobody\n\n", code=67)
        self.sendmail("-t", text="To: not an address\n\n", code=65)
        self.sendmail("-f", "@", "a@far.example", code=64)
        self.sendmail("-Z", "a@far.example", code=64)
        self.sendmail("nobody-here", text="x\n", code=67)
        self.sendmail("-bz", code=64)
        self.sendmail("-bi")
        self.assertIn("0 messages", self.sendmail("-bp").stdout)
        bad = self.run_as([self.sendmail_link, "-C", "/nonexistent.toml", "a@far.example"])
        self.assertEqual(bad.returncode, 78)
        shutil.rmtree(self.server.data / "drop")
        self.assertIn("start it", self.sendmail("a@far.example", text="x\n", code=69).stderr)  # not 75: PHP takes that for sent

    def test_while_the_server_is_down(self):
        self.server.stop()
        result = self.run_as([POSTERN, "send", "-f", "s@local.example", "a@far.example", "all@local.example", "gone@local.example"], "Subject: later\n\nbody\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.server.start()
        self.assertEqual(self.received()[0]["to"], ["a@far.example", "x@far.example"])
        self.server.wait_for_mail(1, "alice", "local.example")
        wait_until(lambda: not list((self.server.data / "drop").iterdir()), "the drop directory is empty")

    @unittest.skipIf(os.geteuid() != 0, "needs another user")
    def test_from_another_user_who_cannot_look(self):
        self.server.dir.chmod(0o711)
        self.server.data.chmod(0o700)
        os.chmod(self.server.config, 0o644)
        self.server.stop()
        refused = self.sendmail("a@far.example", text="Subject: x\n\n", user="nobody", code=77)
        self.assertIn(f"chmod 0711 {self.server.data}", refused.stderr)
        self.server.data.chmod(0o711)
        self.sendmail("a@far.example", text="Subject: x\n\n", user="nobody")
        seen = subprocess.run(["ls", self.server.data / "drop"], user="nobody", capture_output=True)
        self.assertNotEqual(seen.returncode, 0)
        self.server.start()
        self.assertIn(b"from userid 65534", self.received()[0]["body"])
        self.assertEqual(self.receiver.messages[0]["from"], "MAIL FROM:<nobody@local.example>")

    def test_what_is_no_message_is_set_aside(self):
        drop = self.server.data / "drop"
        for name, text in (("a", "junk"), ("b", "postern-drop 1\nFROM:<s@local.example>\n\nno recipients\n"), ("c", "postern-drop 1\nFROM:<x\n")):
            (drop / f".{name}").write_text(text)
            (drop / f".{name}").rename(drop / f"{name}.drop")
        os.symlink("/etc/passwd", drop / ".link")
        os.rename(drop / ".link", drop / "link.drop")
        os.mkfifo(drop / ".fifo")
        os.rename(drop / ".fifo", drop / "fifo.drop")
        wait_until(lambda: sorted(p.name for p in drop.iterdir()) == [f"{n}.drop.bad" for n in ("a", "b", "c", "fifo", "link")], lambda: f"all are set aside: {list(drop.iterdir())}")
        self.sendmail("a@far.example", text="Subject: still\n\n")
        self.received()


class Submission(unittest.TestCase):
    """Users who log in, and clients known by their certificate, may send to other domains (RFC 6409, RFC 4954)."""

    def setUp(self):
        self.receiver = Receiver(self)

    def server(self, relay=""):
        submission = free_port()
        server = Server(self, domains='[domains."local.example"]\nmailboxes = ["*"]\n', sections=f'[auth]\nusers_file = "users"\n{relay}\n[routes."*"]\nvia = "smtp:127.0.0.1:{self.receiver.port}"\n'
                        f'[[listen]]\naddress = "127.0.0.1:{submission}"\nrole = "submission"\n')
        hashed = subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, text=True, check=True).stdout
        (server.dir / "users").write_text(f"# users\nalice:{hashed}")
        server.start()
        return server, submission

    def test_a_user_logs_in(self):
        server, port = self.server()
        client = server.smtp(port)
        client.ehlo()
        self.assertFalse(client.has_extn("auth"))
        client.starttls(context=insecure())
        client.ehlo()
        self.assertTrue(client.has_extn("auth"))
        self.assertEqual(client.mail("alice@local.example")[0], 530)
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            client.login("alice", "wrong")
        client.login("alice", "secret")
        client.sendmail("alice@local.example", ["x@far.example"], MESSAGE.replace("a@far.example", "alice@local.example"))
        wait_until(lambda: self.receiver.messages, "it is passed on")
        self.assertIn(b"with ESMTPSA id", self.receiver.messages[0]["body"])
        client.quit()
        self.assertEqual(server.facts("SELECT login FROM connections WHERE login <> ''")[0]["login"], "alice")
        self.assertEqual((server.metric("postern_logins_total"), server.metric("postern_logins_failed_total")), (1, 2))  # PLAIN, then LOGIN
        mx = server.smtp()
        mx.starttls(context=insecure())
        mx.ehlo()
        self.assertFalse(mx.has_extn("auth"), "not on port 25")

    def test_a_client_with_a_known_certificate(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, directory, True)
        pem, key = make_certificate(directory, "branch.example")
        digest = tlsa(pem).split()[-1]
        server, _ = self.server(f'[relay]\ncertificates = ["{digest.upper()}"]\n')
        for known in (True, False):
            context = insecure()
            if known:
                context.load_cert_chain(pem, key)
            client = server.smtp()
            client.starttls(context=context)
            client.ehlo()
            client.mail("s@branch.example")
            self.assertEqual(client.rcpt("x@far.example")[0], 250 if known else 550)
            client.close()


class Senders(unittest.TestCase):
    """A user who has logged in sends as himself, unless the owner grants more (auth.senders, auth.may_send_as)."""

    def test_a_user_sends_as_himself_as_his_alias_and_as_what_is_granted(self):
        receiver, submission = Receiver(self), free_port()
        server = Server(self, sections=f'[auth]\nusers_file = "users"\nmay_send_as = ["alice @granted.example"]\n[routes."*"]\nvia = "smtp:127.0.0.1:{receiver.port}"\n'
                        f'[[listen]]\naddress = "127.0.0.1:{submission}"\nrole = "submission"\n')
        hashed = subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, text=True, check=True).stdout
        (server.dir / "users").write_text(f"alice:{hashed}")
        server.start()
        client = server.smtp(submission)
        client.starttls(context=insecure())
        client.login("alice", "secret")

        def outcome(sender, author):
            try:
                client.sendmail(sender, ["x@far.example"], MESSAGE.replace("a@far.example", author))
                return 250, b""
            except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
                return refused.smtp_code, refused.smtp_error

        for good in ("alice@example.org", "info@example.org", "alice+x@example.org", "any@granted.example"):
            self.assertEqual(outcome(good, good)[0], 250, good)
        for sender, author in (("bob@example.org", "alice@example.org"), ("alice@example.org", "bob@example.org"), ("alice@example.org", "ceo@far.example")):
            code, text = outcome(sender, author)
            self.assertEqual((code, b"5.7.1 You are logged in as alice" in text), (550, True), text)
        self.assertIn("login=alice", server.logged("event=message", "outcome=accepted"))
        wait_until(lambda: server.metric("postern_login_senders_refused_total") == 3, "they are counted")
        self.assertEqual([r["rule"] for r in server.facts("SELECT rule FROM transactions WHERE outcome = 'refused'", 3)], ["builtin:auth.senders"] * 3)


if __name__ == "__main__":
    unittest.main()
