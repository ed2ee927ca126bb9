#!/usr/bin/env python3
"""Writes a believable day of a food-delivery app as commands, and what must come of each order.

    ./dev orders --seed 7 --count 2600 --out day.ndjson --expected day.expected.ndjson

One command a line, in the order of the day; the lines of one order stand in the order in which they
were sent. The same seed and count give the same bytes. Some lines are bad on purpose.

A line may say `"wait_for":"PENDING"`. That is for who submits the file: the line and those after it
of the same order are held until the lines before it are decided and the order has that status, or
none that still changes by itself; "SETTLED" is no status, so that only the latter counts. Where it is
missing, the commands race the payment, as they do in life, and more than one end is right.

What must come of it, one JSON object a line: first {"summary": ...}, then for each order the ends
that are allowed: {"status", "captured", "refunded", "told"}, and where they are not 0 "refunding",
"authorized", "disputed" and "lost". `told` counts the customer's notifications by event type, as a
number or as [least, most]. `stuck` is the reason for which a person is called. `late`: the bank may
have sent a refund back already, which the order has still to see.
"""

import argparse
import json
import random
import sys

from orders_bad_lines import bad_lines
from orders_order import Order
from orders_scenarios import SCENARIOS

BAD_LINES_PER_ORDER = 1 / 200
DAY_MINUTES = 24 * 60


def minute_of_day(rng):
    """When people order: little at night, much at noon, most in the evening."""
    if rng.random() < 0.08:
        return rng.random() * DAY_MINUTES
    centre, width = (12.6 * 60, 70) if rng.random() < 0.38 else (19.4 * 60, 95)
    offset = sum(rng.random() for _ in range(4)) / 2 - 1  # Nearly a bell.
    return min(max(centre + offset * 2 * width, 0), DAY_MINUTES - 1)


def make_order(rng, seed, number):
    names = [name for name, _, _ in SCENARIOS]
    weights = [weight for _, weight, _ in SCENARIOS]
    at = rng.choices(range(len(names)), weights)[0]
    order = Order(rng, f"ord-{seed}-{number:06d}", minute_of_day(rng))
    SCENARIOS[at][2](order)
    order.repeat_some()
    order.scenario = names[at]
    return order


def generate(seed, count):
    """The lines of the day, in order, and the orders with what they expect."""
    rng = random.Random(seed)
    orders = [make_order(rng, seed, number) for number in range(1, count + 1)]
    timed = []
    for order in orders:
        timed += [(minute, order.id, at, line) for at, (minute, line) in enumerate(order.lines)]
    bad = bad_lines(rng, seed, max(1, round(count * BAD_LINES_PER_ORDER)) if count else 0)
    timed += [(minute_of_day(rng), "~bad", at, line) for at, line in enumerate(bad)]
    timed.sort(key=lambda line: line[:3])
    return [line[3] for line in timed], orders, len(bad)


def expectations(seed, lines, orders, bad):
    yield {"summary": {"seed": seed, "orders": len(orders), "lines": len(lines),
                       "invalid_lines": bad}}
    for order in orders:
        yield {"order_id": order.id, "scenario": order.scenario, "customer_id": order.customer,
               "amount": order.amount, "outcomes": order.outcomes}


def write(path, lines):
    if path == "-":
        for line in lines:
            sys.stdout.write(line + "\n")
        return
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")


def main():
    parser = argparse.ArgumentParser(
        prog="./dev orders", description="Writes a day of orders and what must come of them.")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same file (7)")
    parser.add_argument("--count", type=int, default=2600, help="how many orders (2600)")
    parser.add_argument("--out", default="-", help="where the commands go (standard output)")
    parser.add_argument("--expected", help="where the expectations go")
    parser.add_argument("--without-bad-lines", action="store_true", help="only lines that can be read")
    options = parser.parse_args()
    if options.count < 0 or options.seed < 0:
        parser.error("seed and count are not negative")
    lines, orders, bad = generate(options.seed, options.count)
    if options.without_bad_lines:
        known = {order.id for order in orders}
        lines = [line for line in lines if is_of(line, known)]
        bad = 0
    try:
        write(options.out, lines)
        if options.expected:
            told = expectations(options.seed, lines, orders, bad)
            write(options.expected, (json.dumps(one, separators=(",", ":")) for one in told))
    except OSError as error:
        print(f"orders: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def is_of(line, known):
    try:
        return json.loads(line)["order_id"] in known
    except (ValueError, KeyError, TypeError):
        return False


if __name__ == "__main__":
    sys.exit(main())
