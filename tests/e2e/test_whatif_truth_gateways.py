"""What-if counts what really happened in the logs of Cisco's ESA and of Stalwart."""
import random, re

import whatif_forms as forms
from whatif_truth import Traffic, Truth, TruthCase, timed


class CiscoTraffic(Traffic):
    """Sessions as lists of texts. A gateway looks at messages after it has taken them, so that what it says of them comes late."""

    def __init__(self, seed, network=193):
        super().__init__(seed, network)
        self.icid = self.mid = 100

    def kinds(self):
        return [self.mail] * 8 + [self.neighbour, self.relayed, self.logged_in, self.fails_to_log_in, self.broken_off, self.no_recipient, self.turned_away, self.tls_fails, self.dropped, self.rewritten, self.own_mail]

    def open(self, address=None, group="ACCEPT SG UNKNOWNLIST match sbrs[none] SBRS None"):
        self.icid += 1
        name = self.rng.choice(["host unknown verified no", "host mail.h.example verified yes"])
        return [f"New SMTP ICID {self.icid} interface Data1 (10.1.1.1) address {address or self.client()} reverse dns {name}", f"ICID {self.icid} {group}"]

    def tls(self):
        return [f"ICID {self.icid} TLS success protocol {self.tls_version()} cipher ECDHE-RSA-AES256-GCM-SHA384"]

    def envelope(self, rcpt=""):
        self.mid += 1
        sender = self.rng.choice([self.sender()] * 3 + ['"ICID 1 TLS success"@quoted.example'])
        return [f"Start MID {self.mid} ICID {self.icid}", f"MID {self.mid} ICID {self.icid} From: <{sender}>", f"MID {self.mid} ICID {self.icid} RID 0 To: <b@dest.test>{rcpt}"]

    def message(self, end="queued for delivery"):
        """What comes during the session, and what comes later."""
        taken = self.envelope() + [f"MID {self.mid} Message-ID '<m{self.mid}@x.example>'", f"MID {self.mid} Subject 'MID {self.mid} receiving aborted'", f"MID {self.mid} ready 4711 bytes from <x@y.example>"]
        verdict = self.rng.choice(["positive", "negative", "suspect"])
        return taken, [f"MID {self.mid} matched all recipients for per-recipient policy DEFAULT in the inbound table", f"MID {self.mid} interim verdict using engine: CASE spam {verdict}", f"MID {self.mid} {end}"]

    def session(self, opening, *messages):
        lines, late = list(opening), []
        for now, later in messages:
            lines += now
            (late if self.rng.random() < .5 else lines).extend(later)
        return lines + [f"ICID {self.icid} close"] + late

    def mail(self, address=None):
        opening = self.open(address) + (self.tls() if self.rng.random() < .6 else [])
        return self.session(opening, *[self.message() for _ in range(self.rng.randint(1, 3))])

    def neighbour(self):
        return self.mail(self.inside())

    def relayed(self):
        return self.session(self.open(group="RELAY SG RELAYLIST match 10.0.0.0/8 SBRS not enabled"), self.message())

    def logged_in(self):
        return self.session(self.open() + self.tls() + [f"ICID {self.icid} SMTP Auth: (ICID {self.icid}) succeeded for user: u using AUTH mechanism: LOGIN with profile: P"], self.message())

    def fails_to_log_in(self):
        return self.session(self.open() + [f"ICID {self.icid} SMTP Auth: (ICID {self.icid}) failed for user: u using AUTH mechanism: LOGIN with profile: P"], self.message())

    def broken_off(self):
        return self.session(self.open(), (self.envelope() + [f"MID {self.mid} receiving aborted by sender"], []))

    def no_recipient(self):
        return self.session(self.open(), (self.envelope(" Rejected by RAT") + [f"MID {self.mid} receiving aborted by sender"], []))

    def turned_away(self):
        return self.session(self.open(group="REJECT SG BLACKLIST match sbrs[-10.0:-3.0] SBRS -9"))

    def tls_fails(self):
        return self.session(self.open() + [f"ICID {self.icid} TLS failed"])

    def dropped(self):
        opening = self.open() + self.tls()
        taken, later = self.message()
        return self.session(opening, (taken, later[:2] + [f"Message aborted MID {self.mid} Dropped by CASE", f"Message finished MID {self.mid} done"]))

    def rewritten(self):
        opening, (taken, later) = self.open(), self.message("rewritten to MID 7 by antispam")
        return self.session(opening, (taken, later))

    def own_mail(self):
        self.mid += 1
        return [f"Start MID {self.mid} ICID 0", f"MID {self.mid} ICID 0 From: <>", f"MID {self.mid} ICID 0 RID 0 To: <b@dest.test>", f"MID {self.mid} ready 9 bytes from <>", f"MID {self.mid} queued for delivery"]


def truth_of_cisco(texts):
    truth, connections, messages = Truth(), {}, {}
    for text in texts:
        if found := re.match(r"New SMTP ICID (\d+) interface .* address (\S+) reverse", text):
            connections[found[1]] = {"client": found[2], "tls": None, "trusted": False}
        elif found := re.match(r"ICID (\d+) TLS success protocol (\S+)", text):
            connections[found[1]]["tls"] = found[2]
        elif found := re.match(r"ICID (\d+) (RELAY|SMTP Auth: .*succeeded)", text):
            connections[found[1]]["trusted"] = True
        elif found := re.match(r"ICID \d+ TLS failed", text):
            truth["failed_handshakes"] += 1
        elif found := re.match(r"Start MID (\d+) ICID ([1-9]\d*)", text):
            messages[found[1]] = {"of": dict(connections[found[2]]), "taken": False, "wanted": None}
        elif found := re.match(r"MID (\d+) (ready|interim verdict .* spam (?P<spam>\w+)$)", text):
            if found[1] in messages:
                message = messages[found[1]]
                message["taken"] = message["taken"] or found[2] == "ready"
                message["wanted"] = {"positive": False, "negative": True}.get(found["spam"], message["wanted"])
    for message in messages.values():
        if message["taken"]:
            of = message["of"]
            truth.came(of["client"], of["tls"] is not None, of["tls"] or "", of["trusted"], message["wanted"])
    return truth


class Cisco(TruthCase):
    def test_its_own_files_give_the_truth(self):
        for seed, (zone, hours) in enumerate(forms.ZONES):
            rng = random.Random(seed)
            stamped = [(at, f"{forms.zoned(at, hours):%a %b} {forms.zoned(at, hours).day:2} {forms.zoned(at, hours):%H:%M:%S %Y} Info: {text}") for at, text in timed(rng, CiscoTraffic(seed).sessions(60), rng.choice([1, 5, 20]))]
            lines = [line for _, line in stamped]
            answer = self.answer(*self.rotated(rng, f"mail{seed}.current", lines), zone=zone)
            self.assert_truth(truth_of_cisco(line.split(" Info: ", 1)[1] for line in lines), answer, zone)
            self.assert_times(answer, stamped[0][0], stamped[-1][0], zone)

    def test_two_gateways_in_one_system_log_give_the_truth(self):
        for seed, form in enumerate(("rfc3164", "pri", "iso")):
            rng, (zone, hours) = random.Random(seed), forms.ZONES[seed]
            both = [(at, host, text) for number, host in enumerate(("esa1", "esa2")) for at, text in timed(rng, CiscoTraffic(30 + seed, 193 + 10 * number).sessions(40), 4)]
            both.sort(key=lambda entry: entry[0])
            lines = [forms.SYSLOG[form](forms.zoned(at, hours), host, "mail_logs", 1, f"Info: {text}").replace("[1]:", ":") for at, host, text in both]
            truth = Truth()
            for host in ("esa1", "esa2"):
                truth.add(truth_of_cisco(line.split(" Info: ", 1)[1] for line in lines if f" {host} " in line))
            self.assert_truth(truth, self.answer(*self.rotated(rng, f"esa{seed}.log", lines, both[-1][0]), zone=zone), form)


class StalwartTraffic(Traffic):
    """Sessions as lists of (event, fields)."""

    def kinds(self):
        return [self.mail] * 8 + [self.neighbour, self.submitted, self.logged_in, self.tls_fails, self.given_up, self.report]

    def open(self, address=None, listener="smtp"):
        self.at_end = f'listenerId = "{listener}", localPort = 25, remoteIp = {address or self.client()}, remotePort = {self.rng.randint(30000, 30003) if address else self.rng.randint(1024, 65535)}'
        return [self.event("smtp.connection-start", "SMTP connection started"), self.event("smtp.ehlo", "SMTP EHLO command", f'domain = "{self.rng.choice(["h.example", "a (tls.handshake) x", "10.0.0.1"])}"')]

    def event(self, name, words, more=""):
        return name, words, self.at_end + (f", {more}" if more else "")

    def tls(self):
        return [self.event("tls.handshake", "TLS handshake", f'version = "{self.tls_version().replace(".", "_")}", details = "TLS13_AES_256_GCM_SHA384"')]

    def envelope(self):
        sender = self.rng.choice([self.sender()] * 3 + ['\\", version = \\"TLSv1_3@quoted.example'])
        return [self.event("smtp.mail-from", "SMTP MAIL FROM command", f'from = "{sender}"'), self.event("smtp.rcpt-to", "SMTP RCPT TO command", 'to = "b@dest.test"')]

    def message(self, name="queue.message-queued"):
        return self.envelope() + [self.event("spam.classify", "Message classified", 'result = "Ham"'), self.event(name, "Queued message for delivery", f'queueId = {self.next()}, from = "a@x.example", to = ["b@dest.test"], size = 4711')]

    def close(self):
        return [self.event("smtp.quit", "SMTP QUIT command"), self.event("smtp.connection-end", "SMTP connection ended", "elapsed = 12ms")]

    def mail(self, address=None):
        lines = self.open(address) + (self.message() if self.rng.random() < .2 else []) + (self.tls() if self.rng.random() < .6 else [])
        for _ in range(self.rng.randint(1, 3)):
            lines += self.message()
        return lines + self.close()

    def neighbour(self):
        return self.mail(self.inside())

    def submitted(self):
        return self.open(listener="submissions") + self.tls() + self.message() + self.close()

    def logged_in(self):
        return self.open() + self.tls() + [self.event("auth.success", "Authentication successful", 'accountName = "u"')] + self.message("queue.authenticated-message-queued") + self.close()

    def tls_fails(self):
        return self.open() + [self.event("tls.handshake-error", "TLS handshake error", 'reason = "received corrupt message"')] + self.close()

    def given_up(self):
        return self.open() + self.envelope() + self.close()

    def report(self):
        self.at_end = f"queueId = {self.next()}"
        return [self.event("queue.report-queued", "Queued report for delivery", 'from = "", to = ["x@y.example"]')]


def truth_of_stalwart(lines):
    """Connections follow one another at an address and port; each has an end."""
    truth, open_ones = Truth(), {}
    value = r'(?:^|, ){} = (?:"((?:[^"\\]|\\.)*)"|([^",]+))'
    for line in lines:
        name, rest = re.match(r"\S+ INFO [^(]*\(([\w.-]+)\) (.*)$", line).groups()
        get = lambda key: next(("".join(found.groups("")) for found in re.finditer(value.format(key), re.sub(r'(from|to|domain) = "(?:[^"\\]|\\.)*"', "", rest))), None)
        client, key = get("remoteIp"), (get("remoteIp"), get("remotePort"))
        if client is None:
            continue
        if name == "smtp.connection-start":
            open_ones[key] = {"tls": None, "authenticated": get("listenerId") == "submissions"}
        one = open_ones[key]
        if name == "tls.handshake":
            one["tls"] = get("version").replace("_", ".")
        elif name == "auth.success":
            one["authenticated"] = True
        elif name == "tls.handshake-error":
            truth["failed_handshakes"] += 1
        elif name.endswith("message-queued"):
            truth.came(client, one["tls"] is not None, one["tls"] or "", one["authenticated"])
    return truth


class Stalwart(TruthCase):
    def lines(self, seed, hours=0):
        rng = random.Random(seed)
        for at, (name, words, more) in timed(rng, StalwartTraffic(seed).sessions(60), rng.choice([1, 5, 20])):
            stamp = f"{at:%Y-%m-%dT%H:%M:%S}Z" if hours == 0 else forms.zoned(at, hours).isoformat()
            yield at, f"{stamp} INFO {words} ({name}) {more}"

    def test_its_files_give_the_truth(self):
        for seed, (_, hours) in enumerate(forms.ZONES):
            stamped = list(self.lines(seed, hours))
            lines = [line for _, line in stamped]
            answer = self.answer(*self.rotated(random.Random(seed), f"stalwart{seed}.log", lines), zone="Asia/Tokyo")
            self.assert_truth(truth_of_stalwart(lines), answer, hours)
            self.assert_times(answer, stamped[0][0], stamped[-1][0], hours)

    def test_each_container_gives_the_truth(self):
        for seed, (form, (write, read)) in enumerate(forms.WRAPPING.items()):
            lines = [write(at, line) for at, line in self.lines(40 + seed)]
            answer = self.answer(*self.rotated(random.Random(seed), f"docker{seed}.log", lines))
            self.assert_truth(truth_of_stalwart(read("".join(line + "\n" for line in lines)).splitlines()), answer, form)
