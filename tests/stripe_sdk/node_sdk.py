#!/usr/bin/env python3
"""Drives the Stripe simulator with Stripe's own Node SDK (checks.mjs).

    tests/stripe_sdk/node_sdk.py --server build/dev/bin/paysaga

The SDK is installed once into build/stripe_node. Exit code 0: all checks passed; 1: some did not;
2: the SDK cannot be installed; 77: there is no Node.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

from simulator import simulator

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "stripe@23.1.0"
FOLDER = HERE.parent.parent / "build" / "stripe_node" / PACKAGE


def install():
    if (FOLDER / "ready").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    try:
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", PACKAGE],
                       cwd=FOLDER, check=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"stripe_sdk: the Node SDK cannot be installed: {error}", file=sys.stderr)
        sys.exit(2)
    (FOLDER / "ready").touch()


def main():
    parser = argparse.ArgumentParser(description="Stripe's Node SDK against the simulator")
    parser.add_argument("--server", required=True, help="the paysaga binary")
    arguments = parser.parse_args()
    if not shutil.which("node") or not shutil.which("npm"):
        print("there is no node here")
        sys.exit(77)
    install()
    # The checks look for the SDK beside themselves.
    shutil.copy(HERE / "checks.mjs", FOLDER / "checks.mjs")
    with simulator(arguments.server) as url:
        done = subprocess.run(["node", FOLDER / "checks.mjs", url], timeout=120, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
