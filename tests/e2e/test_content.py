"""What content looks like on the wire of another server and in a mailbox, whatever strangers have put into it."""
import email, os, subprocess, unittest

from peers import Receiver
from support import SLOW, Server, wait_until
from test_delivery import LmtpServer, lmtp_domain

RELAY = '[relay]\nnetworks = ["127.0.0.0/8"]\n[routes."*"]\nvia = "smtp:127.0.0.1:{}"\n'
SMUGGLED = b"Subject: x\n.\nMAIL FROM:<ceo@victim.example>\nRCPT TO:<staff@victim.example>\nDATA\n\nhi\n.\r.\r\r\n\r\nbody\r\n"

def bare(body):
    rest = body.replace(b"\r\n", b"")
    return rest.count(b"\r") + rest.count(b"\n")

def give(server, content, sender="s@far.example", to="alice@example.org", mail="", rcpt="", by_bdat=False):
    """One message; gives the reply to its content."""
    raw = server.raw().greet()
    raw.ask(f"MAIL FROM:<{sender}> {mail}".strip() + "\r\n")
    raw.ask(f"RCPT TO:<{to}> {rcpt}".strip() + "\r\n")
    if by_bdat:
        return raw.ask(b"BDAT %d LAST\r\n" % len(content) + content)
    raw.ask("DATA\r\n")
    return raw.ask(content + b"\r\n.\r\n")

class OnTheWire(unittest.TestCase):
    def test_a_report_about_a_binary_message_has_no_bare_newline(self):
        for extensions in (("PIPELINING",), ("PIPELINING", "8BITMIME", "CHUNKING")):
            receiver = Receiver(self, extensions=extensions)
            server = Server(self, sections=RELAY.format(receiver.port)).start()
            self.assertIn("250", give(server, SMUGGLED, "someone@victim.example", mail="BODY=BINARYMIME", rcpt="NOTIFY=SUCCESS", by_bdat=True))
            wait_until(lambda: receiver.messages and server.queue("list") == [], lambda: server.log()[-1500:])
            self.assertEqual([bare(m["body"]) for m in receiver.messages], [0])
            self.assertEqual([c for c in receiver.said("MAIL") if "ceo" in c], [])

    def test_bare_newlines_of_a_client_do_not_go_on(self):
        receiver = Receiver(self, extensions=("PIPELINING", "CHUNKING"))
        server = Server(self, sections=RELAY.format(receiver.port)).start()
        for by_bdat in (False, True):
            self.assertIn("250", give(server, b"Subject: x\r\n\r\n\n.\n\rMAIL FROM:<x@x.example>\r", to="a@far.example", by_bdat=by_bdat))
        wait_until(lambda: len(receiver.messages) == 2, lambda: server.log()[-1500:])
        self.assertEqual([bare(m["body"]) for m in receiver.messages], [0, 0])

    def test_binary_content_reaches_a_server_that_does_not_pipeline(self):
        receiver = Receiver(self, extensions=("8BITMIME", "CHUNKING", "BINARYMIME"))
        server = Server(self, sections=RELAY.format(receiver.port)).start()
        content = b"Subject: x\r\n\r\n" + b"\0\xff\n" * 100_000
        self.assertIn("250", give(server, content, to="a@far.example", mail="BODY=BINARYMIME", by_bdat=True))
        message = wait_until(lambda: receiver.messages, lambda: server.log()[-1500:])[0]
        self.assertTrue(message["body"].endswith(content))
        self.assertGreater(len(receiver.said("BDAT")), 1)

class Reports(unittest.TestCase):
    def test_reach_a_server_that_takes_7_bits_only(self):
        receiver = Receiver(self, extensions=("PIPELINING",), replies={"RCPT": ["550 5.1.1 no", "250 ok"]})
        server = Server(self, sections=RELAY.format(receiver.port)).start()
        give(server, b"Subject: x\r\n\r\ncaf\xe9", to="nobody@far.example")
        report = wait_until(lambda: receiver.messages, lambda: server.log()[-1500:])[0]["body"]
        self.assertTrue(report.isascii())
        returned = email.message_from_bytes(report).get_payload()[2].get_payload()[0]
        self.assertEqual(returned.get_payload(decode=True).strip(), b"caf\xe9")

    def test_that_are_lost_are_told_to_the_log(self):
        receiver = Receiver(self, replies={"RCPT": "550 5.1.1 no"})
        server = Server(self, sections=RELAY.format(receiver.port)).start()
        give(server, b"Subject: x\r\n\r\nx", to="nobody@far.example")
        wait_until(lambda: "event=report-lost" in server.log(), lambda: server.log()[-1500:])
        line = server.logged("event=report-lost")
        self.assertIn("to=s@far.example", line)
        self.assertIn("Your message could not be delivered", line)

class InTheMailbox(unittest.TestCase):
    CONTENT = b"X-Postern-Flag: bank-verified\r\nx-postern-flag : again\r\n\tand folded\r\nReturn-Path: <ceo@example.org>\r\nSubject: x\r\n\r\nx"

    def check(self, server):
        mail = server.wait_for_mail(1)[0]
        header = mail.split(b"\n\n")[0]
        self.assertNotIn(b"postern-flag", header.lower())
        self.assertEqual(header.lower().count(b"return-path"), 1)
        self.assertIn(b"\nSubject: x", header)

    def test_fields_of_ours_are_not_believed_from_a_client(self):
        server = Server(self).start()
        give(server, self.CONTENT)
        self.check(server)

    def test_nor_from_a_local_program(self):
        server = Server(self).start()
        link = server.dir / "sendmail"
        os.symlink(os.environ["POSTERN"], link)
        done = subprocess.run([link, "-i", "-f", "s@far.example", "alice@example.org"], input=self.CONTENT, capture_output=True, timeout=60 * SLOW,
                              env=dict(os.environ, POSTERN_CONFIG=str(server.config)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check(server)

    def test_content_without_a_header_does_not_join_ours(self):
        server = Server(self).start()
        give(server, b"\tby forged.example; Thu, 1 Jan 1970 00:00:00 +0000\r\nSubject: x\r\n\r\nx")
        give(server, b"The door is open\r\nsince noon", to="bob@example.org")
        self.assertNotIn("forged", email.message_from_bytes(server.wait_for_mail(1)[0])["Received"])
        self.assertIn(b"\n\nThe door is open\nsince noon\n", server.wait_for_mail(1, "bob")[0])

class SevenBits(unittest.TestCase):
    """A server without 8BITMIME gets every message, in 7 bits (RFC 6152 section 3)."""
    PARTS = (b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
             b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\xc3\xa9\r\n"
             b"--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: y\r\n\r\n\xe9t\xe9\r\n--b--\r\n")
    SIGNED = (b"Subject: x\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\ncaf\xc3\xa9\r\n--b\r\n"
              b"Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n")

    def setUp(self):
        self.receiver = Receiver(self, extensions=("PIPELINING", "SIZE 1000000"))
        self.server = Server(self, domains='[domains."local.example"]\nmailboxes = ["s"]\n', sections=RELAY.format(self.receiver.port)).start()

    def received(self):
        wait_until(lambda: self.receiver.messages, lambda: self.server.log()[-1500:])
        body = self.receiver.messages[0]["body"]
        self.assertTrue(body.isascii())
        self.assertIn("converted=7bit", self.server.logged("event=delivery"))
        said = self.receiver.messages[0]["from"]
        self.assertNotIn("BODY=", said)
        self.assertAlmostEqual(int(said.split("SIZE=")[1].split()[0]), len(body), delta=2, msg="SIZE= tells what is sent")
        return email.message_from_bytes(body)

    def test_parts_and_messages_within_become_quoted_printable(self):
        self.assertIn("250", give(self.server, self.PARTS, "s@local.example", "a@far.example", "BODY=8BITMIME"))
        text, within = self.received().get_payload()
        self.assertEqual(text.get_payload(decode=True), "caf\u00e9".encode())
        self.assertEqual(within["Content-Transfer-Encoding"], "7bit")
        self.assertEqual(within.get_payload()[0].get_payload(decode=True), b"\xe9t\xe9")

    def test_so_does_what_nobody_has_declared(self):
        self.assertIn("250", give(self.server, b"Subject: x\r\n\r\ncaf\xe9\r\n", "s@local.example", "a@far.example"))
        message = self.received()
        self.assertEqual(message.get_payload(decode=True).strip(), b"caf\xe9")
        self.assertEqual(message.get_content_charset(), "unknown-8bit")

    def test_a_large_binary_message_becomes_base64(self):
        image = os.urandom(400_000)
        content = (b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n" + image)
        self.assertIn("250", give(self.server, content, "s@local.example", "a@far.example", "BODY=BINARYMIME", by_bdat=True))
        self.assertEqual(self.received().get_payload(decode=True), image)

    def test_what_is_signed_is_not_changed_and_comes_back(self):  # RFC 1847 section 2.1
        self.assertIn("250", give(self.server, self.SIGNED, "s@local.example", "a@far.example", "BODY=8BITMIME"))
        report = self.server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Status: 5.6.3", report)
        self.assertIn(b"cannot be converted", report.replace(b"\n ", b" "))
        self.assertEqual(self.receiver.messages, [])

class Utf8(unittest.TestCase):
    CONTENT = "From: s@local.example\r\nTo: alice@example.org\r\nSubject: caf\u00e9\r\n\r\nx".encode()

    def test_header_reaches_our_own_lmtp_server_and_maildir(self):
        lmtp = LmtpServer(self)
        server = Server(self, domains=lmtp_domain(lmtp.port)).start()
        for to in ("alice@example.org", "me@local.example"):
            self.assertIn("250", give(server, self.CONTENT, to=to, mail="SMTPUTF8 BODY=8BITMIME"))
        wait_until(lambda: lmtp.messages, lambda: server.log()[-1500:])
        self.assertIn("Subject: caf\u00e9".encode(), lmtp.messages[0])
        self.assertIn("Subject: caf\u00e9".encode(), server.wait_for_mail(1, "me", "local.example")[0])

    def test_is_not_asked_for_where_nothing_needs_it(self):
        receiver = Receiver(self)
        server = Server(self, sections=RELAY.format(receiver.port)).start()
        give(server, b"Subject: x\r\n\r\ncaf\xc3\xa9", to="a@far.example", mail="SMTPUTF8 BODY=8BITMIME")
        wait_until(lambda: receiver.messages, lambda: server.log()[-1500:])
        self.assertEqual(receiver.messages[0]["from"], "MAIL FROM:<s@far.example> BODY=8BITMIME")

if __name__ == "__main__":
    unittest.main()
