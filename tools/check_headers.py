#!/usr/bin/env python3
"""Every header of src/ and tests/support/ compiles alone: it includes what it needs.

Headers of the pure folders are compiled as they are. Those of the others stand behind one precompiled header with the
standard library, Asio, JSON, OpenSSL and SQLite, which take a second each otherwise: there, what is checked is that they
include the project's headers that they need.

A header that passed is remembered in build/headers-passed by what it and the project's headers behind it contain, so
that a second run looks only at what has changed."""
import concurrent.futures, hashlib, os, pathlib, re, subprocess, sys

top = pathlib.Path(__file__).resolve().parent.parent
ROOTS = [top / "src", top / "tests", top / "ui"]
COMPILER = ["clang++-16", "-std=c++20", "-fsyntax-only", "-x", "c++", "-w", *(f"-I{root}" for root in ROOTS), "-I/usr/include/lua5.4"]
PURE = {"base", "wire", "policy", "dialogue", "whatif"}
HEAVY = """#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>
#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sqlite3.h>
"""
INCLUDE = re.compile(r'#include "([^"]+)"')


def behind(header, seen):
    """The project's headers that a header includes, itself among them."""
    if header in seen:
        return
    seen.add(header)
    for name in INCLUDE.findall(header.read_text()):
        for root in [header.parent, *ROOTS]:
            if (root / name).exists():
                behind((root / name).resolve(), seen)
                break


def digest(header):
    seen = set()
    behind(header, seen)
    sums = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in seen)
    return hashlib.sha256((str(header.relative_to(top)) + "".join(sums)).encode()).hexdigest()


def precompile():
    work = top / "build/headers"
    work.mkdir(parents=True, exist_ok=True)
    (work / "heavy.hpp").write_text(HEAVY)
    command = [word for word in COMPILER if word not in ("-fsyntax-only", "-x", "c++")]
    subprocess.run([*command, "-x", "c++-header", work / "heavy.hpp", "-o", work / "heavy.pch"], check=True)
    return ["-include-pch", work / "heavy.pch"]


def compile_alone(header, heavy):
    is_pure = header.relative_to(top).parts[0] == "src" and header.relative_to(top).parts[1] in PURE
    done = subprocess.run([*COMPILER, *([] if is_pure else heavy), header], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{header.relative_to(top)} does not compile alone:\n{done.stderr[:2000]}"


def main():
    passed_file = top / "build/headers-passed"
    passed = set(passed_file.read_text().split()) if passed_file.exists() else set()
    headers = sorted((top / "src").rglob("*.hpp")) + sorted((top / "tests/support").rglob("*.hpp"))
    digests = {header: digest(header) for header in headers}
    changed = [header for header in headers if digests[header] not in passed]
    heavy = precompile() if changed else []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda header: compile_alone(header, heavy), changed)
        problems = {header: problem for header, problem in zip(changed, found) if problem}
    passed_file.parent.mkdir(exist_ok=True)
    passed_file.write_text("\n".join(digests[header] for header in headers if header not in problems) + "\n")
    print("\n".join(problems.values()) or f"{len(headers)} headers compile alone ({len(changed)} looked at)")
    return 1 if problems else 0


sys.exit(main())
