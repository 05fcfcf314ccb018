"""kill -9 under load again and again, and a disk that is full: what got 250 is delivered, whole, at least once."""
import os, pathlib, re, signal, smtplib, socket, subprocess, threading, time, unittest

from support import MESSAGE, SLOW, Raw, Server, wait_until


def numbered(number, size):
    line = f"{number:08d} " + "abcdefghij" * 6 + "\r\n"
    return f"Subject: {number}\r\nX-Size: {size}\r\n\r\n" + line * max(1, size // len(line))


class Crash(unittest.TestCase):
    ROUNDS = 6
    CLIENTS = 8

    def check_delivered(self, server, acknowledged):
        def complete():
            return {int(re.search(rb"^Subject: (\d+)$", m, re.M).group(1)): m for m in server.mailbox("alice")}
        found = wait_until(lambda: (c := complete()) and acknowledged <= set(c) and c, "everything that got 250 is delivered", 60)
        for number in acknowledged:
            size = int(re.search(rb"^X-Size: (\d+)$", found[number], re.M).group(1))
            body = found[number].split(b"\n\n", 1)[1].decode()
            self.assertEqual(body, numbered(number, size).replace("\r\n", "\n").split("\n\n", 1)[1], f"message {number} is damaged")

    def test_kill_9_under_load(self):
        server = Server(self, sections='[spool]\nsegment_size = "1MiB"\n')
        acknowledged, counter, lock = set(), iter(range(1, 10**8)), threading.Lock()
        for round in range(self.ROUNDS):
            server.start()
            stop = threading.Event()

            def client():
                try:
                    raw = Raw(self, server.port)
                    raw.greet()
                    while not stop.is_set():
                        with lock:
                            number = next(counter)
                        size = 300_000 if number % 10 == 0 else 2000
                        raw.send(f"MAIL FROM:<a@far.example>\r\nRCPT TO:<alice@example.org>\r\nDATA\r\n")
                        if [raw.reply()[:3] for _ in range(3)] != ["250", "250", "354"]:
                            return
                        if raw.ask(numbered(number, size) + ".\r\n").startswith("250"):
                            with lock:
                                acknowledged.add(number)
                except OSError:
                    pass

            threads = [threading.Thread(target=client) for _ in range(self.CLIENTS)]
            before = len(acknowledged)
            for thread in threads:
                thread.start()
            wait_until(lambda: len(acknowledged) > before + 40 + 30 * round, "load", 60)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            stop.set()
            for thread in threads:
                thread.join()
        server.start()
        self.assertGreater(len(acknowledged), 300)
        self.check_delivered(server, acknowledged)
        server.stop()

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system takes root")
    def test_a_full_disk(self):
        server = Server(self, sections='[spool]\nsegment_size = "256KiB"\n[facts]\nretention = "1h"\n')
        spool = server.data / "spool"
        spool.mkdir(parents=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(spool)], capture_output=True).returncode != 0:
            self.skipTest("this machine lets nobody mount")
        self.addCleanup(subprocess.run, ["umount", "-l", str(spool)])
        filler = spool / "filler"
        filler.write_bytes(b"x" * 1_700_000)
        server.start()
        acknowledged, refused = set(), 0
        client = server.raw().greet()
        for number in range(1, 60):
            for command in ("MAIL FROM:<a@far.example>", "RCPT TO:<alice@example.org>", "DATA"):
                client.ask(command + "\r\n")
            reply = client.ask(numbered(number, 200_000 if number % 3 == 0 else 60_000) + ".\r\n")
            if reply.startswith("250"):
                acknowledged.add(number)
            else:
                self.assertTrue(reply.startswith("452 4.3.1"), reply)
                refused += 1
        self.assertGreater(refused, 0)
        filler.unlink()
        def taken():
            for command in ("MAIL FROM:<a@far.example>", "RCPT TO:<alice@example.org>", "DATA"):
                client.ask(command + "\r\n")
            return client.ask(numbered(1000, 60_000) + ".\r\n").startswith("250")
        wait_until(taken, "it goes on when there is room")
        acknowledged.add(1000)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.start()
        self.check_delivered(server, acknowledged)
        server.logged("spool-failed")
        server.stop()


if __name__ == "__main__":
    unittest.main()
