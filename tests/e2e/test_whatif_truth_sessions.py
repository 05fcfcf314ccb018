"""What-if counts what really happened in the logs of OpenSMTPD, old and new, and of Haraka, in each of their forms."""
import json, random, re

import whatif_forms as forms
from whatif_truth import Traffic, Truth, TruthCase, timed


class OpensmtpdTraffic(Traffic):
    """Sessions as lists of (program, pid, text). `old`: up to 6.3, with "event=" and the envelope in the message's line."""

    def __init__(self, seed, old):
        super().__init__(seed)
        self.old = old

    def kinds(self):
        return [self.mail] * 8 + [self.neighbour, self.logged_in, self.fails_to_log_in, self.refused, self.refused_then_sent, self.tls_fails, self.given_up, self.local, self.delivery]

    def open(self, address=None):
        address = address or self.client()
        self.id = f"{self.rng.getrandbits(64):016x}"
        self.where = f"address={f'[{address}]' if ':' in address else address} host={self.rng.choice(['<unknown>', f'mail.h{self.number % 99}.example'])}"
        return [self.line("connected", self.where)]

    def line(self, event, more):
        old = {"tls": "starttls", "disconnected": "closed"}.get(event, event)
        where = f"{self.where} " if event not in ("connected", "disconnected") else ""
        return "smtpd", 22421, f"{self.id} smtp event={old} {where}{more}" if self.old else f"{self.id} smtp {event} {more}"

    def tls(self):
        version = self.tls_version()
        return [self.line("tls", f'ciphers="version={version}, cipher=ECDHE-RSA-AES256-GCM-SHA384, bits=256"' if self.old else f"ciphers={version}:TLS_AES_256_GCM_SHA384:256")]

    def message(self, recipients=1):
        sender = self.rng.choice([f"<{self.sender()}>"] * 3 + ['<"> to=<x proto=ESMTPS"@quoted.example>'])
        head = f"msgid={self.rng.getrandbits(32):08x}"
        if self.old:
            return [self.line("message", f"{head} from={sender} to=<b{n}@dest.test> size=1746 ndest={recipients} proto=ESMTP") for n in range(1)]
        return [self.line("message", f"{head} size=1746 nrcpt={recipients} proto=ESMTP")] + [self.line("envelope", f"evpid={n:016x} from={sender} to=<b{n}@dest.test>") for n in range(recipients)]

    def close(self, reason="quit"):
        return [self.line("disconnected", f"{self.where} reason={reason}" if self.old else f"reason={reason}")]

    def mail(self, address=None):
        lines = self.open(address) + (self.message() if self.rng.random() < .2 else []) + (self.tls() if self.rng.random() < .6 else [])
        for _ in range(self.rng.randint(1, 3)):
            lines += self.message(self.rng.randint(1, 3))
        return lines + self.close()

    def neighbour(self):
        return self.mail(self.inside())

    def logged_in(self):
        return self.open() + self.tls() + [self.line("authentication", "user=u result=ok")] + self.message() + self.close()

    def fails_to_log_in(self):
        return self.open() + self.tls() + [self.line("authentication", f"user={self.rng.choice(['u', 'x result=ok'])} result=permfail")] + self.message() + self.close()

    def failed(self):
        code = self.rng.choice(["550 Invalid recipient", "451 4.7.1 try again", "530 5.5.1 Invalid command: Must issue a STARTTLS command first"])
        address = self.rng.choice(["nobody@dest.test", '"a\\" result=\\"450 "@dest.test'])
        return [self.line("failed-command", f'command="{"MAIL FROM" if code.startswith("530") else "RCPT TO"}:<{address}>" result="{code}"')]

    def refused(self):
        return self.open() + self.failed() + self.close()

    def refused_then_sent(self):
        return self.open() + [self.line("failed-command", 'command="RCPT TO:<nobody@dest.test>" result="550 Invalid recipient"')] + self.message() + self.close()

    def tls_fails(self):
        return self.open() + self.close("tls-accept-failed" if self.old else '"io-error: error:0A000102:SSL routines::unsupported protocol"')

    def given_up(self):
        return self.open() + [self.line("failed-command", 'command="HELP" result="502 no"')] + self.close("timeout")

    def local(self):
        self.open()
        self.where = "address=local host=mx.dest.test"
        return [self.line("connected", self.where)] + self.message() + self.close()

    def delivery(self):
        return [("smtpd", 22421, f"{self.rng.getrandbits(64):016x} {half} delivery evpid=1 from=<a@b> to=<b@dest.test> result=Ok stat=Delivered") for half in ("mda", "mta")]


def truth_of_opensmtpd(texts):
    truth, sessions = Truth(), {}
    for text in texts:
        if found := re.match(r"([0-9a-f]{16}) smtp (?:event=)?(\S+) (.*)", text):
            sessions.setdefault(found[1], []).append((found[2], found[3]))
    for lines in sessions.values():
        client = re.match(r"address=\[?([^] ]+)", lines[0][1])[1]
        tls, version, authenticated = False, "", False
        for event, more in lines:
            if event in ("tls", "starttls"):
                tls, version = True, re.search(r"TLSv[\d.]+", more)[0]
            elif event == "authentication":
                authenticated = more.endswith("result=ok")
            elif event == "message" and client == "local":
                truth["left_out/local"] += 1
            elif event == "message":
                truth.came(client, tls, version, authenticated)
            elif event == "failed-command" and re.search(r'command="(RCPT|MAIL)', more):
                truth.refused(client, int(re.search(r'result="(\d+)[^"]*"$', more)[1]))
            elif event in ("disconnected", "closed"):
                truth["failed_handshakes"] += not tls and bool(re.search("tls-accept-failed|SSL routines", more))
    return truth


class Opensmtpd(TruthCase):
    def test_each_form_of_a_system_log_gives_the_truth(self):
        for seed, (form, write) in enumerate(forms.SYSLOG.items()):
            rng, (zone, hours) = random.Random(seed), forms.ZONES[seed % 4]
            lines, at = [], None
            for at, (program, pid, text) in timed(rng, OpensmtpdTraffic(seed, seed % 2 == 1).sessions(60), rng.choice([1, 5, 20])):
                lines.append(write(forms.zoned(at, hours), "mx1", program, pid, text))
            truth = truth_of_opensmtpd(text for _, _, _, text in forms.read_system_log(form, "\n".join(lines)))
            self.assert_truth(truth, self.answer(*self.rotated(rng, f"maillog{seed}", lines, at), zone=zone), f"{form}, seed {seed}")

    def test_its_own_output_in_each_container_gives_the_truth(self):
        for seed, (form, (write, read)) in enumerate(forms.WRAPPING.items()):
            rng = random.Random(seed)
            lines = [write(at, text) for at, (_, _, text) in timed(rng, OpensmtpdTraffic(50 + seed, seed % 2 == 1).sessions(60), 5)]
            truth = truth_of_opensmtpd(read("".join(line + "\n" for line in lines)).splitlines())
            self.assert_truth(truth, self.answer(*self.rotated(rng, f"out{seed}.log", lines)), form)


class HarakaTraffic(Traffic):
    """Sessions as lists of (level, connection, plugin, words, values), as Haraka gives them to the writers of its three forms."""

    def kinds(self):
        return [self.mail] * 8 + [self.neighbour, self.logged_in, self.relay, self.refused, self.deferred, self.tls_fails, self.nothing]

    def session(self, counts, tls, address=None, relay=False, lines=(), before=()):
        address = address or self.client()
        uuid = "-".join(f"{self.rng.getrandbits(4 * n):0{n}X}" for n in (8, 4, 4, 4, 12))
        version = self.tls_version()
        out = [("NOTICE", uuid, "core", "connect", {"ip": address, "port": 21957, "local_ip": "203.0.113.9", "local_port": 25}),
               ("INFO", uuid, "spf", "scope: helo, result: None, domain: [tls] secured: version=TLSv1.3", {}), *(("INFO", uuid, *line) for line in before)]
        if tls:
            out.append(("INFO", uuid, "tls", "secured:", {"cipher": "TLS_AES_256_GCM_SHA384", "version": version, "verified": "false"}))
        for number in range(sum(counts)):
            out.append(("NOTICE", f"{uuid}.{number + 1}", "core", f"sender <{self.sender()}>", {"code": "CONT", "msg": ""}))
        out += [("INFO", uuid, *line) for line in lines]
        helo = self.rng.choice(["mail.h.example", "x tls=Y relay=Y msgs=9/9/9", "[10.0.0.1]"])
        out.append(("NOTICE", uuid, "core", "disconnect", {"ip": address, "rdns": self.rng.choice(["NXDOMAIN", "mail.h.example"]), "helo": helo, "relay": "Y" if relay else "N", "early": "N", "esmtp": "Y",
                    "tls": "Y" if tls else "N", "pipe": "N", "errors": 0, "txns": sum(counts), "rcpts": "1/0/0", "msgs": "/".join(map(str, counts)), "bytes": 173692, "lr": "", "time": 13.937}))
        return out

    def mail(self):
        return self.session((self.rng.randint(1, 4), 0, 0), self.rng.random() < .6)

    def neighbour(self):
        return self.session((2, 0, 0), False, self.inside())

    def logged_in(self):
        return self.session((1, 0, 0), True, lines=[("auth/flat_file", "authenticated", {"user": "u"})])

    def relay(self):
        return self.session((1, 0, 0), True, relay=True)

    def refused(self):
        return self.session((self.rng.randint(0, 1), 0, self.rng.randint(1, 2)), self.rng.random() < .5)

    def deferred(self):
        return self.session((0, 1, 0), self.rng.random() < .5)

    def tls_fails(self):
        return self.session((0, 0, 0), False, lines=[("tls", "STARTTLS failed. Marking 192.0.2.3 as non-TLS host for 60 seconds", {})])

    def nothing(self):
        return self.session((0, 0, 0), self.rng.random() < .5)


def haraka_text(at, level, uuid, plugin, words, values):
    bare = re.compile(r"[\w./:<>-]+$")
    return f"[{level}] [{uuid}] [{plugin}] {words} " + " ".join(f'{key}={value}' if bare.match(str(value)) else f'{key}="{value}"' for key, value in values.items())


def haraka_logfmt(at, level, uuid, plugin, words, values):
    pairs = {"level": level, "uuid": uuid, "source": plugin, "message": words, **values}
    return " ".join(f'{key}="{value}"' if " " in str(value) or not str(value) else f"{key}={value}" for key, value in pairs.items())


def haraka_json(at, level, uuid, plugin, words, values):
    return json.dumps({"level": level, "uuid": uuid, "source": plugin, "message": words, **values, "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"})


def read_haraka(line):
    """(connection, plugin, words, values), whatever the form."""
    if "{" in line:
        values = json.loads(line[line.index("{"):])
        return values["uuid"][:36], values["source"], values["message"], {key: str(value) for key, value in values.items()}
    pairs = r'(?:^| )(\w+)=(?:"([^"]*)"|(\S+))'
    if found := re.search(r"\[(?:NOTICE|INFO)\] \[([0-9A-F-]{36})[.\d]*\] \[([\w/]+)\] (.*)$", line):
        uuid, plugin, words = found.groups()
        return uuid, plugin, words, {key: quoted or bare for key, quoted, bare in re.findall(pairs, words)}
    values = {key: quoted or bare for key, quoted, bare in re.findall(pairs, line[line.index("level="):])}
    return values["uuid"][:36], values["source"], values["message"], values


def truth_of_haraka(lines):
    truth, sessions = Truth(), {}
    for uuid, plugin, words, values in map(read_haraka, lines):
        sessions.setdefault(uuid, []).append((plugin, words, values))
    for told in sessions.values():
        end = next(values for plugin, words, values in told if plugin == "core" and words.startswith("disconnect"))
        secured = [values["version"] for plugin, words, values in told if plugin == "tls" and words.startswith("secured")]
        authenticated = end["relay"] == "Y" or any(plugin.startswith("auth/") for plugin, _, _ in told)
        accepted, deferred, refused = map(int, end["msgs"].split("/"))
        for _ in range(accepted):
            truth.came(end["ip"], end["tls"] == "Y", (secured or [""])[0], authenticated)
        for code in [450] * deferred + [550] * refused:
            truth.refused(end["ip"], code, authenticated)
        truth["failed_handshakes"] += end["tls"] == "N" and any(words.startswith("STARTTLS failed") for plugin, words, _ in told if plugin == "tls")
    return truth


class Haraka(TruthCase):
    WRITERS = {"text": haraka_text, "logfmt": haraka_logfmt, "json": haraka_json}

    def lines(self, seed, writer):
        rng = random.Random(seed)
        for at, entry in timed(rng, HarakaTraffic(seed).sessions(60), 5):
            yield at, self.WRITERS[writer](at, *entry)

    def test_each_of_its_forms_gives_the_truth(self):
        for seed, writer in enumerate(self.WRITERS):
            stamped = [(at, line if writer == "json" else f"{at:%Y-%m-%dT%H:%M:%S}.123Z {line}") for at, line in self.lines(seed, writer)]
            lines = [line for _, line in stamped]
            answer = self.answer(*self.rotated(random.Random(seed), f"haraka{seed}.log", lines), zone="Asia/Tokyo")
            self.assert_truth(truth_of_haraka(lines), answer, writer)
            self.assert_times(answer, stamped[0][0], stamped[-1][0], writer)

    def test_each_form_of_a_system_log_gives_the_truth(self):
        for seed, (form, write) in enumerate(forms.SYSLOG.items()):
            zone, hours = forms.ZONES[seed % 4]
            stamped = [(at, write(forms.zoned(at, hours), "mx1", "haraka", 66592, line)) for at, line in self.lines(20 + seed, "text")]
            lines, last = [line for _, line in stamped], stamped[-1][0]
            answer = self.answer(*self.rotated(random.Random(seed), f"syslog{seed}", lines, last), zone=zone)
            self.assert_truth(truth_of_haraka(lines), answer, form)
            self.assert_times(answer, stamped[0][0], last, form)

    def test_each_container_gives_the_truth(self):
        for seed, (form, (write, read)) in enumerate(forms.WRAPPING.items()):
            for number, writer in enumerate(self.WRITERS):
                lines = [write(at, line) for at, line in self.lines(40 + seed, writer)]
                answer = self.answer(*self.rotated(random.Random(seed), f"docker{seed}-{number}.log", lines))
                self.assert_truth(truth_of_haraka(read("".join(line + "\n" for line in lines)).splitlines()), answer, f"{writer} in {form}")
