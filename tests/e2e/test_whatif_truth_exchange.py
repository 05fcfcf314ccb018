"""What-if counts what really happened in Exchange's SMTP receive logs: of the front end, of the hub behind it, and of both, where the same
mail counts once."""
import csv, datetime, io, random, re

from whatif_truth import START, Traffic, Truth, TruthCase, interleaved

FIELDS = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2026-11-03T08:00:00.000Z\r\n" \
    "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n"
NEEDS_REPLY = ("EHLO", "HELO", "STARTTLS", "X-ANONYMOUSTLS", "XPROXYFROM", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "QUIT")


class ExchangeTraffic(Traffic):
    """Sessions as lists of (log, session, connector, remote, event, data, context); `log`: "front" or "hub"."""

    def kinds(self):
        return [self.mail] * 8 + [self.pipelined] * 3 + [self.neighbour, self.client_connector, self.logged_in, self.fails_to_log_in, self.refused, self.sender_refused, self.tls_wanted,
                                  self.some_refused, self.content_refused, self.second_chunk_refused, self.tls_fails, self.broken_off, self.reset]

    def session_id(self):
        return f"{0x08DAF3EC00000000 + self.next():016X}"

    def open(self, address=None, connector="Default Frontend SERVER"):
        address = address or self.client()
        self.where = "front", self.session_id(), f"SERVER\\{connector}", f"[{address}]:56026" if ":" in address else f"{address}:56026"
        self.address = address
        return [self.line("+"), self.line("*", "SMTPSubmit SMTPAcceptAnySender", "Set Session Permissions"), self.line(">", "220 mx.dest.test Microsoft ESMTP MAIL Service ready"),
                self.line("<", "EHLO mail.h.example"), self.line(">", "250  mx.dest.test Hello [203.0.113.9] SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME CHUNKING")]

    def line(self, event, data="", context=""):
        return *self.where, event, data, context

    def tls(self):
        word = self.rng.choice(["SP_PROT_TLS1_2_SERVER", "SP_PROT_TLS1_3_SERVER", "SP_PROT_TLS1_0_SERVER"])
        return [self.line("<", "STARTTLS"), self.line(">", "220 2.0.0 SMTP server ready"), self.line("*", "", "Sending certificate"),
                self.line("*", "", f"TLS protocol {word} negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits"),
                self.line("<", "EHLO mail.h.example"), self.line(">", "250  mx.dest.test Hello [203.0.113.9] SIZE 37748736")]

    def mail_from(self):
        return self.line("<", f"MAIL FROM:<{self.rng.choice([self.sender()] * 3 + ['Queued mail for delivery@x.example'])}> SIZE=2048")

    def ok(self, number):
        return self.line(">", f"250 2.1.{number} {'Sender' if number == 0 else 'Recipient'} OK")

    def rcpt(self, name="b"):
        return self.line("<", f"RCPT TO:<{name}@dest.test>")

    def content(self):
        """In one piece or in chunks; the reply to it is still to come."""
        return self.rng.choice([[self.line("<", "DATA"), self.line(">", "354 Start mail input; end with <CRLF>.<CRLF>")], [self.line("<", "BDAT 2048 LAST")],
                                [self.line("<", "BDAT 1024"), self.line(">", "250 2.6.0 CHUNK received OK, 1024 octets"), self.line("<", "BDAT 1024 LAST")]])

    def queued(self, message_id=None):
        return self.line(">", f"250 2.6.0 <{message_id or f'm{self.next()}@x.example'}> [InternalId=1001, Hostname=SERVER] 2048 bytes in 0.1, 20 KB/sec Queued mail for delivery")

    def message(self):
        lines = [self.mail_from(), self.line("*", f"{self.where[1]};2026-11-03T08:00:00.000Z;1", "receiving message"), self.ok(0)]
        for _ in range(self.rng.randint(1, 3)):
            lines += [self.rcpt(), self.ok(5)]
        return lines + self.content() + [self.queued()]

    def close(self, how="Remote"):
        return [self.line("<", "QUIT"), self.line(">", "221 2.0.0 Service closing transmission channel"), self.line("-", "", "Local")] if how == "quit" else [self.line("-", "", how)]

    def session(self, *parts, tls=None):
        tls = self.rng.random() < .6 if tls is None else tls
        return sum(parts, (self.tls() if tls else [])) + self.close(self.rng.choice(["quit", "Remote"]))

    def mail(self, address=None):
        opening = self.open(address)
        return opening + self.session(*[self.message() for _ in range(self.rng.randint(1, 3))])

    def neighbour(self):
        return self.mail(self.inside())

    def pipelined(self):
        """Commands that came at once stand before the replies to them."""
        opening, refused = self.open(), self.rng.choice([[], ["550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"], ["451 4.7.0 Temporary server error"]])
        asked = [self.mail_from()] + [self.rcpt("nobody") for _ in refused] + [self.rcpt(), self.rcpt(), self.line("<", "BDAT 2048 LAST")]
        return opening + self.session(asked + [self.ok(0)] + [self.line(">", reply) for reply in refused] + [self.ok(5), self.ok(5), self.queued()], self.message())

    def client_connector(self):
        opening = self.open(connector="Client Frontend SERVER")
        return opening + self.session(self.message(), tls=True)

    def logged_in(self):
        opening = self.open()
        return opening + self.session([self.line("*", "DEST\\u", "authenticated")], self.message(), tls=False)

    def fails_to_log_in(self):
        opening = self.open()
        return opening + self.session([self.line("*", "User Name: authenticated", "Inbound authentication failed")], self.message())

    def refused(self):
        opening = self.open()
        code = self.rng.choice(["550 5.1.10 RESOLVER.ADR.RecipientNotFound", "450 4.7.1 Greylisted"])
        then = self.rng.choice([[], [self.line("<", "DATA"), self.line(">", "503 5.5.2 Need rcpt command")]])
        return opening + self.session([self.mail_from(), self.ok(0), self.rcpt("nobody"), self.line(">", code)] + then)

    def sender_refused(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.line(">", "550 5.7.1 Sender is denied")])

    def tls_wanted(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.line(">", "530 5.7.0 Must issue a STARTTLS command first")], tls=False)

    def some_refused(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.ok(0), self.rcpt("nobody"), self.line(">", "550 5.1.10 no"), self.rcpt(), self.ok(5)] + self.content() + [self.queued()])

    def content_refused(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.ok(0), self.rcpt(), self.ok(5)] + self.content() + [self.line(">", "550 5.7.1 Message rejected as spam by Content Filtering.")])

    def second_chunk_refused(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.ok(0), self.rcpt(), self.ok(5), self.line("<", "BDAT 1024"), self.line(">", "250 2.6.0 CHUNK received OK, 1024 octets"), self.line("<", "BDAT 1024 LAST"),
                                       self.line(">", "552 5.3.4 Message size exceeds fixed maximum message size")])

    def tls_fails(self):
        opening = self.open()
        return opening + [self.line("<", "STARTTLS"), self.line(">", "220 2.0.0 SMTP server ready"), self.line("*", "", "TLS negotiation failed with error UnsupportedProtocol")] + self.close()

    def broken_off(self):
        return self.open() + [self.mail_from(), self.ok(0), self.rcpt(), self.ok(5), self.line("<", "DATA"), self.line(">", "354 Start mail input; end with <CRLF>.<CRLF>")] + self.close()

    def reset(self):
        opening = self.open()
        return opening + self.session([self.mail_from(), self.ok(0), self.line("<", "RSET"), self.line(">", "250 2.0.0 Resetting")], self.message())

    def behind(self, session):
        """The session with its messages as the hub logs them: over TLS of Exchange's own, from the front end."""
        _, front, _, remote = session[0][:4]
        self.where = "hub", self.session_id(), "SERVER\\Default SERVER", "10.10.10.10:31001"
        address, port = remote.rsplit(":", 1)
        lines = [self.line("+"), self.line("<", "EHLO server.dest.test"), self.line(">", "250  server Hello [10.10.10.10] SIZE XPROXY"), self.line("<", "X-ANONYMOUSTLS"), self.line(">", "220 2.0.0 SMTP server ready"),
                 self.line("*", "", "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits")]
        for reply in [entry[5] for entry in session if "Queued mail for" in entry[5] and entry[4] == ">"]:
            proxy = self.line("<", f"XPROXYFROM SID={front} IP={address.strip('[]')} PORT={port} DOMAIN=mail.h.example SEQNUM=1 PERMS=1073 AUTHSRC=Anonymous")
            lines += [proxy, self.line(">", "250 XProxyFrom accepted"), self.mail_from(), self.ok(0), self.rcpt(), self.ok(5), self.line("<", "BDAT 2048 LAST"), self.line(">", reply)]
        return lines + self.close("quit")


def written(entries):
    """The text of each log."""
    at, out, numbers = START, {"front": FIELDS, "hub": FIELDS}, {}
    for log, session, connector, remote, event, data, context in entries:
        at += datetime.timedelta(milliseconds=700)
        numbers[session] = numbers.get(session, -1) + 1
        row = io.StringIO()
        csv.writer(row, lineterminator="\r\n").writerow([f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z", connector, session, numbers[session], "10.10.10.10:25", remote, event, data, context])
        out[log] += row.getvalue()
    return out, at


def truth_of(texts):
    """Of the logs in order: each reply belongs to the oldest command that has none; what came as a copy of what was told before is one."""
    truth, known = Truth(), set()
    for text in texts:
        sessions = {}
        for row in csv.reader(line for line in text.splitlines() if not line.startswith("#")):
            sessions.setdefault(row[2], []).append(row)
        for identity, rows in sessions.items():
            client, tls, version, authenticated, name = re.match(r"\[?(.*?)\]?:\d+$", rows[0][5])[1], False, "", "\\Client " in rows[0][1], identity
            asked, accepted, some_refused = [], False, False
            for event, data, context in (row[6:9] for row in rows):
                if event == "<" and data.startswith(NEEDS_REPLY):
                    asked.append(re.match(r"[\w-]+", data)[0])
                    if found := re.match(r"XPROXYFROM SID=(\w+) IP=(\S+)", data):
                        name, client, tls, version = found[1], found[2], None, ""
                elif event == "*" and "negotiation succeeded" in context:
                    tls, version = True, {"2": "TLSv1.2", "3": "TLSv1.3", "0": "older"}[re.search(r"TLS1_(\d)", context)[1]]
                elif event == "*" and context.startswith("TLS negotiation failed"):
                    truth["failed_handshakes"] += 1
                elif event == "*" and context == "authenticated":
                    authenticated = True
                elif event == ">" and asked and not data.startswith("354"):
                    command, code = asked.pop(0), int(data[:3])
                    if command == "MAIL":
                        accepted = some_refused = False
                    if "Queued mail for delivery" in data:
                        copy = name, data.split("<")[1].split(">")[0]
                        if copy in known:
                            truth["left_out/copies"] += not truth.left_out(client)
                        else:
                            truth.came(client, tls, version, authenticated)
                        known.add(copy)
                    elif command == "RCPT":
                        accepted = accepted or code == 250
                        if code >= 400 and not accepted:
                            truth.refused(client, code, authenticated)
                            some_refused = True
                    elif code >= 400 and command in ("MAIL", "DATA", "BDAT") and (accepted or not some_refused):
                        truth.refused(client, code, authenticated)
    return truth


class Exchange(TruthCase):
    def entries(self, seed, with_hub):
        rng, traffic = random.Random(seed), ExchangeTraffic(seed)
        sessions = traffic.sessions(60)
        if with_hub:  # of all but what users send, which the hub knows by other words
            sessions = [make() for make in [traffic.mail, traffic.neighbour, traffic.pipelined, traffic.tls_fails] * 10]
            sessions = [session + traffic.behind(session) for session in sessions]
        return [step[1] for step in interleaved(rng, sessions, rng.choice([1, 5, 20])) if step]

    def test_the_front_ends_log_gives_the_truth(self):
        for seed in range(6):
            (texts, end), path = written(self.entries(seed, False)), self.dir / f"RECV2026110{seed}08-1.LOG"
            path.write_bytes(texts["front"].encode())
            answer = self.answer(path, zone="America/Phoenix")
            self.assert_truth(truth_of([texts["front"]]), answer, f"seed {seed}")
            self.assert_times(answer, START, end, seed)

    def test_mail_in_both_logs_counts_once(self):
        for seed in range(4):
            texts, _ = written(self.entries(10 + seed, True))
            paths = [self.dir / f"{log}{seed}" / "RECV2026110308-1.LOG" for log in ("front", "hub")]
            for path, log in zip(paths, ("front", "hub")):
                path.parent.mkdir()
                path.write_text(texts[log])
            truth = truth_of([texts["front"], texts["hub"]])
            self.assertGreater(truth["left_out/copies"], 20)
            self.assert_truth(truth, self.answer(*paths), f"seed {seed}")

    def test_of_the_hub_alone_it_is_not_known(self):
        texts, _ = written(self.entries(20, True))
        path = self.dir / "RECV2026110308-1.LOG"
        path.write_text(texts["hub"])
        truth, answer = truth_of([texts["hub"]]), self.answer(path)
        self.assertGreater(truth["unknown"], 20)
        self.assertEqual((answer["messages"], answer["unknown"], answer["over_tls"], answer["in_the_clear"]), (truth["messages"], truth["unknown"], 0, 0))
