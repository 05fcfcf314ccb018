"""What-if counts what really happened in the logs of gateways that write one line for each message, or for each of its recipients."""
import collections, datetime, json, random

from test_whatif_truth import KEYS, Case
from whatif_truth import START


class GatewayTruth(Case):
    """Gateways that write one line for each message, or for each of its recipients."""

    def traffic(self, seed):
        """Of each message: its number, its client, whether it came over TLS, what became of it; and what is to be counted."""
        rng, truth = random.Random(seed), collections.Counter({key: 0 for key in KEYS})
        truth["clients_lost"] = set()
        messages = []
        for number in range(150):
            address, tls = f"{rng.randint(193, 220)}.{rng.randint(0, 255)}.{rng.randint(0, 167)}.{rng.randint(1, 254)}", rng.random() < .6
            fate = rng.choice(["taken"] * 6 + ["unwanted", "refused", "deferred", "private"])
            if fate == "private":
                address = rng.choice(["10.8.0.8", "172.16.0.9", "fd00::8"])
                truth["left_out/private_networks"] += 1
            elif fate in ("refused", "deferred"):
                truth["refused/for_good" if fate == "refused" else "refused/deferred"] += 1
            else:
                truth["messages"] += 1
                truth["over_tls" if tls else "in_the_clear"] += 1
                if not tls:
                    truth["clients_lost"].add(address)
            messages.append((number, address, tls, fate))
        return rng, messages, truth

    def barracuda(self, rng, number, address, tls, fate):
        start = int(START.timestamp()) + number * 7
        client = f"{rng.choice(['unknown', f'mail.h{number}.example', f'x[203.0.113.9]h{number}.example'])}[{address}]"
        head = f"{client} {start}-05f5cb{number:06x}-wlKzrS {start} {start + 1}"
        sender = rng.choice([f"s{number}@dom{number % 40}.example", f'"SCAN ENC a b - 0 0 {number}"@quoted.example'])
        if fate in ("refused", "deferred"):
            return [f"inbound/pass1[7]: {head} RECV {sender} b@dest.test {2 if fate == 'refused' else 5} 8 No such user (b@dest.test)"]
        action = rng.choice([2, 3, 4, 6]) if fate == "unwanted" else rng.choice([0, 7])
        subject = rng.choice(["words", "SCAN ENC a@x.example b@x.example - 0 0 - SZ:1 SUBJ:x", "x[203.0.113.9] RECV"])
        lines = [f"scan[9]: {head} SCAN {'ENC' if tls else '-'} {sender} {name}@dest.test {rng.choice(['-', '2.17'])} {action} 70 - SZ:31 SUBJ:{subject}" for name in "bcd"[:rng.randint(1, 3)]]
        return lines + [f"outbound/smtp[3]: {rng.choice(['127.0.0.1 ', ''])}{start}-05f5cb{number:06x}-wlKzrS 0 0 SEND ENC 1 8B2052296C 250 2.6.0 queued"]

    def proofpoint(self, rng, number, address, tls, fate):
        connection = {"country": "us", "helo": rng.choice(["h.example", '","tls":{"inbound":{"version":"TLSv1.3"}}']), "ip": address, "sid": f"3y{number}"}
        if tls:
            connection["tls"] = {"inbound": {"cipher": "ECDHE-RSA-AES128-GCM-SHA256", "cipherBits": 128, "version": rng.choice(["TLSv1.2", "TLSv1.3"])}}
        elif rng.random() < .2:
            connection["tls"] = {"inbound": {"cipher": "NONE", "version": "NONE"}}
        disposition = {"refused": "reject", "deferred": "tempfail", "unwanted": "discard"}.get(fate, "continue")
        record = {"connection": connection, "envelope": {"from": f"s{number}@dom{number % 40}.example", "rcpts": ["b@dest.test"]},
                  "filter": {"disposition": disposition, "routeDirection": "inbound"}, "guid": f"g{number}",
                  "msg": {"header": {"subject": ['x","ip":"203.0.113.9']}}, "ts": f"{START + datetime.timedelta(seconds=7 * number):%Y-%m-%dT%H:%M:%S}.058340+0000"}
        names = list(record)
        rng.shuffle(names)
        return [json.dumps({name: record[name] for name in names}, separators=rng.choice([(",", ":"), (", ", ": ")]))]

    def test_the_syslog_of_a_barracuda_appliance_gives_the_truth(self):
        for seed, time in enumerate([lambda at: f"<23>{at:%b %e %H:%M:%S} bar1 ", lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+00:00 bar1 "]):
            rng, messages, truth = self.traffic(seed)
            lines = [time(START + datetime.timedelta(seconds=7 * message[0])) + line for message in messages for line in self.barracuda(rng, *message)]
            path = self.dir / f"maillog.{seed}"
            path.write_text("".join(line + "\n" for line in lines))
            self.assert_truth(truth, self.answer(path), f"seed {seed}")

    def test_the_records_of_proofpoint_give_the_truth(self):
        for seed in range(2):
            rng, messages, truth = self.traffic(10 + seed)
            path = self.dir / f"records.{seed}.json"
            path.write_text("".join(line + "\n" for message in messages for line in self.proofpoint(rng, *message)))
            self.assert_truth(truth, self.answer(path), f"seed {seed}")
