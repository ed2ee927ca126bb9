#!/usr/bin/env python3
"""Checks that every link of the docs that stays in the project leads to a file; exit code 8 if not."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


def main():
    wrong = count = 0
    pages = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                count += 1
                if not (page.parent / target.split("#")[0]).exists():
                    print(f"{page.relative_to(ROOT)}:{number}: leads nowhere: {target}")
                    wrong += 1
    print(f"Docs: {len(pages)} pages, {count} links, {wrong} of them lead nowhere", file=sys.stderr)
    return 8 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
