"""What-if counts what really happened in the journal, in each form that journalctl writes, and in extracts of many logs read together."""
import gzip, os, random

import whatif_forms as forms
from test_whatif_truth_sendmail import SendmailTraffic, of_syslog, truth_of
from test_whatif_truth_sessions import HarakaTraffic, OpensmtpdTraffic, haraka_text, truth_of_haraka, truth_of_opensmtpd
from whatif_truth import KEYS, Truth, TruthCase, timed, value_at


def entries_of(traffic, seed):
    return list(timed(random.Random(seed), traffic.sessions(50), 5))


class Journal(TruthCase):
    def written(self, form, entries, seed):
        """A file of entries (at, (program, pid, text)) as journalctl writes it, compressed or not; and its text."""
        hours = forms.ZONES[seed % 4][1]
        text = "".join(forms.JOURNAL[form](forms.zoned(at, hours), "mx1", program, pid, words) + "\n" for at, (program, pid, words) in entries)
        data = text.encode("latin-1") if form == "export-bytes" else text.encode()
        path = self.dir / f"{form}{seed}{'.gz' if seed % 2 else ''}"
        path.write_bytes(gzip.compress(data) if seed % 2 else data)
        os.utime(path, (entries[-1][0].timestamp(),) * 2)
        return path, text

    def test_sendmail_in_each_form(self):
        for seed, form in enumerate(forms.JOURNAL):
            entries = entries_of(SendmailTraffic(300 + seed, seed % 2 == 0, seed % 3 == 0), seed)
            path, text = self.written(form, entries, seed)
            answer = self.answer(path, zone=forms.ZONES[seed % 4][0])
            self.assert_truth(truth_of(of_syslog(form, text)), answer, form)
            if form not in forms.TELLS_NO_TIME:
                self.assert_times(answer, entries[0][0], entries[-1][0], form)

    def test_opensmtpd_in_each_form(self):
        for seed, form in enumerate(forms.JOURNAL):
            entries = entries_of(OpensmtpdTraffic(300 + seed, seed % 2 == 0), seed)
            path, text = self.written(form, entries, seed)
            truth = truth_of_opensmtpd(words for _, _, _, words in forms.read_system_log(form, text))
            self.assert_truth(truth, self.answer(path, zone=forms.ZONES[seed % 4][0]), form)

    def test_haraka_in_each_form(self):
        for seed, form in enumerate(forms.JOURNAL):
            entries = [(at, ("haraka", 66592, haraka_text(at, *entry).strip())) for at, entry in entries_of(HarakaTraffic(300 + seed), seed)]
            path, text = self.written(form, entries, seed)
            if form.startswith("export"):  # it is read for programs of a system log only, and that is said
                self.assertIn("Most are of haraka", self.whatif(path, code=2))
                continue
            truth = truth_of_haraka(words for _, _, _, words in forms.read_system_log(form, text))
            self.assert_truth(truth, self.answer(path, zone=forms.ZONES[seed % 4][0]), form)


class Extract(TruthCase):
    def test_extracts_of_many_logs_give_the_truth_of_all(self):
        files, logs, truth = [], [], Truth()
        secret = self.dir / "secret"
        secret.write_bytes(b"0123456789abcdef")
        for number, make in enumerate([lambda n: SendmailTraffic(400 + n, True, True, 193), lambda n: SendmailTraffic(400 + n, False, False, 196), lambda n: SendmailTraffic(400 + n, True, False, 199)]):
            lines = [forms.SYSLOG["iso"](at, "mx1", program, pid, text) for at, (program, pid, text) in entries_of(make(number), number)]
            logs.append(self.dir / f"host{number}" / "mail.log")
            logs[-1].parent.mkdir()
            logs[-1].write_text("".join(line + "\n" for line in lines))
            truth.add(truth_of(of_syslog("iso", "\n".join(lines))))
        self.assert_truth(truth, self.answer(*logs), "the logs themselves")
        for hashed in ([], ["--extract-secret", str(secret)]):
            files = [self.dir / f"{log.parent.name}{len(hashed)}.zst" for log in logs]
            for file, log in zip(files, logs):
                self.whatif("--extract", file, *hashed, log)
            answer = self.answer(*files)
            if hashed:
                self.assertEqual({key: value_at(answer, key) for key in KEYS}, {key: truth[key] for key in KEYS})
            else:
                self.assert_truth(truth, answer, "extracts")
