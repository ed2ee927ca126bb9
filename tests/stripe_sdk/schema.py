#!/usr/bin/env python3
"""Holds the simulator's answers against Stripe's own OpenAPI description (stripe_openapi.json), with
requests that schemathesis makes up from it. The description is narrowed to what the simulator takes, or
nearly every made-up request would be refused.

    tests/stripe_sdk/schema.py --server build/dev/bin/paysaga [--examples 40] [--seed N]

It is installed once into build/schemathesis. Exit code 0: every answer was as described; 1: some were
not; 2: the test itself could not run.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from simulator import simulator

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "run"))
import packages  # noqa: E402

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_schema_conformance")
ANSWERED_MIN = 300
# Values that mean something, for parameters whose description allows any text.
VALUES = {
    "amount": {"type": "integer", "minimum": 50, "maximum": 99_999},
    "amount_to_capture": {"type": "integer", "minimum": 1, "maximum": 4200},
    "created": {"type": "integer", "minimum": 0, "maximum": 2_000_000_000},
    "currency": {"enum": ["eur", "usd", "jpy"]},
    "enabled_events": {"type": "array", "minItems": 1, "items": {"enum": ["*", "charge.failed"]}},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "metadata": {"type": "object", "maxProperties": 3,
                 "additionalProperties": {"type": "string", "maxLength": 9}},
    "payment_method": {"enum": ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_refundFail",
                                "pm_card_authenticationRequired", "pm_card_pendingRefund"]},
    "payment_method_types": {"type": "array", "minItems": 1, "items": {"enum": ["card"]}},
    "query": {"enum": ["amount>100", "status:'succeeded'", "-metadata['a']:null"]},
    "return_url": {"enum": ["https://shop.example/back"]},
    "types": {"type": "array", "items": {"enum": ["charge.failed", "charge.succeeded"]}},
    "url": {"enum": ["http://127.0.0.1:9/hooks"]},
}
# Texts that must name something that is there.
NAMES = {"expand", "starting_after", "ending_before", "page", "customer", "confirmation_method"}
HEADERS = {"Authorization": "Bearer sk_test_schema"}


def post(base, path, **values):
    request = urllib.request.Request(base + path, urllib.parse.urlencode(values).encode(), HEADERS)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def objects_of(url):
    """One object of each kind, so that not every id that is asked for is unknown."""
    card = {"amount": 4200, "currency": "eur", "payment_method_types[]": "card"}
    paid = post(url, "/v1/payment_intents", confirm="true",
                payment_method="pm_card_createDispute", **card)
    refund = post(url, "/v1/refunds", payment_intent=paid["id"], amount=100)
    for method in ("pm_card_authenticationRequired", "pm_card_visa"):
        post(url, "/v1/payment_intents", confirm="true", payment_method=method,
             capture_method="manual", **card)
    event = urllib.request.Request(url + "/v1/events?limit=1", headers=HEADERS)
    with urllib.request.urlopen(event, timeout=10) as answer:
        event_id = json.load(answer)["data"][0]["id"]
    endpoint = post(url, "/v1/webhook_endpoints", url="http://127.0.0.1:9/",
                    **{"enabled_events[]": "nothing"})
    return {"intent": paid["id"], "charge": paid["latest_charge"], "refund": refund["id"],
            "id": event_id, "webhook_endpoint": endpoint["id"]}


def taken(url, path, method, name):
    """Whether the simulator knows a parameter; what it does not know it says."""
    query = urllib.parse.urlencode({name: "x"})
    request = urllib.request.Request(
        url + path if method == "post" else f"{url}{path}?{query}", headers=HEADERS,
        data=query.encode() if method == "post" else None)
    try:
        with urllib.request.urlopen(request, timeout=10):
            return True
    except urllib.error.HTTPError as refused:
        return json.load(refused)["error"].get("code") != "parameter_unknown"


def narrowed(url, ids):
    """The description, without what the simulator refuses anyway."""
    description = json.loads((HERE / "stripe_openapi.json").read_text(encoding="utf-8"))
    for template, operations in description["paths"].items():
        path = re.sub(r"\{(\w+)\}", lambda found: ids[found.group(1)], template)
        for method, operation in operations.items():
            keep = lambda name: name not in NAMES and taken(url, path, method, name)  # noqa: E731
            operation["parameters"] = [
                {**one, "schema": VALUES.get(one["name"], one["schema"])}
                for one in operation.get("parameters", [])
                if one["in"] == "path" or keep(one["name"])]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                schema = content["schema"]
                schema["properties"] = {
                    name: VALUES.get(name, one) for name, one in schema["properties"].items()
                    if name in VALUES or keep(name)}
    return description


def answers_of(url):
    with urllib.request.urlopen(url + "/_sim/books?summary=1", timeout=10) as answer:
        return json.load(answer)["answers"]


def main():
    parser = argparse.ArgumentParser(description="Stripe's OpenAPI against the simulator")
    parser.add_argument("--server", required=True, help="the paysaga binary")
    parser.add_argument("--examples", type=int, default=40, help="of each kind of request")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    packages.enter("schemathesis", HERE / "schema.txt")
    print(f"schemathesis with --seed {arguments.seed}", flush=True)
    with simulator(arguments.server) as url, tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "schemathesis.toml"
        ids = objects_of(url)
        config.write_text("[parameters]\n" + "".join(
            f'"path.{name}" = "{value}"\n' for name, value in ids.items()), encoding="utf-8")
        description = pathlib.Path(folder) / "narrowed.json"
        description.write_text(json.dumps(narrowed(url, ids)), encoding="utf-8")
        command = [pathlib.Path(sys.prefix) / "bin" / "schemathesis", "--config-file", config, "run",
                   description, "--url", url, "--checks", CHECKS,
                   "--phases", "coverage,fuzzing", "--max-examples", str(arguments.examples),
                   "--seed", str(arguments.seed), "--suppress-health-check", "all",
                   "--warnings", "off", "--exclude-method", "DELETE",
                   "--header", f"Authorization: {HEADERS['Authorization']}"]
        done = subprocess.run([str(part) for part in command], cwd=folder, timeout=540, check=False)
        answers = answers_of(url)
    print("answers by status:", answers)
    # If only refusals were compared, too little was.
    sys.exit(1 if done.returncode or answers.get("200", 0) < ANSWERED_MIN else 0)


if __name__ == "__main__":
    main()
