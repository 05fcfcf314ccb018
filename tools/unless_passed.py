#!/usr/bin/env python3
"""Runs a test unless it has passed before with the same bytes: unless_passed.py STAMP FILE... -- COMMAND...

The fingerprint of a test is what its command line says and what the FILEs (directories: all below them) contain. It
is written to STAMP when the command has succeeded; when it stands there already, the test is not run again. So a
second ./test after a change to one file takes the time of what that file can have changed. In CI, and with
POSTERN_TEST_AGAIN=1, everything runs."""
import hashlib, os, pathlib, subprocess, sys


def fingerprint(files, command):
    digest = hashlib.sha256("\0".join(command).encode())
    for name in files:
        path = pathlib.Path(name)
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file() and "__pycache__" not in each.parts:
                digest.update(str(each).encode() + b"\0" + hashlib.sha256(each.read_bytes()).digest())
    return digest.hexdigest()


def main():
    at = sys.argv.index("--")
    stamp, files, command = pathlib.Path(sys.argv[1]), sys.argv[2:at], sys.argv[at + 1:]
    now = fingerprint(files, command)
    again = os.environ.get("CI") or os.environ.get("POSTERN_TEST_AGAIN")
    if not again and stamp.exists() and stamp.read_text() == now:
        print("passed before, and nothing that it depends on has changed")
        return 0
    stamp.unlink(missing_ok=True)
    code = subprocess.run(command).returncode
    if code == 0:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(now)
    return code


sys.exit(main())
