"""What the postmaster does: check, config, queue, reload, stop, metrics, the first run without a configuration."""
import json, os, pathlib, signal, socket, subprocess, sys, tempfile, time, unittest

from support import MESSAGE, POSTERN, SLOW, Server, free_port, insecure, wait_until


class Commands(unittest.TestCase):
    def run_postern(self, *args):
        return subprocess.run([POSTERN, *args], capture_output=True, text=True, timeout=60 * SLOW)

    def test_check(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "postern.toml"
            file.write_text('hostname = "mx.example.org"\n[tls]\nmin_version = "1.4"\n')
            result = self.run_postern("check", str(file))
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{file}:3: tls.min_version = '1.4': not one of 1.0, 1.1, 1.2, 1.3", result.stderr)
            file.write_text('hostname = "mx.example.org"\n[tls]\nrequire = "always"\n')
            result = self.run_postern("check", str(file))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("MUST NOT require", result.stderr)
            self.assertIn("good, with warnings", result.stdout)
            self.assertFalse((pathlib.Path(directory) / "postern-data").exists(), "a check makes nothing")

    def test_a_strict_check_fails_on_warnings(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "postern.toml"
            file.write_text('hostname = "mx.example.org"\n[relay]\nnetworks = ["198.51.100.0/24"]\n')
            self.assertEqual(self.run_postern("check", str(file)).returncode, 0)
            strict = self.run_postern("check", "--strict", str(file))
            self.assertEqual(strict.returncode, 1)
            self.assertIn("warning: relay.networks: 198.51.100.0/24", strict.stderr)
            file.write_text('hostname = "mx.example.org"\n')
            self.assertEqual(self.run_postern("check", "--strict", str(file)).returncode, 0)

    def test_a_server_that_never_was_is_an_error(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "postern.toml"
            file.write_text('hostname = "mx.example.org"\ndata_dir = "data"\n[[rules]]\nname = "r"\nwhen = "not tls"\n')
            day = ["--day", "2026-01-31"]
            for command in (["queue"], ["memory"], ["rules"], ["notices", *day], ["tlsrpt", "--send", *day]):
                done = self.run_postern(*command, "--config", str(file))
                self.assertEqual((done.returncode, done.stdout), (1, ""), command)
                self.assertIn(f"no data directory at {directory}/data", done.stderr)
            found = subprocess.run([POSTERN, "queue"], capture_output=True, text=True, timeout=60, env=dict(os.environ, POSTERN_CONFIG=str(file)))
            self.assertIn(f"configuration: {file}", found.stderr)
            missing = self.run_postern("tlsrpt", f"{directory}/nofile")
            self.assertEqual(missing.returncode, 1)
            self.assertIn(f"{directory}/nofile: No such file", missing.stderr)

    def test_exit_codes(self):
        self.assertEqual(self.run_postern("frob").returncode, 2)
        self.assertEqual(self.run_postern("version").returncode, 0)
        self.assertEqual(self.run_postern("--help").returncode, 0)
        self.assertEqual(self.run_postern("serve", "--config", "/no/such/file").returncode, 1)
        self.assertEqual(self.run_postern("load", "nonsense").returncode, 2)

    def test_config_prints_what_check_takes(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "postern.toml"
            file.write_text(self.run_postern("config").stdout.replace('hostname = ""', 'hostname = "mx.example.org"'))
            result = self.run_postern("check", str(file))
            self.assertEqual(result.returncode, 0, result.stderr)


class Operations(unittest.TestCase):
    def test_queue_of_a_running_and_of_a_stopped_server(self):
        server = Server(self, sections='[relay]\nnetworks = ["127.0.0.0/8"]\n').start()
        server.smtp().sendmail("a@far.example", ["x@elsewhere.example"], MESSAGE)
        (message,) = server.queue("list")
        self.assertEqual(message["sender"], "a@far.example")
        self.assertIn("Subject: test", server.queue("show", message["id"])["header"])
        server.queue("hold", message["id"])
        self.assertTrue(server.queue("list")[0]["held"])
        server.stop()
        self.assertTrue(server.queue("list")[0]["held"])
        self.assertIn("Subject: test", server.queue("show", message["id"])["header"])
        refused = server.run("queue", "--config", str(server.config), "delete", message["id"])
        self.assertEqual(refused.returncode, 1)
        self.assertIn("does not run", refused.stderr)
        server.start()
        server.queue("release", message["id"])
        self.assertFalse(server.queue("list")[0]["held"])
        server.queue("retry", message["id"])
        server.queue("retry")
        self.assertIn("1 recipient waits for 1 destination", server.run("queue", "--config", str(server.config)).stdout)
        server.queue("delete", message["id"])
        self.assertEqual(server.queue("list"), [])
        self.assertEqual(server.run("queue", "--config", str(server.config), "show", "00000000001").returncode, 1)
        server.stop()
        self.assertEqual(server.queue("list"), [])

    def test_reload_changes_rules_and_refuses_errors(self):
        server = Server(self).start()
        raw = server.raw().greet()
        text = server.config.read_text()
        server.config.write_text(text.replace("[tls]\n", '[tls]\nrequire = "always"\n'))
        os.kill(server.process.pid, signal.SIGHUP)
        def requires():
            client = server.raw().greet()
            client.ask("MAIL FROM:<a@far.example>\r\n")
            return client.ask("RCPT TO:<alice@example.org>\r\n").startswith("530 5.7.0")
        wait_until(requires, "the new rule holds")
        raw.ask("MAIL FROM:<a@far.example>\r\n")
        self.assertTrue(raw.ask("RCPT TO:<alice@example.org>\r\n").startswith("530 5.7.0"), "a transaction of a session that stays goes by it, too")
        server.config.write_text(text.replace("[tls]\n", "[tls]\nfrob = 1\n"))
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: "tls.frob: there is no such key" in server.log(), "the error is told")
        self.assertTrue(requires())

    def test_require_tls_for_one_domain(self):
        server = Server(self, domains='[domains."example.org"]\nmailboxes = ["*"]\n[domains."strict.example"]\nmailboxes = ["*"]\ntls.require = "always"\n').start()
        raw = server.raw().greet()
        raw.ask("MAIL FROM:<a@far.example>\r\n")
        self.assertTrue(raw.ask("RCPT TO:<a@strict.example>\r\n").startswith("530 5.7.0"))
        self.assertTrue(raw.ask("RCPT TO:<a@example.org>\r\n").startswith("250"))
        raw.ask("QUIT\r\n")
        wait_until(lambda: "MUST NOT require" in server.log(), "start-up warns")
        rows = server.facts("SELECT * FROM recipients ORDER BY position", 2)
        self.assertEqual([(r["accepted"], r["code"], r["rule"]) for r in rows], [(0, 530, "builtin:tls.require"), (1, 250, "")])

    def test_sigterm_lets_open_transactions_finish(self):
        server = Server(self).start()
        idle = server.raw().greet()
        busy = server.raw().greet()
        for command in ("MAIL FROM:<a@far.example>", "RCPT TO:<alice@example.org>", "DATA"):
            busy.ask(command + "\r\n")
        server.process.terminate()
        self.assertTrue(idle.reply().startswith("421 4.3.2"))
        self.assertTrue(busy.ask(MESSAGE + ".\r\n").startswith("250"))
        self.assertTrue(busy.reply().startswith("421 4.3.2"))
        self.assertEqual(server.wait_for_end(), 0)
        server.start()
        server.wait_for_mail(1)

    def test_sigterm_has_a_limit(self):
        server = Server(self, extra="")
        server.config.write_text(server.config.read_text().replace('shutdown_limit = "5s"', 'shutdown_limit = "500ms"'))
        server.start()
        busy = server.raw().greet()
        busy.ask("MAIL FROM:<a@far.example>\r\n")
        server.process.terminate()
        self.assertTrue(busy.reply().startswith("421 4.3.2"))
        self.assertEqual(server.wait_for_end(), 0)

    def test_systemd_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            path = f"{directory}/notify"
            notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.addCleanup(notify.close)
            notify.bind(path)
            notify.settimeout(30 * SLOW)
            server = Server(self).start(env={**os.environ, "NOTIFY_SOCKET": path})
            self.assertIn(b"READY=1", notify.recv(1000))
            server.stop()
            self.assertIn(b"STOPPING=1", notify.recv(1000))

    def test_json_log_and_metrics(self):
        server = Server(self, sections='[log]\nformat = "json"\n').start()
        client = server.smtp()
        client.starttls(context=insecure())
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.quit()
        server.wait_for_mail(1)
        self.assertEqual(server.metric("postern_messages_accepted_tls_total"), 1)
        events = lambda: [json.loads(l) for l in server.log().splitlines() if l.startswith("{")]
        wait_until(lambda: {"connection", "message", "delivery"} <= {e["event"] for e in events()}, "three lines")
        (message,) = [e for e in events() if e["event"] == "message"]
        self.assertEqual((message["from"], message["to"], message["tls"]), ("a@far.example", "alice@example.org", "TLSv1.3"))

    def test_two_servers_do_not_share_a_data_directory_or_a_port(self):
        server = Server(self).start()
        second = subprocess.run([POSTERN, "serve", "--config", str(server.config)], capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another postern uses this data directory", second.stderr)
        other = server.dir / "other.toml"
        other.write_text(server.config.read_text().replace('data_dir = "data"', 'data_dir = "other"'))
        third = subprocess.run([POSTERN, "serve", "--config", str(other)], capture_output=True, text=True, timeout=60)
        self.assertEqual(third.returncode, 1)
        self.assertIn("Address already in use", third.stderr)

    def test_names_of_clients_are_looked_up(self):
        server = Server(self, dns="enabled = true").start()
        client = server.smtp()
        client.sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        client.quit()
        self.assertIn(b"(localhost [127.0.0.1])", server.wait_for_mail(1)[0])
        self.assertEqual(server.facts("SELECT verified_name FROM connections")[0][0], "localhost")

    def test_a_name_server_that_is_silent_holds_nobody_up_for_long(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]
            server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.0/8"]\n',
                            dns=f'enabled = true\nservers = ["127.0.0.1@{port}"]\nwait = "500ms"').start()
            raw = server.raw()
            raw.ask("PROXY TCP4 203.0.113.7 127.0.0.1 4711 25\r\n")
            raw.ask("EHLO x\r\n")
            begun = time.monotonic()
            self.assertTrue(raw.ask("MAIL FROM:<a@far.example>\r\n").startswith("250"))
            self.assertLess(time.monotonic() - begun, 5 * SLOW)
            raw.ask("QUIT\r\n")
            self.assertEqual(server.facts("SELECT verified_name FROM connections")[0][0], "")


FIRST_RUN = """
import fcntl, os, pathlib, socket, struct, subprocess, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:  # lo up
    fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 1 | 64))
process = subprocess.Popen([os.environ['POSTERN']], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
said = ''
while 'then look into' not in said:
    line = process.stderr.readline()
    assert line, said
    said += line
assert 'SMTP on 127.0.0.1:2525, STARTTLS offered' in said, said
assert 'http://127.0.0.1:8025/metrics' in said, said
subprocess.run(next(l for l in said.splitlines() if 'curl' in l).strip(), shell=True, check=True, timeout=60)
new = pathlib.Path('postern-data/mail/localhost/you/new')
end = time.monotonic() + 60
while not (new.exists() and list(new.iterdir())):
    assert time.monotonic() < end
mail = next(new.iterdir()).read_bytes()
assert b'with ESMTPS' in mail, mail
process.terminate()
assert process.wait(60) == 0
assert process.stdout.read() == ''
"""


class FirstRun(unittest.TestCase):
    def test_without_a_configuration_it_serves_at_once(self):
        """The documented ports, in a network namespace of its own, so that it takes none of this machine's."""
        namespace = ["unshare", "--net", "--map-root-user"]
        if subprocess.run([*namespace, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine allows no network namespaces")
        with tempfile.TemporaryDirectory() as directory:
            result = subprocess.run([*namespace, sys.executable, "-c", FIRST_RUN], cwd=directory, capture_output=True, text=True, timeout=120 * SLOW)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
