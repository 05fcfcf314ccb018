"""The same traffic through a real Postfix and through Postern: what-if counts the same from Postfix's log and from Postern's facts."""
import json, os, pathlib, shutil, subprocess, tempfile, unittest

from peers import Postfix
from support import POSTERN, SLOW, Server, wait_until

# Address, sender, recipient, TLS options of swaks; the recipients nobody@ and @elsewhere.example are refused by both.
TRAFFIC = [
    ("198.51.100.10", "u1@bank.example", "alice@example.org", ["--tls"]),
    ("198.51.100.10", "u2@bank.example", "bob@example.org", ["--tls", "--tls-protocol", "tlsv1_2"]),
    ("198.51.100.20", "u3@shop.example", "alice@example.org", ["--tls"]),
    ("198.51.100.21", "u4@shop.example", "alice@example.org", []),
    ("203.0.113.40", "u5@old.example", "alice@example.org", []),
    ("203.0.113.40", "u6@old.example", "bob@example.org", []),
    ("203.0.113.50", "<>", "alice@example.org", []),
    ("192.0.2.60", "u7@mixed.example", "alice@example.org", ["--tls"]),
    ("192.0.2.60", "u8@mixed.example", "alice@example.org", []),
    ("192.0.2.70", "spam@spam.example", "nobody@example.org", []),
    ("192.0.2.71", "spam@spam.example", "x@elsewhere.example", ["--tls"]),
]


def postfix_with(case, loglevel):
    return Postfix(case, f"""virtual_mailbox_domains = example.org
virtual_mailbox_maps = texthash:RECIPIENTS
virtual_transport = discard:
default_transport = discard:
smtpd_recipient_restrictions = reject_unauth_destination, reject_unlisted_recipient
smtpd_upstream_proxy_protocol = haproxy
smtpd_tls_security_level = may
smtpd_tls_loglevel = {loglevel}
""", recipients=["alice@example.org", "bob@example.org"])


@unittest.skipIf(os.geteuid() != 0, "a Postfix of one's own needs root")
class SameTraffic(unittest.TestCase):
    def send(self, port):
        for address, sender, recipient, tls in TRAFFIC:
            command = ["swaks", "--server", "127.0.0.1", "--port", str(port), "--from", sender, "--to", recipient, "--helo", "client.example", "--proxy-family", "TCP4",
                       "--proxy-source", address, "--proxy-source-port", "4711", "--proxy-dest", "192.0.2.25", "--proxy-dest-port", "25", *tls]
            result = subprocess.run(command, capture_output=True, text=True, timeout=60 * SLOW)
            self.assertEqual(result.returncode == 0, not sender.startswith("spam"), result.stdout + result.stderr)

    def answer(self, path):
        command = [POSTERN, "whatif", str(path), "--json", "--rule", "require-tls", "--rule", "require-tls>=1.3", "--rule", "require-client-certificate", "--rule", "remembered",
                   "--rule", "require-tls from old.example", "--rule", "require-tls for example.org"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60 * SLOW)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_a_log_and_the_facts_give_the_same_answer(self):
        postern = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nproxy = ["127.0.0.1"]\n').start()
        self.send(postern.port)
        postern.facts("SELECT 1 FROM connections", len(TRAFFIC))
        facts = self.answer(postern.data / "facts.db")
        self.assertEqual((facts["messages"], facts["over_tls"], facts["in_the_clear"], facts["unknown"]), (9, 4, 5, 0))
        postfix = postfix_with(self, 1)
        self.send(postfix.port)
        wait_until(lambda: postfix.log.exists() and postfix.log.read_text().count("disconnect from") == len(TRAFFIC) and postfix.log.read_text().count(": removed") == 9, "Postfix's log is whole")
        log = self.answer(postfix.log)
        for key in ("messages", "over_tls", "in_the_clear", "unknown", "hosts", "sender_domains", "tls_versions"):
            self.assertEqual(facts[key], log[key], key)
        self.assertEqual(facts["refused"]["for_good"] + facts["refused"]["deferred"], 2)
        self.assertEqual(log["refused"]["for_good"] + log["refused"]["deferred"], 2)
        for mine, theirs in zip(facts["rules"], log["rules"]):
            self.assertEqual(mine["lost"], theirs["lost"], mine["rule"])
            self.assertEqual(mine["reasons"], theirs["reasons"], mine["rule"])
            self.assertEqual(mine["refused_anyway"], theirs["refused_anyway"], mine["rule"])
            self.assertEqual([(s["domain"], s["messages"], s["hosts"], s["reason"]) for s in mine["senders"]], [(s["domain"], s["messages"], s["hosts"], s["reason"]) for s in theirs["senders"]])

    def test_without_a_tls_log_level_the_counters_tell(self):
        postfix = postfix_with(self, 0)
        self.send(postfix.port)
        wait_until(lambda: postfix.log.exists() and postfix.log.read_text().count("disconnect from") == len(TRAFFIC) and postfix.log.read_text().count(": removed") == 9, "Postfix's log is whole")
        log = self.answer(postfix.log)
        self.assertEqual((log["messages"], log["over_tls"], log["in_the_clear"], log["unknown"]), (9, 4, 5, 0))
        self.assertEqual(log["tls_versions"]["unknown"], 4)


if __name__ == "__main__":
    unittest.main()
