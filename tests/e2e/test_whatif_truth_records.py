"""What-if counts what really happened in logs of one line for each message: rspamd's, tables, JSON lines and KumoMTA's records."""
import csv, io, json, random, re

import whatif_forms as forms
from whatif_truth import START, Traffic, Truth, TruthCase, timed

LIES = ("x RCVD_TLS_LAST(0.00){}", "a, ip: 127.0.0.1", "[RCVD_NO_TLS_LAST(0)]")


class RspamdTraffic(Traffic):
    def kinds(self):
        return [lambda: [self.line()]] * 10 + [lambda: [self.line(client=self.inside())], lambda: [self.line(user="u")], lambda: [self.line(client="undef")], lambda: [self.line(message_id="undef", qid="undef")]]

    def line(self, client=None, user=None, message_id=None, qid=None):
        number, rng = self.next(), self.rng
        action = rng.choice(["no action"] * 4 + ["add header", "rewrite subject", "greylist", "soft reject", "reject", "quarantine"])
        symbols = rng.sample(["BAYES_SPAM(5.10){100.00%;}", "MIME_GOOD(-0.10){text/plain;}", "RCVD_COUNT_TWO(0.00){2;}", "R_SPF_ALLOW(-0.20){+ip4:203.0.113.9;}", "SUBJECT_HAS(0.00){%s;}" % rng.choice(LIES)], 3)
        symbols += rng.choice([["RCVD_TLS_LAST(0.00){}"], ["RCVD_TLS_LAST(0.00){}", "RCVD_TLS_ALL(0.00){}"], ["RCVD_TLS_ALL(0.00){}"], ["RCVD_NO_TLS_LAST(0.10){}"], ["RCVD_NO_TLS_LAST(0.10){}"], []])
        rng.shuffle(symbols)
        sender = f"from: <{self.sender()}>, " if rng.random() < .9 else ""
        return (f"<{number:06x}>; task; rspamd_task_write_log: id: <{message_id or f'm{number}@x.example'}>, qid: <{qid or f'4A1B{number:06X}'}>, ip: {client or self.client()}, {f'user: {user}, ' if user else ''}{sender}"
                f"(default: {'T' if action != 'no action' else 'F'} ({action}): [{rng.random():.2f}/15.00] [{','.join(symbols)}]), len: 4711, time: 100.123ms, dns req: 9, digest: <ab{number:06x}>, rcpts: <b{number}@dest.test>, mime_rcpts: <b@dest.test>")


def truth_of_rspamd(lines):
    truth = Truth()
    for line in lines:
        client, action, symbols = re.search(r", ip: (\S+), .*\(default: \w \(([\w ]+)\): \[[\d./-]+\] \[(.*)\]\), len: ", line).groups()
        names = set(re.findall(r"(\w+)\(", re.sub(r"\{[^}]*\}", "", symbols)))
        yes, no = bool(names & {"RCVD_TLS_LAST", "RCVD_TLS_ALL"}), "RCVD_NO_TLS_LAST" in names
        client, user = (None if client == "undef" else client), ", user: " in line
        if action in ("reject", "soft reject", "greylist"):
            truth.refused(client, 550 if action == "reject" else 451, user)
        else:
            truth.came(client, yes if yes != no else None, "", user, action == "no action")
    return truth


class Rspamd(TruthCase):
    def test_its_own_files_give_the_truth(self):
        for seed, (zone, hours) in enumerate(forms.ZONES):
            rng = random.Random(seed)
            stamped = [(at, f"{forms.zoned(at, hours):%Y-%m-%d %H:%M:%S}{rng.choice(['', '.123456'])} #123(normal) {text}") for at, text in timed(rng, RspamdTraffic(seed).sessions(150), 1)]
            stamped.append((stamped[-1][0], stamped[-1][1].split("<")[0] + "<abc>; lua; dkim.lua:1: signed"))
            lines = [line for _, line in stamped]
            answer = self.answer(*self.rotated(rng, f"rspamd{seed}.log", lines), zone=zone)
            self.assert_truth(truth_of_rspamd(lines[:-1]), answer, zone)
            self.assert_times(answer, stamped[0][0], stamped[-1][0], zone)

    def test_each_form_of_a_system_log_gives_the_truth(self):
        for seed, (form, write) in enumerate(forms.SYSLOG.items()):
            rng, (zone, hours) = random.Random(seed), forms.ZONES[seed % 4]
            stamped = [(at, write(forms.zoned(at, hours), "mx1", "rspamd", 123, text)) for at, text in timed(rng, RspamdTraffic(20 + seed).sessions(150), 1)]
            lines, last = [line for _, line in stamped], stamped[-1][0]
            answer = self.answer(*self.rotated(rng, f"syslog{seed}", lines, last), zone=zone)
            self.assert_truth(truth_of_rspamd(lines), answer, form)
            self.assert_times(answer, stamped[0][0], last, form)

    def test_each_container_gives_the_truth(self):
        for seed, (form, (write, read)) in enumerate(forms.WRAPPING.items()):
            rng = random.Random(seed)
            lines = [write(at, f"{at:%Y-%m-%d %H:%M:%S} #9(normal) {text}") for at, text in timed(rng, RspamdTraffic(40 + seed).sessions(150), 1)]
            self.assert_truth(truth_of_rspamd(read("".join(line + "\n" for line in lines)).splitlines()), self.answer(*self.rotated(rng, f"docker{seed}.log", lines)), form)


class RecordTraffic(Traffic):
    """Messages as dictionaries of the generic form."""

    def kinds(self):
        return [lambda: [self.record()]]

    def record(self):
        rng, at = self.rng, START.timestamp() + self.next()
        return {"time": rng.choice([int(at), f"{START:%Y-%m-%dT}08:{self.number // 60 % 60:02}:{self.number % 60:02}Z", f"{START:%Y-%m-%d} 10:{self.number // 60 % 60:02}:{self.number % 60:02}.5+02:00"]),
                "client": rng.choice([self.client()] * 8 + [self.inside(), f"2001:db8:{self.number:x}::7"]), "name": rng.choice(["", "mail.h.example"]), "helo": rng.choice(["h, tls=yes", 'x"y', "h"]),
                "sender": rng.choice([f"<{self.sender()}>", self.sender(), '"a,b"@quoted.example']), "recipients": rng.choice(["b@dest.test", "b@dest.test c@dest.test", "b@dest.test;c@dest.test"]),
                "tls": rng.choice(["yes", "no", "", "unknown", "failed", "TLSv1.2", "TLSv1.3", "TLSv1.3", "no", "TLSv1/SSLv3"]), "outcome": rng.choice(["accepted"] * 6 + ["", "refused", "deferred"]),
                "wanted": rng.choice(["", "wanted", "unwanted", "yes", "no"]), "authenticated": rng.choice(["no"] * 8 + ["", "yes"]), "note": "another, column"}


def truth_of_records(records):
    truth = Truth()
    for one in records:
        tls = {True: "yes", False: "no", None: ""}.get(one["tls"], one["tls"])
        trusted = one["authenticated"] == "yes"
        if one["outcome"] in ("refused", "deferred"):
            truth.refused(one["client"], 550 if one["outcome"] == "refused" else 450, trusted)
        else:
            wanted = {"wanted": True, "yes": True, "unwanted": False, "no": False}.get(one["wanted"])
            truth.came(one["client"], {"no": False, "failed": False, "": None, "unknown": None}.get(tls, True), tls if tls[:5] in ("TLSv1",) and "/" not in tls else "", trusted, wanted)
        truth["failed_handshakes"] += tls == "failed" and not trusted and truth.left_out(one["client"]) is None
    return truth


class Records(TruthCase):
    def records(self, seed):
        return [entry for _, entry in timed(random.Random(seed), RecordTraffic(seed).sessions(400), 1)]

    def test_tables_give_the_truth(self):
        for seed, (ending, mark) in enumerate([("\n", ""), ("\r\n", ""), ("\r\n", "\ufeff"), ("\n", "")]):
            records = self.records(seed)
            columns = random.Random(seed).sample(list(records[0]), len(records[0]))
            text = io.StringIO()
            writer = csv.DictWriter(text, columns, lineterminator=ending, quoting=csv.QUOTE_ALL if seed == 3 else csv.QUOTE_MINIMAL)
            writer.writeheader()
            writer.writerows(records)
            path = self.dir / f"table{seed}.csv"
            path.write_bytes((mark + text.getvalue()).encode())
            answer = self.answer(path)
            truth = truth_of_records(csv.DictReader(io.StringIO(text.getvalue())))
            self.assert_truth(truth, answer, f"{ending!r} {mark!r}")
            self.assertEqual(answer["sources"][0]["skipped"], 0)

    def test_json_lines_give_the_truth(self):
        for seed in range(4):
            records = self.records(10 + seed)
            rng = random.Random(seed)
            for one in records:
                one["recipients"] = rng.choice([one["recipients"], re.split("[ ;]", one["recipients"])])
                one["tls"] = rng.choice([one["tls"], {"yes": True, "no": False, "": None}.get(one["tls"], one["tls"])])
            lines = [json.dumps(one, separators=rng.choice([(",", ":"), (", ", ": ")])) for one in records]
            self.assert_truth(truth_of_records(map(json.loads, lines)), self.answer(*self.rotated(rng, f"mail{seed}.json", lines)), f"seed {seed}")

    def test_records_of_kumomta_give_the_truth(self):
        for seed, tells in enumerate([True, True, False]):
            rng, traffic, lines = random.Random(seed), Traffic(seed), []
            for _ in range(150):
                number = traffic.next()
                tls = {"tls_cipher": "TLS13_AES_256_GCM_SHA384", "tls_protocol_version": rng.choice(["TLSv1_3", "TLSv1_2"]), "tls_peer_subject_name": []} if tells and rng.random() < .6 else {}
                address = rng.choice([traffic.client()] * 8 + [traffic.inside()])
                lines.append(json.dumps({"type": "Reception", "id": f"{number:x}", "sender": traffic.sender(), "recipient": rng.choice(["b@dest.test", ["b@dest.test"]]), "timestamp": int(START.timestamp()) + number,
                                         "peer_address": {"name": "h.example", "addr": f"[{address}]:25" if ":" in address else f"{address}:25" if rng.random() < .3 else address},
                                         "reception_protocol": "HTTP" if rng.random() < .05 else "ESMTP", **tls}))
                lines.append(json.dumps({"type": "Delivery", "id": f"{number:x}", "sender": "", "recipient": "b@dest.test", "timestamp": int(START.timestamp()) + number, "peer_address": {"name": "mx", "addr": "198.51.100.1"}, "tls_cipher": "C"}))
            truth = Truth()
            for one in map(json.loads, lines):
                client = re.match(r"\[?(.*?)\]?(?::25)?$", one.get("peer_address")["addr"])[1]
                if one["type"] == "Reception" and one["reception_protocol"] == "HTTP":
                    truth["left_out/local"] += 1
                elif one["type"] == "Reception":
                    truth.came(client, "tls_cipher" in one if tells else None, one.get("tls_protocol_version", "").replace("_", "."))
            answer = self.answer(*self.rotated(rng, f"kumo{seed}", lines))
            if tells:
                self.assert_truth(truth, answer, f"seed {seed}")
            else:
                self.assertEqual((answer["messages"], answer["unknown"]), (truth["messages"], truth["unknown"]))
