"""What-if counts what really happened: logs of Postfix and of Exim are made from traffic whose truth is known, session by session, with
all that stands in the way: interleaved processes, fronts and filters, services of users, private clients, several instances and hosts,
prefixes of several forms, time zones, files cut at quiet moments, and senders who write log lines into whatever they may choose."""
import collections, datetime, random, unittest

from whatif_forms import SYSLOG, zoned
from whatif_truth import START, TruthCase, interleaved, value_at

KEYS = ("messages", "over_tls", "in_the_clear", "unknown", "refused/for_good", "refused/deferred", "left_out/authenticated", "left_out/private_networks", "left_out/loopback")


class Case(TruthCase):
    def assert_truth(self, truth, answer, about):
        self.assertGreater(truth["messages"], 20, "the traffic is worth a test")
        for key in KEYS:
            self.assertEqual(value_at(answer, key), truth[key], f"{key} {about}")
        senders = answer["rules"][0]["senders"]
        lost = {host for sender in senders for host in sender["hosts"]}
        self.assertLessEqual(lost, truth["clients_lost"], about)
        if all(sender["host_count"] == len(sender["hosts"]) for sender in senders):
            self.assertEqual(lost, truth["clients_lost"], about)


class PostfixTraffic:
    """Sessions as lists of (program, process, text), and what is to be counted of them. `counters`: Postfix 3 writes them; `tells`: a
    TLS log level of 1."""

    def __init__(self, seed, counters, tells):
        self.rng = random.Random(seed)
        self.counters, self.tells = counters, tells
        self.truth = collections.Counter({key: 0 for key in KEYS})
        self.lost = set()
        self.number = 0

    def peer(self):
        address = f"{self.rng.randint(193, 220)}.{self.rng.randint(0, 255)}.{self.rng.randint(0, 167)}.{self.rng.randint(1, 254)}"
        return address, f"{self.rng.choice(['unknown', 'mail.h' + str(self.rng.randrange(99)) + '.example'])}[{address}]"

    def queue_id(self):
        self.number += 1
        return f"{0xA0000 + self.number:X}" if self.long_ids is False else f"4Q1{self.number:08d}zB"

    def sender(self):
        self.number += 1
        return self.rng.choice([f"s{self.number}@dom{self.number % 40}.example", f'"nrcpt=9 {self.number}"@quoted.example'])

    def tls_line(self, peer):
        return [f"Anonymous TLS connection established from {peer}: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"] if self.tells else []

    def end(self, peer, tls, words):
        if not self.counters:
            return f"disconnect from {peer}"
        commands = f"ehlo={1 + tls} " + ("starttls=1 " if tls else "") + words
        return f"disconnect from {peer} {commands} commands=9"

    def queued(self, queue_id, sender, message_id="m@x.example"):
        return [("cleanup", f"{queue_id}: message-id=<{message_id}>"), ("qmgr", f"{queue_id}: from=<{sender}>, size=99, nrcpt=1 (queue active)")]

    def came(self, address, tls, count=1):
        self.truth["messages"] += count
        self.truth["over_tls" if tls else "in_the_clear"] += count
        if not tls and count:
            self.lost.add(address)

    def mail(self):
        address, peer = self.peer()
        tls, lines = self.rng.random() < .6, []
        smtpd = [f"connect from {peer}", *(self.tls_line(peer) if tls else [])]
        lines += [("smtpd", text) for text in smtpd]
        count = self.rng.randint(1, 3)
        late = []
        for _ in range(count):
            queue_id = self.queue_id()
            lines.append(("smtpd", f"{queue_id}: client={peer}"))
            told = self.queued(queue_id, self.sender())
            (late if self.rng.random() < .3 else lines).extend(told)
        self.came(address, tls, count)
        return lines + [("smtpd", self.end(peer, tls, f"mail={count} rcpt={count} data={count} quit=1"))] + late

    def front(self):
        _, peer = self.peer()
        queue_id = self.queue_id()
        self.truth["messages"] += 1
        self.truth["unknown"] += 1
        return [("smtpd", "connect from front.internal[172.20.0.5]"), *[("smtpd", text) for text in self.tls_line("front.internal[172.20.0.5]")],
                ("smtpd", f"{queue_id}: client={peer}"), *self.queued(queue_id, self.sender()), ("smtpd", self.end(peer, False, "xclient=1 mail=1 rcpt=1 data=1"))]

    def before_the_queue(self):
        address, peer = self.peer()
        tls, sender = self.rng.random() < .5, self.sender()
        self.came(address, tls)
        return [("smtpd", f"connect from {peer}"), *[("smtpd", text) for text in (self.tls_line(peer) if tls else [])], ("smtpd", f"NOQUEUE: client={peer}"),
                ("smtpd", f"proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok; from=<{sender}> to=<b@dest.test> proto=ESMTP helo=<h>"),
                ("smtpd", self.end(peer, tls, "mail=1 rcpt=1 data=1 quit=1"))]

    def put_back(self):
        queue_id, client = self.queue_id(), self.rng.choice(["filter.internal[172.19.0.6]", "filter.example[198.51.100.9]"])
        return [("10025/smtpd", f"connect from {client}"), ("10025/smtpd", f"{queue_id}: client={client}, orig_queue_id=4Q9, orig_client=h.example[192.0.2.77]"),
                *self.queued(queue_id, self.sender()), ("10025/smtpd", self.end(client, False, "xforward=1 mail=1 rcpt=1 data=1"))]

    def private(self):
        client = self.rng.choice(["app.internal[10.8.0.8]", "unknown[fd00::8]", "unknown[100.64.1.2]", "unknown[fe80::1%eth0]"])
        queue_id = self.queue_id()
        self.truth["left_out/private_networks"] += 1
        return [("smtpd", f"connect from {client}"), ("smtpd", f"{queue_id}: client={client}"), *self.queued(queue_id, self.sender()),
                ("smtpd", self.end(client, False, "mail=1 rcpt=1 data=1"))]

    def loopback(self):
        queue_id = self.queue_id()
        self.truth["left_out/loopback"] += 1
        return [("smtpd", "connect from localhost[127.0.0.1]"), ("smtpd", f"{queue_id}: client=localhost[127.0.0.1]"), *self.queued(queue_id, self.sender()),
                ("smtpd", self.end("localhost[127.0.0.1]", False, "mail=1 rcpt=1 data=1"))]

    def submitted(self):
        _, peer = self.peer()
        queue_id, service = self.queue_id(), self.rng.choice(["submission/smtpd", "smtps/smtpd"])
        self.truth["left_out/authenticated"] += 1
        return [(service, f"connect from {peer}"), *[(service, text) for text in self.tls_line(peer)], (service, f"{queue_id}: client={peer}, sasl_method=PLAIN, sasl_username=u"),
                *self.queued(queue_id, self.sender()), (service, self.end(peer, True, "auth=1 mail=1 rcpt=1 data=1"))]

    def scan(self):
        _, peer = self.peer()
        service = self.rng.choice(["submission/smtpd", "smtps/smtpd"])
        return [(service, f"connect from {peer}"), (service, f"lost connection after AUTH from {peer}"), (service, self.end(peer, False, "auth=0/1 mail=0/1"))]

    def refused(self):
        _, peer = self.peer()
        code, key = self.rng.choice([("554 5.7.1", "refused/for_good"), ("450 4.2.0", "refused/deferred")])
        self.truth[key] += 1
        helo = self.rng.choice(["h", "Session encryption is required", "x; from=<y@z.example> to=<z>"])
        return [("smtpd", f"connect from {peer}"), ("smtpd", f"NOQUEUE: reject: RCPT from {peer}: {code} <b@dest.test>: no; from=<{self.sender()}> to=<b@dest.test> proto=ESMTP helo=<{helo}>"),
                ("smtpd", self.end(peer, False, "mail=1 rcpt=0/1 quit=1"))]

    def given_up(self):
        _, peer = self.peer()
        return [("smtpd", f"connect from {peer}"), ("smtpd", f"{self.queue_id()}: client={peer}"), ("smtpd", f"lost connection after DATA (9 bytes) from {peer}"),
                ("smtpd", self.end(peer, False, "mail=1 rcpt=1 data=0/1"))]

    def probe(self):
        _, peer = self.peer()
        return [("smtpd", f"connect from {peer}"), ("smtpd", f"{self.queue_id()}: client={peer}"), ("smtpd", self.end(peer, False, "mail=1 rcpt=1 quit=1"))]

    def handshake(self):
        _, peer = self.peer()
        return [("smtpd", f"connect from {peer}"), ("smtpd", f"SSL_accept error from {peer}: -1"), ("smtpd", "warning: TLS library problem: error:0A000102:SSL routines::unsupported protocol:x:1:"),
                ("smtpd", f"disconnect from {peer}" + (" ehlo=1 starttls=0/1 commands=1/2" if self.counters else ""))]

    def sessions(self, count, long_ids):
        self.long_ids = long_ids
        kinds = [self.mail] * 12 + [self.front, self.before_the_queue, self.put_back, self.private, self.loopback, self.submitted, self.scan, self.refused, self.given_up,
                                    self.probe, self.handshake]
        certain = [lambda: self.mail() for _ in range(20)]  # each log has some mail
        return [make() for make in certain + [self.rng.choice(kinds) for _ in range(count)]]


def written(form, hours=0):
    return lambda at, *entry: SYSLOG[form](zoned(at, hours), *entry)


class PostfixTruth(Case):
    def log_lines(self, traffic, rng, prefix, host, instance, at_once, count):
        at = START
        for step in interleaved(rng, traffic.sessions(count, rng.random() < .5), at_once):
            at += datetime.timedelta(seconds=rng.choice([0, 0, 1, 2]))
            if step is None:
                yield at, None
                continue
            pid, (program, text) = step
            yield at, prefix(at, host, f"{instance}/{program}", pid if program.endswith("smtpd") else 90_000, text)

    def truth_of(self, traffics):
        truth = sum((t.truth for t in traffics), collections.Counter())
        truth["clients_lost"] = set().union(*(t.lost for t in traffics))
        return truth

    def test_each_form_and_level_gives_the_truth(self):
        for seed, (prefix, counters, tells) in enumerate([(written("rfc3164"), True, True), (written("iso"), True, False), (written("iso", -7), False, True), (written("iso", 9), True, True), (written("rfc5424"), True, True)]):
            rng = random.Random(seed)
            traffic = PostfixTraffic(seed, counters, tells)
            lines = [line for _, line in self.log_lines(traffic, rng, prefix, "mx", "postfix", rng.choice([1, 3, 20]), 60) if line]
            path = self.dir / f"mail.log.{seed}"
            path.write_text("".join(line + "\n" for line in lines))
            self.assert_truth(self.truth_of([traffic]), self.answer(path), f"seed {seed}")

    def test_instances_and_hosts_in_one_file_are_kept_apart(self):
        rng = random.Random(7)
        traffics, all_lines = [], []
        for number, (host, instance) in enumerate([("mx1", "postfix"), ("mx1", "postfix-in"), ("mx2", "postfix")]):
            traffics.append(PostfixTraffic(100 + number, True, True))  # queue ids and process ids are the same in each
            all_lines += self.log_lines(traffics[-1], rng, written("iso", number), host, instance, 5, 40)
        path = self.dir / "mail.log"
        path.write_text("".join(line + "\n" for _, line in sorted(((at, line) for at, line in all_lines if line), key=lambda entry: entry[0])))
        self.assert_truth(self.truth_of(traffics), self.answer(path), "three instances")

    def test_files_that_were_rotated_at_a_quiet_moment_are_as_one(self):
        rng = random.Random(11)
        traffic = PostfixTraffic(11, True, True)
        files, lines = [], []
        for _, line in self.log_lines(traffic, rng, written("iso", 2), "mx", "postfix", 2, 120):
            if line is not None:
                lines.append(line)
            elif len(lines) > 150:
                files.append(lines)
                lines = []
        files.append(lines)
        self.assertGreater(len(files), 1)
        paths = []
        for number, part in enumerate(files):
            paths.append(self.dir / f"mail.log.{len(files) - number}")
            paths[-1].write_text("".join(line + "\n" for line in part))
        self.assert_truth(self.truth_of([traffic]), self.answer(*paths), f"{len(files)} files")


class EximTruth(Case):
    def line(self, rng, number, truth):
        """A line behind the time, and what is to be counted of it."""
        address = f"{rng.randint(193, 220)}.{rng.randint(0, 255)}.{rng.randint(0, 167)}.{rng.randint(1, 254)}"
        name, helo = rng.choice(["", f"mail.h{number}.example "]), rng.choice(["(helo) ", "([127.0.0.1]) ", "([10.1.2.3]) ", "([IPv6:fd00::1]) ", "([192.168.1.5.]) "])
        host = f"{name}{'' if name and rng.random() < .5 else helo}[{address}]" + rng.choice(["", ":4711", ":4711 I=[192.0.2.25]:25"])
        sender = rng.choice([f"s{number}@dom{number % 40}.example", "<>", f'"a H=(x) [203.0.113.9] P=esmtps X=TLS1.3:C:256 {number}"@quoted.example', f'"<= {number}"@quoted.example'])
        identity = rng.choice([f"1smkL5-{number:011d}-24eQ", f"1smkL5-{number:06d}-AA"])
        behind = rng.choice([f" id=m{number}@x.example", f' id="x) [203.0.113.9] X=TLS1.3:C:256"@x.example', f' id=m{number}@x.example T="(x) [203.0.113.9] P=esmtps"', ""]) + \
            rng.choice(["", " for b@dest.test", ' from <"a) [203.0.113.9]"@x.example> for b@dest.test'])
        kind = rng.randrange(12)
        if kind < 4:
            truth["messages"] += 1
            truth["over_tls"] += 1
            names = rng.choice(["", ' DN="CN=mx.example"', ' DN="CN=a P=esmtp H=(x) [203.0.113.9]"', ' DN="CN=a" A=plain:u"'])
            return f"{identity} <= {sender} H={host} P={rng.choice(['esmtps', 'smtps', 'utf8esmtps', 'ssmtp'])} X={rng.choice(['TLS1.3:TLS_AES_256_GCM_SHA384:256', 'TLSv1.2:ECDHE:256*'])} CV=no{names} S=9{behind}"
        if kind < 8:
            truth["messages"] += 1
            truth["in_the_clear"] += 1
            truth["clients_lost"].add(address)
            return f"{identity} <= {sender} H={host} P={rng.choice(['esmtp', 'smtp', 'esmtp L-', 'utf8esmtp'])} S=9{behind}"
        if kind == 8:
            truth["left_out/authenticated"] += 1
            return f"{identity} <= {sender} H={host} P={rng.choice(['esmtpsa X=TLS1.3:C:256 CV=no', 'esmtpa'])} A=plain:u S=9{behind}"
        if kind == 9:
            inside = rng.choice(["10.1.2.3", "fd00::1", "172.16.0.9"])
            truth["left_out/private_networks"] += 1
            return f"{identity} <= {sender} H=(h) [{inside}] P=esmtp S=9{behind}"
        if kind == 10:
            truth["left_out/loopback"] += 1
            return f"{identity} <= {sender} H=localhost [127.0.0.1] P=esmtp S=9{behind}"
        later = rng.random() < .5
        truth["refused/deferred" if later else "refused/for_good"] += 1
        return f"H={host} F=<r{number}@x.example> {'temporarily ' if later else ''}rejected RCPT <b@dest.test>: (x) [203.0.113.9] is listed"

    def test_each_form_gives_the_truth(self):
        for seed, time in enumerate([lambda at: f"{at:%Y-%m-%d %H:%M:%S} ", lambda at: f"{at:%Y-%m-%d %H:%M:%S}.123 +0000 ", lambda at: f"{at:%Y-%m-%d %H:%M:%S} [77] ",
                                     lambda at: f"{at.astimezone(datetime.timezone(datetime.timedelta(hours=-5))):%Y-%m-%d %H:%M:%S} -0500 [77] "]):
            rng = random.Random(seed)
            truth = collections.Counter({key: 0 for key in KEYS})
            truth["clients_lost"] = set()
            at, lines = START, []
            for number in range(200):
                at += datetime.timedelta(seconds=rng.randrange(3))
                lines.append(time(at) + self.line(rng, number, truth))
                lines.append(time(at) + f"1smkL5-{number:06d}-AA => b@dest.test R=r T=t H=mx.dest.test [198.51.100.1] X=TLS1.3:x:256")
            path = self.dir / f"mainlog.{seed}"
            path.write_text("".join(line + "\n" for line in lines))
            self.assert_truth(truth, self.answer(path), f"seed {seed}")



if __name__ == "__main__":
    unittest.main()
