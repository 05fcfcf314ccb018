#!/usr/bin/env python3
"""Every header of src/ and tests/support/ compiles alone: it includes what it needs.

A header that passed is remembered in build/headers-passed by what it and the project's headers behind it contain, so
that a second run looks only at what has changed."""
import concurrent.futures, hashlib, os, pathlib, re, subprocess, sys

top = pathlib.Path(__file__).resolve().parent.parent
ROOTS = [top / "src", top / "tests", top / "ui"]
COMPILER = ["clang++-16", "-std=c++20", "-fsyntax-only", "-x", "c++", "-w", *(f"-I{root}" for root in ROOTS), "-I/usr/include/lua5.4"]
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


def compile_alone(header):
    done = subprocess.run([*COMPILER, header], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{header.relative_to(top)} does not compile alone:\n{done.stderr[:2000]}"


def main():
    passed_file = top / "build/headers-passed"
    passed = set(passed_file.read_text().split()) if passed_file.exists() else set()
    headers = sorted((top / "src").rglob("*.hpp")) + sorted((top / "tests/support").rglob("*.hpp"))
    digests = {header: digest(header) for header in headers}
    changed = [header for header in headers if digests[header] not in passed]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = {header: problem for header, problem in zip(changed, pool.map(compile_alone, changed)) if problem}
    passed_file.parent.mkdir(exist_ok=True)
    passed_file.write_text("\n".join(digests[header] for header in headers if header not in problems) + "\n")
    print("\n".join(problems.values()) or f"{len(headers)} headers compile alone ({len(changed)} looked at)")
    return 1 if problems else 0


sys.exit(main())
