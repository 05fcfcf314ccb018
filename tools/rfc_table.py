#!/usr/bin/env python3
"""docs/rfc.md from docs/rfc.txt and the citations in the code: which RFC, which part, where. `--check` compares instead of writing."""
import collections, pathlib, re, sys

top = pathlib.Path(__file__).resolve().parent.parent
CITATION = re.compile(r"RFC (\d{3,4})(?: (?:section|appendix) ([0-9A-Z](?:[0-9.]*[0-9A-Z])?(?:, [0-9.]*[0-9])*))?")


def listed():
    for line in (top / "docs/rfc.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            number, how, rest = line.split(None, 2)
            title, _, note = rest.partition(" :: ")
            yield int(number), how, title.strip(), note.strip()


def cited():
    found = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(set)))
    for folder in ("src", "tests"):
        for path in sorted((top / folder).rglob("*.[ch]pp")) + sorted((top / folder).rglob("*.py")):
            for number, sections in CITATION.findall(path.read_text()):
                for section in (sections or "-").split(", "):
                    found[int(number)][section][folder].add(str(path.relative_to(top)))
    return found


def main():
    found, problems = cited(), []
    out = ["# RFC table", "", "Made by `tools/rfc_table.py` from `docs/rfc.txt` and the citations in the code; `./test` compares.", ""]
    rows = list(listed())
    for number in sorted(set(found) - {r[0] for r in rows}):
        problems.append(f"RFC {number} is cited in {sorted(next(iter(next(iter(found[number].values())).values())))[0]}, but not listed in docs/rfc.txt")
    for number, how, title, note in rows:
        if how != "no" and number not in found:
            problems.append(f"RFC {number} ({how}) is cited nowhere")
        out += [f"## RFC {number}: {title}", "", f"{how}{': ' + note if note else ''}", ""]
        if number in found:
            out += ["| section | code | tests |", "|---|---|---|"]
            for section in sorted(found[number], key=lambda s: [int(p) if p.isdigit() else 0 for p in s.split(".")]):
                places = found[number][section]
                out.append(f"| {section} | {', '.join(sorted(places['src']))} | {', '.join(sorted(places['tests']))} |")
            out.append("")
    text = "\n".join(out)
    page = top / "docs/rfc.md"
    if "--check" in sys.argv:
        if not page.exists() or page.read_text() != text:
            problems.append("docs/rfc.md is not what tools/rfc_table.py makes: run it")
    else:
        page.write_text(text)
    print("\n".join(problems) or "the RFC table holds")
    return 1 if problems else 0


sys.exit(main())
