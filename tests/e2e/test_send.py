"""Sending: the outgoing conversation with receivers that say what they are told to, good and bad ones."""
import hashlib, pathlib, re, ssl, subprocess, threading, unittest

from peers import Receiver
from support import MESSAGE, SLOW, Server, free_port, make_certificate, wait_until

DOMAINS = '[domains."local.example"]\nmailboxes = ["*"]\n'


def sender(case, receiver=None, sections="", tls="opportunistic", queue='first_retry = "300ms"\nmax_retry = "1s"', route=None, **options):
    """Postern that relays for loopback, by one route for everything."""
    route = route or f"smtp:{receiver.address}:{receiver.port}"
    return Server(case, domains=DOMAINS, sections=f'[relay]\nnetworks = ["127.0.0.0/8"]\n[routes."*"]\nvia = "{route}"\ntls = "{tls}"\n{sections}', queue=queue, **options)


def send(server, recipients, sender="s@local.example", message=MESSAGE, mail_options=(), rcpt_options=(), **options):
    client = server.smtp(**options)
    client.ehlo()
    client.sendmail(sender, recipients, message, mail_options, rcpt_options)
    client.quit()


def empty(server):
    wait_until(lambda: server.queue("list") == [], lambda: f"the queue is empty: {server.log()[-1500:]}")


class Good(unittest.TestCase):
    def setUp(self):
        self.certificate = make_certificate(self.directory(), "receiver.example")

    def directory(self):
        import pathlib, shutil, tempfile
        made = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, made, True)
        return made

    def test_starttls_whenever_offered_whatever_the_certificate(self):
        receiver = Receiver(self, certificate=self.certificate)
        server = sender(self, receiver).start()
        send(server, ["a@far.example", "b@far.example"], message=MESSAGE + ".dot\r\n..dots\r\n")
        empty(server)
        self.assertEqual([m["to"] for m in receiver.messages], [["a@far.example", "b@far.example"]])
        self.assertEqual(receiver.messages[0]["tls"], "TLSv1.3")
        self.assertTrue(receiver.messages[0]["body"].endswith(b"\r\n.dot\r\n..dots\r\n"))
        row = server.facts("SELECT * FROM outbound")[0]
        self.assertEqual((row["policy"], row["tls"], row["tls_version"], row["certificate"], row["delivered"]), ("opportunistic", "established", "TLSv1.3", "self-signed", 2))
        self.assertIn("X25519", row["tls_group"].upper())

    def test_in_the_clear_where_nothing_else_is_offered(self):
        receiver = Receiver(self)
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertIsNone(receiver.messages[0]["tls"])
        self.assertEqual(server.facts("SELECT tls FROM outbound")[0]["tls"], "none")

    def test_a_connection_carries_many_messages(self):
        receiver = Receiver(self, certificate=self.certificate)
        server = sender(self, receiver, sections='[send]\nconnections_per_destination = 1\n').start()
        client = server.smtp()
        for i in range(20):
            client.sendmail("s@local.example", [f"r{i}@far.example"], MESSAGE)
        empty(server)
        self.assertEqual(len(receiver.messages), 20)
        self.assertEqual(receiver.connections, 1)
        self.assertEqual(len(receiver.said("STARTTLS")), 1)

    def test_login_over_tls_to_a_smarthost(self):
        receiver = Receiver(self, certificate=self.certificate, implicit=True, extensions=("AUTH PLAIN LOGIN",))
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pathlib.Path(self.certificate[0]).read_text())).hexdigest()
        server = sender(self, receiver, tls="fingerprint", route=f"smtps:127.0.0.1:{receiver.port}",
                        sections=f'tls_fingerprints = ["{fingerprint}"]\nuser = "me"\npassword_file = "password"\n')
        (server.dir / "password").write_text("secret\n")
        server.start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual(receiver.said("AUTH"), ["AUTH PLAIN AG1lAHNlY3JldA=="])

    def test_dsn_parameters_and_reports(self):  # RFC 3461
        plain = Receiver(self)
        server = sender(self, plain).start()
        send(server, ["a@far.example"], rcpt_options=["NOTIFY=SUCCESS,FAILURE"])
        report = server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Action: relayed", report)
        able = Receiver(self, extensions=("DSN", "PIPELINING"))
        server = sender(self, able).start()
        send(server, ["a@far.example"], mail_options=["ENVID=X1", "RET=HDRS"], rcpt_options=["NOTIFY=SUCCESS", "ORCPT=rfc822;o@far.example"])
        empty(server)
        self.assertEqual(able.said("MAIL"), ["MAIL FROM:<s@local.example> RET=HDRS ENVID=X1"])
        self.assertEqual(able.said("RCPT"), ["RCPT TO:<a@far.example> NOTIFY=SUCCESS ORCPT=rfc822;o@far.example"])
        self.assertEqual(server.mailbox("s", "local.example"), [])

    def test_each_recipient_has_its_own_reply(self):
        receiver = Receiver(self, replies={"RCPT": ["250 ok", "550 5.1.1 no such user", "451 4.2.1 later", "250 ok"]})
        server = sender(self, receiver).start()
        send(server, ["a@far.example", "b@far.example", "c@far.example"])
        bounce = server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Final-Recipient: rfc822; b@far.example", bounce)
        self.assertIn(b"Status: 5.1.1", bounce)
        empty(server)
        self.assertEqual([m["to"] for m in receiver.messages], [["a@far.example"], ["c@far.example"]])

    def test_a_delay_is_told_to_who_asked(self):
        receiver = Receiver(self, replies={"MAIL": ["451 later"] * 5 + ["250 ok"]})
        server = sender(self, receiver, queue='first_retry = "300ms"\nmax_retry = "1s"\ndelay_notice = "1s"').start()
        send(server, ["a@far.example"], rcpt_options=["NOTIFY=DELAY"])
        report = server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Action: delayed", report)
        self.assertIn(b"Will-Retry-Until:", report)
        empty(server)
        self.assertEqual(len(receiver.messages), 1)
        self.assertEqual(len(server.mailbox("s", "local.example")), 1)

    def test_time_is_up(self):
        server = sender(self, route=f"smtp:127.0.0.1:{free_port()}", queue='first_retry = "200ms"\nlifetime = "1s"').start()
        send(server, ["a@far.example"])
        bounce = server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Status: 5.4.7", bounce)

    def test_a_bounce_is_never_bounced(self):
        receiver = Receiver(self, replies={"RCPT": "550 5.1.1 no"})
        server = sender(self, receiver).start()
        send(server, ["a@far.example"], sender="s@elsewhere.example")  # the bounce is refused, too
        empty(server)
        self.assertEqual([c.split(" ")[1] for c in receiver.said("MAIL")], ["FROM:<s@elsewhere.example>", "FROM:<>"])


class Queue(unittest.TestCase):
    def test_shows_what_waits_and_why_and_acts(self):
        receiver = Receiver(self, replies={"RCPT": "451 4.2.1 not today"})
        other = Receiver(self)
        server = sender(self, receiver, sections=f'[routes."dead.example"]\nvia = "smtp:127.0.0.1:{free_port()}"\n', queue='first_retry = "1h"').start()
        for i in range(3):
            send(server, [f"a{i}@far.example", f"b{i}@dead.example"])
        def rows():
            found = {d["destination"]: d for d in server.queue()}
            return found if len(found) == 2 and all("last_reply" in d or "problem" in d for d in found.values()) else None
        rows = wait_until(rows, "both destinations wait")
        far = rows[f"smtp:127.0.0.1:{receiver.port}"]
        self.assertEqual((far["recipients"], far["last_reply"]), (3, "451 4.2.1 not today"))
        dead = next(d for name, d in rows.items() if name != f"smtp:127.0.0.1:{receiver.port}")
        self.assertIn("Connection refused", dead["problem"])
        self.assertIn("rests_until", dead)
        text = server.run("queue", "--config", str(server.config)).stdout
        self.assertIn("451 4.2.1 not today", text)
        self.assertIn("6 recipients wait for 2 destinations", text)
        ids = [m["id"] for m in server.queue("list")]
        server.queue("hold", ids[0])
        self.assertEqual(server.queue()[0]["held"], 1)
        server.queue("release", ids[0])
        for junk in (["move", ids[0], "--to", "nonsense"], ["hold"], ["show", "0000"]):
            self.assertNotEqual(server.run("queue", "--config", str(server.config), *junk).returncode, 0)
        server.queue("move", "--destination", dead["destination"], "--to", f"smtp:127.0.0.1:{other.port}")
        everybody = {f"{who}{i}@{domain}.example" for i in range(3) for who, domain in (("a", "far"), ("b", "dead"))}
        wait_until(lambda: {r for m in other.messages for r in m["to"]} == everybody, lambda: f"moved mail goes the other way: {server.log()[-1000:]}")
        empty(server)
        send(server, ["c@far.example", "d@far.example"])
        wait_until(lambda: server.queue(), "it waits")
        self.assertEqual(len(server.queue("list", "--destination", f"smtp:127.0.0.1:{receiver.port}")), 1)
        server.queue("delete", server.queue("list")[0]["id"])
        empty(server)
        server.stop()
        self.assertEqual(server.queue(), [], "a stopped server's spool can be looked at")


class Interrupted(unittest.TestCase):
    def test_killed_while_sending_nothing_is_lost(self):
        receiver = Receiver(self, extensions=("PIPELINING",))
        server = sender(self, receiver, sections="[send]\nconnections_per_destination = 5\n").start()
        client, sent = None, 0
        for round in range(4):
            client = server.smtp()
            for _ in range(60):
                client.sendmail("s@local.example", [f"r{sent}@far.example"], MESSAGE)
                sent += 1
            wait_until(lambda: len(receiver.messages) > sent - 55, "some of them are on their way")
            server.process.kill()
            server.process.wait()
            server.start()
        empty(server)
        arrived = {r for m in receiver.messages for r in m["to"]}
        self.assertEqual(arrived, {f"r{i}@far.example" for i in range(sent)})
        self.assertLess(len(receiver.messages), sent + 4 * 60, "and not everything twice")

    def test_a_stop_lets_what_runs_end(self):
        release = threading.Event()

        class Slow(Receiver):
            def reply(self, verb, default):
                if verb == "DOT":
                    release.wait(30)
                return super().reply(verb, default)

        receiver = Slow(self)
        self.addCleanup(release.set)
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        wait_until(lambda: receiver.said("DATA"), "the content is on its way")
        server.process.terminate()
        wait_until(lambda: "event=stopping" in server.log(), "it stops")
        release.set()
        self.assertEqual(server.wait_for_end(), 0)
        self.assertEqual(server.queue("list"), [], "the answer was heard before the end")
        self.assertEqual(len(receiver.messages), 1)

    def test_a_stop_abandons_what_takes_too_long(self):
        receiver = Receiver(self, replies={"RCPT": ["SILENCE", "250 ok"]})
        server = sender(self, receiver, extra="").start()
        send(server, ["a@far.example"])
        wait_until(lambda: receiver.said("RCPT"), "it waits for a reply")
        server.stop()
        self.assertEqual(len(server.queue("list")), 1)
        server.start()
        wait_until(lambda: receiver.messages, "it is sent after the start")


class Bad(unittest.TestCase):
    def setUp(self):
        Good.setUp(self)

    directory = Good.directory

    def delivered_in_the_clear(self, receiver, failure):
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual([m["tls"] for m in receiver.messages], [None])
        rows = server.facts("SELECT * FROM outbound ORDER BY id")
        self.assertTrue(any(re.search(failure, r["tls_failure"]) for r in rows) if failure else True, [dict(r) for r in rows])

    def deferred(self, receiver, reply, tls="opportunistic", sections=""):
        server = sender(self, receiver, tls=tls, sections=sections, queue='first_retry = "1h"').start()
        send(server, ["a@far.example"])
        waiting = wait_until(lambda: (q := server.queue("list")) and q[0]["recipients"][0].get("last_reply") and q, lambda: "it is deferred: " + server.log()[-1000:])
        self.assertRegex(waiting[0]["recipients"][0]["last_reply"], reply)
        return server

    def test_starttls_refused(self):
        self.delivered_in_the_clear(Receiver(self, certificate=self.certificate, replies={"STARTTLS": "454 4.7.0 TLS not available"}), None)

    def test_handshake_cut(self):
        receiver = Receiver(self, certificate=self.certificate, cut_handshake=True)
        self.delivered_in_the_clear(receiver, "hung up|reset")
        self.assertEqual(receiver.connections, 2)

    def test_handshake_cut_where_tls_is_required(self):
        receiver = Receiver(self, certificate=self.certificate, cut_handshake=True)
        self.deferred(receiver, "451 4\\.", tls="required")
        self.assertEqual(receiver.messages, [])

    def test_no_tls_where_it_is_required(self):
        receiver = Receiver(self)
        self.deferred(receiver, "4.7.4.*does not offer STARTTLS", tls="required")
        self.assertEqual(receiver.said("MAIL"), [])

    def test_a_certificate_nobody_vouches_for(self):
        receiver = Receiver(self, certificate=self.certificate)
        self.deferred(receiver, "cannot be authenticated", tls="verified")
        self.assertEqual(receiver.said("MAIL"), [])

    def test_a_message_does_not_lift_what_the_owner_demands(self):  # RFC 8689 section 3
        receiver = Receiver(self, certificate=self.certificate, extensions=("PIPELINING", "AUTH PLAIN"))
        for tls, sections in (("verified", 'user = "me"\npassword_file = "password"\n'), ("fingerprint", f'tls_fingerprints = ["{"0" * 64}"]\n')):
            server = sender(self, receiver, tls=tls, sections=sections, queue='first_retry = "1h"')
            (server.dir / "password").write_text("secret\n")
            server.start()
            send(server, ["a@far.example"], message="TLS-Required: No\r\n" + MESSAGE)
            wait_until(lambda: (q := server.queue("list")) and "cannot be authenticated" in (q[0]["recipients"][0].get("last_reply") or ""), lambda: "it is deferred: " + server.log()[-1000:])
        self.assertEqual((receiver.said("MAIL"), receiver.said("AUTH")), ([], []))

    def test_fingerprints(self):
        spki = subprocess.run(f"openssl x509 -in {self.certificate[0]} -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum", shell=True, capture_output=True, text=True).stdout.split()[0]
        receiver = Receiver(self, certificate=self.certificate)
        server = sender(self, receiver, tls="fingerprint", sections=f'tls_fingerprints = ["{spki}"]\n').start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual(server.facts("SELECT proved FROM outbound")[0]["proved"], 1)
        self.deferred(receiver, "none of those expected", tls="fingerprint", sections=f'tls_fingerprints = ["{"0" * 64}"]\n')

    def test_plaintext_injected_behind_the_reply_to_starttls(self):  # RFC 3207 section 6
        receiver = Receiver(self, certificate=self.certificate, inject=b"250-evil\r\n250 AUTH PLAIN\r\n")
        self.deferred(receiver, "between the reply to STARTTLS and the handshake")
        self.assertEqual(receiver.messages, [])

    def test_replies_before_they_are_due(self):
        self.deferred(Receiver(self, early=b"250 ok\r\n250 ok\r\n250 ok\r\n"), "before it was due")

    def test_421_in_mid_session(self):
        receiver = Receiver(self, replies={"RCPT": ["421 4.3.2 going down", "250 ok"]})
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual(len(receiver.messages), 1)

    def test_replies_byte_by_byte(self):
        receiver = Receiver(self, one_byte=True, extensions=("PIPELINING", "CHUNKING", "SIZE 100000"))
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual(len(receiver.messages), 1)
        self.assertEqual(len(receiver.said("BDAT")), 1)

    def test_replies_without_end(self):
        self.deferred(Receiver(self, replies={"EHLO": "ENDLESS"}), "no reply")

    def test_no_replies_at_all(self):
        self.deferred(Receiver(self, replies={"GREETING": "GARBAGE"}), "is no reply")
        self.deferred(Receiver(self, replies={"MAIL": "SILENCE"}), "no answer in time", sections='[send]\nreply_timeout = "500ms"\n')

    def test_dropped_after_the_final_dot(self):  # RFC 5321 section 4.2.5: sent again, and said so
        receiver = Receiver(self, replies={"DOT": ["DROP", "250 taken"]})
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        empty(server)
        self.assertEqual(len(receiver.messages), 2)
        server.logged("it may arrive twice")

    def test_refused_after_the_final_dot(self):
        receiver = Receiver(self, replies={"DOT": ["452 4.2.2 full", "554 5.6.0 I do not like it"]})
        server = sender(self, receiver).start()
        send(server, ["a@far.example"])
        bounce = server.wait_for_mail(1, "s", "local.example")[0]
        self.assertIn(b"Diagnostic-Code: smtp; 554 5.6.0 I do not like it", bounce)

    def test_what_the_receiver_cannot_take_is_told_to_the_sender(self):
        receiver = Receiver(self, extensions=("SIZE 100",))
        server = sender(self, receiver).start()
        send(server, ["a@far.example"], message=MESSAGE + "long line\r\n" * 30)
        self.assertIn(b"Status: 5.3.4", server.wait_for_mail(1, "s", "local.example")[0])
        self.assertEqual(receiver.messages, [])

    def test_a_dead_destination_rests_and_others_do_not_notice(self):
        alive = Receiver(self)
        server = sender(self, alive, sections=f'[routes."dead.example"]\nvia = "smtp:127.0.0.1:{free_port()}"\n', queue='first_retry = "1h"').start()
        client = server.smtp()
        for i in range(30):
            client.sendmail("s@local.example", [f"r{i}@dead.example", f"r{i}@far.example"], MESSAGE)
        wait_until(lambda: len(alive.messages) == 30, "the living one has all")
        attempts = server.facts("SELECT count(*) AS n FROM outbound WHERE destination LIKE '%' || (SELECT substr(destination, -6) FROM outbound WHERE peer = '' LIMIT 1)")[0]["n"]
        self.assertLess(attempts, 12, "the dead one has been tried a few times only")

    def test_the_number_of_connections_shrinks_where_more_are_refused(self):
        receiver = Receiver(self, replies={"GREETING": ["220 hi", "220 hi"] + ["421 4.7.0 too many connections"] * 30 + ["220 hi"]})
        server = sender(self, receiver).start()
        client = server.smtp()
        for i in range(40):
            client.sendmail("s@local.example", [f"r{i}@far.example"], MESSAGE)
        empty(server)
        self.assertEqual(len(receiver.messages), 40)


if __name__ == "__main__":
    unittest.main()
