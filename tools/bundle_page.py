#!/usr/bin/env python3
"""Bundles the script of the report's page: ui/report/report.js and what it imports become ui/bundle/report.js.

Without arguments it writes the file; with `--check` it compares, and fails when the file is not what its sources
give. It needs ui/node_modules, which `npm ci` in ui/ installs. Building Postern needs neither: the bundle is
committed."""
import pathlib, subprocess, sys

top = pathlib.Path(__file__).resolve().parent.parent
ui = top / "ui"
bundle = ui / "bundle/report.js"


def bundled():
    command = [ui / "node_modules/.bin/esbuild", "report/report.js", "--bundle", "--minify", "--format=iife",
               "--target=es2020", "--legal-comments=eof", "--log-level=warning"]
    return subprocess.run(command, cwd=ui, capture_output=True, check=True).stdout


def main():
    if "--check" not in sys.argv:
        bundle.write_bytes(bundled())
    elif bundle.read_bytes() != bundled():
        print("ui/bundle/report.js is not what its sources give: run tools/bundle_page.py")
        return 1
    print("the bundle holds")
    return 0


sys.exit(main())
