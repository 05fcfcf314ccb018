#!/usr/bin/env python3
"""The sources are formatted as .clang-format says, and clean by the checks of .clang-tidy.

Formatting is looked at everywhere. clang-tidy takes seconds for each file, so `--check` gives it the sources that the
last commit and the work tree change, 24 of them at the most; `--all` every source of src/. A file that passed is remembered in
build/tidy-passed by its content and that of .clang-tidy."""
import concurrent.futures, hashlib, os, pathlib, subprocess, sys

top = pathlib.Path(__file__).resolve().parent.parent
MOST = 24
FLAGS = ["-std=c++20", "-w", f"-I{top}/src", f"-I{top}/ui", "-I/usr/include/lua5.4", '-DPOSTERN_VERSION="x"']


def git(*words):
    done = subprocess.run(["git", "-C", top, *words], capture_output=True, text=True)
    return done.stdout.split("\n") if done.returncode == 0 else []


def unformatted(files):
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    return sorted({line.split(":")[0] for line in done.stderr.split("\n") if "error:" in line}) if done.returncode else []


def tidy(path):
    done = subprocess.run(["clang-tidy-16", "--quiet", "--warnings-as-errors=*", path, "--", *FLAGS], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout


def digest(path):
    return hashlib.sha256(path.read_bytes() + (top / ".clang-tidy").read_bytes()).hexdigest()


def main():
    files = [path for folder in ("src", "tests", "fuzz", "bench") for path in sorted((top / folder).rglob("*.[ch]pp"))]
    problems = [f"{pathlib.Path(name).relative_to(top)}: not formatted: clang-format -i" for name in unformatted(files)]
    if "--all" in sys.argv:
        sources = [path for path in files if path.suffix == ".cpp" and path.is_relative_to(top / "src")]
    else:
        names = set(git("diff", "--name-only", "HEAD~1")) | set(git("ls-files", "--others", "--exclude-standard"))
        sources = [top / name for name in sorted(names) if name.startswith("src/") and name.endswith(".cpp") and (top / name).exists()]
    passed_file = top / "build/tidy-passed"
    passed = set(passed_file.read_text().split()) if passed_file.exists() else set()
    changed = [path for path in sources if digest(path) not in passed]
    if "--all" not in sys.argv:
        changed = sorted(changed, key=digest)[:MOST]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, problem in zip(changed, pool.map(tidy, changed)):
            if problem:
                problems.append(problem)
            else:
                passed.add(digest(path))
    passed_file.parent.mkdir(exist_ok=True)
    passed_file.write_text("\n".join(sorted(passed)) + "\n")
    print("\n".join(problems) or f"the style holds ({len(files)} files formatted, {len(changed)} of {len(sources)} sources tidied)")
    return 1 if problems else 0


sys.exit(main())
