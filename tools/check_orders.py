#!/usr/bin/env python3
"""Compares what came of a day of orders with what had to come of it.

    tools/check_orders.py --expected day.expected.ndjson --node http://127.0.0.1:7480
    tools/check_orders.py --expected F --orders orders.jsonl --books books.json --events events.jsonl

--orders takes what `paysaga order list -o jsonl` prints, --events what `paysaga topic tail -o jsonl`
prints of payment-events, order-events and customer-notifications (one file or several), --books what
the Stripe simulator answers to GET /_sim/books (a file or its URL). What is not given is not checked.

Exit code: 0 all is as it must be, 2 usage, 5 not reachable, 8 something is not.
"""

import argparse
import collections
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

SHOWN_MAX = 5  # Problems of one kind that are printed whole.


class Problems:
    """What was found, by kind."""

    def __init__(self):
        self.by_kind = collections.defaultdict(list)

    def add(self, kind, what):
        self.by_kind[kind].append(what)

    def print(self):
        for kind, found in sorted(self.by_kind.items()):
            print(f"{kind}: {len(found)}")
            for what in found[:SHOWN_MAX]:
                print(f"  {what}")
            if len(found) > SHOWN_MAX:
                print(f"  ... and {len(found) - SHOWN_MAX} more")


# --- reading ----------------------------------------------------------------------------------------


def read_lines(path):
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def orders_of_node(node):
    """Every order of a node, page by page."""
    after = ""
    while True:
        query = urllib.parse.urlencode({"limit": 1000, **({"after": after} if after else {})})
        page = fetch(f"{node}/v1/orders?{query}")
        items = page.get("orders", page.get("items", page.get("data", [])))
        yield from items
        after = page.get("next") or page.get("next_after") or ""
        if not after or not items:
            return


def read_expected(path):
    summary, orders = {}, {}
    for line in read_lines(path):
        if "summary" in line:
            summary = line["summary"]
        else:
            orders[line["order_id"]] = line
    return summary, orders


# --- orders -------------------------------------------------------------------------------------------


def money_of(order, name):
    return (order.get("money") or {}).get(name, 0)


PARTS = ("captured", "refunded", "refunding", "authorized", "disputed", "lost")


def fits(order, outcome):
    stuck = (order.get("stuck") or {}).get("reason")
    return (order["status"].upper() == outcome["status"]
            and all(money_of(order, part) == outcome.get(part, 0) for part in PARTS)
            and stuck == outcome.get("stuck"))


def in_words(status, part_of, stuck):
    """`part_of`: a part of the money by its name."""
    parts = [f"{part} {part_of(part)}" for part in PARTS if part_of(part) or part in PARTS[:2]]
    return " ".join([status, *parts, *([f"stuck {stuck}"] if stuck else [])])


def check_orders(expected, actual, problems):
    """Each order has ended in one of its allowed ends; returns which, by order."""
    reached = {}
    for order_id, wanted in expected.items():
        order = actual.get(order_id)
        if order is None:
            problems.add("orders missing", f"{order_id} ({wanted['scenario']})")
            continue
        ends = [outcome for outcome in wanted["outcomes"] if fits(order, outcome)]
        if ends:
            reached[order_id] = ends[0]
            continue
        is_now = in_words(order["status"], lambda part: money_of(order, part),
                          (order.get("stuck") or {}).get("reason"))
        allowed = " or ".join(in_words(end["status"], lambda part, end=end: end.get(part, 0),
                                       end.get("stuck")) for end in wanted["outcomes"])
        problems.add("orders ended otherwise",
                     f"{order_id} ({wanted['scenario']}) is {is_now}, must be {allowed}")
        amount = order.get("amount") or {}
        if amount and amount != wanted["amount"]:
            problems.add("orders with another amount", f"{order_id}: {amount}")
    for order_id in actual.keys() - expected.keys():
        problems.add("orders that nobody placed", order_id)
    for order_id, order in actual.items():
        for mark in ("stuck", "held", "quarantined"):
            expected_so = mark == "stuck" and reached.get(order_id, {}).get("stuck")
            if order.get(mark) and not expected_so:
                problems.add(f"orders {mark}", f"{order_id}: {order[mark]}")
    return reached


# --- books --------------------------------------------------------------------------------------------


def check_books(books, actual, reached, problems):
    """What Stripe did agrees, order by order, with what the engine says; and nothing went wrong."""
    for name, count in (books.get("violations") or {}).items():
        if count:
            problems.add("violations at Stripe", f"{name}: {count}")
    if books.get("orphans"):
        problems.add("violations at Stripe", f"orphaned intents: {books['orphans']}")
    booked = collections.defaultdict(lambda: [0, 0, 0])
    for entry in books.get("orders", []):
        sums = booked[entry["order_id"]]
        sums[0] += entry["charged"]
        sums[1] += entry["refunded"]
        sums[2] += entry["charges"]
    for order_id, (charged, refunded, charges) in booked.items():
        if charges > 1:
            problems.add("orders charged twice", f"{order_id}: {charges} charges")
        if refunded > charged:
            problems.add("orders refunded too much", f"{order_id}: {refunded} of {charged}")
    for order_id, order in actual.items():
        charged, refunded, _ = booked.get(order_id, (0, 0, 0))
        said = (money_of(order, "captured"), money_of(order, "refunded"))
        # Stripe counts a refund from its acceptance, the engine from its success.
        on_its_way = (said[0], said[1] + money_of(order, "refunding"))
        allowed = [said, on_its_way]
        if reached.get(order_id, {}).get("late"):
            allowed.append((said[0], 0))
        if (charged, refunded) not in allowed:
            problems.add("orders and books differ",
                         f"{order_id}: the engine says captured {said[0]} refunded {said[1]}, "
                         f"Stripe says charged {charged} refunded {refunded}")
    for order_id in booked.keys() - actual.keys():
        problems.add("orders that only Stripe knows", order_id)


# --- events -------------------------------------------------------------------------------------------


def payload(record):
    value = record["value"]
    return json.loads(value) if isinstance(value, str) else value


def check_chain(topic, order_id, events, problems):
    """Sequence 1..n in the order of the log, nothing twice, each hash linked to the one before."""
    last_hash, wanted = None, 1
    for event in events:
        if event["sequence"] != wanted:
            problems.add("sequences broken", f"{topic} {order_id}: {event['sequence']} where "
                                             f"{wanted} must be")
            return
        if last_hash is not None and event.get("prev_hash") != last_hash:
            problems.add("hash chains broken", f"{topic} {order_id}: sequence {wanted}")
            return
        last_hash = event.get("hash")
        if not last_hash:
            problems.add("hash chains broken", f"{topic} {order_id}: no hash at {wanted}")
            return
        wanted += 1


def check_told(order_id, wanted, counts, problems):
    for kind in sorted(set(wanted) | set(counts)):
        bounds = wanted.get(kind, 0)
        least, most = bounds if isinstance(bounds, list) else (bounds, bounds)
        if not least <= counts.get(kind, 0) <= most:
            problems.add("customers told otherwise",
                         f"{order_id}: {kind} {counts.get(kind, 0)} times, must be {bounds}")


def check_events(paths, reached, expected, problems):
    """What was published: whole chains in both event topics, and who was told what."""
    chains = collections.defaultdict(list)
    told = collections.defaultdict(collections.Counter)
    topics = set()
    total = 0
    for path in paths:
        for record in read_lines(path):
            topic = record["topic"]
            name = next((name for name in ("payment-events", "order-events",
                                           "customer-notifications") if topic.endswith(name)), None)
            if name is None:
                continue
            topics.add(name)
            total += 1
            event = payload(record)
            if name == "customer-notifications":
                told[event["order_id"]][event["event_type"]] += 1
            else:
                place = (record["partition"], record["offset"])
                chains[(name, event["order_id"])].append((place, event))
    for (topic, order_id), events in chains.items():
        events.sort(key=lambda placed: placed[0])
        check_chain(topic, order_id, [event for _, event in events], problems)
    for topic in ("payment-events", "order-events") if topics else ():
        if topic not in topics:
            continue
        for order_id in expected:
            if (topic, order_id) not in chains and (topic == "payment-events"):
                problems.add("orders without events", f"{topic} {order_id}")
    if "customer-notifications" in topics:
        for order_id, outcome in reached.items():
            check_told(order_id, outcome["told"], told.get(order_id, {}), problems)
    return total


# --- the whole ----------------------------------------------------------------------------------------


def print_statuses(actual):
    counts = collections.Counter(order["status"].upper() for order in actual.values())
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))


def check(options, problems):
    _, expected = read_expected(options.expected)
    source = orders_of_node(options.node) if options.node else read_lines(options.orders)
    actual = {}
    for order in source:
        if order["order_id"] in actual:
            problems.add("orders listed twice", order["order_id"])
        actual[order["order_id"]] = order
    if options.only_expected:
        actual = {order_id: actual[order_id] for order_id in expected.keys() & actual.keys()}
    reached = check_orders(expected, actual, problems)
    checked = [f"{len(expected)} orders"]
    if options.books:
        books = (fetch(options.books) if options.books.startswith("http")
                 else json.loads(open(options.books, encoding="utf-8").read()))
        check_books(books, actual, reached, problems)
        checked.append("the books of Stripe")
    if options.events:
        total = check_events(options.events, reached, expected, problems)
        checked.append(f"{total} events")
    print_statuses(actual)
    return ", ".join(checked)


def main():
    parser = argparse.ArgumentParser(description="Compares what came of a day of orders with what "
                                                 "had to come of it.")
    parser.add_argument("--expected", required=True, help="the expectations of ./dev orders")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--node", help="the URL of a running node")
    where.add_argument("--orders", help="what `paysaga order list -o jsonl` printed; - for stdin")
    parser.add_argument("--books", help="file or URL of the Stripe simulator's /_sim/books")
    parser.add_argument("--events", nargs="+", help="what `paysaga topic tail -o jsonl` printed")
    parser.add_argument("--only-expected", action="store_true",
                        help="pass over orders that the expectations do not name")
    options = parser.parse_args()
    problems = Problems()
    try:
        checked = check(options, problems)
    except urllib.error.URLError as error:
        print(f"check_orders: not reachable: {error}", file=sys.stderr)
        return 5
    except OSError as error:
        print(f"check_orders: {error}", file=sys.stderr)
        return 2
    except (ValueError, KeyError, TypeError) as error:
        print(f"check_orders: what was given is not of the form that is read: {error!r}",
              file=sys.stderr)
        return 2
    problems.print()
    count = sum(len(found) for found in problems.by_kind.values())
    print(f"Checked {checked}: {count or 'no'} problem{'' if count == 1 else 's'}")
    return 8 if count else 0


if __name__ == "__main__":
    sys.exit(main())
