"""The real server on free loopback ports, in a directory that goes away with the test."""
import contextlib, fcntl, json, os, pathlib, random, shutil, signal, smtplib, socket, sqlite3, ssl, subprocess, sys, tempfile, time, unittest

POSTERN = os.environ["POSTERN"]
SLOW = 5 if os.environ.get("POSTERN_SANITIZE") else 1  # sanitizers take their time


_ports = []  # lock files of the ports that this process has picked


def free_port():
    """A port that nobody uses, below those that the system gives to clients.

    Tests run side by side: a lock file per port keeps another test from picking it before it is listened on. The locks
    go when this process ends."""
    directory = pathlib.Path(tempfile.gettempdir()) / f"postern-test-ports-{os.getuid()}"
    directory.mkdir(exist_ok=True)
    while True:
        port = random.randrange(10_000, 32_000)
        lock = open(directory / str(port), "a")
        with contextlib.suppress(OSError), socket.socket() as s:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            s.bind(("127.0.0.1", port))
            _ports.append(lock)
            return port
        lock.close()


def answer_of(port, data, timeout=30):
    """What a server says to `data` until it hangs up, which it may do before it has read everything."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout * SLOW) as s, contextlib.suppress(ConnectionResetError, BrokenPipeError):
        s.sendall(data)
        with contextlib.suppress(OSError):  # ENOTCONN: it has hung up already
            s.shutdown(socket.SHUT_WR)
        while received := s.recv(65536):
            answer += received
    return answer


def wait_until(condition, what, seconds=20):
    """Looks again and again; no test sleeps for a fixed time and hopes."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"in vain: {what() if callable(what) else what}")


def stacks_of(pid):
    """What each thread of a process is doing: its stack by gdb where that is installed, and what the kernel tells."""
    told = []
    if shutil.which("gdb"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(["gdb", "-p", str(pid), "-batch", "-ex", "thread apply all backtrace 30"],
                                  capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=60)
            told.append(done.stdout)
    for task in sorted(pathlib.Path(f"/proc/{pid}/task").glob("*")):
        told.append(f"thread {task.name}")
        for name in ("comm", "wchan", "syscall", "stack"):
            with contextlib.suppress(OSError):  # it has ended, or we may not look
                told.append(f"  {name}: {(task / name).read_text().strip()}")
    return "\n".join(told)


class Server:
    """Postern with a configuration; `extra` is put before the sections, `sections` behind."""

    def __init__(self, case, extra="", sections="", domains=None, listen=None, smtp="", tls="", queue="", dns="enabled = false"):
        self.case = case
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-e2e-"))
        case.addCleanup(shutil.rmtree, self.dir, True)
        case.addCleanup(self.kill)
        self.data = self.dir / "data"
        self.port, self.tls_port, self.web_port = free_port(), free_port(), free_port()
        if listen is None:
            listen = f'[[listen]]\naddress = "127.0.0.1:{self.port}"\n[[listen]]\naddress = "127.0.0.1:{self.tls_port}"\ntls = "implicit"\n'
        if domains is None:
            domains = '[domains."example.org"]\nmailboxes = ["alice", "bob"]\naliases = { "info" = ["alice@example.org", "bob@example.org"] }\n'
        self.config = self.dir / "postern.toml"
        self.config.write_text(
            f'hostname = "mx.example.org"\ndata_dir = "data"\nshutdown_limit = "5s"\n{extra}\n'
            f'[web]\naddress = "127.0.0.1:{self.web_port}"\n[smtp]\n{smtp}\n[tls]\n{tls}\n[queue]\n{queue}\n[dns]\n{dns}\n'
            f"{listen}\n{domains}\n{sections}\n".replace("PORT", str(self.port)))
        self.log_path = self.dir / "log"
        self.process = None

    def start(self, **options):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([POSTERN, "serve", "--config", str(self.config)], stderr=log, stdin=subprocess.DEVNULL, **options)
        def up():
            if self.process.poll() is not None:
                raise AssertionError("postern ended: " + self.log())
            try:
                with socket.create_connection(("127.0.0.1", self.web_port), 5) as s:
                    s.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                    return b"200" in s.recv(100)
            except OSError:
                return False
        wait_until(up, "the server starts")
        return self

    def kill(self):
        """When the server was told to stop, and has not, this says where each of its threads stands."""
        if self.process and self.process.poll() is None:
            log = self.log()
            if log.rfind("event=stopping") > log.rfind("event=started"):
                print(f"a server that does not stop is killed\n{stacks_of(self.process.pid)}", file=sys.stderr)
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self):
        self.process.terminate()
        self.case.assertEqual(self.wait_for_end(), 0, self.log()[-3000:])

    def wait_for_end(self):
        """The exit code of a server that was told to stop."""
        try:
            return self.process.wait(60 * SLOW)
        except subprocess.TimeoutExpired:
            stacks = stacks_of(self.process.pid)
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server does not stop\n{stacks}\n{self.log()[-3000:]}")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def logged(self, *parts):
        """The first line of the log that has all of these in it; lines are written a moment after what they tell."""
        def line():
            return next((each for each in self.log().splitlines() if all(part in each for part in parts)), None)
        return wait_until(line, lambda: f"a line with {parts} in: {self.log()[-3000:]}")

    def run(self, *args):
        return subprocess.run([POSTERN, *args], capture_output=True, text=True, timeout=60 * SLOW)

    def queue(self, *args):
        result = self.run("queue", "--config", str(self.config), "--json", *args)
        self.case.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout) if result.stdout.startswith(("[", "{")) else result.stdout

    def metric(self, name):
        import urllib.request
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/metrics", timeout=10).read().decode()
        return float(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))

    def mailbox(self, local, domain="example.org"):
        new = self.data / "mail" / domain / local / "new"
        return [p.read_bytes() for p in sorted(new.iterdir())] if new.exists() else []

    def wait_for_mail(self, count, local="alice", domain="example.org"):
        return wait_until(lambda: (m := self.mailbox(local, domain)) and len(m) >= count and m, lambda: f"{count} messages for {local}: {self.log()[-2000:]}")

    def facts(self, query, count=1):
        """Rows of the store of facts, once there are `count`."""
        def rows():  # none yet: the file may still have to be made
            with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(f"file:{self.data}/facts.db?mode=ro", uri=True)) as db:
                db.row_factory = sqlite3.Row
                found = db.execute(query).fetchall()
                return found if len(found) >= count else None
        return wait_until(rows, f"{count} rows of {query}")

    def smtp(self, port=None, helo="client.example", **options):
        client = smtplib.SMTP("127.0.0.1", port or self.port, local_hostname=helo, timeout=30 * SLOW, **options)
        self.case.addCleanup(client.close)
        return client

    def raw(self, port=None):
        return Raw(self.case, port or self.port)


class Raw:
    """A client that says exactly what it is told."""

    def __init__(self, case, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30 * SLOW)
        case.addCleanup(self.socket.close)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def reply(self):
        """One reply, as text; empty when the server has hung up."""
        while True:
            lines = self.buffer.split(b"\r\n")
            for i, line in enumerate(lines[:-1]):
                if line[3:4] != b"-":
                    self.buffer = b"\r\n".join(lines[i + 1:])
                    return b"\n".join(lines[:i + 1]).decode(errors="replace")
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return ""
            if not data:
                return ""
            self.buffer += data

    def ask(self, data):
        return self.send(data).reply()

    def greet(self):
        self.reply()
        self.ask("EHLO client.example\r\n")
        return self

    def start_tls(self, context=None):
        self.ask("STARTTLS\r\n")
        self.socket = (context or insecure()).wrap_socket(self.socket, server_hostname="mx.example.org")
        return self


def insecure():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def make_certificate(directory, name, days=30, key="ec", hosts=None):
    """A self-signed certificate; `days` may be negative for an expired one."""
    pem, key_file = directory / f"{name}.pem", directory / f"{name}.key"
    algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["-newkey", "rsa:2048"]
    san = ",".join(f"DNS:{h}" for h in (hosts or [name]))
    if days >= 0:
        subprocess.run(["openssl", "req", "-x509", *algorithm, "-nodes", "-keyout", key_file, "-out", pem, "-days", str(days),
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName={san}"], check=True, capture_output=True)
    else:
        csr = directory / f"{name}.csr"
        subprocess.run(["openssl", "req", "-new", *algorithm, "-nodes", "-keyout", key_file, "-out", csr, "-subj", f"/CN={name}"], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", csr, "-signkey", key_file, "-out", pem, "-days", str(days)], check=True, capture_output=True)
    return pem, key_file


MESSAGE = "From: a@far.example\r\nTo: alice@example.org\r\nSubject: test\r\n\r\nbody\r\n"
