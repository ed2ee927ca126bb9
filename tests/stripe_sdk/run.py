#!/usr/bin/env python3
"""Drives the Stripe simulator with Stripe's own Python SDK.

    tests/stripe_sdk/run.py --server build/dev/bin/paysaga    starts and ends a simulator of its own
    tests/stripe_sdk/run.py --url http://127.0.0.1:4242       uses one that runs

The SDK is installed once into build/stripe_sdk, in the version of requirements.txt. Exit code 0:
all checks passed; 1: some did not; 2: the test itself could not run.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "run"))
import packages  # noqa: E402


def start_server(binary):
    """Starts `paysaga stripe simulate` on a free port; it prints its URL on its first line."""
    process = subprocess.Popen([binary, "stripe", "simulate", "--listen", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return process, word.rstrip(".,;")
    print("stripe_sdk: the simulator did not print its URL", file=sys.stderr)
    sys.exit(2)


def main():
    parser = argparse.ArgumentParser(description="Stripe's own SDK against the simulator")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", help="a simulator that runs")
    where.add_argument("--server", help="the paysaga binary; a simulator is started from it")
    arguments = parser.parse_args()
    packages.enter("stripe_sdk", HERE / "requirements.txt")

    import checks  # Needs the SDK, so only now.

    process, url = None, arguments.url
    if arguments.server:
        process, url = start_server(arguments.server)
    try:
        failed = checks.run(url)
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=10)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
