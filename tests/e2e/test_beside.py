"""Postern beside a real Postfix: as a policy service and as a milter."""
import concurrent.futures, json, os, signal, socket, ssl, smtplib, subprocess, threading, unittest

from peers import Postfix
from support import MESSAGE, Server, answer_of, free_port, wait_until

RULES = """
[lists]
partners = ["bank.example"]
[[rules]]
name = "partners speak TLS"
when = 'not tls and sender.domain in partners'
then = "defer"
reply = "4.7.10 Please use STARTTLS"
mode = "enforce"
[[rules]]
name = "banned"
when = 'sender.domain == "banned.example"'
then = "reject"
reply = "5.7.1 Not here"
mode = "enforce"
[[rules]]
name = "watched"
when = 'not tls'
then = "reject"
[[rules]]
name = "odd"
when = 'sender.domain == "odd.example"'
then = "flag"
mode = "enforce"
"""
RECIPIENTS = ("alice@example.org", "bob@example.org", "postmaster@example.org")


def postern(case, role, sections=RULES, tls=""):
    port = free_port()
    server = Server(case, listen=f'[[listen]]\naddress = "127.0.0.1:{port}"\nrole = "{role}"\n', sections=sections, tls=tls)
    server.beside_port = port
    return server.start()


def postfix(case, how, recipients=RECIPIENTS):
    return Postfix(case, "virtual_mailbox_domains = example.org\nvirtual_mailbox_maps = texthash:RECIPIENTS\nsmtpd_tls_security_level = may\n" + how, recipients)


def by_policy(case, server, default_action=""):
    service = f"check_policy_service inet:127.0.0.1:{server.beside_port}"
    return postfix(case, f"smtpd_recipient_restrictions = reject_unauth_destination, {service}\nsmtpd_end_of_data_restrictions = {service}\n"
                         f"smtpd_policy_service_try_limit = 1\nsmtpd_policy_service_timeout = 5\n{default_action}")


def by_milter(case, server):
    return postfix(case, f"smtpd_milters = inet:127.0.0.1:{server.beside_port}\nmilter_default_action = accept\nsmtpd_recipient_restrictions = reject_unauth_destination\n")


def send(mta, sender="a@far.example", to=("alice@example.org",), tls=False):
    client = smtplib.SMTP("127.0.0.1", mta.port, local_hostname="client.example", timeout=60)
    try:
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client.starttls(context=context)
        client.sendmail(sender, list(to), MESSAGE)
        return 250
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = refused.recipients[to[0]]
        return code, text.decode()
    except smtplib.SMTPDataError as refused:
        return refused.smtp_code, refused.smtp_error.decode()
    finally:
        client.close()


def wait_for_mail(mta, recipient, count):
    return wait_until(lambda: (m := mta.mailbox(recipient)) and len(m) >= count and m, lambda: mta.log.read_text()[-3000:])


class Beside:
    """What holds for both ways."""

    def test_rules_hold_and_facts_are_recorded(self):
        server, mta = self.both()
        self.assertEqual(send(mta, "a@far.example"), 250)
        self.assertEqual(send(mta, "a@far.example", tls=True), 250)
        code, text = send(mta, "a@bank.example")
        self.assertEqual(code, 450, text)
        self.assertIn("4.7.10", text)
        self.assertIn("Please use STARTTLS", text)
        self.assertEqual(send(mta, "a@bank.example", tls=True), 250)
        self.assertEqual(send(mta, "a@bank.example", to=["postmaster@example.org"]), 250)
        code, text = send(mta, "a@banned.example", tls=True)
        self.assertEqual(code // 100, 5)
        self.assertIn("5.7.1", text)
        self.assertEqual(send(mta, "a@odd.example", tls=True), 250)
        mails = wait_for_mail(mta, "alice@example.org", 4)
        flagged = [m for m in mails if b"X-Postern-Flag: odd; sender.domain ==" in m]
        self.assertEqual((len(mails), len(flagged)), (4, 1))
        rows = server.facts("SELECT t.sender, t.outcome, t.rule, c.tls_version, c.tls_cipher, c.role, c.helo, t.size FROM transactions t JOIN connections c ON c.id = t.connection ORDER BY t.started", 7)
        self.assertEqual([(r["sender"], r["outcome"], bool(r["tls_version"])) for r in rows],
                         [("a@far.example", "accepted", False), ("a@far.example", "accepted", True), ("a@bank.example", "deferred", False), ("a@bank.example", "accepted", True),
                          ("a@bank.example", "accepted", False), ("a@banned.example", "refused", True), ("a@odd.example", "accepted", True)])
        self.assertEqual({(r["role"], r["helo"]) for r in rows}, {("beside", "client.example")})
        self.assertEqual((rows[1]["tls_version"], rows[1]["tls_cipher"]), ("TLSv1.3", "TLS_AES_256_GCM_SHA384"))
        rules = {r["name"]: r for r in json.loads(server.run("rules", "--config", str(server.config), "--json").stdout)}
        self.assertEqual(rules["watched"]["would_reject"], 1)
        server.stop()

    def test_a_host_that_has_shown_tls_is_remembered(self):
        server, mta = self.both(sections="", tls='require = "remembered"\nmemory = { sessions = 2, days = 0, patience = "2s" }\n')
        self.assertEqual(send(mta), 250)
        for _ in range(2):
            self.assertEqual(send(mta, tls=True), 250)
        server.facts("SELECT * FROM tls_memory WHERE kind = 'host' AND sessions >= 2")
        code, text = send(mta)
        self.assertEqual((code, "4.7.10" in text), (450, True), text)
        wait_until(lambda: send(mta) == 250, "patience ends")
        wait_until(lambda: any(b"X-Postern-Flag: tls.require" in m for m in mta.mailbox("alice@example.org")), "it is flagged")
        wait_until(lambda: "event=tls-downgrade" in server.log(), "it is told of")
        server.stop()

    def test_a_restart_and_an_absence_lose_nothing(self):
        server, mta = self.both()
        self.assertEqual(send(mta), 250)
        server.stop()
        self.assertEqual(send(mta, "a@bank.example"), self.when_absent)
        server.start()
        wait_until(lambda: isinstance(send(mta, "a@bank.example"), tuple), "asked again, it answers")
        server.stop()


class PolicyTest(Beside, unittest.TestCase):
    when_absent = 250

    def both(self, **options):
        server = postern(self, "policy", **options)
        return server, by_policy(self, server, "smtpd_policy_service_default_action = DUNNO\n")

    def request(self, server, text):
        return answer_of(server.beside_port, text)

    def test_malformed_requests_end_the_connection_and_nothing_else(self):
        server = postern(self, "policy")
        good = b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nsender=a@bank.example\nrecipient=alice@example.org\ninstance=1.2\n\n"
        for bad in (b"\n", b"no equals\n", b"request=other\n\n", b"a=" + b"x" * 100_000 + b"\n\n", b"a=b\n" * 1000, os.urandom(3000) + b"\n\n"):
            self.assertEqual(self.request(server, bad), b"")
        for odd in (b"request=smtpd_access_policy\n\n", b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=junk\n\n",
                    b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nrecipient=no address\n\n"):
            self.assertEqual(self.request(server, odd), b"action=DUNNO\n\n")
        self.assertEqual(self.request(server, good + good.replace(b"1.2", b"1.3")), b"action=DEFER_IF_PERMIT 4.7.10 Please use STARTTLS\n\n" * 2)
        wait_until(lambda: "policy-request-malformed" in server.log(), "it is told of")
        server.stop()

    def test_a_reload_reaches_connections_that_stay(self):
        rule = '[[rules]]\nname = "later"\nwhen = \'sender.domain == "far.example"\'\nthen = "defer"\nmode = "observe"\n'
        server, mta = self.both(sections=rule)
        kept = socket.create_connection(("127.0.0.1", server.beside_port), 30)
        self.addCleanup(kept.close)
        answers = kept.makefile("r")
        self.addCleanup(answers.close)

        def ask(instance):
            kept.sendall(f"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.9\nsender=a@far.example\nrecipient=alice@example.org\ninstance={instance}\n\n".encode())
            answer = answers.readline().strip()
            self.assertEqual(answers.readline(), "\n")
            return answer

        self.assertEqual(send(mta), 250)
        self.assertEqual(ask("a.1"), "action=DUNNO")
        for count, (before, after) in enumerate((("observe", "enforce"), ("enforce", "observe")), 1):
            server.config.write_text(server.config.read_text().replace(f'mode = "{before}"', f'mode = "{after}"'))
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: server.log().count("event=reloaded") == count, "it is reloaded")
            if after == "enforce":
                self.assertEqual(ask("a.2"), "action=DEFER_IF_PERMIT 4.7.1 Please try again later")
                self.assertEqual(send(mta)[0], 450)
                wait_until(lambda: "event=verdict rule=later verdict=defer code=450" in server.log(), "the verdict is in the log")
            else:
                self.assertEqual(ask("a.3"), "action=DUNNO")
                self.assertEqual(send(mta), 250)
        server.stop()

    def test_a_hundred_requests_in_flight(self):
        server = postern(self, "policy")
        def ask(i):
            with socket.create_connection(("127.0.0.1", server.beside_port), 30) as s:
                barrier.wait(30)
                for k in range(20):
                    domain = "bank.example" if (i + k) % 2 else "far.example"
                    s.sendall(f"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.{i}\nsender=a@{domain}\nrecipient=alice@example.org\ninstance={i}.{k}\n\n".encode())
                    answer = s.recv(4096)
                    self.assertEqual(answer.startswith(b"action=DEFER_IF_PERMIT"), domain == "bank.example", answer)
            return True
        barrier = threading.Barrier(100)
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            self.assertTrue(all(pool.map(ask, range(100))))
        self.assertEqual(server.metric("postern_policy_requests_total"), 2000)
        server.stop()


class MilterTest(Beside, unittest.TestCase):
    when_absent = 250

    def both(self, **options):
        server = postern(self, "milter", **options)
        return server, by_milter(self, server)

    def test_malformed_packets_end_the_connection_and_nothing_else(self):
        server = postern(self, "milter")
        for bad in (b"\0\0\0\0", b"\xff\xff\xff\xffO", b"\0\0\0\1z", b"\0\0\0\3Oxx", os.urandom(64)):
            self.assertEqual(answer_of(server.beside_port, bad), b"")
        mta = by_milter(self, server)
        self.assertEqual(send(mta), 250)
        server.stop()

    def test_fields_that_only_the_server_may_write_are_taken_out_when_strangers_write_them(self):
        server, mta = self.both()
        client = smtplib.SMTP("127.0.0.1", mta.port, timeout=60)
        forged = "X-Postern-Flag: one\r\nX-Stays: yes\r\nx-postern-flag: two\r\n folded\r\nX-Postern-Other: three\r\n"
        client.sendmail("a@odd.example", ["alice@example.org"], forged + MESSAGE)
        client.quit()
        header = wait_for_mail(mta, "alice@example.org", 1)[0].partition(b"\n\n")[0]
        self.assertEqual((header.lower().count(b"x-postern-"), header.count(b"X-Stays: yes")), (1, 1), header)
        self.assertIn(b"X-Postern-Flag: odd; ", header)
        self.assertNotIn(b"folded", header)
        server.stop()

    def test_flagged_mail_goes_to_another_mailbox_and_its_size_is_known(self):
        server, mta = self.both(sections='[[rules]]\nname = "big"\nwhen = "size > 1000"\nthen = "flag"\nmode = "enforce"\ndeliver_to = "bob@example.org"\n')
        client = smtplib.SMTP("127.0.0.1", mta.port, timeout=60)
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE + ("x" * 70 + "\r\n") * 50)
        client.quit()
        self.assertIn(b"X-Postern-Flag: big; size > 1000", wait_for_mail(mta, "bob@example.org", 1)[0])
        self.assertEqual(len(wait_for_mail(mta, "alice@example.org", 1)), 1)
        sizes = [r["size"] for r in server.facts("SELECT size FROM transactions ORDER BY started", 2)]
        self.assertGreater(sizes[1], 3500)
        server.stop()


if __name__ == "__main__":
    unittest.main()
