"""What-if counts what really happened in the logs of sendmail and of FortiMail, in which sendmail speaks."""
import random, re

import whatif_forms as forms
from whatif_truth import START, Traffic, Truth, TruthCase, timed

LIE = ', nrcpts=0, proto=ESMTPS, daemon=MSA, relay=evil [127.0.0.1]'
FROM = re.compile(r'from=(?:<(?:"(?:[^"\\]|\\.)*"@[^>]*|[^>]*)>|[^<,]+), size=(?P<size>\d+), class=0, nrcpts=(?P<count>\d+)(?P<id>, msgid=<.*>)?'
                  r'(?:, bodytype=8BITMIME)?(?:, proto=(?P<proto>\w+), daemon=(?P<daemon>[\w-]+))?, relay=(?P<relay>.*)$')


class SendmailTraffic(Traffic):
    """`says_esmtps`: it tells TLS in proto=, as since 8.16. `names_queue`: its STARTTLS line begins with the id of the first message."""

    def __init__(self, seed, says_esmtps, names_queue, network=193):
        super().__init__(seed, network)
        self.says_esmtps, self.names_queue, self.pid = says_esmtps, names_queue, 2000

    def kinds(self):
        return [self.mail] * 8 + [self.late_tls, self.submitted, self.logged_in, self.refused, self.unknown_user, self.milter_refuses, self.milter_defers, self.milter_refuses_recipient,
                                  self.broken_off, self.given_up, self.handshake_fails, self.nothing, self.local, self.neighbour]

    def session(self, address=None):
        self.pid += 1
        address = address or self.client()
        name = f"mail.h{self.number % 99}.example"
        return address, self.rng.choice([f"[{'IPv6:' if ':' in address else ''}{address}]", f"{name} [{address}]", f"{name} [{address}] (may be forged)", f"IDENT:x[10.0.0.2]@{name} [{address}]"])

    def line(self, text, program="sm-mta"):
        return program, self.pid, text

    def queue_id(self):
        return f"6B38{self.next():04}{self.pid:06}"

    def starttls(self, relay, queue_id):
        version = self.rng.choice(["TLSv1.3", "TLSv1.2", "TLSv1/SSLv3"])
        return self.line(f"{queue_id + ': ' if self.names_queue else ''}STARTTLS=server, relay={relay}, version={version}, verify=NO, cipher=TLS_AES_256_GCM_SHA384, bits=256/256")

    def envelope(self, queue_id, relay, tls, count=1, size=4711, has_id=True, daemon="MTA"):
        sender = self.rng.choice([f"<{self.sender()}>"] * 4 + [f'<"{LIE}"@quoted.example>', '<"a > b"@quoted.example>'])
        message_id = f", msgid=<{self.rng.choice(['m' + queue_id + '@x.example', LIE])}>" if has_id else ""
        body = self.rng.choice(["", ", bodytype=8BITMIME"])
        return self.line(f"{queue_id}: from={sender}, size={size}, class=0, nrcpts={count}{message_id}{body}, proto={'ESMTPS' if tls and self.says_esmtps else 'ESMTP'}, daemon={daemon}, relay={relay}")

    def sent(self, queue_id, stat="Sent"):
        return self.line(f"{queue_id}: to=<b@dest.test>, delay=00:00:01, xdelay=00:00:00, mailer=local, pri=31000, dsn=2.0.0, stat={stat}")

    def mail(self, address=None):
        _, relay = self.session(address)
        tls, queue_ids = self.rng.random() < .6, [self.queue_id() for _ in range(self.rng.randint(1, 3))]
        lines = [self.starttls(relay, queue_ids[0])] if tls else []
        for queue_id in queue_ids:
            lines += [self.envelope(queue_id, relay, tls, self.rng.randint(1, 5)), self.sent(queue_id)]
        return lines

    def neighbour(self):
        return self.mail(self.inside())

    def late_tls(self):
        _, relay = self.session()
        clear, secure = self.queue_id(), self.queue_id()
        return [self.envelope(clear, relay, False), self.starttls(relay, secure), self.envelope(secure, relay, True), self.sent(clear), self.sent(secure)]

    def submitted(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.starttls(relay, queue_id), self.envelope(queue_id, relay, True, daemon="MSA"), self.sent(queue_id)]

    def logged_in(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.starttls(relay, queue_id), self.line(f"AUTH=server, relay={relay}, authid=u, mech=PLAIN, bits=0"), self.envelope(queue_id, relay, True), self.sent(queue_id)]

    def refused(self):
        _, relay = self.session()
        queue_id, code = self.queue_id(), self.rng.choice(["550 5.7.1", "451 4.7.1"])
        address = self.rng.choice(["x@y.example", '"a, reject=451 4, relay=[10.0.0.9] "@y.example'])
        rule = self.rng.choice(["check_rcpt", "check_mail"])
        return [self.line(f"{queue_id}: ruleset={rule}, arg1=<{address}>, relay={relay}, reject={code} <{address}>... no"), self.envelope(queue_id, relay, False, 0, 0, False)]

    def unknown_user(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.line(f"{queue_id}: <nobody{n}@dest.test>... User unknown") for n in range(2)] + [self.envelope(queue_id, relay, False, 0, 0, False)]

    def milter_refuses(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.envelope(queue_id, relay, False), self.line(f"{queue_id}: Milter: data, reject=550 5.7.1 Blocked"), self.sent(queue_id, "Blocked")]

    def milter_defers(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.envelope(queue_id, relay, False), self.line(f"{queue_id}: milter=greylist, action=eom, tempfail"), self.sent(queue_id, "Please try again later")]

    def milter_refuses_recipient(self):
        _, relay = self.session()
        queue_id = self.queue_id()
        return [self.line(f"{queue_id}: Milter: to=<b@dest.test>, reject=451 4.7.1 Greylisting"), self.envelope(queue_id, relay, False, 0, 0, False)]

    def broken_off(self):
        address, relay = self.session()
        queue_id = self.queue_id()
        how = self.rng.choice([[f"collect: premature EOM: Connection reset by {address}", f"collect: unexpected close on connection from {address}, sender=<a@x.example>"], ["collect: premature EOM: unexpected close"],
                               [f"lost input channel from {relay} to MTA after rcpt"]])
        return [self.line(f"{queue_id}: {text}") for text in how] + [self.envelope(queue_id, relay, False, 1, self.rng.choice([0, 3311]), False)]

    def given_up(self):
        _, relay = self.session()
        return [self.envelope(self.queue_id(), relay, False, 1, 0, False)]

    def handshake_fails(self):
        _, relay = self.session()
        return [self.line(f"STARTTLS=server, error: accept failed=-1, reason=unsupported protocol, SSL_error=1, errno=0, retry=-1, relay={relay}")]

    def nothing(self):
        _, relay = self.session()
        return [self.line(f"{self.queue_id()}: {relay} did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA")]

    def local(self):
        self.pid += 1
        queue_id = self.queue_id()
        return [self.line(f"{queue_id}: from=root, size=9, class=0, nrcpts=1, msgid=<{queue_id}@x.example>, relay=root@localhost", "sendmail"), self.sent(queue_id)]


def truth_of(entries):
    """Of (session, queue id, text): what one who reads the whole log sees."""
    truth, entries = Truth(), list(entries)
    tells_by_protocol = any(re.search(r"proto=ESMTPS, daemon=\w+, relay=(?!evil)", text) for _, _, text in entries)
    about, tls, logged_in = {}, {}, set()
    for _, queue_id, text in entries:
        about.setdefault(queue_id, []).append(text)
    for session, queue_id, text in entries:
        if "accept failed" in text:
            truth["failed_handshakes"] += truth.left_out(re.findall(r"\[(?:IPv6:)?([\d.a-f:]+)\]", text)[-1]) is None
        elif text.startswith("STARTTLS=server"):
            tls[session] = re.search(r"version=([\w./]+)", text)[1]
        elif text.startswith("AUTH=server"):
            logged_in.add(session)
        elif found := re.match(r'ruleset=\w+, arg1=<("[^"]*"@\S+|[^>]*)>, relay=.*\[(?:IPv6:)?(\S+)\].*, reject=(\d+) [\d.]+ <\1>\.\.\.', text):
            truth.refused(found[2], int(found[3]))
        elif found := FROM.match(text):
            client = re.findall(r"\[(?:IPv6:)?([\d.a-f:]+)\]", found["relay"])
            said = " ".join(about[queue_id])
            refusal = re.search(r"ilter: (?:data|to=<[^>]*>), reject=(\d+)|(tempfail)|(User unknown)", said)
            if not client:
                truth["left_out/local"] += 1
            elif refusal:
                truth.refused(client[-1], int(refusal[1] or (451 if refusal[2] else 550)), found["daemon"] == "MSA")
            elif int(found["count"]) and not re.search(r"collect: |lost input", said) and (found["id"] or "to=<b@dest" in said):
                secure = found["proto"] == "ESMTPS" if tells_by_protocol else session in tls
                version = tls.get(session, "").replace("TLSv1/SSLv3", "")  # OpenSSL's word for whatever version up to 1.2
                truth.came(client[-1], secure, version, found["daemon"] == "MSA" or session in logged_in)
    return truth


def of_syslog(form, written):
    for host, _, pid, text in forms.read_system_log(form, written):
        queue_id, rest = re.match(r"(?:([0-9A-Z]{14}): )?(.*)", text).groups()
        yield (host, pid), (host, queue_id), rest


class Sendmail(TruthCase):
    def test_each_form_gives_the_truth(self):
        for seed, (form, write) in enumerate(forms.SYSLOG.items()):
            rng, (zone, hours) = random.Random(seed), forms.ZONES[seed % 4]
            traffic = SendmailTraffic(seed, seed % 2 == 0, seed % 3 == 0)
            lines, at = [], None
            for at, (program, pid, text) in timed(rng, traffic.sessions(60), rng.choice([1, 4, 20])):
                lines.append(write(forms.zoned(at, hours), "mx1", program, pid, text))
            answer = self.answer(*self.rotated(rng, f"mail{seed}.log", lines, at), zone=zone)
            self.assert_truth(truth_of(of_syslog(form, "\n".join(lines))), answer, f"{form}, seed {seed}")
            self.assert_times(answer, START, at, form)

    def test_hosts_in_one_file_are_kept_apart(self):
        rng, everything = random.Random(90), []
        for number in (1, 2):  # their process and queue ids are the same, one of them says ESMTPS and one does not
            for at, (program, pid, text) in timed(rng, SendmailTraffic(91, number == 1, False, 192 + 10 * number).sessions(60), 5):
                everything.append((at, number, forms.SYSLOG["iso"](at, f"mx{number}", program, pid, text)))
        everything.sort(key=lambda entry: entry[0])
        written = [[line for _, number, line in everything if number == host] for host in (1, 2)]
        truths = [truth_of(of_syslog("iso", "\n".join(lines))) for lines in written]
        self.assertEqual(truths[0]["over_tls"], truths[1]["over_tls"])
        both = Truth()
        for truth in truths:
            both.add(truth)
        path = self.dir / "mail.log"
        path.write_text("".join(line + "\n" for _, _, line in everything))
        self.assert_truth(both, self.answer(path), "two hosts")


class FortiMail(TruthCase):
    HEAD = "date={0:%Y-%m-%d} time={0:%H:%M:%S}.{1:03} device_id=FE400 log_id=00030071{1:02} type=event subtype=smtp pri=information  user=mail ui=mail action=NONE status=N/A "

    def test_what_sendmail_says_in_msg_gives_the_truth(self):
        for seed in range(4):
            rng, (zone, hours) = random.Random(seed), forms.ZONES[seed]
            lines, at = [], None
            for at, (_, pid, text) in timed(rng, SendmailTraffic(200 + seed, False, True).sessions(60), 5):
                queue_id, rest = re.match(r"(?:([0-9A-Z]{14}): )?(.*)", text).groups()
                session = f'session_id="6B38A{pid:06}-{queue_id or "6B38A" + str(pid)}"'
                message = rest.replace("\\", "\\\\").replace('"', '\\"')
                lines.append(rng.choice(["", "<22>"]) + self.HEAD.format(forms.zoned(at, hours), len(lines) % 100) + f'{session} msg="{message}"')
            read = (re.search(r'session_id="(\w+)-(\w+)" msg="(.*)"$', line) for line in lines)
            truth = truth_of((found[1], found[2], re.sub(r"\\(.)", r"\1", found[3])) for found in read)
            self.assert_truth(truth, self.answer(*self.rotated(rng, f"elog{seed}", lines, at), zone=zone), f"seed {seed}")
