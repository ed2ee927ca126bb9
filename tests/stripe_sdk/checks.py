"""What the SDK must see at the simulator. Each function named check_... is one check."""

import json
import time
import traceback
import urllib.request
import uuid

import stripe


class World:
    """A client and the books of the simulator that it talks to."""

    def __init__(self, url):
        self.url = url
        self.client = self.client_with("sk_test_paysaga")

    def client_with(self, key, retries=0):
        return stripe.StripeClient(key, base_addresses={"api": self.url},
                                   max_network_retries=retries)

    def create(self, amount=4200, currency="eur", order=None, key=None, **extra):
        params = {"amount": amount, "currency": currency, "payment_method_types": ["card"],
                  "metadata": {"order_id": order or f"o_{uuid.uuid4().hex}", "ledger": "sdk"}}
        params.update(extra)
        return self.client.v1.payment_intents.create(params, {"idempotency_key": key or new_key()})

    def confirm(self, intent, method="pm_card_visa", key=None):
        return self.client.v1.payment_intents.confirm(
            intent, {"payment_method": method}, {"idempotency_key": key or new_key()})

    def paid(self, method="pm_card_visa", **extra):
        return self.confirm(self.create(**extra).id, method)

    def books(self, query="summary=1"):
        with urllib.request.urlopen(f"{self.url}/_sim/books?{query}", timeout=10) as answer:
            return json.load(answer)

    def faults(self, **rates):
        data = "&".join(f"{name}={value}" for name, value in rates.items()).encode()
        with urllib.request.urlopen(f"{self.url}/_sim/faults", data=data, timeout=10) as answer:
            return json.load(answer)


def new_key():
    return f"key_{uuid.uuid4().hex}"


def refused(kind, call):
    """The error that `call` must raise."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def check_create_and_confirm(world):
    intent = world.create(amount=4200, currency="eur", order="sdk_1")
    assert intent.id.startswith("pi_") and intent.object == "payment_intent"
    assert intent.status == "requires_payment_method" and intent.livemode is False
    assert intent.metadata["order_id"] == "sdk_1"
    done = world.confirm(intent.id)
    assert done.status == "succeeded" and done.amount_received == 4200
    assert done.latest_charge.startswith("ch_") and done.payment_method.startswith("pm_")
    again = world.client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert again.latest_charge.id == done.latest_charge and again.latest_charge.paid is True
    assert world.client.v1.charges.retrieve(done.latest_charge).payment_intent == intent.id


def check_confirm_in_one_call(world):
    intent = world.create(confirm=True, payment_method="pm_card_mastercard")
    assert intent.status == "succeeded"


def check_declines(world):
    table = {
        "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
        "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
        "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card"),
        "pm_card_visa_chargeDeclinedStolenCard": ("card_declined", "stolen_card"),
        "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
        "pm_card_chargeDeclinedIncorrectCvc": ("incorrect_cvc", "incorrect_cvc"),
        "pm_card_chargeDeclinedProcessingError": ("processing_error", "processing_error"),
    }
    intent = world.create()
    for method, (code, decline_code) in table.items():
        error = refused(stripe.CardError, lambda: world.confirm(intent.id, method))
        assert error.http_status == 402 and error.code == code, (method, error.code)
        assert error.error.decline_code == decline_code, (method, error.error.decline_code)
        assert error.error.payment_intent.status == "requires_payment_method"
    after = world.client.v1.payment_intents.retrieve(intent.id)
    assert after.payment_method is None and after.latest_charge.startswith("ch_")
    assert after.last_payment_error.code == "processing_error"
    assert world.confirm(intent.id).last_payment_error is None


def check_cancel(world):
    intent = world.create()
    gone = world.client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert gone.status == "canceled" and gone.cancellation_reason == "abandoned"
    assert gone.canceled_at >= gone.created
    for call in (lambda: world.confirm(intent.id),
                 lambda: world.client.v1.payment_intents.cancel(intent.id)):
        error = refused(stripe.InvalidRequestError, call)
        assert error.code == "payment_intent_unexpected_state"
        assert error.error.payment_intent.status == "canceled"


def check_refunds(world):
    intent = world.paid(amount=1000)
    refunds = world.client.v1.refunds
    first = refunds.create({"payment_intent": intent.id, "amount": 300,
                            "reason": "requested_by_customer", "metadata": {"refund_id": "r1"}})
    assert first.status == "succeeded" and first.id.startswith("re_")
    error = refused(stripe.InvalidRequestError,
                    lambda: refunds.create({"payment_intent": intent.id, "amount": 701}))
    assert error.param == "amount" and error.http_status == 400
    second = refunds.create({"charge": intent.latest_charge})
    assert second.amount == 700
    error = refused(stripe.InvalidRequestError,
                    lambda: refunds.create({"payment_intent": intent.id}))
    assert error.code == "charge_already_refunded"
    listed = refunds.list({"payment_intent": intent.id})
    assert [one.id for one in listed.data] == [second.id, first.id]
    assert refunds.retrieve(first.id).metadata["refund_id"] == "r1"
    charge = world.client.v1.charges.retrieve(intent.latest_charge)
    assert charge.refunded is True and charge.amount_refunded == 1000
    unpaid = world.create()
    refused(stripe.InvalidRequestError, lambda: refunds.create({"payment_intent": unpaid.id}))


def check_refund_that_waits(world):
    intent = world.paid("pm_card_pendingRefund")
    refund = world.client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "pending"


def check_idempotency(world):
    key = new_key()
    first = world.create(order="sdk_keys", key=key)
    again = world.create(order="sdk_keys", key=key)
    assert again.id == first.id
    headers = again.last_response.headers
    assert headers["Idempotent-Replayed"] == "true" and headers["Idempotency-Key"] == key
    assert headers["Original-Request"] == first.last_response.headers["Request-Id"]
    error = refused(stripe.IdempotencyError,
                    lambda: world.create(amount=1, currency="jpy", key=key))
    assert error.http_status == 400
    assert world.books()["violations"]["key_reused_other_params"] >= 1
    key = new_key()
    decline = lambda: world.confirm(first.id, "pm_card_chargeDeclined", key)
    declined = [refused(stripe.CardError, decline) for _ in range(2)]
    assert declined[0].http_body == declined[1].http_body


def check_bad_requests(world):
    table = [
        ({"amount": 49}, "amount_too_small"),
        ({"amount": 10**12}, "amount_too_large"),
        ({"amount": -1}, "parameter_invalid_integer"),
        ({"amount": "1.5"}, "parameter_invalid_integer"),
        ({"amount": 1001, "currency": "kwd"}, "parameter_invalid_integer"),
        ({"shipping": {"name": "x"}}, "parameter_unknown"),
        ({"payment_method": "pm_nobody"}, "resource_missing"),
    ]
    for extra, code in table:
        error = refused(stripe.InvalidRequestError, lambda: world.create(**extra))
        assert error.http_status == 400 and error.code == code, (extra, error.code)
    error = refused(stripe.InvalidRequestError,
                    lambda: world.client.v1.payment_intents.retrieve("pi_nobody"))
    assert error.http_status == 404 and error.code == "resource_missing"
    refused(stripe.AuthenticationError,
            lambda: world.client_with("sk_live_x").v1.payment_intents.retrieve("pi_nobody"))


def check_lists(world):
    since = int(time.time()) - 1
    made = [world.create().id for _ in range(25)]
    intents = world.client.v1.payment_intents
    seen = [one.id for one in
            intents.list({"limit": 10, "created": {"gte": since}}).auto_paging_iter()]
    assert list(reversed(made)) == [one for one in seen if one in set(made)]
    page = intents.list({"limit": 5, "starting_after": made[20]})
    assert [one.id for one in page.data] == list(reversed(made[15:20])) and page.has_more
    page = intents.list({"limit": 3, "ending_before": made[20]})
    assert [one.id for one in page.data] == [made[23], made[22], made[21]] and page.has_more


def check_faults_and_retries(world):
    world.faults(error_500_saved=1)
    try:
        key = new_key()
        first = refused(stripe.APIError, lambda: world.create(key=key, order="sdk_500"))
        assert first.http_status == 500 and "Idempotent-Replayed" not in first.headers
        world.faults(error_500_saved=0)
        again = refused(stripe.APIError, lambda: world.create(key=key, order="sdk_500"))
        assert again.headers["Idempotent-Replayed"] == "true"
        for fault in ("drop_before_commit", "drop_after_commit", "truncated"):
            world.faults(**{fault: 1})
            refused((stripe.APIConnectionError, stripe.APIError), world.create)
            world.faults(**{fault: 0})
        world.faults(rate_limit_429=1)
        refused(stripe.RateLimitError, world.create)
    finally:
        world.faults(error_500_saved=0, drop_before_commit=0, drop_after_commit=0, truncated=0,
                     rate_limit_429=0)
    # The SDK repeats with the same key: whatever is lost on the way, one intent comes of it.
    world.faults(drop_after_commit=0.5)
    try:
        order = f"o_{uuid.uuid4().hex}"
        patient = world.client_with("sk_test_paysaga", retries=20)
        patient.v1.payment_intents.create({"amount": 500, "currency": "usd",
                                           "payment_method_types": ["card"],
                                           "metadata": {"order_id": order, "ledger": "sdk"}})
    finally:
        world.faults(drop_after_commit=0)
    assert len(world.books(f"order={order}")["orders"][0]["intents"]) == 1


def check_books(world):
    order = f"o_{uuid.uuid4().hex}"
    world.paid(order=order, amount=900)
    world.paid(order=order, amount=900)
    books = world.books(f"order={order}")
    assert books["violations"]["double_charge"] >= 1
    assert books["orders"][0]["charged"] == 1800 and books["orders"][0]["charges"] == 2


def run(url):
    """Runs every check against the simulator at `url`; returns how many failed."""
    world = World(url.rstrip("/"))
    checks = [(name, call) for name, call in globals().items() if name.startswith("check_")]
    failed = 0
    for name, call in checks:
        try:
            call(world)
            print(f"ok    {name}")
        except Exception:
            failed += 1
            print(f"FAIL  {name}\n{traceback.format_exc()}")
    print(f"stripe_sdk: {len(checks) - failed} of {len(checks)} checks passed, "
          f"SDK {stripe.VERSION}")
    return failed
