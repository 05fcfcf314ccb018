"""The page of `postern whatif --html` in a browser."""
import os, pathlib, shutil, subprocess, tempfile, unittest

from browser import Browser
from support import POSTERN, SLOW, wait_until

LOGS = pathlib.Path(__file__).resolve().parent.parent / "data" / "logs"
NAMES = ["postfix-3.7-tls-loglevel-0.log", "postfix-3.7-tls-loglevel-1.log", "exim-4.96.log", "postfix-3.7-interleaved.log",
         "opensmtpd-6.8-clear-only.log"]


@unittest.skipIf(os.environ.get("POSTERN_SANITIZE"), "the page is the same in every build")
class WhatIfPage(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        self.addCleanup(shutil.rmtree, self.dir, True)

    def run_it(self, *args):
        result = subprocess.run([POSTERN, "whatif", *map(str, args)], capture_output=True, timeout=120 * SLOW)
        self.assertEqual(result.returncode, 0, result.stderr.decode())

    def wait_for_senders(self, browser):
        wait_until(lambda: browser.run("return document.documentElement.dataset.senders") == "unpacked", "the page unpacks its senders", 60)

    def test_the_page_finds_each_of_100_000_senders(self):
        log, page = self.dir / "main.log", self.dir / "report.html"
        with open(log, "w") as out:
            for i in range(100_000):
                seconds = f"{10 + i // 3600 % 12}:{i // 60 % 60:02}:{i % 60:02}"
                out.write(f"2026-11-{21 + i // 43_200} {seconds} 1smkL5-{i:06}-AA <= a@sender{i}.example H=(x) [198.{i >> 16}.{i >> 8 & 255}.{i & 255}] P=esmtp S=1\n")
        self.run_it(log, "--html", page)
        self.assertLess(page.stat().st_size, 2_000_000)
        browser = Browser(self)
        browser.open(page)
        self.wait_for_senders(browser)
        self.assertEqual(browser.errors(), [])
        rows = "[...document.querySelectorAll('#senders tbody tr')].map((r) => r.cells[0].firstChild.textContent)"
        shown = "return document.getElementById('shown').textContent"
        self.assertEqual(browser.run(f"return {rows}.length"), 500)
        self.assertEqual(browser.run(shown), "1 to 500 of 100,000 senders")
        first = browser.run(f"return {rows}[0]")
        browser.run("document.getElementById('later').click()")
        self.assertEqual(browser.run(shown), "501 to 1,000 of 100,000 senders")
        self.assertNotIn(first, browser.run(f"return {rows}"))
        search = "const s = document.getElementById('search'); s.value = '%s'; s.dispatchEvent(new Event('input'))"
        for searched in ("sender99999.", "198.1.134.159"):  # its name, its host
            browser.run(search % searched)
            self.assertEqual(browser.run(f"return {rows}"), ["sender99999.example"])

    def test_the_page_without_decompression_shows_the_largest_senders(self):
        """An old browser, by a page whose script does not find DecompressionStream."""
        page = self.dir / "report.html"
        self.run_it(LOGS / "postfix-3.7-interleaved.log", "--html", page)
        old = page.read_text().replace("<main>", "<script>delete window.DecompressionStream</script><main>", 1)
        page.write_text(old)
        browser = Browser(self)
        browser.open(page)
        self.assertEqual(browser.errors(), [])
        self.assertEqual(browser.run("return typeof DecompressionStream"), "undefined")
        self.assertTrue(browser.run("return document.getElementById('controls').hidden"))
        self.assertIn("largest of", browser.run("return document.getElementById('shown').textContent"))
        self.assertGreater(browser.run("return document.querySelectorAll('#senders tbody tr').length"), 0)
        self.assertEqual(browser.run("return document.querySelectorAll('#rules tbody tr').length"), 4)

    def test_the_page_in_a_browser(self):
        page = self.dir / "report.html"
        self.run_it(*(LOGS / name for name in NAMES), "--html", page)
        text = page.read_text()
        self.assertNotIn("http://", text.split('id="answer"')[0])
        for dark in (False, True):
            browser = Browser(self, dark=dark)
            browser.open(page)
            self.wait_for_senders(browser)
            self.assertEqual(browser.errors(), [])
            self.assertEqual(browser.run("return document.querySelectorAll('#totals .total b')[0].textContent"), "80")
            self.assertEqual(browser.run("return document.querySelectorAll('#rules tbody tr').length"), 4)
            self.assertEqual(browser.run("return document.querySelectorAll('#sources tbody tr').length"), len(NAMES))
            # The charts are drawn: their canvases are not empty.
            for chart in ("rules-chart", "days-chart"):
                drawn = browser.run(f"const c = document.getElementById('{chart}'); return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v !== 0)")
                self.assertTrue(drawn, chart)
            ground = browser.run("return getComputedStyle(document.body).backgroundColor")
            self.assertEqual(ground, "rgb(20, 24, 31)" if dark else "rgb(255, 255, 255)")
        senders = "[...document.querySelectorAll('#senders tbody tr')].map((r) => r.cells[0].firstChild.textContent)"
        first = browser.run(f"return {senders}")
        self.assertEqual(first[0], "old.example")
        browser.run("document.querySelector('#senders th button').click()")
        self.assertEqual(browser.run(f"return {senders}"), sorted(first))
        self.assertEqual(browser.run("return document.querySelector('#senders th').getAttribute('aria-sort')"), "ascending")
        browser.run("const s = document.getElementById('search'); s.value = '203.0.113.50'; s.dispatchEvent(new Event('input'))")
        self.assertEqual(browser.run(f"return {senders}"), ["printer.example"])
        browser.run("const s = document.getElementById('search'); s.value = ''; const r = document.getElementById('rule'); r.selectedIndex = 3; r.dispatchEvent(new Event('change'))")
        self.assertLess(browser.run(f"return {senders}.length"), len(first))
