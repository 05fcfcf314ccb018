"""Mailboxes of several borders, in every shape they lie about in: what `postern whatif` says of them is held against a little parser of
its own, which knows only the forms that were generated."""
import datetime, email.utils, io, json, pathlib, random, re, shutil, subprocess, tarfile, tempfile, unittest, zipfile

from support import POSTERN, SLOW

EPOCH = datetime.datetime(2026, 11, 2, tzinfo=datetime.timezone.utc)
LIES = ("[203.0.113.9]", "203.0.113.8", "x.prod.outlook.com", "by", "mx.y.example", "localhost", "smtp.auth.example")


def exchange(client, helo, tls, number):
    words = random.Random(number).choice(("(version=TLS1_2, cipher=TLS_ECDHE)", "(TLS)")) if tls else ""
    return f"from {helo} ({client}) by ft{number % 40:03}.mail.protection.outlook.com (10.233.253.34) with Microsoft SMTP Server {words} id 15.20.6768.30 via Frontend Transport"


def inside_microsoft(number):
    return ("from a.eurp191.prod.outlook.com (2001:db8:10:130::24) by b.namprd19.prod.outlook.com (2001:db8:a03::19) with Microsoft SMTP Server "
            f"(version=TLS1_2, cipher=C) id 15.20.6768.{number % 9}")


# Of each border: the fields above its own, its own field, and what of that field shows TLS.
BORDERS = {
    "microsoft": (inside_microsoft, exchange, r"Microsoft SMTP Server \("),
    "postfix": (None, lambda client, helo, tls, number: f"from {helo} (mail.x.example [{client}])" + (" (using TLSv1.3 with cipher C (256/256 bits)) (No client certificate requested)" if tls else "")
                + f" by mx.y.example (Postfix) with {'SMTP' if number % 3 == 0 else 'ESMTPS' if tls else 'ESMTP'} id {number % 7:X}0", r"\(using TLS"),
    "exim": (None, lambda client, helo, tls, number: f"from mail.x.example ([{client}] helo={helo}) by mx.y.example with {'esmtps (TLS1.3) tls TLS_AES' if tls else 'esmtp'} (Exim 4.96) (envelope-from <\"a) by evil (\"@x.example>) id 1{number}",
             "esmtps"),
    "sendmail": (None, lambda client, helo, tls, number: f"from {helo} (IDENT:{LIES[0]}@mail.x.example [{client}]) by mx.y.example (8.14.4/8.14.4) with ESMTP id q{number}" + (" (version=TLSv1/SSLv3 cipher=C bits=256 verify=NO)" if tls else ""),
                 "version="),
    "qpsmtpd": (None, lambda client, helo, tls, number: f"from unknown (HELO {helo}) ({client}) by mx.y.example (qpsmtpd/0.96) with " + ("(TLS_AES encrypted) ESMTPS" if tls else "ESMTPS"), "ESMTPS"),
}


def mails(border, seed, count=40):
    above, own, _ = BORDERS[border]
    rng = random.Random(seed)
    out = []
    for number in range(count):
        at = EPOCH + datetime.timedelta(minutes=number * 37)
        date = email.utils.format_datetime(at)
        client = f"198.51.100.{rng.randrange(1, 200)}"
        fields = [above(number)] if above else []
        fields.append(own(client, rng.choice(LIES), rng.random() < 0.5, number))
        fields.append("from pc (pc [203.0.113.77]) by forged.example (Postfix) with ESMTPS id F")  # below the border: anybody's words
        name = rng.choice(("Received", "received", "RECEIVED"))
        header = "".join(f"{name}: {field.replace(' by ', chr(10) + chr(9) + 'by ', 1)}; {date}\n" for field in fields)
        out.append(f"X-Folder: {border}\n{header}Message-ID: <{number}.{seed}@x.example>\nFrom: a@x.example\nDate: {date}\nSubject: x\n\nFrom here on\n\nbody\n")
    return out


def truth(border, texts):
    """(messages, over TLS, in the clear): by the second kind of evidence, the words of the one form that was generated."""
    shows = re.compile(BORDERS[border][2])
    index = 1 if BORDERS[border][0] else 0
    tls = 0
    for text in texts:
        header = re.sub(r"\n[ \t]+", " ", text.split("\n\n", 1)[0])
        tls += bool(shows.search(re.findall(r"(?im)^received: (.*)$", header)[index]))
    return len(texts), tls, len(texts) - tls


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def run_it(self, *args, code=0, **options):
        result = subprocess.run([POSTERN, "whatif", *map(str, args), "--json"], capture_output=True, timeout=120 * SLOW, **options)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def answer(self, *args, **options):
        return json.loads(self.run_it(*args, **options).stdout)

    def check(self, path, border, texts, times=1):
        answer = self.answer(path)
        self.assertEqual((answer["messages"], answer["over_tls"], answer["in_the_clear"]), truth(border, texts), (border, path))
        self.assertEqual((answer["unknown"], answer["left_out"]["no_address"], answer["left_out"]["copies"]), (0, 0, len(texts) * (times - 1)))
        self.assertTrue(answer["first"].startswith("2026-11-0"), answer["first"])
        for sender in answer["rules"][0]["senders"]:
            for host in sender["hosts"]:
                self.assertTrue(host.startswith("198.51.100."), host)
        return answer


def mbox(texts, from_line="From a@x.example Mon Nov  2 00:00:00 2026"):
    return "".join(f"{from_line}\n{text}\n" for text in texts)


class Borders(Case):
    def test_each_has_its_truth_whatever_the_senders_say(self):
        for seed, border in enumerate(BORDERS):
            texts = mails(border, seed)
            for number, line in enumerate(("From a@x.example Thu Nov 30 00:00:00 2026", "From 17@xxx Thu Nov 30 00:00:00 +0000 2026", "From a@x.example", "From -")):
                path = self.dir / f"{border}{number}.mbox"
                path.write_text(mbox(texts, line))
                self.check(path, border, texts)

    def test_the_host_of_microsoft_that_took_it_stands_for_all(self):
        path = self.dir / "m.mbox"
        path.write_text(mbox(mails("microsoft", 1)))
        self.assertIn("*.protection.outlook.com (40)", self.answer(path)["sources"][0]["notes"][0])

    def test_one_gateway_for_all_mail_is_pointed_out(self):
        texts = [re.sub(r"198\.51\.100\.\d+", "198.51.100.7", text) for text in mails("postfix", 3, 60)]
        path = self.dir / "gateway.mbox"
        path.write_text(mbox(texts))
        self.assertTrue(any("60 of 60 messages came from 198.51.100.7" in note for note in self.answer(path)["sources"][0]["notes"]))


class Folders(Case):
    def test_maildir_with_folders_mh_and_single_files(self):
        texts = mails("exim", 5)
        maildir, mh, eml = self.dir / "Maildir", self.dir / "Mail", self.dir / "export"
        for number, text in enumerate(texts):
            folder = maildir / ("", ".Archive", ".Archive.2026")[number % 3] / "cur"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{int(EPOCH.timestamp()) + 3_000_000 + number}.M1P1.host:2,S").write_text(text)
            folder = mh / ("inbox", "inbox/lists")[number % 2]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / str(number + 1)).write_text(text)
            folder = eml / f"{number % 4}"
            folder.mkdir(parents=True, exist_ok=True)
            body = text.encode()
            (folder / f"{number}.emlx").write_bytes(b"%-10d\n" % len(body) + body + b'<?xml version="1.0"?><plist></plist>\n')
        (mh / ".mh_sequences").write_text("unseen: 1\n")
        (maildir / "cur").mkdir(exist_ok=True)
        for path in (maildir, mh, eml):
            answer = self.check(path, "exim", texts)
            self.assertEqual(len(answer["sources"]), 1, path)

    def test_the_profile_of_thunderbird(self):
        texts = mails("postfix", 6)
        folders = self.dir / "profile/Mail/Local Folders"
        (folders / "Inbox.sbd").mkdir(parents=True)
        (folders / "Inbox").write_text(mbox(texts[:30], "From - Mon Nov  2 00:00:00 2026"))
        (folders / "Inbox.sbd/Junk").write_text(mbox(texts[30:], "From - Mon Nov  2 00:00:00 2026"))
        (folders / "Inbox.msf").write_text("// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
        answer = self.check(self.dir / "profile", "postfix", texts)
        self.assertEqual(answer["unwanted"], 10)


class Archives(Case):
    def tar(self, mode, format, files):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode, format=format) as archive:
            for name, content in files:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mtime = len(content), int(EPOCH.timestamp()) + 3_000_000
                archive.addfile(entry, io.BytesIO(content))
        return out.getvalue()

    def zip(self, method, files):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, content in files:
                archive.writestr(name, content)
        return out.getvalue()

    def test_of_takeout_of_messages_and_of_both(self):
        texts = mails("microsoft", 7)
        single = [(f"{'deep/' * 40}{number}.eml", text.encode()) for number, text in enumerate(texts)]
        takeout = [("Takeout/archive_browser.html", b"<html></html>"), ("Takeout/Mail/All mail Including Spam and Trash.mbox", mbox(texts, "From 1@xxx Mon Nov 02 00:00:00 +0000 2026").encode())]
        for files, times in ((single, 1), (takeout, 1), (takeout + single, 2)):
            for name, content in (("a.tar", self.tar("w", tarfile.GNU_FORMAT, files)), ("a.tgz", self.tar("w:gz", tarfile.PAX_FORMAT, files)), ("a.zip", self.zip(zipfile.ZIP_DEFLATED, files)), ("b.zip", self.zip(zipfile.ZIP_STORED, files))):
                path = self.dir / name
                path.write_bytes(content)
                answer = self.check(path, "microsoft", texts, times)
                self.assertEqual(any("were not recognised" in note for note in answer["sources"][0]["notes"]), False if files is single else True)

    def test_one_that_is_cut_off_counts_as_far_as_it_goes(self):
        texts = mails("exim", 8)
        path = self.dir / "a.tar"
        path.write_bytes(self.tar("w", tarfile.USTAR_FORMAT, [(f"{number}.eml", text.encode()) for number, text in enumerate(texts)])[: 1024 * 15 + 700])
        self.assertLess(max(map(len, texts)), 512)  # a block of header and one of content each
        answer = self.answer(path)
        self.assertEqual(answer["messages"], 15)
        self.assertTrue(any("cut off" in note for note in answer["sources"][0]["notes"]))

    def test_what_is_not_read_says_how_to_convert_it(self):
        for name, start, how in (("a.pst", b"!BDN", "readpst"), ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "msgconvert")):
            path = self.dir / name
            path.write_bytes(start + bytes(4096))
            self.assertIn(how.encode(), self.run_it(path, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
