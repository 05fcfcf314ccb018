"""Content filters: what they are told, what they say, and what becomes of the mail when they do not."""
import os, pwd, shutil, subprocess, unittest, urllib.request

from filter_peers import NO_STEP, SILENT, CAN_SKIP, Milter, Rspamd, field, packet
from support import MESSAGE, Server, free_port, wait_until

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def passed(**more):
    return {"action": "no action", "score": 1.5, "required_score": 15, "symbols": {"A": {"score": 1}, "B": {"score": 0.5}}, **more}


class Case(unittest.TestCase):
    def server(self, *filters, more="", **options):
        """`filters`: pairs of a kind and the rest of a [[filters]] table."""
        sections = "".join(f'[[filters]]\nname = "f{i}"\nkind = "{kind}"\n{rest}\n' for i, (kind, rest) in enumerate(filters))
        return Server(self, sections=sections + more, **options).start()

    def with_rspamd(self, answer, rest="", **options):
        self.rspamd = Rspamd(self, answer)
        return self.server(("rspamd", f'url = "http://127.0.0.1:{self.rspamd.port}"\n{rest}'), **options)

    def with_milter(self, answers=None, rest="", protocol=0, negotiation=None, **options):
        self.milter = Milter(self, answers, protocol, negotiation=negotiation)
        return self.server(("milter", f'socket = "inet:127.0.0.1:{self.milter.port}"\n{rest}'), **options)

    def send(self, server, message=MESSAGE, sender="a@far.example", to=("alice@example.org",)):
        """The code and the text of the reply to the content."""
        client = server.smtp()
        client.ehlo()
        client.mail(sender)
        for recipient in to:
            self.assertEqual(client.rcpt(recipient)[0], 250)
        code, text = client.data(message)
        client.quit()
        return code, text.decode()

    def delivered(self, server, local="alice"):
        return server.wait_for_mail(1, local)[0].decode(errors="surrogateescape")


class AsksRspamd(Case):
    def test_it_is_told_what_is_known_and_the_message_as_it_came(self):
        server = self.with_rspamd(passed())
        client = server.smtp(helo="client.example")
        client.sendmail("a@far.example", ["alice@example.org", "bob@example.org"], MESSAGE)
        path, headers, body = self.rspamd.requests[0]
        self.assertEqual(path, "/checkv2")
        self.assertEqual(body.decode(), MESSAGE)
        self.assertEqual((headers["IP"], headers["Helo"], headers["From"]), ("127.0.0.1", "client.example", "<a@far.example>"))
        self.assertEqual(headers.get_all("Rcpt"), ["<alice@example.org>", "<bob@example.org>"])
        self.assertEqual(headers["MTA-Name"], "mx.example.org")
        self.assertIn(f"id {headers['Queue-Id']}", self.delivered(server), "it is the id of the Received field")

    def test_what_passes_carries_the_score_and_is_kept_as_facts(self):
        server = self.with_rspamd(passed())
        self.assertEqual(self.send(server)[0], 250)
        mail = self.delivered(server)
        self.assertIn("X-Spam-Status: No, score=1.50 required=15.00 action=no action\n", mail)
        self.assertNotIn("X-Postern-Flag", mail)
        row = server.facts("SELECT filter, filter_action, filter_score, filter_symbols FROM transactions")[0]
        self.assertEqual(tuple(row), ("f0", "no action", "1.50", "A B"))
        self.assertEqual(server.metric("postern_filter_messages_total"), 1)

    def test_each_action_does_what_it_says(self):
        server = self.with_rspamd(passed())
        for action, code, words in (("reject", 550, "5.7.1 too bad"), ("soft reject", 451, "4.7.1 too bad"), ("greylist", 451, "4.7.1 too bad")):
            self.rspamd.answer = passed(action=action, messages={"smtp_message": "too bad"})
            self.assertEqual(self.send(server), (code, words))
        self.rspamd.answer = passed(action="add header", score=7)
        self.assertEqual(self.send(server)[0], 250)
        mail = self.delivered(server)
        self.assertIn("X-Spam: Yes\n", mail)
        self.assertIn("X-Spam-Status: Yes, score=7.00", mail)
        rows = server.facts("SELECT outcome, rule FROM transactions", 4)
        self.assertEqual({tuple(row) for row in rows},
                         {("refused", "builtin:filters.verdict"), ("deferred", "builtin:filters.verdict"), ("accepted", "")})

    def test_it_changes_the_header_and_strangers_cannot_say_what_it_says(self):
        server = self.with_rspamd(passed(action="rewrite subject", subject="[SPAM] test", **{"dkim-signature": "v=1; x"},
                                         milter={"add_headers": {"X-A": {"value": "one", "order": 0}, "X-B": ["two", "three"]}, "remove_headers": {"X-C": 0}}))
        self.send(server, "X-Spam-Status: No, trust me\r\nX-C: 1\r\n" + MESSAGE)
        mail = self.delivered(server)
        for line in ("Subject: [SPAM] test\n", "X-A: one\n", "X-B: two\n", "X-B: three\n", "DKIM-Signature: v=1; x\n"):
            self.assertIn(line, mail)
        for text in ("trust me", "X-C", "Subject: test"):
            self.assertNotIn(text, mail)
        self.assertTrue(mail.index("Received:") < mail.index("X-A:"))

    def test_what_it_would_drop_is_held_for_the_postmaster(self):
        server = self.with_rspamd(passed(action="discard"))
        self.assertEqual(self.send(server)[0], 250)
        held = wait_until(lambda: server.queue("list"), "it is in the queue")
        self.assertTrue(held[0]["held"])
        self.assertEqual(server.mailbox("alice"), [])

    def test_a_large_message_is_shown_piece_by_piece_and_arrives_whole(self):
        server = self.with_rspamd(passed(milter={"add_headers": {"X-A": "b"}}))
        message = MESSAGE + "".join(f"line {i}\r\n" for i in range(100_000))
        self.assertEqual(self.send(server, message)[0], 250)
        self.assertEqual(self.rspamd.requests[0][2].decode(), message)
        mail = self.delivered(server)
        self.assertTrue(mail.endswith(message.replace("\r\n", "\n")[-1000:]))
        self.assertIn("X-A: b\n", mail)
        self.assertEqual(mail.count("line "), 100_000)

    def test_a_rule_may_go_by_its_score_and_its_symbols(self):
        server = self.with_rspamd(passed(), more='[[rules]]\nname = "mine"\nwhen = \'filter.score >= 1.5 and filter.action == "no action"\'\n'
                                                  'then = "reject"\nreply = "5.7.1 By my rule"\nmode = "enforce"\n')
        self.assertEqual(self.send(server), (550, "5.7.1 By my rule"))

    def test_users_are_not_filtered_unless_it_is_said(self):
        server = self.with_rspamd(passed(), 'applies_to = "submissions"')
        self.send(server)
        self.assertEqual(self.rspamd.requests, [])


class DoesWithoutRspamd(Case):
    def unfiltered(self, answer, why, rest=""):
        server = self.with_rspamd(answer, rest)
        self.assertEqual(self.send(server)[0], 250)
        self.assertIn("X-Postern-Flag: filters.verdict; f0: no answer:", self.delivered(server))
        server.logged("event=filter-failed", why)
        self.assertEqual(server.metric("postern_filter_unfiltered_total"), 1)
        self.rspamd.close()

    def test_nonsense_is_no_answer(self):
        for answer, why in ((b"nonsense\r\n\r\n", "not HTTP"), (b"HTTP/1.1 500 Busy\r\nContent-Length: 0\r\n\r\n", "500"),
                            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "hung up"), (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no action"),
                            (b"HTTP/1.1 200 OK\r\n\r\n{", "JSON"), (b"x" * 100_000, "too long"), ("DROP", "hung up")):
            with self.subTest(why):
                self.unfiltered(answer, why)

    def test_its_time_is_limited(self):
        self.unfiltered("SILENCE", "not answered in time", "timeout = 1")

    def test_mail_is_deferred_where_the_owner_wants_it(self):
        server = self.with_rspamd("DROP", 'on_failure = "defer"')
        self.assertEqual(self.send(server), (451, "4.7.1 A content filter does not answer, try again later"))

    def test_after_several_failures_it_is_left_alone(self):
        server = self.server(("rspamd", f'url = "http://127.0.0.1:{free_port()}"'))
        for _ in range(6):
            self.assertEqual(self.send(server)[0], 250)
        self.assertIn("not answered lately", "".join(m.decode() for m in server.wait_for_mail(6)))
        server.logged("event=filter-suspended", "filter=f0")
        self.assertEqual(server.metric("postern_filter_messages_total"), 5)
        self.assertEqual(server.metric("postern_filter_unfiltered_total"), 6)

    def test_what_is_too_large_for_it_passes_flagged(self):
        server = self.with_rspamd(passed(action="reject"), 'max_message = "64KiB"')
        self.assertEqual(self.send(server, MESSAGE + "x\r\n" * 40_000)[0], 250)
        self.assertIn("larger than max_message", self.delivered(server))
        self.assertEqual(self.rspamd.requests, [])


class AsksAMilter(Case):
    def test_it_is_told_everything_in_order(self):
        server = self.with_milter()
        self.assertEqual(self.send(server, to=("alice@example.org", "bob@example.org"))[0], 250)
        letters = "".join(letter for letter, _ in self.milter.said if letter != "D")
        self.assertEqual(letters, "OCHMRRTLLLNBEQ")
        self.assertEqual(self.milter.data_of("H"), [b"client.example\0"])
        self.assertEqual(self.milter.data_of("M")[0].split(b"\0")[0], b"<a@far.example>")
        self.assertEqual(self.milter.data_of("R"), [b"<alice@example.org>\0", b"<bob@example.org>\0"])
        self.assertEqual(self.milter.data_of("L")[2], b"Subject\0test\0")
        self.assertEqual(self.milter.data_of("B"), [b"body\r\n"])
        macros = self.milter.macros()
        self.assertEqual((macros["j"], macros["client_addr"], macros["mail_addr"]), ("mx.example.org", "127.0.0.1", "a@far.example"))
        self.assertIn(f"id {macros['i']}", self.delivered(server))

    def test_it_is_not_told_what_it_does_not_want_and_not_waited_for_where_it_is_silent(self):
        steps = NO_STEP["connect"] | NO_STEP["body"] | NO_STEP["data"]
        server = self.with_milter(protocol=SILENT | steps)
        self.assertEqual(self.send(server)[0], 250)
        self.assertEqual("".join(letter for letter, _ in self.milter.said if letter != "D"), "OHMRLLLNEQ")

    def test_every_modification_is_made(self):
        server = self.with_milter({"E": [
            field("h", "X-Last", "l"), field("i", "X-First", "f\n folded", 0), field("m", "Subject", "new", 1), field("m", "To", "", 1),
            ("b", b"another\n"), ("p", b""), ("b", b".\r\nbody\r\n"), ("-", b"<alice@example.org>\0"), ("+", b"<bob@example.org>\0"),
            ("e", b"<new@far.example>\0"), ("c", b"")]})
        self.assertEqual(self.send(server)[0], 250)
        mail = self.delivered(server, "bob")
        for line in ("X-Last: l\n", "X-First: f\n folded\n", "Subject: new\n", "Return-Path: <new@far.example>\n"):
            self.assertIn(line, mail)
        self.assertNotIn("\nTo:", mail)
        self.assertTrue(mail.endswith("\n\nanother\n.\nbody\n"), mail)
        self.assertTrue(mail.index("X-First") < mail.index("From:") < mail.index("X-Last"))
        self.assertEqual(server.mailbox("alice"), [])

    def test_its_refusals_are_given_in_its_words(self):
        server = self.with_milter()
        for where in "CHMRTLNBE":
            for answer, expected in ((("r", b""), (550, "5.7.1 Rejected by a content filter")), (("t", b""), (451, "4.7.1 Put off by a content filter, try again later")),
                                     (("y", b"554 5.7.9 mine\0"), (554, "5.7.9 mine"))):
                self.milter.answers = {where: [answer]}
                self.assertEqual(self.send(server), expected, where)

    def test_a_refused_recipient_is_not_dropped(self):
        server = self.with_milter()
        answers = iter([[("r", b"")], [("c", b"")]])
        self.milter.answers = type("OneOfTwo", (dict,), {"get": lambda _, letter, default: next(answers) if letter == "R" else default})()
        self.assertEqual(self.send(server, to=("alice@example.org", "bob@example.org"))[0], 250)
        for local in ("alice", "bob"):
            self.assertIn("refused a recipient: alice@example.org", self.delivered(server, local))

    def test_quarantine_and_discard_hold(self):
        server = self.with_milter({"E": [("q", b"odd\0"), ("c", b"")]})
        self.send(server)
        self.milter.answers = {"E": [("d", b"")]}
        self.send(server)
        self.milter.answers = {"R": [("d", b"")]}
        self.send(server)
        held = wait_until(lambda: len(all_ := server.queue("list")) == 3 and all_, "all are in the queue")
        self.assertTrue(all(each["held"] for each in held))

    def test_accept_ends_the_conversation_early_and_skip_ends_the_body(self):
        server = self.with_milter({"M": [("a", b"")]})
        self.assertEqual(self.send(server)[0], 250)
        self.assertEqual(self.milter.data_of("R"), [])
        self.milter.answers, self.milter.protocol = {"B": [("s", b"")]}, CAN_SKIP
        self.assertEqual(self.send(server, MESSAGE + "x\r\n" * 100_000)[0], 250)
        self.assertEqual(len(self.milter.data_of("B")), 1)

    def test_several_see_what_those_before_have_changed(self):
        first = Milter(self, {"E": [field("h", "X-One", "1"), ("b", b"new body\r\n"), ("c", b"")]})
        second = Milter(self)
        server = self.server(("milter", f'socket = "inet:{first.port}@127.0.0.1"'), ("milter", f'socket = "inet:127.0.0.1:{second.port}"'))
        self.assertEqual(self.send(server)[0], 250)
        self.assertIn(b"X-One\0" + b"1\0", second.data_of("L"))
        self.assertEqual(second.data_of("B"), [b"new body\r\n"])

    def test_it_may_listen_on_a_unix_socket(self):
        server = Server(self, sections='[[filters]]\nname = "local"\nkind = "milter"\nsocket = "unix:milter.sock"\n')
        milter = Milter(self, {"E": [field("h", "X-One", "1"), ("a", b"")]}, path=server.dir / "milter.sock")
        server.start()
        self.assertEqual(self.send(server)[0], 250)
        self.assertIn("X-One: 1\n", self.delivered(server))

    def test_nothing_that_it_writes_can_end_the_header_or_pass_for_ours(self):
        server = self.with_milter({"E": [field("h", "X-Evil", "a\r\n\r\nbody\r\n.\r\n"), field("h", "X-Postern-Flag", "trusted"), ("c", b"")]})
        self.assertEqual(self.send(server)[0], 250)
        mail = self.delivered(server)
        self.assertIn("X-Evil: a\n \n body\n .\n", mail)
        self.assertNotIn("trusted", mail)


class DoesWithoutAMilter(Case):
    def test_nonsense_is_no_answer_and_nothing_of_it_is_done(self):
        for answers, negotiation in (({"M": [("X", b"")]}, None), ({"M": [("h", b"X\0y\0")]}, None), ({"E": [field("h", "X-A", "b"), ("y", b"250 fine\0")]}, None),
                                     ({"E": [field("h", "no name", "b"), ("c", b"")]}, None), ({"B": "DROP"}, None),
                                     ({"E": [("b", b"half of a body"), ("s", b"")]}, None), ({}, packet("O", b"short")), ({}, packet("c")),
                                     ({}, b"\xff\xff\xff\xffO"), ({}, b"220 mail.example ESMTP\r\n")):
            with self.subTest(answers=answers, negotiation=negotiation):
                server = self.with_milter(answers, negotiation=negotiation)
                self.assertEqual(self.send(server)[0], 250)
                mail = self.delivered(server)
                self.assertIn("X-Postern-Flag: filters.verdict; f0: no answer:", mail)
                self.assertNotIn("X-A: b", mail)
                self.assertTrue(mail.endswith("\n\nbody\n"))

    def test_its_time_is_limited(self):
        server = self.with_milter({"N": "SILENCE"}, "timeout = 1")
        self.assertEqual(self.send(server)[0], 250)
        self.assertIn("not answered in time", self.delivered(server))


@unittest.skipUnless(shutil.which("opendkim") and shutil.which("opendkim-genkey"), "opendkim is not installed")
class AsksOpendkim(Case):
    def test_it_signs_what_users_send(self):
        server = Server(self, sections='[[filters]]\nname = "sign"\nkind = "milter"\nsocket = "unix:opendkim.sock"\non_failure = "defer"\n')
        subprocess.run(["opendkim-genkey", "-D", str(server.dir), "-d", "example.org", "-s", "test"], check=True, capture_output=True)
        socket_path, config = server.dir / "opendkim.sock", server.dir / "opendkim.conf"
        config.write_text(f"Mode s\nDomain example.org\nSelector test\nKeyFile {server.dir}/test.private\nSocket local:{socket_path}\n"
                          f"RequireSafeKeys no\nBackground no\nUserID {pwd.getpwuid(os.geteuid()).pw_name}\n")
        milter = subprocess.Popen(["opendkim", "-f", "-x", str(config)], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.addCleanup(milter.wait)
        self.addCleanup(milter.kill)
        wait_until(socket_path.exists, "opendkim listens")
        server.start()
        message = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: signed\r\n\r\nbody\r\n"
        self.assertEqual(self.send(server, message, "alice@example.org", ("bob@example.org",))[0], 250)
        mail = self.delivered(server, "bob")
        self.assertIn("DKIM-Signature: v=1;", mail)
        self.assertIn("d=example.org; s=test;", mail)


@unittest.skipUnless(shutil.which("rspamd"), "rspamd is not installed")
class AsksARealRspamd(Case):
    def test_it_refuses_gtube_and_lets_the_rest_pass(self):
        port = free_port()
        server = self.server(("rspamd", f'url = "http://127.0.0.1:{port}"\ntimeout = 60\non_failure = "defer"'))
        start_rspamd(self, server.dir / "rspamd", port)
        code, text = self.send(server, MESSAGE.replace("body", GTUBE))
        self.assertEqual((code, text[:5]), (550, "5.7.1"))
        self.assertEqual(self.send(server)[0], 250)
        self.assertIn("X-Spam-Status:", self.delivered(server))
        rows = server.facts("SELECT filter_action, filter_symbols FROM transactions ORDER BY id", 2)
        self.assertEqual(rows[0]["filter_action"], "reject")
        self.assertIn("GTUBE", rows[0]["filter_symbols"])


def start_rspamd(case, directory, port):
    """Debian's rspamd with its own rules, a worker on `port`, and nothing that asks others."""
    directory.mkdir()
    (directory / "rspamd.conf").write_text(f'''
        options {{ pidfile = "{directory}/pid"; tempdir = "{directory}"; rundir = "{directory}"; hs_cache_dir = "{directory}";
                   dns {{ nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }} }}
        logging {{ type = "file"; filename = "{directory}/log"; level = "info"; }}
        actions {{ reject = 15; add_header = 6; greylist = 4; }}
        worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
    ''')
    user = ["-i"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["rspamd", "-f", *user, "-c", str(directory / "rspamd.conf")], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    case.addCleanup(process.wait)
    case.addCleanup(process.terminate)

    def up():
        if process.poll() is not None:
            raise AssertionError("rspamd ended: " + (directory / "log").read_text(errors="replace")[-3000:])
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).status == 200
        except OSError:
            return False
    wait_until(up, "rspamd answers", 60)


if __name__ == "__main__":
    unittest.main()
