"""Clients that mean harm, or are broken: each gets a clear answer, and a well-behaved client is served all the while."""
import os, socket, ssl, struct, subprocess, threading, unittest

from support import MESSAGE, POSTERN, SLOW, Raw, Server, insecure, wait_until


class Hostile(unittest.TestCase):
    def setUp(self):
        self.server = Server(self, smtp='command_timeout = "2s"\ncontent_timeout = "2s"\nmax_errors = 5', tls='handshake_timeout = "2s"\nfailures_before_clear = 2\nclear_for = "1h"').start()

    def assert_served(self):
        client = self.server.smtp()
        client.sendmail("good@far.example", ["alice@example.org"], MESSAGE)
        client.quit()

    def test_injected_commands_are_thrown_away_and_recorded(self):
        raw = self.server.raw().greet()
        raw.send("STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n")
        self.assertTrue(raw.reply().startswith("220"))
        raw.socket = insecure().wrap_socket(raw.socket, server_hostname="x")
        self.assertTrue(raw.ask("RCPT TO:<alice@example.org>\r\n").startswith("503"))
        raw.ask("QUIT\r\n")
        self.assertEqual(self.server.facts("SELECT injected_bytes FROM connections")[0][0], 35)
        wait_until(lambda: "injected_bytes=35" in self.server.log(), "the log tells")
        raw.socket.close()

    def test_smuggling_ends_no_message(self):
        for end in ("\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r\n\0.\r\n", "\r\r\n.\n\r"):
            raw = self.server.raw().greet()
            for command in ("MAIL FROM:<a@far.example>", "RCPT TO:<alice@example.org>", "DATA"):
                raw.ask(command + "\r\n")
            raw.send("Subject: x\r\n\r\nbody" + end + "MAIL FROM:<smuggled@evil.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nsmuggled\r\n.\r\nQUIT\r\n")
            self.assertTrue(raw.reply().startswith("250"), end)
            self.assertTrue(raw.reply().startswith("221"), end)
        self.assertEqual(self.server.mailbox("bob"), [])
        self.assertEqual(len(self.server.facts("SELECT * FROM transactions", 7)), 7)

    def test_half_handshakes_and_junk_handshakes_end_that_connection_only(self):
        raw = self.server.raw().greet()
        raw.ask("STARTTLS\r\n")
        raw.send(b"this is no handshake at all\r\n" * 10)
        self.assertIn(raw.reply().encode()[:1], (b"", b"\x15"), "nothing, or a TLS alert")
        silent = self.server.raw().greet()
        silent.ask("STARTTLS\r\n")
        self.assertEqual(silent.reply(), "")
        rows = self.server.facts("SELECT * FROM connections WHERE tls = 'failed' ORDER BY id", 2)
        self.assertEqual(rows[1]["tls_failure"], "no handshake in time")
        self.assert_served()
        # Two failed in a row: this client is not offered STARTTLS for a while, so that its mail comes in the clear.
        client = self.server.smtp()
        client.ehlo()
        self.assertNotIn("starttls", client.esmtp_features)
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.quit()
        wait_until(lambda: self.server.metric("postern_tls_offers_withheld_total") == 2, "each greeting without STARTTLS is counted")

    def test_renegotiation_is_refused(self):
        process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.port}", "-starttls", "smtp", "-tls1_2"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out, _ = process.communicate(b"R\n", timeout=60)
        self.assertIn(b"RENEGOTIATING", out)
        self.assertIn(b"no renegotiation", out)
        self.assert_served()

    def test_endless_lines_binary_junk_and_too_many_errors(self):
        raw = self.server.raw()
        raw.reply()
        raw.send(b"x" * 2_000_000 + b"\r\n")
        self.assertTrue(raw.reply().startswith("500 5.5.2"))
        self.assertTrue(raw.ask("NOOP\r\n").startswith("250"))
        junk = self.server.raw()
        junk.reply()
        junk.send(os.urandom(3000).replace(b"\n", b"") + b"\r\n" + b"A\r\n" * 10)
        replies = []
        while reply := junk.reply():
            replies.append(reply)
        self.assertTrue(replies[-1].startswith("421 4.7.0"), replies)
        self.assert_served()

    def test_slow_clients_are_told_that_time_is_up(self):
        idle = self.server.raw()
        self.assertTrue(idle.reply().startswith("220"))
        self.assertTrue(idle.reply().startswith("421 4.4.2"))
        raw = self.server.raw().greet()
        for command in ("MAIL FROM:<a@far.example>", "RCPT TO:<alice@example.org>", "DATA"):
            raw.ask(command + "\r\n")
        raw.send("Subject: never ends\r\n")
        self.assertTrue(raw.reply().startswith("421 4.4.2"))
        self.assertEqual(self.server.facts("SELECT * FROM transactions WHERE outcome = 'aborted'")[0]["outcome"], "aborted")
        self.assertEqual(self.server.mailbox("alice"), [])

    def test_disconnects_at_every_step_leave_nothing_behind(self):
        steps = ["EHLO x\r\n", "MAIL FROM:<a@far.example>\r\n", "RCPT TO:<alice@example.org>\r\n", "DATA\r\n", "Subject: x\r\n\r\n", "body\r\n.", "\r"]
        for count in range(len(steps) + 1):
            for abort in (False, True):
                raw = self.server.raw()
                raw.send("".join(steps[:count]))
                if abort:
                    raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raw.socket.close()
        wait_until(lambda: self.server.metric("postern_connections_open") == 0, "all connections have ended")
        self.assertEqual(self.server.mailbox("alice"), [])
        self.assertEqual(self.server.metric("postern_queue_messages"), 0)
        self.assert_served()

    def test_a_good_client_is_served_beside_2000_idle_ones(self):
        patient = Server(self).start()
        for tls in ("none", "full"):
            holder = subprocess.Popen([POSTERN, "load", f"127.0.0.1:{patient.port}", "--idle", str(2000 // SLOW), "--tls", tls], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.addCleanup(holder.wait)
            self.addCleanup(holder.stdout.close)
            self.addCleanup(holder.stdin.close)
            self.assertEqual(holder.stdout.readline(), b"holding\n")
            self.assertGreaterEqual(patient.metric("postern_connections_open"), 2000 // SLOW)
            client = patient.smtp()
            client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
            client.quit()
            holder.stdin.close()
            self.assertEqual(holder.wait(60), 0)

    def test_connection_limits(self):
        limited = Server(self, smtp="max_connections = 3\nmax_connections_per_client = 2").start()
        held = [limited.raw().greet() for _ in range(3)]
        self.assertTrue(limited.raw().reply().startswith("421 4.7.0"))
        held[0].ask("QUIT\r\n")
        wait_until(lambda: limited.raw().reply().startswith("220"), "there is room again")
        rows = limited.facts("SELECT * FROM connections WHERE \"end\" = 'refused'")
        self.assertEqual(rows[0]["commands"], 0)

    def test_time_limits_shrink_when_connections_run_short(self):
        server = Server(self, smtp='max_connections = 5\nbusy_timeout = "300ms"').start()
        held = [server.raw().greet() for _ in range(5)]
        self.assertTrue(held[4].reply().startswith("421 4.4.2"), "beyond four fifths, long before command_timeout")
        self.assertTrue(held[0].ask("NOOP\r\n").startswith("250"), "who came before keeps waiting")

    def test_starttls_is_454_when_too_many_shake_hands(self):
        server = Server(self, tls="max_handshakes = 1").start()
        half = server.raw().greet()
        self.assertTrue(half.ask("STARTTLS\r\n").startswith("220"))
        other = server.raw().greet()
        self.assertTrue(other.ask("STARTTLS\r\n").startswith("454 4.7.0"))
        self.assertTrue(other.ask("MAIL FROM:<a@far.example>\r\n").startswith("250"), "and its mail comes in the clear")
        half.socket.close()

    def test_chunks(self):
        raw = self.server.raw().greet()
        raw.send("MAIL FROM:<a@far.example> BODY=BINARYMIME\r\nRCPT TO:<alice@example.org>\r\n")
        raw.send("BDAT 14\r\nSubject: x\r\n\r\nBDAT 300000\r\n").send(b"\0\xff\n" * 100_000).send("BDAT 0 LAST\r\n")
        self.assertEqual([raw.reply()[:3] for _ in range(5)], ["250"] * 5)
        mail = self.server.wait_for_mail(1)[0]
        self.assertTrue(mail.endswith(b"\r\n\r\n" + b"\0\xff\n" * 100_000))
        self.assertEqual(self.server.facts("SELECT body, chunking FROM transactions")[0]["chunking"], 1)

    def test_commands_without_mail_come_to_an_end(self):
        server = Server(self, smtp="max_idle_commands = 10\nmax_recipients = 100").start()
        raw = server.raw().greet()
        raw.send("NOOP\r\n" * 500)
        replies = []
        while reply := raw.reply():
            replies.append(reply[:3])
        self.assertEqual(replies[-1], "421")
        self.assertLess(len(replies), 250)

    def test_guessing_recipients_comes_to_an_end(self):
        server = Server(self, smtp="max_refused_recipients = 30").start()
        raw = server.raw().greet()
        raw.ask("MAIL FROM:<a@far.example>\r\n")
        raw.send("".join(f"RCPT TO:<u{i}@example.org>\r\n" for i in range(40)))
        replies = []
        while reply := raw.reply():
            replies.append(reply[:3])
        self.assertEqual(replies, ["550"] * 30 + ["421"])
        row = server.facts("SELECT t.recipients_unlisted, (SELECT count(*) FROM recipients r WHERE r.message = t.id) AS listed FROM transactions t", 1)[0]
        self.assertEqual((row["listed"], row["recipients_unlisted"]), (20, 11))


class Proxy(unittest.TestCase):
    def setUp(self):
        self.server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.0/8"]\n', sections='[relay]\nnetworks = ["192.0.2.0/24"]\n').start()

    def test_version_1_and_2_tell_the_client(self):
        v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 9, 127, 0, 0, 1, 0x30, 0x39, 0, 25])
        for header, relays in ((b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 25\r\n", False), (v2, True)):
            raw = self.server.raw()
            raw.send(header[:5]).send(header[5:] + b"EHLO x\r\n")
            self.assertTrue(raw.reply().startswith("220"))
            self.assertTrue(raw.reply().startswith("250"))
            raw.ask("MAIL FROM:<a@far.example>\r\n")
            self.assertEqual(raw.ask("RCPT TO:<x@elsewhere.example>\r\n").startswith("250"), relays)
            raw.ask("QUIT\r\n")
        rows = self.server.facts("SELECT client, port FROM connections ORDER BY id", 2)
        self.assertEqual([tuple(r) for r in rows], [("203.0.113.7", 4711), ("192.0.2.9", 12345)])

    def test_what_stands_between_the_header_and_implicit_tls_is_never_run(self):  # RFC 3207 section 4.2
        server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\ntls = "implicit"\nproxy = ["127.0.0.0/8"]\n').start()
        raw = server.raw()
        raw.send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 465\r\nEHLO evil.example\r\n")
        self.assertEqual(raw.reply(), "", "without a handshake there is no conversation")
        connection = server.facts("SELECT client, tls, helo, commands FROM connections")[0]
        self.assertEqual(tuple(connection), ("203.0.113.7", "failed", "", 0))

    def test_implicit_tls_begins_in_the_segment_of_the_header(self):
        server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\ntls = "implicit"\nproxy = ["127.0.0.0/8"]\n').start()
        come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = insecure().wrap_bio(come, go, server_hostname="mx.example.org")
        raw, ahead, greeting = server.raw(), b"PROXY TCP6 ::ffff:203.0.113.7 ::ffff:127.0.0.1 4711 465\r\n", b""
        while not greeting:
            try:
                greeting = tls.read(1000)
            except ssl.SSLWantReadError:
                raw.send(ahead + go.read())
                ahead = b""
                come.write(raw.socket.recv(65536))
        self.assertTrue(greeting.startswith(b"220 "))
        raw.socket.close()
        self.assertEqual(server.facts("SELECT client FROM connections WHERE tls = 'established'")[0][0], "203.0.113.7")

    def test_a_client_over_ipv6_is_its_slash_64(self):
        server = Server(self, smtp="max_connections_per_client = 3", listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.0/8"]\n').start()
        held = [server.raw() for _ in range(5)]
        replies = [raw.ask(f"PROXY TCP6 2001:db8:1:2::{i + 1:x} ::1 4711 25\r\n")[:3] for i, raw in enumerate(held)]
        self.assertEqual(replies, ["220"] * 3 + ["421"] * 2)
        self.assertTrue(server.raw().ask("PROXY TCP6 2001:db8:1:3::1 ::1 4711 25\r\n").startswith("220"))

    def test_who_guesses_recipients_is_refused_for_a_while(self):
        server = Server(self, smtp="max_refused_recipients_per_client = 10", listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.0/8"]\n').start()
        for connection in range(3):
            raw = server.raw()
            if not raw.ask(f"PROXY TCP6 2001:db8:1:2::{connection + 1:x} ::1 4711 25\r\n").startswith("220"):
                break
            for command in ("EHLO x", "MAIL FROM:<a@far.example>", *[f"RCPT TO:<u{i}@example.org>" for i in range(6)], "QUIT"):
                if raw.ask(command + "\r\n")[:3] in ("421", ""):
                    break
        self.assertTrue(server.raw().ask("PROXY TCP6 2001:db8:1:2::99 ::1 4711 25\r\n").startswith("421 4.7.0"))
        self.assertTrue(server.raw().ask("PROXY TCP6 2001:db8:1:3::1 ::1 4711 25\r\n").startswith("220"))

    def test_without_a_header_nobody_is_served(self):
        raw = self.server.raw()
        self.assertEqual(raw.ask("EHLO x\r\n"), "")
        wait_until(lambda: "event=proxy-refused" in self.server.log() and "is not a PROXY header" in self.server.log(), "the log says why")

    def test_forwarded_unix_sockets_are_served_with_the_address_of_the_proxy(self):
        raw = self.server.raw().send(b"\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8" + bytes(216))
        self.assertTrue(raw.reply().startswith("220"))
        raw.ask("QUIT\r\n")
        self.assertEqual(self.server.facts("SELECT client FROM connections")[0][0], "127.0.0.1")

    def test_untrusted_proxies_are_not_believed(self):
        server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["10.0.0.0/8"]\n').start()
        self.assertEqual(server.raw().ask("PROXY TCP4 203.0.113.7 127.0.0.1 4711 25\r\n"), "")


if __name__ == "__main__":
    unittest.main()
