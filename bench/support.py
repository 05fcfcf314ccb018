"""What the benchmarks have in common: servers of one's own, and what they use."""
import os, pathlib, shutil, socket, subprocess, sys, time

top = pathlib.Path(__file__).resolve().parent.parent
postern = top / "build/release/postern"
ceiling = top / "build/release/bench/ceiling"
PAGE = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stat(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[1]), sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))


def family(pid):
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = stat(entry.name)[0]
            except (OSError, IndexError):
                pass
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def cpu_seconds(pid):
    total = stat(pid)[2]
    for one in family(pid):
        try:
            total += stat(one)[1]
        except OSError:
            pass
    return total / PAGE


def pss_kib(pid):
    total = 0
    for one in family(pid):
        try:
            total += next(int(l.split()[1]) for l in open(f"/proc/{one}/smaps_rollup") if l.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total


def wait_for(port):
    for _ in range(500):
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as s:
                if s.recv(3) == b"220":
                    return
        except OSError:
            pass
        time.sleep(0.02)
    sys.exit(f"nothing answers on port {port}")


def make_certificate(where):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", where / "key.pem",
                    "-out", where / "cert.pem", "-days", "30", "-subj", "/CN=mx.bench.example"], check=True, capture_output=True)


class Postern:
    def __init__(self, where, sections, web='address = ""'):
        self.port, self.where = free_port(), where
        self.config = where / "postern.toml"
        self.config.write_text(f'''hostname = "mx.bench.example"
data_dir = "postern"
[[listen]]
address = "127.0.0.1:{self.port}"
[tls]
certificate = ["cert.pem"]
key = ["key.pem"]
[web]
{web}
{sections}
''')
        self.start()

    def start(self):
        self.log = open(self.where / "postern.log", "a")
        self.process = subprocess.Popen([postern, "serve", "--config", self.config], stderr=self.log)
        self.pid = self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Ceiling:
    def __init__(self, where):
        self.port = free_port()
        self.process = subprocess.Popen([ceiling, str(self.port), where / "cert.pem", where / "key.pem"])
        self.pid = self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Postfix:
    """An instance of its own, its queue on the same disk; `config` is added to main.cf."""

    def __init__(self, where, config):
        self.port = free_port()
        self.dir = where / "postfix"
        for part in ("etc", "queue", "data"):
            (self.dir / part).mkdir(parents=True)
        shutil.chown(self.dir / "data", "postfix")
        for path in (where, self.dir, self.dir / "etc", self.dir / "queue"):
            path.chmod(0o755)
        self.log = self.dir / "data/maillog"
        (self.dir / "etc/main.cf").write_text(f'''compatibility_level = 3.6
queue_directory = {self.dir}/queue
data_directory = {self.dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.bench.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_tls_security_level = may
smtpd_tls_cert_file = {where}/cert.pem
smtpd_tls_key_file = {where}/key.pem
smtpd_client_connection_count_limit = 0
default_process_limit = 100
maillog_file = {self.log}
maillog_file_prefixes = {self.dir}/data
{config}
''')
        lines = [f"127.0.0.1:{self.port} inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
                 "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
                 "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush",
                 "proxymap unix - - n - - proxymap", "proxywrite unix - - n - 1 proxymap", "error unix - - n - - error", "retry unix - - n - - error",
                 "smtp unix - - n - - smtp", "discard unix - - n - - discard", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
                 "tlsproxy unix - - n - 0 tlsproxy", "postlog unix-dgram n - n - 1 postlogd"]
        (self.dir / "etc/master.cf").write_text("\n".join(lines) + "\n")
        subprocess.run(["postfix", "-c", self.dir / "etc", "start"], check=True, capture_output=True)
        self.pid = int((self.dir / "queue/pid/master.pid").read_text())

    def stop(self):
        subprocess.run(["postfix", "-c", self.dir / "etc", "stop"], capture_output=True)
