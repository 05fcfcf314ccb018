#!/usr/bin/env python3
"""Replays a target's corpus in its instrumented build and fails when the target covers almost nothing.

Usage: covers.py PROGRAM TARGET. The least number of edges that each target must cover stands in fuzz/coverage.txt,
about half of what its corpus covered when the line was written: a target that falls below it has lost its
instrumentation, its corpus or the way to the code that it is there for."""
import pathlib, re, subprocess, sys

here = pathlib.Path(__file__).resolve().parent


def least(target):
    for line in (here / "coverage.txt").read_text().splitlines():
        name, _, edges = line.partition(" ")
        if name == target:
            return int(edges)
    sys.exit(f"fuzz/coverage.txt has no line for {target}")


def main():
    program, target = sys.argv[1:]
    done = subprocess.run([program, "-runs=0", here / "corpus" / target], capture_output=True, text=True)
    found = re.findall(r"cov: (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(done.stderr)
    print(f"{target}: {found[-1]} edges covered, at least {least(target)} asked for")
    sys.exit(int(found[-1]) < least(target))


main()
