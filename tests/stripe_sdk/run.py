#!/usr/bin/env python3
"""Drives the Stripe simulator with Stripe's own Python SDK.

    tests/stripe_sdk/run.py --server build/dev/bin/paysaga    starts and ends a simulator of its own
    tests/stripe_sdk/run.py --url http://127.0.0.1:4242       uses one that runs

The SDK is installed once into build/stripe_sdk, in the version of requirements.txt. Exit code 0:
all checks passed; 1: some did not; 2: the test itself could not run.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"


def enter_venv():
    """Runs this script again with the interpreter of the virtual environment, made if missing."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]
    venv = HERE.parent.parent / "build" / "stripe_sdk" / wanted
    python = venv / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() == venv.resolve():
        return
    if not (venv / "ready").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "-r", str(REQUIREMENTS)],
                check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"stripe_sdk: the SDK cannot be installed: {error}", file=sys.stderr)
            sys.exit(2)
        (venv / "ready").touch()
    os.execv(str(python), [str(python), *sys.argv])


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
    enter_venv()

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
