"""A simulator that a test of this folder starts and ends."""

import contextlib
import subprocess
import sys


@contextlib.contextmanager
def simulator(binary, *options):
    """Runs `paysaga stripe simulate` on a free port; gives its URL, which it prints first."""
    process = subprocess.Popen([binary, "stripe", "simulate", "--listen", "127.0.0.1:0", *options],
                               stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        if not url.startswith("http://"):
            print("stripe_sdk: the simulator did not print its URL", file=sys.stderr)
            sys.exit(2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextlib.contextmanager
def running(url):
    yield url
