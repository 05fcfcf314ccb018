#!/usr/bin/env python3
"""The floors: a file includes its own folder and folders on lower floors, never a sibling, never above; the same holds for the
rooms of a folder that has rooms. Pure folders include nothing that does I/O, takes a lock, reads a clock or draws a random number.
Files have a ceiling. The lists of tolerated exceptions may only shrink."""
import pathlib, re, sys

top = pathlib.Path(__file__).resolve().parent.parent
FLOOR = {"base": 0, "wire": 1, "auth": 2, "policy": 3, "net": 3, "dialogue": 4, "whatif": 4, "store": 4, "session": 5, "delivery": 6, "web": 6, "app": 7}
# Files that lie loose in a folder with rooms have the room "".
ROOM = {
    "app": {"settings": 0, "server": 1, "inputs": 1, "commands": 2, "": 3},
    "whatif": {"": 0, "readers": 1, "replay": 1, "reports": 2},
}
PURE = {"base", "wire", "auth", "policy", "dialogue", "whatif"}
WORLDLY = re.compile(
    r"<(boost/(asio|beast)|openssl/|sqlite3|curl/|unbound|sys/(socket|stat|uio|epoll)|fcntl\.h|unistd\.h|fstream|filesystem|thread"
    r"|future|mutex|shared_mutex|condition_variable)|\b(system|steady|high_resolution)_clock::now|\brandom_device\b")
# It is a lock and nothing else: what is shared by threads is reached under it, whoever owns the threads.
IMPURE = {"base/guarded.hpp"}
# It computes hashes and signatures: of OpenSSL what does no I/O.
MAY_USE = {"auth": "<openssl/"}
TOLERATED = set()
CEILING = 300  # lines; the habit is 120
LONG = {"delivery/smtp_transport.cpp": 352}


def room_of(name):
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else ""


def upward(name, included):
    """What a file must not include: the folder, or the room of its own folder, in words; else None."""
    folder, other = name.split("/")[0], included.split("/")[0]
    if other not in FLOOR:
        return None
    if other != folder:
        return other if FLOOR[other] >= FLOOR[folder] else None
    rooms, mine, theirs = ROOM.get(folder), room_of(name), room_of(included)
    if rooms is None or mine == theirs:
        return None
    if mine not in rooms or theirs not in rooms:
        return f"{folder}/{theirs} (a room without a floor)"
    return f"{folder}/{theirs}" if rooms[theirs] >= rooms[mine] else None


def check_length(name, lines):
    if name not in LONG:
        return [f"{name}: {lines} lines: is it still one concept?"] if lines > CEILING else []
    if lines <= CEILING:
        return [f"{name}: tolerated with {LONG[name]} lines, but it has {lines}: take it off the list"]
    return [f"{name}: {lines} lines, more than the {LONG[name]} that are tolerated"] if lines > LONG[name] else []


def main():
    problems, used, seen = [], set(), set()
    for path in sorted((top / "src").rglob("*.[ch]pp")):
        name = str(path.relative_to(top / "src"))
        folder = name.split("/")[0]
        text = path.read_text()
        seen.add(name)
        problems += check_length(name, text.count("\n"))
        if folder in PURE and name not in IMPURE:
            worldly = {found.group(0) for found in WORLDLY.finditer(text)} - {MAY_USE.get(folder)}
            problems += [f"{name}: a pure folder uses {use.lstrip('<')}" for use in sorted(worldly)]
        for included in re.findall(r'#include "([a-z0-9_/]+\.hpp)"', text):
            above = upward(name, included)
            if above and (name, above) in TOLERATED:
                used.add((name, above))
            elif above:
                problems.append(f"{name}: includes {above}, which is not below it")
            if folder in PURE and included.split("/")[0] in FLOOR.keys() - PURE:
                problems.append(f"{name}: a pure folder includes {included}")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            problems.append(f"{name}: no #pragma once")
    problems += [f"{name}: includes {above}: tolerated, but no longer there: take it off the list" for name, above in TOLERATED - used]
    problems += [f"{name}: tolerated, but no longer there: take it off the list" for name in (LONG.keys() | IMPURE) - seen]
    print("\n".join(problems) or "the floors hold")
    return 1 if problems else 0


sys.exit(main())
