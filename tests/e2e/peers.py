"""Those that Postern sends to: a receiver that says what it is told to, a name server with signed zones, a web server for
MTA-STS policies and TLS reports, real Postfix and Exim."""
import gzip, http.server, os, pathlib, pwd, shutil, signal, socket, socketserver, ssl, subprocess, tempfile, textwrap, threading

from support import SLOW, free_port, make_certificate, wait_until


def server_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class Receiver:
    """An SMTP server for one test. `replies` gives for a verb ("GREETING", "DOT", ...) what is answered: a text, or a list
    whose last one stays. Some texts are deeds: "DROP" hangs up, "SILENCE" says nothing any more, "ENDLESS" never ends its
    reply, "GARBAGE" is no reply. `early` follows the greeting at once, `inject` the "220" to STARTTLS; `one_byte` sends byte
    by byte."""

    def __init__(self, case, address="127.0.0.1", port=0, certificate=None, implicit=False, extensions=("PIPELINING", "8BITMIME"),
                 replies=None, inject=b"", early=b"", one_byte=False, cut_handshake=False):
        self.messages, self.commands, self.lock = [], [], threading.Lock()
        self.connections = self.open_now = self.most_open = 0
        self.replies = {verb: list(r) if isinstance(r, (list, tuple)) else [r] for verb, r in (replies or {}).items()}
        self.certificate, self.implicit, self.extensions = certificate, implicit, extensions
        self.inject, self.early, self.one_byte, self.cut_handshake = inject, early, one_byte, cut_handshake
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with outer.lock:
                    outer.connections += 1
                    outer.open_now += 1
                    outer.most_open = max(outer.most_open, outer.open_now)
                try:
                    Conversation(outer, self.request).hold()
                except (OSError, ssl.SSLError):
                    pass
                with outer.lock:
                    outer.open_now -= 1

        class Threading(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close, request_queue_size = True, True, False, 128

        self.server = Threading((address, port), Handler)
        self.address, self.port = self.server.server_address
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        case.addCleanup(self.close)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def reply(self, verb, default):
        with self.lock:
            told = self.replies.get(verb)
            return default if not told else told.pop(0) if len(told) > 1 else told[0]

    def said(self, verb):
        with self.lock:
            return [c for c in self.commands if c.upper().startswith(verb)]


class Conversation:
    def __init__(self, receiver, connection):
        self.receiver, self.connection, self.tls = receiver, connection, None
        connection.settimeout(60 * SLOW)
        if receiver.implicit:
            self.start_tls()
        self.file = self.connection.makefile("rb")
        self.sender, self.recipients, self.body = None, [], b""

    def start_tls(self):
        self.connection = server_context(self.receiver.certificate).wrap_socket(self.connection, server_side=True)
        self.tls = self.connection.version()
        self.file = self.connection.makefile("rb")

    def say(self, verb, default):
        text = self.receiver.reply(verb, default)
        if text == "DROP":
            raise OSError("told to hang up")
        if text == "SILENCE":
            while self.connection.recv(65536):
                pass
            raise OSError("told to say nothing")
        if text == "ENDLESS":
            while True:
                self.connection.sendall(b"250-more and more and more and more\r\n" * 100)
        data = b"\x16\x03\x01 what is this?\r\n" if text == "GARBAGE" else text.encode() + b"\r\n"
        for piece in (data[i:i + 1] for i in range(len(data))) if self.receiver.one_byte else (data,):
            self.connection.sendall(piece)
        return text

    def hold(self):
        self.say("GREETING", "220 receiver.example ESMTP")
        if self.receiver.early:
            self.connection.sendall(self.receiver.early)
        while line := self.file.readline():
            line = line.rstrip(b"\r\n").decode(errors="replace")
            with self.receiver.lock:
                self.receiver.commands.append(line)
            verb = line.split(" ")[0].upper()
            if getattr(self, "on_" + verb.lower(), self.on_unknown)(line) == "end":
                return

    def on_unknown(self, line):
        self.say(line.split(" ")[0].upper(), "250 ok")

    def on_ehlo(self, line):
        lines = ["receiver.example", *self.receiver.extensions]
        if self.receiver.certificate and not self.tls:
            lines.append("STARTTLS")
        self.say("EHLO", "\r\n".join("250" + ("-" if i < len(lines) - 1 else " ") + text for i, text in enumerate(lines)))

    def on_starttls(self, line):
        if self.receiver.inject:
            self.connection.sendall(b"220 go\r\n" + self.receiver.inject)
        elif not self.say("STARTTLS", "220 go").startswith("220"):
            return None
        if self.receiver.cut_handshake:
            self.connection.recv(10)
            return "end"
        return self.start_tls()

    def on_mail(self, line):
        self.sender, self.recipients, self.body = None, [], b""
        if self.say("MAIL", "250 ok").startswith("250"):
            self.sender = line

    def on_rcpt(self, line):
        if self.sender is None:
            self.say("", "503 MAIL first")
        elif self.say("RCPT", "250 ok").startswith("250"):
            self.recipients.append(line[line.index("<") + 1:line.index(">")])

    def on_data(self, line):
        if not self.say("DATA", "354 go" if self.recipients else "554 nobody").startswith("354"):
            return
        while (line := self.file.readline()) not in (b".\r\n", b""):
            self.body += line[1:] if line.startswith(b".") else line
        if line:
            self.finish("DOT")

    def on_bdat(self, line):
        words = line.split()
        self.body += self.file.read(int(words[1]))
        self.finish("DOT") if words[-1].upper() == "LAST" else self.say("BDAT", "250 ok")

    def finish(self, verb):
        with self.receiver.lock:
            self.receiver.messages.append({"from": self.sender, "to": self.recipients, "body": self.body, "tls": self.tls})
        self.say(verb, "250 2.0.0 taken")

    def on_quit(self, line):
        self.say("QUIT", "221 bye")
        return "end"


class Postfix:
    """A Postfix of one's own that listens on a loopback address; `config` is added to main.cf."""

    SERVICES = """cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

    def __init__(self, case, config, recipients=(), address="127.0.0.1", port=None, certificate=None, name="mx.example.org"):
        self.port = port or free_port()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-postfix-"))
        case.addCleanup(shutil.rmtree, self.dir, True)
        for part in ("etc", "queue", "data", "mail"):
            (self.dir / part).mkdir()
        shutil.chown(self.dir / "data", "postfix")
        shutil.chown(self.dir / "mail", "nobody")
        for path in (self.dir, self.dir / "etc", self.dir / "queue"):
            path.chmod(0o755)
        chain, key = certificate or make_certificate(self.dir, name)
        self.log = self.dir / "data/maillog"
        (self.dir / "etc/recipients").write_text("".join(f"{r} {r.replace('@', '-')}/\n" for r in recipients))
        (self.dir / "etc/main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {self.dir}/queue
data_directory = {self.dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = {name}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
virtual_mailbox_base = {self.dir}/mail
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
maillog_file = {self.log}
maillog_file_prefixes = {self.dir}/data
""" + config.replace("RECIPIENTS", f"{self.dir}/etc/recipients"))
        (self.dir / "etc/master.cf").write_text(f"{address}:{self.port} inet n - n - - smtpd\n" + self.SERVICES)
        case.addCleanup(subprocess.run, ["postfix", "-c", self.dir / "etc", "stop"], capture_output=True)
        started = subprocess.run(["postfix", "-c", self.dir / "etc", "start"], capture_output=True, text=True)
        case.assertEqual(started.returncode, 0, started.stderr + (self.log.read_text() if self.log.exists() else ""))

    def mailbox(self, recipient):
        new = self.dir / "mail" / recipient.replace("@", "-") / "new"
        return [p.read_bytes() for p in sorted(new.iterdir())] if new.exists() else []


class Exim:
    """Debian's Exim, unpacked beside Postfix; takes everything, with STARTTLS, into one mbox."""

    BINARY = pathlib.Path(__file__).resolve().parents[2] / "build/peers/exim4-daemon-light/usr/sbin/exim4"

    def __init__(self, case, address="127.0.0.1", port=None, certificate=None, config=""):
        self.port = port or free_port()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-exim-"))
        case.addCleanup(shutil.rmtree, self.dir, True)
        nobody = pwd.getpwnam("nobody")
        for part in ("spool", "log", "mail"):
            (self.dir / part).mkdir()
        chain, key = certificate or make_certificate(self.dir, "exim.test")
        shutil.copy(chain, self.dir / "chain.pem")
        shutil.copy(key, self.dir / "key.pem")
        (self.dir / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\nDebian-exim:x:{nobody.pw_uid}:{nobody.pw_gid}::{self.dir}:/bin/false\n")
        (self.dir / "group").write_text(f"root:x:0:\nmail:x:8:\nDebian-exim:x:{nobody.pw_gid}:\n")
        self.mbox = self.dir / "mail/mbox"
        (self.dir / "exim.conf").write_text(f"""primary_hostname = exim.test
spool_directory = {self.dir}/spool
log_file_path = {self.dir}/log/%slog
pid_file_path = {self.dir}/spool/exim.pid
daemon_smtp_ports = {self.port}
local_interfaces = {address}
tls_advertise_hosts = *
tls_certificate = {self.dir}/chain.pem
tls_privatekey = {self.dir}/key.pem
acl_smtp_rcpt = accept
chunking_advertise_hosts = *
dsn_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
deliver_drop_privilege = true
{config}
begin acl
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = {self.mbox}
  user = Debian-exim
begin retry
* * F,1h,10m
""")
        for path in [self.dir, *self.dir.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        os.chown(self.dir / "exim.conf", 0, 0)
        environment = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": self.dir / "passwd", "NSS_WRAPPER_GROUP": self.dir / "group", "PATH": "/usr/bin:/bin"}
        self.process = subprocess.Popen([self.BINARY, "-C", self.dir / "exim.conf", "-bdf"], env=environment, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        case.addCleanup(self.stop)
        wait_until(lambda: can_connect(address, self.port), "Exim listens")

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def text(self):
        return self.mbox.read_text() if self.mbox.exists() else ""


def can_connect(address, port):
    try:
        socket.create_connection((address, port), 5).close()
        return True
    except OSError:
        return False


class NameServer:
    """Knot with the signed zone "example", an unsigned "insecure.example", and "bogus.example", whose parent names another key. `records`
    gives for a zone its lines; the hosts of the tests are 127.0.0.x. `settings` goes into [dns]."""

    def __init__(self, case, records):
        self.port = free_port()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-knot-"))
        case.addCleanup(shutil.rmtree, self.dir, True)
        (self.dir / "db").mkdir()
        zones = {"example": "on", "insecure.example": "off", "bogus.example": "on"}
        config = f"""server:
    listen: 127.0.0.1@{self.port}
    rundir: "{self.dir}"
    tcp-workers: 1
    udp-workers: 1
    background-workers: 1
database:
    storage: "{self.dir}/db"
policy:
  - id: one
    algorithm: ECDSAP256SHA256
    single-type-signing: on
template:
  - id: default
    storage: "{self.dir}"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
zone:
"""
        for zone, signing in zones.items():
            config += f"  - domain: {zone}\n    dnssec-signing: {signing}\n" + ("    dnssec-policy: one\n" if signing == "on" else "")
        (self.dir / "knot.conf").write_text(config)
        self.keymgr("example", "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")
        self.keymgr("bogus.example", "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")
        self.anchor = self.dir / "anchor"
        self.anchor.write_text(self.keymgr("example", "ds").splitlines()[0] + "\n")
        wrong = self.keymgr("bogus.example", "ds").splitlines()[0].split(" ")
        wrong[-1] = "00" * (len(wrong[-1]) // 2)
        records = dict(records)
        records["example"] = list(records.get("example", [])) + ["insecure.example. NS ns.example.", "bogus.example. NS ns.example.", " ".join(wrong)]
        for zone in zones:
            lines = [f"$ORIGIN {zone}.", "$TTL 60", "@ SOA ns.example. hostmaster.example. 1 3600 600 86400 5", "@ NS ns.example."]
            lines += ["ns A 127.0.0.1"] if zone == "example" else []
            (self.dir / f"{zone}.zone").write_text("\n".join(lines + list(records.get(zone, []))) + "\n")
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen(["knotd", "-c", self.dir / "knot.conf"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill)
        for zone in zones:
            wait_until(lambda: "SOA" in subprocess.run(["kdig", "@127.0.0.1", "-p", str(self.port), "+noall", "+answer", "+timeout=1", zone, "SOA"], capture_output=True, text=True).stdout,
                       f"{zone} is served: " + (self.dir / "log").read_text()[-1000:])

    def keymgr(self, *args):
        return subprocess.run(["keymgr", "-c", self.dir / "knot.conf", *args], capture_output=True, text=True, check=True).stdout

    @property
    def settings(self):
        return f'servers = ["127.0.0.1@{self.port}"]\ntrust_anchor_file = "{self.anchor}"'


class Authority:
    """A certificate authority of the test: makes certificates for names, also expired ones."""

    def __init__(self, directory):
        self.dir = directory
        self.pem = directory / "ca.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", directory / "ca.key", "-out", self.pem, "-days", "30",
                        "-subj", "/CN=Test authority"], check=True, capture_output=True)

    def issue(self, name, hosts=None, days=30):
        pem, key, csr, extensions = (self.dir / f"{name}{suffix}" for suffix in (".pem", ".key", ".csr", ".ext"))
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", csr, "-subj", f"/CN={name}"],
                       check=True, capture_output=True)
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{h}" for h in (hosts or [name])) + "\n")
        subprocess.run(["openssl", "x509", "-req", "-in", csr, "-CA", self.pem, "-CAkey", self.dir / "ca.key", "-CAcreateserial", "-out", pem, "-days", str(days), "-extfile", extensions],
                       check=True, capture_output=True)
        return pem, key


def tlsa(certificate, usage=3, selector=1, matching=1):
    """The data of a TLSA record for a certificate."""
    command = (["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], ["openssl", "pkey", "-pubin", "-outform", "DER"]) if selector else \
        (["openssl", "x509", "-in", certificate, "-outform", "DER"],)
    data = b""
    for step in command:
        data = subprocess.run(step, input=data, capture_output=True, check=True).stdout
    import hashlib
    digest = {0: data.hex(), 1: hashlib.sha256(data).hexdigest(), 2: hashlib.sha512(data).hexdigest()}[matching]
    return f"{usage} {selector} {matching} {digest}"


class WebServer:
    """HTTPS on a loopback address. `answers` gives for a host what GET is answered: (status, type, body) or "SLOW"; what is
    posted is kept."""

    def __init__(self, case, certificates, answers, address="127.0.0.1"):
        self.posted, self.asked = [], []
        contexts = {host: server_context(certificate) for host, certificate in certificates.items()}
        outer, released = self, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, kind, body, headers=()):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                host = self.headers["Host"].split(":")[0]
                outer.asked.append(host)
                answer = answers.get(host, (404, "text/plain", b"no"))
                if answer == "SLOW":
                    released.wait(60)
                    return None
                if answer[0] == 302:
                    return self.answer(302, "text/plain", b"", [("Location", answer[2])])
                return self.answer(*answer)

            def do_POST(self):
                outer.posted.append((self.path, self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
                self.answer(200, "text/plain", b"ok")

            def log_message(self, *args):
                pass

        class Threading(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

            def handle_error(self, request, client_address):
                pass

        self.server = Threading((address, 0), Handler)
        first = next(iter(contexts.values()))
        first.sni_callback = lambda connection, name, context: setattr(connection, "context", contexts.get(name, first))
        self.server.socket = first.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)
        case.addCleanup(released.set)
