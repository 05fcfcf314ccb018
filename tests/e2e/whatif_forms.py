"""The forms in which a line of a log may stand, each written here and read back by an expression of its own.

A form of a system log writes (at, host, program, pid, text); a wrapping stands around whole lines of whatever program."""
import datetime, json, re

BOOT = datetime.datetime(2026, 11, 3, 7, 0, 0, tzinfo=datetime.timezone.utc)
ZONES = ("Asia/Kolkata", 5.5), ("America/Phoenix", -7), ("UTC", 0), ("Asia/Tokyo", 9)


def zoned(at, hours):
    return at.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))


def micros(at):
    return int(at.timestamp()) * 1_000_000 + 123


def offset(hours, colon=":"):
    return f"{'-' if hours < 0 else '+'}{int(abs(hours)):02}{colon}{int(abs(hours) % 1 * 60):02}"


# Lines of a system log: name -> writer(at, host, program, pid, text), of which `at` is in the zone of the machine.
SYSLOG = {
    "rfc3164": lambda at, host, program, pid, text: f"{at:%b} {at.day:2} {at:%H:%M:%S} {host} {program}[{pid}]: {text}",
    "pri": lambda at, host, program, pid, text: f"<22>{at:%b} {at.day:2} {at:%H:%M:%S} {host} {program}[{pid}]: {text}",
    "iso": lambda at, host, program, pid, text: f"{at.isoformat(timespec='microseconds')} {host} {program}[{pid}]: {text}",
    "rfc5424": lambda at, host, program, pid, text: f"<22>1 {at.isoformat(timespec='milliseconds')} {host} {program} {pid} - - {text}",
    "rfc5424-data": lambda at, host, program, pid, text: f'<22>1 {at.isoformat(timespec="seconds")} {host} {program} {pid} ID47 [a@1 b="x] \\"y"] \ufeff{text}',
    "busybox": lambda at, host, program, pid, text: f"{at:%b} {at.day:2} {at:%H:%M:%S} {host} mail.info {program}[{pid}]: {text}",
    "freebsd-v": lambda at, host, program, pid, text: f"{at:%b} {at.day:2} {at:%H:%M:%S} <2.6> {host} {program}[{pid}]: {text}",
    "no-host": lambda at, host, program, pid, text: f"{at:%b} {at.day:2} {at:%H:%M:%S} {program}[{pid}]: {text}",
    "year-first": lambda at, host, program, pid, text: f"{at:%Y %b} {at.day:2} {at:%H:%M:%S} {host} {program}[{pid}]: {text}",
}
# journalctl -o of these names, an entry of each.
JOURNAL = {
    "short": SYSLOG["rfc3164"],
    "short-precise": lambda at, host, program, pid, text: f"{at:%b} {at.day:02} {at:%H:%M:%S}.000123 {host} {program}[{pid}]: {text}",
    "short-iso": lambda at, host, program, pid, text: f"{at:%Y-%m-%dT%H:%M:%S%z} {host} {program}[{pid}]: {text}",
    "short-iso-precise": lambda at, host, program, pid, text: f"{at:%Y-%m-%dT%H:%M:%S}.000123{at:%z} {host} {program}[{pid}]: {text}",
    "short-full": lambda at, host, program, pid, text: f"{at.astimezone(datetime.timezone.utc):%a %Y-%m-%d %H:%M:%S} UTC {host} {program}[{pid}]: {text}",
    "short-unix": lambda at, host, program, pid, text: f"{int(at.timestamp())}.000123 {host} {program}[{pid}]: {text}",
    "short-monotonic": lambda at, host, program, pid, text: f"[{(at - BOOT).total_seconds():12.6f}] {host} {program}[{pid}]: {text}",
    "verbose": lambda at, host, program, pid, text: f"{at.astimezone(datetime.timezone.utc):%a %Y-%m-%d %H:%M:%S}.000123 UTC [s=ab;i={pid};b=cd;m=1;t=2;x=3]\n    _HOSTNAME={host}\n    SYSLOG_IDENTIFIER={program}\n    _PID={pid}\n    MESSAGE={text}",
    "json": lambda at, host, program, pid, text: json.dumps(fields(at, host, program, pid, text)),
    "json-bytes": lambda at, host, program, pid, text: json.dumps({**fields(at, host, program, pid, text), "MESSAGE": list(text.encode())}),
    "json-pretty": lambda at, host, program, pid, text: json.dumps(fields(at, host, program, pid, text), indent=8),
    "json-sse": lambda at, host, program, pid, text: "data: " + json.dumps(fields(at, host, program, pid, text)) + "\n",
    "json-seq": lambda at, host, program, pid, text: "\x1e" + json.dumps(fields(at, host, program, pid, text)),
    "export": lambda at, host, program, pid, text: f"__CURSOR=s=a;i={pid}\n" + "".join(f"{key}={value}\n" for key, value in fields(at, host, program, pid, text).items()),
    "export-bytes": lambda at, host, program, pid, text: f"__CURSOR=s=a;i={pid}\n__REALTIME_TIMESTAMP={micros(at)}\n_HOSTNAME={host}\nSYSLOG_IDENTIFIER={program}\n_PID={pid}\nMESSAGE\n"
    + len(text.encode()).to_bytes(8, "little").decode("latin-1") + text + "\n",
}
TELLS_NO_TIME = {"short-monotonic"}
LINE = re.compile(r"^.*? (?:(?P<host>mx\d|esa\d) )?(?:mail\.info )?(?P<program>[\w/.-]+)(?:\[| )(?P<pid>\d+)(?:\]:| (?:-|ID47) (?:-|\[a@1 b=\"x\] \\\"y\"\])) \ufeff?(?P<text>.*)$")


def fields(at, host, program, pid, text):
    return {"__REALTIME_TIMESTAMP": str(micros(at)), "PRIORITY": "6", "_HOSTNAME": host, "SYSLOG_IDENTIFIER": program, "_PID": str(pid), "MESSAGE": text}


def of_journal(record):
    text = record["MESSAGE"]
    return record["_HOSTNAME"], record["SYSLOG_IDENTIFIER"], record["_PID"], bytes(text).decode() if isinstance(text, list) else text


def read_system_log(form, written):
    """(host, program, pid, text) of each entry of what was written in a form."""
    if form.startswith("json"):
        at, decoder = 0, json.JSONDecoder()
        while (at := written.find("{", at)) >= 0:
            record, at = decoder.raw_decode(written, at)
            yield of_journal(record)
    elif form in ("verbose", "export"):
        for entry in re.split(r"\n(?=\w{3} 2026-|__CURSOR)", written):
            yield of_journal(dict(re.findall(r"(?m)^ *(_HOSTNAME|SYSLOG_IDENTIFIER|_PID|MESSAGE)=(.*)$", entry)))
    elif form == "export-bytes":
        for head, text in re.findall(r"(?s)__CURSOR(.*?)MESSAGE\n.{8}([^\n]*)", written):
            yield of_journal({**dict(re.findall(r"(?m)^(_HOSTNAME|SYSLOG_IDENTIFIER|_PID)=(.*)$", head)), "MESSAGE": text})
    else:
        for line in written.splitlines():
            found = LINE.match(line)
            yield found["host"], found["program"], found["pid"], found["text"]


# What stands around lines: name -> (writer(at, line) of one or more lines, reader of all).
def cri(at, line):
    stamp, cut = f"{at:%Y-%m-%dT%H:%M:%S}.000000123Z", len(line) // 2
    return f"{stamp} stdout P {line[:cut]}\n{stamp} stdout F {line[cut:]}" if len(line) % 3 == 0 else f"{stamp} stdout F {line}"


WRAPPING = {
    "docker -t": (lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S}.123456789Z {line}", lambda text: re.sub(r"(?m)^\S+ ", "", text)),
    "compose": (lambda at, line: f"\x1b[36mmail-1  | \x1b[0m{line}", lambda text: re.sub(r"(?m)^\x1b\[36m[\w-]+ +\| \x1b\[0m", "", text)),
    "compose -t": (lambda at, line: f"mail-1  | {at:%Y-%m-%dT%H:%M:%S}.123456789Z {line}", lambda text: re.sub(r"(?m)^mail-1  \| \S+ ", "", text)),
    "json-file": (lambda at, line: json.dumps({"log": line + "\n", "stream": "stdout", "time": f"{at:%Y-%m-%dT%H:%M:%S}.5Z"}),
                  lambda text: "".join(json.loads(line)["log"] for line in text.splitlines())),
    "cri": (cri, lambda text: re.sub(r"(?m)^\S+ stdout F ", "", re.sub(r"(?m)^\S+ stdout P (.*)\n\S+ stdout F ", r"\1", text))),
    "kubectl": (lambda at, line: f"[pod/mail-0/mta] {line}", lambda text: text.replace("[pod/mail-0/mta] ", "")),
    "loki": (lambda at, line: json.dumps({"timestamp": f"{at:%Y-%m-%dT%H:%M:%S}Z", "labels": {"app": "mail"}, "line": line}),
             lambda text: "".join(json.loads(line)["line"] + "\n" for line in text.splitlines())),
    "ecs": (lambda at, line: json.dumps({"@timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "message": line, "agent": {"type": "filebeat"}}),
            lambda text: "".join(json.loads(line)["message"] + "\n" for line in text.splitlines())),
}
