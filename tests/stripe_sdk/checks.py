"""What the SDK must see at the simulator. Each function named check_... is one check."""

import json
import time
import traceback
import urllib.request
import uuid

import stripe

from webhook_receiver import Receiver


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

    def tell(self, what, **values):
        """Changes the simulator itself: faults, behaviour, limits, clock, play/ID."""
        data = "&".join(f"{name}={value}" for name, value in values.items()).encode()
        with urllib.request.urlopen(f"{self.url}/_sim/{what}", data=data, timeout=10) as answer:
            return json.load(answer)

    def faults(self, **rates):
        return self.tell("faults", **rates)

    def bank_debit(self, method):
        intent = self.create(currency="usd", payment_method_types=["us_bank_account"])
        return self.confirm(intent.id, method)


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


def check_manual_capture(world):
    intents = world.client.v1.payment_intents
    held = world.confirm(world.create(capture_method="manual").id)
    assert held.status == "requires_capture" and held.amount_capturable == 4200
    error = refused(stripe.InvalidRequestError,
                    lambda: intents.capture(held.id, {"amount_to_capture": 4201}))
    assert error.code == "amount_too_large"
    taken = intents.capture(held.id, {"amount_to_capture": 1000, "expand": ["latest_charge"]})
    assert taken.status == "succeeded" and taken.amount_received == 1000
    assert taken.latest_charge.captured and taken.latest_charge.amount_captured == 1000
    error = refused(stripe.InvalidRequestError, lambda: intents.capture(held.id))
    assert error.code == "payment_intent_unexpected_state"
    assert error.error.payment_intent.status == "succeeded"
    voided = world.confirm(world.create(capture_method="manual").id)
    assert intents.cancel(voided.id).amount_capturable == 0
    lapsed = world.confirm(world.create(capture_method="manual").id)
    world.tell(f"play/{lapsed.id}", act="expire")
    assert intents.retrieve(lapsed.id).cancellation_reason == "automatic"


def check_authentication(world):
    intents = world.client.v1.payment_intents
    world.tell("behaviour", customer_leaves=1)
    try:
        asked = intents.confirm(world.create().id,
                                {"payment_method": "pm_card_authenticationRequired",
                                 "return_url": "https://shop.example/back"})
        assert asked.status == "requires_action"
        assert asked.next_action.type == "redirect_to_url"
        page = asked.next_action.redirect_to_url.url
        assert page.startswith(world.url)
        with urllib.request.urlopen(page, timeout=10) as answer:
            assert b"42.00 EUR" in answer.read()
        world.tell(f"play/{asked.id}", act="authenticate")
        assert intents.retrieve(asked.id).status == "succeeded"
    finally:
        world.tell("behaviour", customer_leaves=0)
    error = refused(stripe.CardError, lambda: intents.confirm(
        world.create().id, {"payment_method": "pm_card_authenticationRequired",
                            "off_session": True}))
    assert error.code == "authentication_required"


def check_bank_debits(world):
    intents = world.client.v1.payment_intents
    paid = world.bank_debit("pm_usBankAccount_success")
    assert paid.status == "processing"
    assert world.tell(f"play/{paid.id}", act="succeed")["status"] == "succeeded"
    failed = world.bank_debit("pm_usBankAccount_insufficientFunds")
    world.tell("clock", advance="4d")
    after = intents.retrieve(failed.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "insufficient_funds"


def check_disputes(world):
    client = world.client.v1
    charge = world.paid("pm_card_createDispute").latest_charge
    world.tell("clock", advance="1m")
    dispute = client.disputes.list({"charge": charge}).data[0]
    assert dispute.status == "needs_response" and dispute.reason == "fraudulent"
    error = refused(stripe.InvalidRequestError,
                    lambda: client.refunds.create({"charge": charge}))
    assert error.code == "charge_disputed"
    client.disputes.update(dispute.id,
                           {"evidence": {"uncategorized_text": "winning_evidence"}})
    world.tell("clock", advance="1d")
    assert client.disputes.retrieve(dispute.id).status == "won"
    lost = world.paid().latest_charge
    opened = world.tell(f"play/{lost}", act="dispute")
    assert client.disputes.close(opened["id"]).status == "lost"


def check_events_charges_and_balance(world):
    client = world.client.v1
    intent = world.paid()
    told = client.events.list({"type": "payment_intent.succeeded", "limit": 1}).data[0]
    assert told.data.object.id == intent.id and told.request.idempotency_key.startswith("key_")
    assert client.events.retrieve(told.id).type == "payment_intent.succeeded"
    charges = client.charges.list({"payment_intent": intent.id,
                                   "expand": ["data.balance_transaction"]}).data
    assert len(charges) == 1 and charges[0].balance_transaction.net < 4200
    moved = client.balance_transactions.list({"source": charges[0].id}).data
    assert [one.type for one in moved] == ["charge"]


def check_search(world):
    order = f"o_{uuid.uuid4().hex}"
    intent = world.create(order=order)
    query = {"query": f"metadata['order_id']:'{order}'"}
    intents = world.client.v1.payment_intents
    assert intents.search(query).data == []
    world.tell("clock", advance="1m")
    assert [one.id for one in intents.search(query).auto_paging_iter()] == [intent.id]


def check_webhooks(world):
    client = world.client.v1
    receiver = Receiver()
    endpoint = client.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["payment_intent.succeeded", "charge.failed"]})
    try:
        assert endpoint.secret.startswith("whsec_") and endpoint.status == "enabled"
        intent = world.paid()
        assert receiver.wait_for(intent.id, 1)
        path, headers, body = receiver.of(intent.id)[0]
        assert path == "/hooks?shop=1"
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], endpoint.secret)
        assert event.type == "payment_intent.succeeded" and event.data.object.id == intent.id
        refused(stripe.SignatureVerificationError, lambda: stripe.Webhook.construct_event(
            body + b" ", headers["Stripe-Signature"], endpoint.secret))
        # What fails comes again, signed anew, and is among the events that were not delivered.
        receiver.status = 500
        failed = world.create()
        refused(stripe.CardError, lambda: world.confirm(failed.id, "pm_card_chargeDeclined"))
        assert receiver.wait_for(failed.id, 1)
        missed = client.events.list({"delivery_success": False, "type": "charge.failed"}).data[0]
        receiver.status = 200
        world.tell("clock", advance="1m")
        assert receiver.wait_for(failed.id, 2)
        assert json.loads(receiver.of(failed.id)[1][2])["id"] == missed.id
        early_and_doubled(world, receiver)
    finally:
        client.webhook_endpoints.delete(endpoint.id)
        receiver.close()
    refused(stripe.InvalidRequestError, lambda: client.webhook_endpoints.retrieve(endpoint.id))


def early_and_doubled(world, receiver):
    world.faults(webhook_early=1)
    try:
        intent = world.paid()
        assert len(receiver.of(intent.id)) == 1  # It was here before the answer.
        world.faults(webhook_early=0, webhook_duplicate=1)
        intent = world.paid()
        assert receiver.wait_for(intent.id, 2)
        assert len({json.loads(body)["id"] for _, _, body in receiver.of(intent.id)}) == 1
    finally:
        world.faults(webhook_early=0, webhook_duplicate=0)


def check_limits(world):
    world.tell("limits", endpoint_rate=1)
    try:
        error = refused(stripe.RateLimitError, lambda: [world.create() for _ in range(3)])
        assert error.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    finally:
        world.tell("limits", endpoint_rate=0)


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
