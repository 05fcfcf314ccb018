"""What the tests of `postern whatif` against the truth have in common: traffic that is interleaved, written in the forms that logs have
and cut by rotation; the same texts read back by other means than Postern's; and the comparison of each number."""
import collections, datetime, gzip, json, os, pathlib, random, re, shutil, subprocess, tempfile, unittest

from support import POSTERN, SLOW

START = datetime.datetime(2026, 11, 3, 8, 0, 0, tzinfo=datetime.timezone.utc)
KEYS = ("messages", "over_tls", "in_the_clear", "unknown", "wanted", "unwanted", "failed_handshakes", "refused/for_good", "refused/deferred",
        "refused/tried_again", "refused/for_want_of_tls", "left_out/authenticated", "left_out/local", "left_out/copies", "left_out/no_address",
        "left_out/private_networks", "left_out/loopback")


def value_at(answer, path):
    for part in path.split("/"):
        answer = answer[part]
    return answer


class Truth(collections.Counter):
    """Counts by KEYS; the clients whose mail came in the clear; the versions of TLS of what came over it."""

    def __init__(self):
        super().__init__({key: 0 for key in KEYS})
        self.clear, self.versions = set(), collections.Counter()

    def add(self, other):
        self.update(other)
        self.clear |= other.clear
        self.versions += other.versions

    def left_out(self, client):
        """Why the mail of an address does not count; None: it does."""
        if client is None:
            return "left_out/no_address"
        if re.match(r"127\.|::1$", client):
            return "left_out/loopback"
        return "left_out/private_networks" if re.match(r"10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80:", client) else None

    def came(self, client, tls, version="", authenticated=False, wanted=None):
        """An accepted message; `tls`: None where that is not known."""
        if why := "left_out/authenticated" if authenticated else self.left_out(client):
            self[why] += 1
            return
        self["messages"] += 1
        self["unknown" if tls is None else "over_tls" if tls else "in_the_clear"] += 1
        if tls:
            self.versions[version or "unknown"] += 1
        elif tls is not None:
            self.clear.add(client)
        if wanted is not None:
            self["wanted" if wanted else "unwanted"] += 1

    def refused(self, client, code, authenticated=False):
        if why := "left_out/authenticated" if authenticated else self.left_out(client):
            self[why] += 1
            return
        self["refused/deferred" if 400 <= code < 500 else "refused/for_good"] += 1
        self["refused/for_want_of_tls"] += code == 530


class TruthCase(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def whatif(self, *args, zone="UTC", code=0):
        result = subprocess.run([POSTERN, "whatif", *map(str, args)], capture_output=True, text=True, timeout=120 * SLOW, env={**os.environ, "TZ": zone})
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stderr if code else result.stdout

    def answer(self, *args, zone="UTC"):
        return json.loads(self.whatif(*args, "--json", zone=zone))

    def assert_truth(self, truth, answer, about):
        self.assertGreater(truth["messages"], 20, "the traffic is worth a test")
        self.assertGreater(min(truth["over_tls"], truth["in_the_clear"]), 5, f"both kinds of mail are there {about}")
        self.assertEqual({key: value_at(answer, key) for key in KEYS}, {key: truth[key] for key in KEYS}, about)
        self.assertEqual({version: count for version, count in answer["tls_versions"].items() if count}, dict(truth.versions), about)
        senders = answer["rules"][0]["senders"]
        lost = {host for sender in senders for host in sender["hosts"]}
        self.assertLessEqual(lost, truth.clear, about)
        if all(sender["host_count"] == len(sender["hosts"]) for sender in senders):
            self.assertEqual(lost, truth.clear, about)

    def assert_times(self, answer, first, last, about):
        """All of the mail is between these: a wrong zone is hours away."""
        self.assertLess(last - first, datetime.timedelta(minutes=50), "an hour would be seen")
        for key in ("first", "last"):
            at = datetime.datetime.fromisoformat(answer[key].replace("Z", "+00:00"))
            self.assertTrue(first - datetime.timedelta(seconds=1) <= at <= last + datetime.timedelta(seconds=1), f"{key} {at} {about}")

    def rotated(self, rng, name, lines, last=None):
        """Writes the lines as a log and its rotations, cut anywhere, as `name`, `name.1`, `name.2.gz`; gives their paths in any order."""
        paths, cuts = [], sorted(rng.sample(range(20, len(lines) - 20), 3))
        for number, (begin, end) in enumerate(zip([0] + cuts, cuts + [len(lines)])):
            age = 3 - number
            data = "".join(line + "\n" for line in lines[begin:end]).encode()
            paths.append(self.dir / (name + (f".{age}" if age else "") + (".gz" if age > 1 else "")))
            paths[-1].write_bytes(gzip.compress(data) if age > 1 else data)
            if last is not None:
                os.utime(paths[-1], (last.timestamp(),) * 2)
        rng.shuffle(paths)
        return paths


class Traffic:
    """What programs log of sessions, made by chance and the same for a seed. A family of readers adds `kinds()`: functions that each give
    the entries of a session, in order."""

    def __init__(self, seed, network=193):
        self.rng, self.network = random.Random(seed), network
        self.number = 0

    def next(self):
        self.number += 1
        return self.number

    def client(self):
        """Each in a network of its own, so that no two are taken for one that tries again."""
        number = self.next()
        return f"{self.network + number // 200}.{number % 200}.{self.rng.randrange(100, 160)}.{self.rng.randrange(1, 255)}"

    def inside(self):
        return self.rng.choice(["10.8.0.8", "192.168.7.9", "172.16.0.9", "100.64.1.2", "fd00::8", "127.0.0.1"])

    def sender(self):
        number = self.next()
        return self.rng.choice([f"s{number}@dom{number % 40}.example"] * 4 + [""])

    def tls_version(self):
        return self.rng.choice(["TLSv1.2", "TLSv1.3", "TLSv1.3"])

    def sessions(self, count):
        kinds = self.kinds()
        certain = [make for make in kinds for _ in range(2)]  # each kind is there
        return [make() for make in self.rng.sample(certain, len(certain)) + [self.rng.choice(kinds) for _ in range(count)]]


def interleaved(rng, sessions, at_once):
    """The entries of sessions of which up to `at_once` go on at the same time, as (place, entry); None where none does."""
    waiting, running, free = [list(session) for session in sessions], [], list(range(1, at_once + 1))
    while waiting or running:
        if waiting and free and (not running or rng.random() < .4):
            running.append([free.pop(rng.randrange(len(free))), waiting.pop(0)])
            continue
        one = rng.choice(running)
        yield one[0], one[1].pop(0)
        if not one[1]:
            running.remove(one)
            free.append(one[0])
            if not running:
                yield None


def timed(rng, sessions, at_once):
    """(at, entry) of interleaved sessions, some of them at the same second."""
    at = START
    for step in interleaved(rng, sessions, at_once):
        at += datetime.timedelta(seconds=rng.choice([0, 0, 0, 1]))
        if step is not None:
            yield at, step[1]
