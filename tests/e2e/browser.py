"""Debian's Chromium without a window, driven over the WebDriver protocol."""
import json, pathlib, shutil, subprocess, tempfile, time, urllib.request

from support import free_port, wait_until


class Browser:
    def __init__(self, case, dark=False, width=1100):
        self.port = free_port()
        self.profile = tempfile.mkdtemp(prefix="postern-browser-")
        case.addCleanup(shutil.rmtree, self.profile, True)
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        case.addCleanup(self.close)
        wait_until(self.ready, "chromedriver starts", 60)
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", f"--user-data-dir={self.profile}", f"--window-size={width},1400"]
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        options = {"args": arguments, "binary": "/usr/bin/chromium"}
        self.session = ""
        made = self.ask("session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = f"session/{made['sessionId']}/"

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/status", timeout=5) as answer:
                return json.load(answer)["value"]["ready"]
        except OSError:
            return False

    def ask(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.ask(self.session + "url", {"url": pathlib.Path(path).as_uri()})

    def run(self, script):
        return self.ask(self.session + "execute/sync", {"script": script, "args": []})

    def errors(self):
        return [entry for entry in self.ask(self.session + "se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def close(self):
        if self.session:
            try:
                urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/{self.session.rstrip('/')}", method="DELETE"), timeout=20)
            except OSError:
                pass
        self.driver.terminate()
        self.driver.wait()
