"""Content filters that say what a test tells them to: an rspamd, and a milter."""
import contextlib, http.server, json, socket, socketserver, struct, threading

ADD_HEADER, CHANGE_BODY, ALL_ACTIONS = 0x01, 0x02, 0x1FF
NO_STEP = {"connect": 0x01, "helo": 0x02, "mail": 0x04, "rcpt": 0x08, "body": 0x10, "headers": 0x20, "end of headers": 0x40, "data": 0x200}
CAN_SKIP, SILENT = 0x400, 0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x40000 | 0x80000


class Threading(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, block_on_close, request_queue_size = True, True, False, 128

    def handle_error(self, request, client_address):  # tests hang up whenever they like
        pass


class Peer:
    """A server that runs on a thread of its own until its test is over. `released` ends the waits of its conversations."""

    def serve(self, case, server):
        self.server, self.released = server, threading.Event()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        case.addCleanup(self.close)

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Rspamd(Peer):
    """`answer` is what the checks are answered with: JSON, bytes as the whole reply, "DROP" to hang up, "SILENCE"."""

    def __init__(self, case, answer):
        self.answer, self.requests = answer, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, self.headers, body))
                answer = outer.answer
                if answer == "SILENCE":
                    outer.released.wait(60)
                    return
                if answer == "DROP":
                    return
                if isinstance(answer, bytes):
                    self.wfile.write(answer)
                    return
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        self.serve(case, Threading(("127.0.0.1", 0), Handler))
        self.port = self.server.server_address[1]


class Milter(Peer):
    """A milter of protocol 6. `answers` gives for a command letter ("C", "R", "E" ...) the packets to answer with, as a
    list of (letter, data), or "DROP", "SILENCE"; without one it is "continue". `protocol` is what it negotiates."""

    def __init__(self, case, answers=None, protocol=0, path=None, negotiation=None):
        self.answers, self.protocol, self.negotiation = answers or {}, protocol, negotiation
        self.said = []  # (letter, data), macros among them
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    outer.converse(self.request)

        if path:
            class Unix(socketserver.ThreadingUnixStreamServer):
                daemon_threads, block_on_close = True, False
            self.serve(case, Unix(str(path), Handler))
            self.port = None
        else:
            self.serve(case, Threading(("127.0.0.1", 0), Handler))
            self.port = self.server.server_address[1]

    def converse(self, connection):
        stream = connection.makefile("rb")
        silent = {"L": 0x80, "C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "T": 0x10000, "N": 0x40000, "B": 0x80000}
        while head := stream.read(5):
            length, letter = struct.unpack(">I", head[:4])[0], head[4:].decode()
            data = stream.read(length - 1)
            self.said.append((letter, data))
            if letter == "Q":
                return
            if letter in "DA":
                continue
            if letter == "O":
                connection.sendall(self.negotiation or packet("O", struct.pack(">III", 6, ALL_ACTIONS, self.protocol)))
                continue
            if self.protocol & silent.get(letter, 0):
                continue
            answer = self.answers.get(letter, [("c", b"")])
            if answer == "DROP":
                return
            if answer == "SILENCE":
                self.released.wait(60)
                return
            for each in answer:
                connection.sendall(packet(*each))

    def data_of(self, letter):
        return [data for said, data in self.said if said == letter]

    def macros(self):
        found = {}
        for data in self.data_of("D"):
            parts = data[1:].split(b"\0")
            found.update(zip((p.decode().strip("{}") for p in parts[0::2]), (p.decode() for p in parts[1::2])))
        return found


def packet(letter, data=b""):
    return struct.pack(">I", len(data) + 1) + letter.encode() + data


def field(letter, name, value, index=None):
    """"h" add, "i" insert, "m" change."""
    return letter, (b"" if index is None else struct.pack(">I", index)) + name.encode() + b"\0" + value.encode() + b"\0"
