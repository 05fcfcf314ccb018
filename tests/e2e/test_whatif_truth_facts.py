"""What-if counts what really happened at Postern itself: its store of facts against an answer worked out from the tables by hand."""
import base64, contextlib, sqlite3, subprocess

from support import Server, free_port
from whatif_truth import Traffic, Truth, TruthCase

MESSAGE = "From: a@x.example\r\nTo: alice@example.org\r\nSubject: x\r\n\r\nHello.\r\n"


class Conversations(Traffic):
    """Clients behind a proxy that names them, one after the other."""

    def __init__(self, seed, server, submission):
        super().__init__(seed)
        self.server, self.submission = server, submission

    def kinds(self):
        return [self.mail] * 6 + [self.late_tls, self.neighbour, self.unknown_user, self.one_known_user, self.tls_wanted, self.reset, self.broken_off, self.handshake_fails, self.user, self.nothing]

    def open(self, tls, address=None, port=None):
        self.number += 1
        self.peer = self.server.raw(port)
        address = address or self.client()
        self.peer.send(f"PROXY TCP{6 if ':' in address else 4} {address} {'2001:db8::25' if ':' in address else '192.0.2.25'} 4711 25\r\n").greet()
        return self.start_tls() if tls else self

    def start_tls(self):
        self.peer.start_tls().ask("EHLO client.example\r\n")
        return self

    def say(self, *lines):
        for line in lines:
            self.peer.ask(line + "\r\n")
        return self

    def sender_line(self):
        return f"MAIL FROM:<s{self.next()}@dom{self.number % 40}.example>"

    def message(self, *recipients):
        return self.say(self.sender_line(), *[f"RCPT TO:<{name}>" for name in recipients or ("alice@example.org",)], "DATA", MESSAGE + ".")

    def quit(self):
        self.peer.ask("QUIT\r\n")
        self.peer.socket.close()

    def mail(self, address=None):
        self.open(self.rng.random() < .6, address)
        for _ in range(self.rng.randint(1, 3)):
            self.message()
        self.quit()

    def late_tls(self):
        self.open(False).message().start_tls().message().quit()

    def neighbour(self):
        self.mail(self.inside())

    def unknown_user(self):
        self.open(self.rng.random() < .5).say(self.sender_line(), "RCPT TO:<nobody@example.org>", "RCPT TO:<none@example.org>").quit()

    def one_known_user(self):
        self.open(True).message("nobody@example.org", "bob@example.org").quit()

    def tls_wanted(self):
        self.open(False).say(self.sender_line(), "RCPT TO:<a@strict.example>").quit()

    def reset(self):
        self.open(False).say(self.sender_line(), "RCPT TO:<alice@example.org>", "RSET").message().quit()

    def broken_off(self):
        self.open(False).say(self.sender_line(), "RCPT TO:<alice@example.org>").peer.socket.close()

    def handshake_fails(self):
        self.open(False).say("STARTTLS")
        self.peer.send(b"\x16\x03\x01\x00\x05junk!").reply()
        self.peer.socket.close()

    def user(self):
        login = base64.b64encode(b"\0alice\0secret").decode()
        self.open(True, port=self.submission).say(f"AUTH PLAIN {login}", "MAIL FROM:<alice@example.org>", "RCPT TO:<bob@example.org>", "DATA",
                                                     MESSAGE.replace("a@x.example", self.rng.choice(["alice@example.org", "a@x.example"])) + ".").quit()

    def nothing(self):
        self.open(self.rng.random() < .5).quit()


def truth_of(path):
    truth = Truth()
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        for c in db.execute("SELECT * FROM connections"):
            secure, user = c["tls"] == "established", c["login"] != ""
            truth["failed_handshakes"] += c["tls"] == "failed" and truth.left_out(c["client"]) is None
            for t in db.execute("SELECT * FROM transactions WHERE connection = ?", (c["id"],)):
                recipients = db.execute("SELECT * FROM recipients WHERE message = ? ORDER BY position", (t["id"],)).fetchall()
                if t["outcome"] == "accepted":
                    truth.came(c["client"], secure, c["tls_version"], user)
                elif t["outcome"] in ("refused", "deferred"):
                    truth.refused(c["client"], t["code"], user)
                elif recipients and not any(r["accepted"] for r in recipients):  # given up, since nobody was to get it
                    truth.refused(c["client"], recipients[-1]["code"], user)
                    truth["refused/for_want_of_tls"] += recipients[-1]["rule"] == "builtin:tls.require" and recipients[-1]["code"] != 530
    return truth


class OwnFacts(TruthCase):
    def test_the_store_of_facts_gives_the_truth(self):
        submission = free_port()
        listen = '[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.1"]\n' f'[[listen]]\naddress = "127.0.0.1:{submission}"\nrole = "submission"\nproxy = ["127.0.0.1"]\n'
        domains = '[domains."example.org"]\nmailboxes = ["alice", "bob"]\n[domains."strict.example"]\nmailboxes = ["*"]\ntls.require = "always"\n'
        server = Server(self, listen=listen, domains=domains, sections='[auth]\nusers_file = "users"\nmay_send_as = ["alice @example.org"]\n')
        (server.dir / "users").write_text("alice:" + subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, text=True, check=True).stdout)
        conversations = Conversations(5, server.start(), submission)
        held = len(conversations.sessions(30))
        server.facts("SELECT 1 FROM connections", held)
        truth = truth_of(server.data / "facts.db")
        self.assertGreater(min(truth["refused/for_good"], truth["refused/for_want_of_tls"], truth["failed_handshakes"], truth["left_out/authenticated"]), 1)
        self.assert_truth(truth, self.answer(server.data / "facts.db"), "facts.db")
