#!/usr/bin/env python3
"""Checks the rules of the style that neither compiler nor clang-tidy knows.

    tests/tidy/tidy.py            checks the project, one line a finding; exit code 8 if there are any
    tests/tidy/tidy.py --self     checks that each rule finds what it is for
"""

import pathlib
import re
import sys

from rules import findings_of

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = ("actors", "apps", "bench", "cmake", "config", "docs", "engine", "examples", "saga", "sim",
           "storage", "tests", "tools", "packaging", ".ci")
SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".cmake", ".txt", ".md", ""}
SKIPPED = re.compile(r"(^|/)(build|__pycache__)/")


def files():
    """Every source file of the project, as paths relative to it."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {"", ".txt"}]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*")
    for path in sorted(found):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and path.suffix in SUFFIXES and not SKIPPED.search(name):
            yield name


# What each rule must find: the file's name, its text, a part of the finding.
PLANTED = [
    ("saga/a.cpp", "// TO" + "DO: later\n", "is left to do"),
    ("saga/a.cpp", "int a;\n" * 501, "501 lines"),
    ("saga/a.cpp", "int f() {\n" + "  g();\n" * 70 + "}\n", "72 lines"),
    ("saga/a.cpp", "x" * 101 + "\n", "101 columns"),
    ("saga/a.cpp", "#include <fmt/format.h>\n", "fmt"),
    ("saga/a.cpp", "#include <thread>\n", "<thread>"),
    ("config/a.hpp", "#include <toml++/toml.h>\n", "toml++"),
    ("engine/a.hpp", "#include <boost/beast.hpp>\n", "boost"),
    ("storage/a.cpp", "#include <caf/all.hpp>\n", "caf"),
    ("saga/a.cpp", "double share = 1;\n", "double"),
    ("engine/a.cpp", "float amount = 1;\n", "money"),
    ("saga/a.cpp", "auto now = std::chrono::system_clock::now();\n", "clock"),
    ("tests/actors/a.cpp", "std::this_thread::sleep_for(x);\n", "sleep"),
    ("actors/a.cpp", "std::this_thread::sleep_for(x);\n", "sleep"),
]
CLEAN = [
    ("saga/a.cpp", "#include <tl/expected.hpp>\nint f() {\n  return 1;\n}\n"),
    ("saga/a.cpp", "// A double charge is what must not happen.\n"),
    ("config/a.cpp", "#include <toml++/toml.h>\n"),
    ("engine/a.cpp", "#include <boost/beast.hpp>\nauto now = std::chrono::steady_clock::now();\n"),
    ("tests/saga/a.cpp", 'TEST_CASE("a") {\n' + "  CHECK(1);\n" * 90 + "}\n"),
    ("saga/a.cpp", "namespace a {\n" + "int f();\n" * 90 + "}\n"),
]


def check_rules():
    """The rules' own test."""
    wrong = 0
    for name, text, wanted in PLANTED:
        found = findings_of(name, text)
        if not any(wanted in finding for finding in found):
            print(f"tidy: nothing finds {wanted!r} in {name}: {found}")
            wrong += 1
    for name, text in CLEAN:
        found = findings_of(name, text)
        if found:
            print(f"tidy: found where there is nothing: {found}")
            wrong += 1
    return wrong


def check_project():
    count = 0
    rocksdb, toml = [], []
    for name in files():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            print(f"{name}:1: is no UTF-8")
            count += 1
            continue
        for finding in findings_of(name, text):
            print(finding)
            count += 1
        if name.startswith("storage/") and "#include <rocksdb/" in text:
            rocksdb.append(name)
        if name.endswith(".cpp") and "#include <toml++/" in text:
            toml.append(name)
    for users, most in ((rocksdb, 2), (toml, 1)):
        if len(users) > most:
            print(f"{users[-1]}:1: one of {len(users)} files that include it; {most} at most")
            count += 1
    return count


def main():
    wrong = check_rules()
    if "--self" not in sys.argv[1:]:
        wrong += check_project()
    if wrong:
        print(f"tidy: {wrong} findings", file=sys.stderr)
        return 8
    print("Tidy: no findings", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
