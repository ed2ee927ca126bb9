"""A node by itself on a broker, what it says, and what its group's topics hold: for tests of what people
do wrong. Whoever imports this runs again in an environment that has confluent-kafka."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "run"))
ADDRESS = os.environ.get("PAYSAGA_KAFKA", "")
if not ADDRESS:
    print("PAYSAGA_KAFKA does not say where a broker is")
    sys.exit(77)

import packages  # noqa: E402

packages.enter("kafka_clients", pathlib.Path(__file__).resolve().parent / "clients.txt")

import confluent_kafka  # noqa: E402
from confluent_kafka import admin as kafka_admin  # noqa: E402

from node import PAYSAGA, end, environment  # noqa: E402

PARTITIONS = 2
FINAL = {"PENDING", "FULFILLED", "PAYMENT_FAILED", "CANCELLED", "REFUNDED"}


def call(*command, text=None, timeout=90):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True,
                          encoding="utf-8", errors="backslashreplace", timeout=timeout, check=False,
                          env=environment())


def until(done, what, at_most=60):
    deadline = time.monotonic() + at_most
    while not (found := done()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {at_most} s")
        time.sleep(0.1)
    return found


def initiate(order, **changes):
    fields = {"command": "payment.initiate", "command_id": f"c-{order}", "order_id": order,
              "customer_id": "cus-1", "amount": {"minor": 1250, "currency": "EUR"},
              "payment_method": "pm_card_visa", **changes}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


class Case(unittest.TestCase):
    """One installation a test: its own prefix, data and node."""

    maxDiff = None
    address = ADDRESS

    def setUp(self):
        self.prefix = f"b{uuid.uuid4().hex[:8]}."
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"
        self.admin = kafka_admin.AdminClient({"bootstrap.servers": self.address})
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "node.log"
        self.node = None
        self.addCleanup(self.stop)

    # --- the program

    def settings(self, *more):
        return ["-X", "journal.kind=kafka", "-X", f"kafka.brokers={self.address}",
                "-X", f"kafka.topic_prefix={self.prefix}", "-X", f"kafka.partitions={PARTITIONS}",
                "-X", "kafka.replication=1", *more]

    def command(self, *more, data=None):
        return [str(part) for part in (
            PAYSAGA, "run", "--data", data or self.data, *self.settings(), "-X",
            f"http.listen=127.0.0.1:{self.port}", "-X", "log.format=json", *more)]

    def start(self, *more, ready=True, data=None):
        """In the background; what it says goes into its log, anew for each start."""
        with open(self.log, "wb") as log:
            self.node = subprocess.Popen(self.command(*more, data=data), stdout=log, stderr=log,
                                         env=environment())
        if ready:
            until(lambda: self.get("/readyz")[0] == 200, "the node is ready")

    def stop(self):
        if self.node is not None and self.node.poll() is None:
            end(self.node, patience=40)
        self.node = None

    def kill(self):
        self.node.kill()
        self.node.wait(timeout=20)
        self.node = None

    def refused(self, *more, data=None):
        """A node that does not start: its one line on standard error, and exit code 1."""
        done = call(*self.command("-X", "log.level=error", *more, data=data))
        lines = done.stderr.strip().splitlines()
        self.assertEqual((done.returncode, len(lines)), (1, 1), done.stderr)
        self.assertTrue(lines[0].startswith("paysaga: "), lines[0])
        return lines[0]

    def paysaga(self, *arguments, settings=()):
        done = call(PAYSAGA, *self.settings(*settings), "--node", self.url, *arguments)
        return done.returncode, done.stdout, done.stderr

    def said(self, event):
        """The log lines of one event name."""
        rows = []
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if row.get("event") == event:
                rows.append(row)
        return rows

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    # --- orders

    def status(self, order):
        code, body = self.get(f"/v1/orders/{order}")
        return body["status"] if code == 200 else None

    def pay(self, order):
        """Through the topic, and until it is paid."""
        self.put("payment-commands", initiate(order), key=order)
        until(lambda: self.status(order) == "PENDING", f"{order} is paid")

    # --- topics

    def put(self, topic, value, key=None, headers=None, partition=None, **producer):
        """As a foreign producer would, acknowledged."""
        writer = confluent_kafka.Producer({"bootstrap.servers": self.address, "acks": "all",
                                           "message.max.bytes": 2_000_000, **producer})
        outcome = []
        where = {} if partition is None else {"partition": partition}
        writer.produce(self.prefix + topic, value, key, headers=headers, **where,
                       on_delivery=lambda error, message: outcome.append((error, message)))
        writer.flush(30)
        self.assertEqual([error for error, _ in outcome], [None], f"{topic} takes the record")
        return outcome[0][1].partition(), outcome[0][1].offset()

    def read(self, topic):
        """All that is committed, by partition and offset."""
        reader = confluent_kafka.Consumer({
            "bootstrap.servers": self.address, "group.id": f"{self.prefix}judge",
            "enable.auto.commit": False, "isolation.level": "read_committed",
            "auto.offset.reset": "earliest", "enable.partition.eof": True})
        name = self.prefix + topic
        partitions = reader.list_topics(name, timeout=20).topics[name].partitions
        reader.assign([confluent_kafka.TopicPartition(name, one, 0) for one in partitions])
        records, ended = [], 0
        while ended < len(partitions):
            message = reader.poll(20)
            if message is None:
                raise AssertionError(f"{topic}: nothing comes")
            if message.error() is None:
                records.append(message)
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                ended += 1
            else:
                raise AssertionError(str(message.error()))
        reader.close()
        return sorted(records, key=lambda one: (one.partition(), one.offset()))

    def events(self, topic="payment-events"):
        """(order, sequence) of each event."""
        return [(value["order_id"], value["sequence"])
                for value in (json.loads(one.value()) for one in self.read(topic))]

    def check_events(self, *orders):
        """Each order's events are there once, in order."""
        found = self.events()
        for order in orders:
            numbers = [number for name, number in found if name == order]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)), order)
            self.assertTrue(numbers, order)

    # --- what administrators do

    def done(self, futures):
        for future in futures.values():
            future.result(timeout=30)

    def make_topics(self):
        code, _, words = self.paysaga("topic", "create")
        self.assertEqual(code, 0, words)

    def alter(self, topic, **settings):
        resource = kafka_admin.ConfigResource("TOPIC", self.prefix + topic)
        for name, value in settings.items():
            resource.add_incremental_config(kafka_admin.ConfigEntry(
                name.replace("_", "."), str(value),
                incremental_operation=kafka_admin.AlterConfigOpType.SET))
        self.done(self.admin.incremental_alter_configs([resource]))

    def grow(self, topic, count):
        self.done(self.admin.create_partitions(
            [kafka_admin.NewPartitions(self.prefix + topic, count)]))

    def delete_topic(self, topic):
        self.done(self.admin.delete_topics([self.prefix + topic]))

    def delete_records(self, topic, before):
        """`before`: by partition, the first offset that stays."""
        self.done(self.admin.delete_records(
            [confluent_kafka.TopicPartition(self.prefix + topic, partition, offset)
             for partition, offset in before.items()]))

    def ends(self, topic):
        """By partition, the offset behind the last record."""
        reader = confluent_kafka.Consumer({"bootstrap.servers": self.address,
                                           "group.id": f"{self.prefix}judge"})
        places = {one: reader.get_watermark_offsets(
            confluent_kafka.TopicPartition(self.prefix + topic, one), timeout=20)[1]
                  for one in range(PARTITIONS)}
        reader.close()
        return places

    def forget_positions(self):
        """What Kafka does with a group that was away for too long."""
        def gone():
            try:
                self.done(self.admin.delete_consumer_groups([f"{self.prefix}paysaga"]))
            except confluent_kafka.KafkaException as error:  # Its last member's session still runs.
                return error.args[0].code() == confluent_kafka.KafkaError.GROUP_ID_NOT_FOUND
            return True
        until(gone, "the group is deleted", 40)
