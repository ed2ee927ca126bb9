"""What the tests that start the program have in common: a node and a simulator, ended by their pid."""

import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ORDERS = ROOT / "tools" / "orders.py"
CHECK = ROOT / "tools" / "check_orders.py"
PAYSAGA = os.environ.get("PAYSAGA", str(ROOT / "build" / "bin" / "paysaga"))


def call(command, timeout=120, check=True):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=timeout, check=check, env=environment())


def environment():
    """This process's, without settings of the person who runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PAYSAGA_")}


def paysaga(*arguments):
    """What a command printed; it must succeed."""
    return call([PAYSAGA, *arguments]).stdout


def end(process, patience=20):
    """Asks it to end; kills it if it does not within so many seconds."""
    process.terminate()
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=20)


class Process:
    """A program that runs until it is told to end."""

    def __init__(self, command, log=None):
        """`log`: where what it says on standard error goes: a path, or a descriptor, which it closes."""
        said = open(log, "ab") if log else subprocess.DEVNULL
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE,
                                        stderr=said, text=True, env=environment())
        if log:
            said.close()

    def stop(self):
        end(self.process)
        self.process.stdout.close()

    def kill(self):
        """As a power cut: nothing is flushed."""
        self.process.kill()
        self.process.wait(timeout=20)


class Simulator(Process):
    """A Stripe of its own on a free port."""

    def __init__(self, *options):
        super().__init__([PAYSAGA, "stripe", "simulate", "--listen", "127.0.0.1:0", *options])
        self.url = ""
        for line in self.process.stdout:
            words = [word.rstrip(".,;") for word in line.split() if word.startswith("http://")]
            if words:
                self.url = words[0]
                return
        sys.exit("the simulator did not print its URL")


class Node(Process):
    """A node on the embedded default, beside a simulator."""

    @staticmethod
    def command(data, stripe_url, *options):
        return [PAYSAGA, "run", "--data", data, "-X", f"stripe.base_url={stripe_url}",
                "-X", "http.listen=127.0.0.1:0", "-X", "log.level=warning", *options]
