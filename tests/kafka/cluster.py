"""Nodes that share a Kafka group, what they and the topics say at the end, and a wire that can be cut."""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
from node import CHECK, PAYSAGA, call, end, environment  # noqa: E402

TOPICS = ("payment-events", "order-events", "customer-notifications")
PARTITIONS = 6


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


class Member:
    """One node of a group. It keeps its name, port and data over its lives."""

    def __init__(self, cluster, name):
        self.name = name
        taken = {one.port for one in cluster.members}  # Some may not listen yet.
        self.port = next(port for port in iter(free_port, None) if port not in taken)
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = cluster.folder / name
        self.log = cluster.folder / f"{name}.log"
        self.cluster = cluster
        self.process = None

    def start(self):
        command = [PAYSAGA, "run", "--data", self.data, *self.cluster.settings,
                   "-X", f"node.id={self.name}", "-X", f"http.listen=127.0.0.1:{self.port}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(part) for part in command], stdout=log,
                                            stderr=log, env=environment())

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)

    def lose_disk(self):
        shutil.rmtree(self.data, ignore_errors=True)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            end(self.process, patience=40)

    def is_ready(self):
        try:
            return fetch(self.url + "/readyz")["status"] == "ready"
        except (OSError, ValueError):
            return False

    def led(self):
        """The partitions that it leads; none if it does not answer."""
        try:
            partitions = fetch(self.url + "/v1/partitions?here=true")["partitions"]
        except (OSError, ValueError):
            return set()
        return {one["partition"] for one in partitions if one["role"] == "leading"}

    def orders(self):
        """Of the partitions that it leads; none while it does not answer."""
        led = self.led()
        listed = call([PAYSAGA, "order", "list", "--node", self.url, "--limit", "1000000",
                       "-o", "jsonl"], timeout=120, check=False)
        if listed.returncode != 0:
            return {}
        return {row["order_id"]: row for row in map(json.loads, listed.stdout.splitlines())
                if row["partition"] in led}


class Cluster:
    """A group of its own on a broker, with a Stripe beside it."""

    def __init__(self, folder, brokers, prefix, stripe_url, *options):
        self.folder = folder
        self.brokers = brokers
        self.prefix = prefix
        self.stripe_url = stripe_url
        self.members = []
        self.settings = ["-X", "journal.kind=kafka", "-X", f"kafka.brokers={brokers}",
                         "-X", f"kafka.topic_prefix={prefix}",
                         "-X", f"kafka.partitions={PARTITIONS}",
                         "-X", f"stripe.base_url={stripe_url}", *options]

    def add(self, name):
        member = Member(self, name)
        self.members.append(member)
        member.start()
        return member

    def stop(self):
        for member in self.members:
            member.stop()

    def alive(self):
        return [one for one in self.members if one.process and one.process.poll() is None]

    def wait_until_led(self, timeout=90):
        """Until every partition has one leader."""
        wait_until(f"{self.prefix}: all partitions are led", timeout, lambda: sorted(
            partition for one in self.alive() for partition in one.led()) == list(range(PARTITIONS)))

    def submit(self, member, file):
        """Submits until every line is answered, over again where the node went away."""
        for _ in range(60):
            done = call([PAYSAGA, "submit", file, "--node", member.url], timeout=600, check=False)
            if done.returncode in (0, 7):
                return
            time.sleep(0.5)
        sys.exit(f"{member.name} did not take the orders: {done.stderr[-2000:]}")

    def check(self, expected, timeout=180):
        """Orders, books and events as they must be within the time: some refunds take theirs, and what
        was published last may not be committed yet."""
        lists, books = self.folder / "list.jsonl", self.folder / "books.json"
        orders = [sys.executable, CHECK, "--expected", expected, "--orders", lists]
        deadline = time.monotonic() + timeout
        while True:
            rows = {}
            for member in self.alive():
                rows.update(member.orders())
            lists.write_text("".join(json.dumps(row) + "\n" for row in rows.values()),
                             encoding="utf-8")
            done = call(orders, check=False, timeout=300)
            if done.returncode == 0:
                books.write_text(json.dumps(fetch(f"{self.stripe_url}/_sim/books")), encoding="utf-8")
                events = [self.read_topic(topic) for topic in TOPICS]
                done = call([*orders, "--books", books, "--events", *events], check=False, timeout=300)
            if done.returncode == 0 or time.monotonic() > deadline:
                return done
            time.sleep(1)

    def read_topic(self, topic):
        """As a consumer that sees only what is committed; in the form of `paysaga topic tail`."""
        read = call(["kcat", "-C", "-q", "-b", self.brokers, "-t", self.prefix + topic, "-e", "-J",
                     "-X", "isolation.level=read_committed", "-X", "check.crcs=true"], timeout=300)
        path = self.folder / f"{topic}.jsonl"
        with open(path, "w", encoding="utf-8") as file:
            for line in read.stdout.splitlines():
                record = json.loads(line)
                record["value"] = record.pop("payload")
                file.write(json.dumps(record) + "\n")
        return path


def wait_until(what, timeout, holds):
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"waited {timeout} s in vain: {what}")
        time.sleep(0.2)


class Wire:
    """Passes bytes on between a port of its own and another; while it is cut nothing gets through, and
    nobody is told: connections stay open."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        self.ended = False
        self.target = None

    def start(self, target_port):
        self.target = target_port
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended:
            try:
                near, _ = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                if self.ended:
                    return
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        try:
            while data := one.recv(1 << 16):
                self.open.wait()
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self, seconds):
        self.open.clear()
        time.sleep(seconds)
        self.open.set()

    def stop(self):
        self.ended = True
        self.open.set()
        self.listening.close()
