#!/usr/bin/env python3
"""Drives the Stripe simulator with Stripe's own Python SDK.

    tests/stripe_sdk/run.py --server build/dev/bin/paysaga    starts and ends a simulator of its own
    tests/stripe_sdk/run.py --url http://127.0.0.1:4242       uses one that runs

The SDK is installed once into build/stripe_sdk, in the version of requirements.txt. Exit code 0:
all checks passed; 1: some did not; 2: the test itself could not run.
"""

import argparse
import pathlib
import sys

from simulator import running, simulator

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "run"))
import packages  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description="Stripe's own SDK against the simulator")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", help="a simulator that runs")
    where.add_argument("--server", help="the paysaga binary; a simulator is started from it")
    arguments = parser.parse_args()
    packages.enter("stripe_sdk", HERE / "requirements.txt")

    import checks  # Needs the SDK, so only now.

    with simulator(arguments.server) if arguments.server else running(arguments.url) as url:
        failed = checks.run(url)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
