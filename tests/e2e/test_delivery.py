"""Delivery: Maildirs, LMTP to a real Dovecot, retries over restarts, bounces."""
import grp, os, pwd, shutil, socketserver, subprocess, threading, unittest

from support import MESSAGE, Server, free_port, wait_until


class LmtpServer:
    """Says what it is told to: for each RCPT and for each result the next reply of a list."""

    def __init__(self, case, rcpt=("250 ok",), results=("250 ok",), drop_after_dot=False):
        self.messages, self.rcpt, self.results = [], list(rcpt), list(results)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                say = lambda line: (self.wfile.write(line.encode() + b"\r\n"), self.wfile.flush())
                say("220 lmtp.example")
                accepted = 0
                for line in self.rfile:
                    verb = line[:4].upper()
                    if verb == b"LHLO":
                        say("250-lmtp.example\r\n250-PIPELINING\r\n250 8BITMIME")
                    elif verb == b"RCPT":
                        reply = outer.rcpt.pop(0) if len(outer.rcpt) > 1 else outer.rcpt[0]
                        accepted += reply.startswith("250")
                        say(reply)
                    elif verb == b"DATA":
                        if not accepted:
                            say("503 nobody")
                            continue
                        say("354 go")
                        body = b""
                        for line in self.rfile:
                            if line == b".\r\n":
                                break
                            body += line[1:] if line.startswith(b".") else line
                        outer.messages.append(body)
                        if drop_after_dot:
                            return
                        for _ in range(accepted):
                            say(outer.results.pop(0) if len(outer.results) > 1 else outer.results[0])
                        accepted = 0
                    elif verb == b"QUIT":
                        say("221 bye")
                        return
                    else:
                        say("250 ok")

        class Threading(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Threading(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)


def lmtp_domain(port, mailboxes='["alice", "bob"]'):
    return f'[domains."example.org"]\nmailboxes = {mailboxes}\ndeliver = "lmtp:127.0.0.1:{port}"\n[domains."local.example"]\nmailboxes = ["*"]\n'


class Delivery(unittest.TestCase):
    def send(self, server, recipients, sender="sender@local.example", message=MESSAGE):
        client = server.smtp()
        client.sendmail(sender, recipients, message)
        client.quit()

    def test_recipients_at_rcpt(self):
        server = Server(self).start()
        raw = server.raw().greet()
        raw.ask("MAIL FROM:<>\r\n")
        for recipient, code in (("alice@example.org", "250"), ("Alice+tag@EXAMPLE.org", "250"), ("info@example.org", "250"), ("nobody@example.org", "550 5.1.1"),
                                ("x@elsewhere.example", "550 5.7.1"), ("postmaster@example.org", "250"), ("postmaster", "250")):
            self.assertTrue(raw.ask(f"RCPT TO:<{recipient}>\r\n").startswith(code), recipient)
        raw.ask("DATA\r\n")
        raw.ask(MESSAGE + ".\r\n")
        server.wait_for_mail(1, "bob")
        mails = server.wait_for_mail(3)  # alice herself, with her tag, and as the first mailbox for postmaster; info is alice again
        self.assertTrue(all(m.startswith(b"Return-Path: <>\n") for m in mails))

    def test_lmtp_with_a_result_for_each_recipient(self):
        lmtp = LmtpServer(self, results=["250 2.1.5 alice ok", "552 5.2.2 bob is full"])
        server = Server(self, domains=lmtp_domain(lmtp.port)).start()
        self.send(server, ["alice@example.org", "bob@example.org"], message=MESSAGE + "..dots\r\n.x\r\n")
        bounce = server.wait_for_mail(1, "sender", "local.example")[0]
        self.assertIn(b"multipart/report; report-type=delivery-status", bounce)
        self.assertIn(b"Final-Recipient: rfc822; bob@example.org", bounce)
        self.assertIn(b"Diagnostic-Code: smtp; 552 5.2.2 bob is full", bounce)
        self.assertNotIn(b"rfc822; alice", bounce)
        self.assertIn(b"\r\n..dots\r\n.x\r\n", lmtp.messages[0])
        wait_until(lambda: server.queue("list") == [], "the queue is empty")

    def test_deferred_mail_is_retried_and_outlives_restarts(self):
        lmtp = LmtpServer(self, rcpt=["451 4.3.0 later", "451 4.3.0 later", "250 ok"])
        server = Server(self, domains=lmtp_domain(lmtp.port), queue='first_retry = "1h"').start()
        self.send(server, ["alice@example.org"])
        wait_until(lambda: server.metric("postern_delivery_deferred_total") >= 1, "a first attempt has been deferred")
        waiting = server.queue("list")[0]
        self.assertEqual(waiting["recipients"][0]["last_reply"], "451 4.3.0 later")
        server.stop()
        server.start()
        for tried in ("a second attempt has been deferred", "the third is delivered"):
            self.assertEqual(lmtp.messages, [])
            server.queue("retry", waiting["id"])
            wait_until(lambda: lmtp.messages or server.metric("postern_delivery_deferred_total") >= 1, tried)
        wait_until(lambda: lmtp.messages, "it is delivered after the restart")
        wait_until(lambda: server.queue("list") == [], "the queue is empty")
        attempts = [tuple(r) for r in server.facts("SELECT attempt, outcome FROM deliveries ORDER BY at", 3)]
        self.assertEqual(attempts, [(1, "deferred"), (2, "deferred"), (3, "delivered")])

    def test_a_server_that_is_down_and_one_that_drops_after_the_dot(self):
        port = free_port()
        server = Server(self, domains=lmtp_domain(port), queue='first_retry = "200ms"').start()
        self.send(server, ["alice@example.org"])
        wait_until(lambda: "Connection refused" in str(server.queue("list")), "the reason is shown")
        dropping = LmtpServer(self, drop_after_dot=True)
        server2 = Server(self, domains=lmtp_domain(dropping.port), queue='first_retry = "200ms"').start()
        self.send(server2, ["alice@example.org"])
        wait_until(lambda: len(dropping.messages) >= 2, "a lost answer is tried again")

    def test_time_is_up(self):
        port = free_port()
        server = Server(self, domains=lmtp_domain(port), queue='first_retry = "200ms"\nlifetime = "1s"').start()
        self.send(server, ["alice@example.org"])
        bounce = server.wait_for_mail(1, "sender", "local.example")[0]
        self.assertIn(b"Status: 5.4.7", bounce)
        self.assertIn(b"gave up after 1s", bounce)

    def test_bounces_that_cannot_be_delivered_here_wait_for_the_sending_side(self):
        lmtp = LmtpServer(self, rcpt=["550 5.1.1 no"])
        server = Server(self, domains=lmtp_domain(lmtp.port)).start()
        self.send(server, ["alice@example.org"], sender="far@elsewhere.example")
        waiting = wait_until(lambda: (q := server.queue("list")) and q[0]["sender"] == "" and q, "the bounce waits")
        self.assertEqual(waiting[0]["recipients"][0]["address"], "far@elsewhere.example")
        self.send(server, ["alice@example.org"], sender="")  # and none about a message from the null sender
        wait_until(lambda: server.metric("postern_bounced_total") == 2, "the second failed, too")
        self.assertEqual(len(server.queue("list")), 1)

    def test_relay_for_listed_networks_waits_in_the_queue(self):
        server = Server(self, sections='[relay]\nnetworks = ["127.0.0.0/8"]\n').start()
        self.send(server, ["x@elsewhere.example", "alice@example.org"])
        server.wait_for_mail(1)
        states = wait_until(lambda: {r["address"]: r["state"] for r in server.queue("list")[0]["recipients"]}, "it waits")
        self.assertEqual(states["x@elsewhere.example"], "waiting")

    def test_discard(self):
        server = Server(self, domains='[domains."example.org"]\nmailboxes = ["*"]\ndeliver = "discard"\n').start()
        self.send(server, ["any@example.org"])
        wait_until(lambda: server.metric("postern_delivered_total") == 1, "it is thrown away as asked")
        self.assertEqual(server.queue("list"), [])


@unittest.skipUnless(shutil.which("dovecot"), "Dovecot is not installed")
class Dovecot(unittest.TestCase):
    def test_lmtp(self):
        server = Server(self)
        where = server.dir / "dovecot"
        where.mkdir(mode=0o755)
        server.dir.chmod(0o755)
        me = pwd.getpwuid(os.getuid()).pw_name
        (where / "users").write_text("alice@example.org:{PLAIN}x\nbob@example.org:{PLAIN}x\n")
        (where / "mail").mkdir(mode=0o777)
        (where / "mail").chmod(0o777)
        (where / "dovecot.conf").write_text(f"""
base_dir = {where}/run
state_dir = {where}/state
log_path = {where}/log
protocols = lmtp
ssl = no
default_login_user = {me}
default_internal_user = {me}
default_internal_group = {grp.getgrgid(os.getgid()).gr_name}
first_valid_uid = 0
mail_location = maildir:{where}/mail/%n
passdb {{
  driver = passwd-file
  args = {where}/users
}}
userdb {{
  driver = static
  args = uid={65534} gid={65534} home={where}/mail/%n
}}
service lmtp {{
  unix_listener {where}/lmtp.sock {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
""")
        dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(where / "dovecot.conf")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(dovecot.wait)
        self.addCleanup(dovecot.stdout.close)
        self.addCleanup(dovecot.terminate)
        said = lambda: (where / "log").read_text() if (where / "log").exists() else ""
        wait_until(lambda: (where / "lmtp.sock").exists() or dovecot.poll() is not None, "Dovecot starts")
        self.assertIsNone(dovecot.poll(), said())
        config = server.config.read_text().replace('mailboxes = ["alice", "bob"]', f'mailboxes = ["*"]\ndeliver = "lmtp:unix:{where}/lmtp.sock"')
        server.config.write_text(config)
        server.start()
        client = server.smtp()
        client.sendmail("", ["alice@example.org", "bob@example.org", "ghost@example.org"], MESSAGE + "..stuffed\r\n")
        for who in ("alice", "bob"):
            new = where / "mail" / who / "new"
            mail = wait_until(lambda: new.exists() and list(new.iterdir()), f"Dovecot has mail for {who}: {server.log()[-1500:]} {said()[-1500:]}")
            self.assertIn(b"Subject: test", mail[0].read_bytes())
            self.assertIn(b"..stuffed", mail[0].read_bytes())
        rows = wait_until(lambda: {r["address"]: r["outcome"] for r in server.facts("SELECT * FROM deliveries", 3)}, "three results")
        self.assertEqual(rows, {"alice@example.org": "delivered", "bob@example.org": "delivered", "ghost@example.org": "failed"})


if __name__ == "__main__":
    unittest.main()
