#!/usr/bin/env python3
"""docs/configuration.md, docs/facts.md and docs/rule-facts.md are what the program prints. `--check POSTERN` compares, `--write POSTERN` writes."""
import pathlib, subprocess, sys

top = pathlib.Path(__file__).resolve().parent.parent
PAGES = {"docs/configuration.md": ["config", "--markdown"], "docs/facts.md": ["facts", "--schema"], "docs/rule-facts.md": ["facts", "--rules"]}


def main():
    mode, postern = sys.argv[1], sys.argv[2]
    wrong = []
    for page, command in PAGES.items():
        printed = subprocess.run([postern, *command], capture_output=True, text=True, check=True).stdout
        if mode == "--write":
            (top / page).write_text(printed)
        elif (top / page).read_text() != printed:
            wrong.append(f"{page} is not what `postern {' '.join(command)}` prints: tools/check_docs.py --write POSTERN")
    print("\n".join(wrong) or "the pages hold")
    return 1 if wrong else 0


sys.exit(main())
