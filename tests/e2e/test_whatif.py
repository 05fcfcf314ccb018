"""`postern whatif` as a postmaster runs it: logs, mailboxes, facts, standard input, compressed; its forms."""
import csv, io, json, os, pathlib, shutil, subprocess, tempfile, unittest

from support import MESSAGE, POSTERN, SLOW, Server, insecure

LOGS = pathlib.Path(__file__).resolve().parent.parent / "data" / "logs"
NAMES = {"postfix-3.7-tls-loglevel-0.log": (12, 8, 4), "postfix-3.7-tls-loglevel-1.log": (12, 8, 4), "exim-4.96.log": (12, 8, 4),
         "postfix-3.7-interleaved.log": (40, 30, 10), "opensmtpd-6.8-clear-only.log": (4, 0, 4)}


class WhatIf(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def run_it(self, *args, code=0, **options):
        result = subprocess.run([POSTERN, "whatif", *map(str, args)], capture_output=True, timeout=120 * SLOW, **options)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def answer(self, *args, **options):
        return json.loads(self.run_it(*args, "--json", **options).stdout)

    def counts(self, answer):
        return answer["messages"], answer["over_tls"], answer["in_the_clear"]

    def test_every_known_log_has_its_answer(self):
        for name, counts in NAMES.items():
            answer = self.answer(LOGS / name)
            self.assertEqual(self.counts(answer), counts, name)
            self.assertEqual(answer["unknown"], 0)
            self.assertEqual(answer["rules"][0]["lost"]["messages"], counts[2])
            self.assertEqual(answer["sources"][0]["skipped"], 0)
            self.assertEqual(answer["sources"][0]["messages"], counts[0])

    def test_several_kinds_at_once_and_compressed(self):
        files = []
        for number, (name, tool) in enumerate([("postfix-3.7-interleaved.log", ["gzip", "-c"]), ("exim-4.96.log", ["xz", "-c"]), ("opensmtpd-6.8-clear-only.log", ["zstd", "-q", "-c"])]):
            files.append(self.dir / f"log.{number}")
            files[-1].write_bytes(subprocess.run([*tool, LOGS / name], capture_output=True, check=True).stdout)
        twice = self.dir / "twice.gz"  # members one behind the other, as log rotation may leave them
        twice.write_bytes(files[0].read_bytes() + files[0].read_bytes())
        answer = self.answer(*files)
        self.assertEqual(self.counts(answer), (56, 38, 18))
        self.assertEqual(sorted(s["kind"] for s in answer["sources"]), ["exim", "opensmtpd", "postfix"])
        self.assertEqual(self.answer(twice)["messages"], 80)

    def test_standard_input(self):
        with open(LOGS / "exim-4.96.log", "rb") as log:
            self.assertEqual(self.answer("-", stdin=log)["messages"], 12)

    def test_rotated_files_are_one_log(self):
        """Sessions and messages that rotation cuts in two are whole, whatever the order of the arguments."""
        lines = (LOGS / "postfix-3.7-interleaved.log").read_bytes().splitlines(keepends=True)
        third = len(lines) // 3
        parts = lines[:third], lines[third:2 * third], lines[2 * third:]
        oldest, middle, newest = self.dir / "mail.log.2.gz", self.dir / "mail.log.1", self.dir / "mail.log"
        oldest.write_bytes(subprocess.run(["gzip", "-c"], input=b"".join(parts[0]), capture_output=True, check=True).stdout)
        middle.write_bytes(b"".join(parts[1]))
        newest.write_bytes(b"".join(parts[2]))
        whole = self.answer(LOGS / "postfix-3.7-interleaved.log")
        for inputs in ((oldest, middle, newest), (newest, middle, oldest), (self.dir,)):
            answer = self.answer(*inputs)
            self.assertEqual(self.counts(answer), self.counts(whole))
            self.assertEqual((answer["unknown"], answer["tls_versions"]), (whole["unknown"], whole["tls_versions"]))
            self.assertEqual(len(answer["sources"]), 1)
            self.assertIn("and the 2 files before it", answer["sources"][0]["name"])

    def test_what_an_input_was_taken_for_is_explained(self):
        log = self.dir / "compose.log"
        log.write_text("".join(f"mail-1  | {line}\n" for line in (LOGS / "postfix-3.7-tls-loglevel-0.log").read_text().splitlines()))
        result = self.run_it(log, "--json", "--explain")
        self.assertIn(b"docker compose", result.stderr)
        self.assertIn(b"lines looked at fit", result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(self.counts(answer), (12, 8, 4))
        self.assertTrue(any("smtpd_tls_loglevel" in note for note in answer["sources"][0]["notes"]))

    def test_the_same_log_given_twice_counts_once(self):
        log = LOGS / "postfix-3.7-interleaved.log"
        longer = self.dir / "mail.info"
        longer.write_text(log.read_text() + "Nov 25 23:59:59 mx postfix/smtpd[9]: statistics: none\n")
        result = self.run_it(log, longer, "--json")
        answer = json.loads(result.stdout)
        self.assertEqual(self.counts(answer), (40, 30, 10))
        self.assertEqual([source["name"] for source in answer["sources"]], [str(longer)])
        self.assertIn(b"begins with the same lines", result.stderr)

    def test_a_known_log_that_tells_no_tls_is_named(self):
        for name, text, what in (("maddy", 'smtp: incoming message\t{"msg_id":"1","src_ip":"192.0.2.1:9"}\n', b"maddy"),
                                 ("imap", "Nov 23 14:47:32 mx dovecot: imap-login: Login: user=<a@x.example>\n", b"Dovecot")):
            path = self.dir / name
            path.write_text(text)
            result = self.run_it(path, code=2)
            self.assertIn(what, result.stderr)
            self.assertIn(b"ot recognised", result.stderr)

    def test_a_cut_off_archive_counts_as_far_as_it_goes(self):
        part = self.dir / "part.gz"
        whole = subprocess.run(["gzip", "-c", LOGS / "postfix-3.7-interleaved.log"], capture_output=True, check=True).stdout
        part.write_bytes(whole[: len(whole) * 3 // 4])
        answer = self.answer(part)
        self.assertTrue(0 < answer["messages"] < 40)
        self.assertIn("cut off", answer["sources"][0]["notes"][0])

    def test_it_says_why_there_is_no_answer(self):
        junk = self.dir / "junk"
        junk.write_bytes(bytes(range(256)) * 1000)
        (self.dir / "empty").write_bytes(b"")
        (self.dir / "tlsrpt").write_text('{"organization-name":"x","policies":[{"policy":{"policy-type":"sts"}}]}')
        for path, why in ((junk, b"not recognised"), (self.dir / "empty", b"is empty"), (self.dir / "absent", b"No such file"), (self.dir / "tlsrpt", b"never reports")):
            result = self.run_it(path, code=2)
            self.assertIn(why, result.stderr)
            self.assertIn(b"no source could be read", result.stderr)
        for args, why in ((["--since", "2030-01-01"], b"13 outside of the time"), (["--internal", "0.0.0.0/0"], b"13 from own networks"), (["--rule", "nonsense"], b"no such rule"),
                          (["--since", "soon"], b"not a time"), (["--format", "binary"], b"no such format")):
            self.assertIn(why, self.run_it(LOGS / "exim-4.96.log", *args, code=2).stderr)
        self.assertEqual(self.answer(LOGS / "exim-4.96.log", junk)["messages"], 12)  # what can be read is read

    def test_rules_side_by_side_and_by_domain(self):
        answer = self.answer(LOGS / "exim-4.96.log", "--rule", "require-tls", "--rule", "require-tls>=1.3 for dest.test",
                             "--rule", "require-tls from shop.example", "--rule", "require-client-certificate")
        self.assertEqual([r["lost"]["messages"] for r in answer["rules"]], [4, 4, 1, 11])
        self.assertEqual([r["messages"] for r in answer["rules"]], [12, 12, 3, 12])  # a rule from a domain is measured against its mail
        self.assertEqual(answer["rules"][0]["reasons"], {"never_tls": 3, "domain_speaks_tls": 1, "host_speaks_tls": 0, "tls_failed": 0, "old_tls": 0, "no_client_certificate": 0, "matched_rule": 0})
        self.assertEqual(answer["rules"][0]["senders"][0]["domain"], "old.example")

    def test_a_name_of_a_file_cannot_steer_the_terminal(self):
        result = self.run_it(self.dir / "absent\x1b]0;title\x07.log", code=2)
        self.assertNotIn(b"\x1b", result.stderr)
        self.assertIn(b"absent?]0;title?.log", result.stderr)

    def test_an_input_may_follow_any_option(self):
        """An option that can be repeated takes one value, and what stands behind it is an input."""
        log = LOGS / "exim-4.96.log"
        for option in (("--rule", "require-tls"), ("-r", "remembered"), ("--internal", "198.18.0.0/15"), ("--border", "mx.example"), ("--by", "network")):
            self.assertEqual(self.answer(*option, log)["messages"], 12, option)
            self.assertEqual(self.answer(*option, *option, log)["messages"], 12, option)

    def test_a_rule_about_a_domain_that_is_not_there_is_an_error(self):
        result = self.run_it(LOGS / "exim-4.96.log", "--rule", "require-tls for desk.test", code=2)
        self.assertIn(b"no message for desk.test was found; did you mean dest.test?", result.stderr)
        result = self.run_it(LOGS / "exim-4.96.log", "--by", "country", code=2)
        self.assertIn(b"--countries", result.stderr)

    def test_many_inputs_are_replayed_in_order_of_time(self):
        """A host shows TLS in one file and comes in the clear in another: only the order in time counts, not that of the arguments."""
        def table(name, rows):
            path = self.dir / name
            path.write_text("time,client,sender,tls\n" + "".join(f"{time},{client},a@x.example,{tls}\n" for time, client, tls in rows))
            return path
        first, last = 1_790_000_000, 1_790_900_000
        config = self.dir / "once.toml"
        config.write_text("[tls.memory]\nsessions = 1\ndays = 0\n")
        for early, late, lost in (("TLSv1.3", "no", 40), ("no", "TLSv1.3", 0)):
            files = []
            for i in range(40):
                client = f"198.{i}.100.7"
                files.append(table(f"early{i}", [(first + i, client, early), (last, "203.0.113.1", "TLSv1.3")]))  # each file spans all the time
                files.append(table(f"late{i}", [(first, "203.0.113.1", "TLSv1.3"), (last - 100 + i, client, late)]))
            for order in (files, files[::-1]):
                answer = self.answer(*order, "--rule", "remembered", "--config", config)
                self.assertEqual((answer["messages"], answer["rules"][0]["lost"]["messages"]), (160, lost))

    def test_a_configuration_of_the_gate_is_replayed(self):
        config = self.dir / "gate.toml"
        config.write_text('hostname = "mx.example.org"\n[tls]\nrequire = "never"\n[domains."dest.test"]\nmailboxes = ["*"]\ntls.require = "tls>=1.3"\n')
        answer = self.answer(LOGS / "postfix-3.7-tls-loglevel-1.log", "--rules", config)
        self.assertEqual(self.answer("--rules", config, LOGS / "postfix-3.7-tls-loglevel-1.log")["rules"], answer["rules"])
        self.assertEqual([(r["rule"], r["lost"]["messages"], r["breaks_rfc3207"]) for r in answer["rules"]], [(str(config), 4, True)])

    def test_text_csv_and_skipped_lines(self):
        log = self.dir / "log"
        log.write_bytes((LOGS / "postfix-3.7-tls-loglevel-1.log").read_bytes() + b"\0\0 junk \xff\n")
        table = self.dir / "senders.csv"
        text = self.run_it(log, "--csv", table, "--explain-skipped").stdout.decode()
        self.assertIn("1 not understood", " ".join(text.split()))
        self.assertIn("no line of a system log: ", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        rows = list(csv.DictReader(io.StringIO(table.read_text())))
        self.assertEqual([r["domain"] for r in rows if r["rule"] == "require-tls"], ["old.example", "printer.example", "shop.example"])

    def test_mailboxes(self):
        def mail(number, with_word, extra=""):
            return (f"Return-Path: <a{number}@x.example>\nReceived: from mail.x.example (mail.x.example [198.51.100.{number}])\n\tby mx.y.example (Postfix) with {with_word} id Q{number}\n"
                    f"\tfor <b@y.example>; Tue, 24 Nov 2026 00:00:{number:02} +0000\n{extra}Subject: x\n\nbody\n")
        box = self.dir / "Maildir"
        for folder in ("", ".Junk", ".Archive"):
            for part in ("cur", "new", "tmp"):
                (box / folder / part).mkdir(parents=True)
        (box / "new/1764000001.a").write_text(mail(1, "ESMTPS"))
        (box / "cur/1764000002.b:2,S").write_text(mail(2, "ESMTP", "X-Spam-Status: No, score=1\n"))
        (box / ".Junk/cur/1764000003.c:2,S").write_text(mail(3, "ESMTP"))
        (box / ".Archive/cur/1764000001.d:2,S").write_text(mail(1, "ESMTPS"))  # a copy
        mbox = self.dir / "archive.mbox"
        mbox.write_text("From a Tue Nov 24 00:00:00 2026\n" + mail(5, "ESMTPS") + "\nFrom a Tue Nov 24 00:00:00 2026\n" + mail(6, "SMTP"))
        answer = self.answer(box, mbox)
        self.assertEqual(self.counts(answer), (5, 2, 2))
        self.assertEqual(answer["unknown"], 1)
        self.assertEqual((answer["wanted"], answer["unwanted"], answer["left_out"]["copies"]), (1, 1, 1))
        self.assertEqual(answer["rules"][0]["unwanted"]["lost"], 1)
        self.assertIn("mx.y.example", answer["sources"][0]["notes"][0])
        self.assertEqual(self.answer(box, "--border", "y.example")["messages"], 3)
        self.run_it(box, "--border", "elsewhere.example", code=2)

    def test_own_facts_while_the_server_runs(self):
        server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.1"]\n').start()
        for number, tls in ((1, True), (2, False), (3, True)):
            client = server.raw()
            client.send(f"PROXY TCP4 198.51.100.{number} 192.0.2.25 4711 25\r\n").greet()
            if tls:
                client.start_tls().ask("EHLO client.example\r\n")
            client.ask("MAIL FROM:<a@x.example>\r\n")
            client.ask("RCPT TO:<alice@example.org>\r\n")
            client.ask("DATA\r\n")
            client.ask(MESSAGE + ".\r\n")
            client.ask("QUIT\r\n")
        server.facts("SELECT 1 FROM connections", 3)
        answer = self.answer(server.data / "facts.db")
        self.assertEqual(self.counts(answer), (3, 2, 1))
        self.assertEqual(answer["sources"][0]["kind"], "postern")
        self.assertEqual(answer["tls_versions"]["TLSv1.3"], 2)


class Extract(unittest.TestCase):
    """What many hosts write with --extract, read together, answers as their logs would."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def run_it(self, *args, code=0):
        result = subprocess.run([POSTERN, "whatif", *map(str, args)], capture_output=True, timeout=120 * SLOW)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def answer(self, *args):
        return json.loads(self.run_it(*args, "--json").stdout)

    def extracts(self, *args):
        out = []
        for name in NAMES:
            out.append(self.dir / (name + ".zst"))
            self.run_it("--extract", out[-1], *args, LOGS / name)
        return out

    def without_sources(self, answer):
        return {key: value for key, value in answer.items() if key not in ("sources", "generated")}

    def test_the_answer_is_that_of_the_logs(self):
        logs = self.answer(*(LOGS / name for name in NAMES))
        merged = self.answer(*self.extracts())
        self.assertEqual(self.without_sources(merged), self.without_sources(logs))
        self.assertGreater(merged["messages"], 40)

    def test_hashed_extracts_count_the_same_and_name_nobody(self):
        secret = self.dir / "secret"
        secret.write_bytes(b"0123456789abcdef")
        logs = self.answer(*(LOGS / name for name in NAMES))
        files = self.extracts("--extract-secret", secret)
        merged = self.answer(*files)
        for key in ("messages", "over_tls", "in_the_clear", "unknown", "hosts", "sender_domains", "left_out"):
            self.assertEqual(merged[key], logs[key], key)
        raw = subprocess.run(["zstd", "-dc", *files], capture_output=True, check=True).stdout
        for sender in logs["rules"][0]["senders"]:
            self.assertNotIn(sender["domain"].encode(), raw)

    def test_a_short_secret_and_an_existing_part_are_told(self):
        secret = self.dir / "secret"
        secret.write_bytes(b"short")
        log = LOGS / "exim-4.96.log"
        self.assertIn(b"at least 16 bytes", self.run_it("--extract", self.dir / "a.zst", "--extract-secret", secret, log, code=2).stderr)
        (self.dir / "b.zst.part").write_bytes(b"")
        self.assertIn(b"b.zst.part: File exists", self.run_it("--extract", self.dir / "b.zst", log, code=2).stderr)
        self.assertFalse((self.dir / "a.zst").exists() or (self.dir / "b.zst").exists())

    def test_a_damaged_extract_is_told(self):
        whole = self.extracts()[0]
        cut = self.dir / "cut.zst"
        cut.write_bytes(whole.read_bytes()[:-20])
        result = subprocess.run([POSTERN, "whatif", str(cut), str(whole), "--json"], capture_output=True, timeout=120 * SLOW)
        notes = [note for source in json.loads(result.stdout)["sources"] for note in source["notes"]]
        told = result.stderr.decode() + " ".join(notes)
        self.assertIn("cut", told)

if __name__ == "__main__":
    unittest.main()
