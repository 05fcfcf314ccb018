#!/usr/bin/env python3
"""The floors: a file includes its own folder and folders on lower floors, never a sibling, never above; pure folders include nothing
that does I/O. Files have a ceiling. The list of tolerated exceptions may only shrink."""
import pathlib, re, sys

top = pathlib.Path(__file__).resolve().parent.parent
FLOOR = {"base": 0, "wire": 1, "policy": 2, "net": 2, "dialogue": 3, "whatif": 3, "store": 3, "session": 4, "delivery": 5, "web": 5, "app": 6}
PURE = {"base", "wire", "policy", "dialogue", "whatif"}
WORLDLY = re.compile(r"<(boost/(asio|beast)|openssl/|sqlite3|curl/|unbound|sys/(socket|stat|uio|epoll)|fcntl\.h|unistd\.h|fstream|filesystem|thread)")
# base/guarded is a lock, and nothing else.
TOLERATED = set()
CEILING = 450  # lines; the habit is 120


def main():
    problems, used = [], set()
    for path in sorted((top / "src").rglob("*.[ch]pp")):
        name = str(path.relative_to(top / "src"))
        folder = name.split("/")[0]
        text = path.read_text()
        if text.count("\n") > CEILING:
            problems.append(f"{name}: {text.count(chr(10))} lines: is it still one concept?")
        if folder in PURE and (worldly := WORLDLY.search(text)):
            problems.append(f"{name}: a pure folder includes {worldly.group(0)}>")
        for included in re.findall(r'#include "([a-z_]+)/', text):
            if included == folder or included not in FLOOR:
                continue
            if FLOOR[included] >= FLOOR[folder]:
                if (name, included) in TOLERATED:
                    used.add((name, included))
                else:
                    problems.append(f"{name}: {folder}/ (floor {FLOOR[folder]}) includes {included}/ (floor {FLOOR[included]})")
            if folder in PURE and included not in PURE:
                problems.append(f"{name}: a pure folder includes {included}/")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            problems.append(f"{name}: no #pragma once")
    for exception in TOLERATED - used:
        problems.append(f"{exception}: tolerated, but no longer there: take it off the list")
    print("\n".join(problems) or "the floors hold")
    return 1 if problems else 0


sys.exit(main())
