"""The server beside a disk and databases that fail: mail goes on, damage is kept and told, and a stop ends."""
import contextlib, os, signal, sqlite3, time, unittest

from support import MESSAGE, SLOW, Server, wait_until

RELAYS = '[relay]\nnetworks = ["127.0.0.0/8"]\n'


class Durability(unittest.TestCase):
    def test_mail_goes_on_while_the_databases_are_locked(self):
        server = Server(self).start()
        server.stop()
        with contextlib.ExitStack() as locks:
            for name in ("facts.db", "mta-sts.db", "tls-reports.db"):
                db = locks.enter_context(contextlib.closing(sqlite3.connect(server.data / name, isolation_level=None)))
                db.execute("BEGIN IMMEDIATE")
            server.start()
            server.smtp().sendmail("a@far.example", ["alice@example.org"], MESSAGE)
            server.wait_for_mail(1)
            server.logged("event=store-unavailable")
        self.assertEqual(server.facts("SELECT sender FROM transactions")[0][0], "a@far.example", "it waited for the lock to go")
        server.stop()

    def test_mail_goes_on_while_the_databases_are_damaged(self):
        server = Server(self).start()
        server.stop()
        for path in list(server.data.glob("*.db*")):
            path.unlink()
        for name in ("facts.db", "mta-sts.db", "tls-reports.db"):
            (server.data / name).write_bytes(os.urandom(8192))
        server.start()
        server.smtp().sendmail("a@far.example", ["alice@example.org"], MESSAGE)
        server.wait_for_mail(1)
        server.logged("event=store-unavailable", "facts.db")
        (server.data / "facts.db").unlink()
        self.assertEqual(server.facts("SELECT sender FROM transactions")[0][0], "a@far.example", "a new file is taken up")
        server.stop()
        self.assertTrue(server.mailbox("alice"))

    def test_damage_is_kept_told_and_brought_back(self):
        server = Server(self, sections=RELAYS).start()
        for subject in ("precious", "neighbour"):
            server.smtp().sendmail("a@far.example", ["x@elsewhere.example"], f"Subject: {subject}\r\n\r\nprecious content\r\n")
        precious, neighbour = (message["id"] for message in server.queue("list"))
        server.stop()
        (segment,) = (server.data / "spool").glob("*.segment")
        damaged = bytearray(segment.read_bytes())
        damaged[damaged.index(b"x@elsewhere.example", damaged.index(b"precious content"))] ^= 1
        segment.write_bytes(damaged)
        server.start()
        server.logged("event=spool-damage")
        self.assertEqual([message["id"] for message in server.queue("list")], [neighbour])
        server.queue("delete", neighbour)
        aside = segment.with_name(segment.name + ".damaged")
        wait_until(aside.exists, "what nobody needs any more is set aside")
        self.assertEqual(aside.read_bytes(), bytes(damaged))
        self.assertIn("queue recover", server.run("queue", "--config", str(server.config)).stderr)
        for running in (True, False):
            (found,) = server.queue("recover")
            self.assertEqual((found["id"], found["envelope_is_whole"], found["content_is_whole"]), (precious, False, True))
            self.assertIn("Subject: precious", found["header"])
            if running:
                server.stop()
        result = server.run("queue", "--config", str(server.config), "recover", precious, "--to", str(server.dir / "back"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"precious content", (server.dir / "back" / f"{precious}.eml").read_bytes())
        self.assertEqual(server.run("queue", "--config", str(server.config), "recover", neighbour).returncode, 1)

    def test_a_spool_of_a_later_version_is_refused(self):
        server = Server(self)
        spool = server.data / "spool"
        spool.mkdir(parents=True)
        (spool / "0000000000000001.segment").write_bytes(b"POSTERN9" + bytes(100))
        result = server.run("serve", "--config", str(server.config))
        self.assertEqual(result.returncode, 1)
        self.assertIn("another version of Postern has written it", result.stderr)
        self.assertTrue((spool / "0000000000000001.segment").exists())

    def test_a_second_sigterm_cuts_at_once(self):
        server = Server(self)
        server.config.write_text(server.config.read_text().replace('shutdown_limit = "5s"', 'shutdown_limit = "5m"'))
        server.start()
        busy = server.raw().greet()
        busy.ask("MAIL FROM:<a@far.example>\r\n")
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=stopping" in server.log(), "it begins to stop")
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        self.assertTrue(busy.reply().startswith("421 4.3.2"))
        self.assertEqual(server.wait_for_end(), 0)
        self.assertLess(time.monotonic() - begun, 60 * SLOW)


if __name__ == "__main__":
    unittest.main()
