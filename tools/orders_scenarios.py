"""What happens to orders: each scenario writes the lines of one order and the ends that are allowed."""

from orders_order import (ASKS, ASKS_AND_DECLINES, DISPUTES, FAIL_REASONS, FAILING_REFUND, INQUIRES, NO_SUCH_METHOD,
                          PAID_AND_REFUNDED, REJECT_REASONS, SLOW_REFUND)

# --- what goes well -----------------------------------------------------------------------------


def fulfilled(order):
    order.initiate(order.good())
    order.fulfil()
    order.ends_paid("FULFILLED")


def chosen_in_the_app(order):
    order.initiate()
    # Some apps wait until the payment can be confirmed, others do not.
    order.confirm(order.good(), "PAYMENT_PENDING" if order.rng.random() < 0.6 else None)
    order.fulfil()
    order.ends_paid("FULFILLED")


def on_its_way(order):
    order.initiate(order.good())
    order.ends_paid("PENDING")


def asked_twice(order):
    order.initiate(order.good())
    if order.rng.random() < 0.5:
        order.initiate(order.good())  # The same amount under another id: nothing new.
    else:
        other = {"minor": order.amount["minor"] * 2, "currency": order.amount["currency"]}
        order.send("payment.initiate", amount=other, customer_id=order.customer)
    order.fulfil()
    order.ends_paid("FULFILLED")


def id_reused(order):
    """The same command id with another body is refused; what it said first stands."""
    used = order.initiate(order.good())
    other = {"minor": order.amount["minor"] * 3, "currency": order.amount["currency"]}
    order.send("payment.initiate", command_id=used, amount=other, customer_id=order.customer)
    order.fulfil()
    order.ends_paid("FULFILLED")


# --- declines -----------------------------------------------------------------------------------


def another_card(order):
    order.initiate(order.bad())
    for _ in range(order.rng.choices((0, 1, 2), (80, 16, 4))[0]):
        order.confirm(order.bad(), "PAYMENT_FAILED")
    order.confirm(order.good(), "PAYMENT_FAILED")
    order.fulfil()
    order.ends_paid("FULFILLED")


def unknown_method(order):
    order.initiate(NO_SUCH_METHOD)
    order.declines += 1
    order.confirm(order.good(), "PAYMENT_FAILED")
    order.fulfil()
    order.ends_paid("FULFILLED")


def declined_and_left(order):
    order.initiate(order.bad())
    order.ends("PAYMENT_FAILED")


def declined_and_expired(order):
    order.initiate(order.bad(), expires_in="2s")
    # A slow answer may come after the time to pay is over; then nobody is told of the decline.
    order.ends("EXPIRED", told={"ORDER_PAYMENT_FAILED": [0, 1], "ORDER_EXPIRED": 1})


def declined_and_cancelled(order):
    order.initiate(order.bad())
    order.cancel("PAYMENT_FAILED", order.between(1, 5))
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


# --- never paid -----------------------------------------------------------------------------------


def left_open(order):
    order.initiate()
    order.ends("PAYMENT_PENDING")


def expired(order):
    order.initiate(expires_in="2s")
    order.ends("EXPIRED", told={"ORDER_EXPIRED": 1})


def cancelled_unpaid(order):
    order.initiate()
    order.cancel("PAYMENT_PENDING", order.between(0.5, 6))
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


def rejected_unpaid(order):
    order.initiate()
    order.send("order.rejected", "PAYMENT_PENDING", order.between(0.5, 6),
               reason=order.rng.choice(REJECT_REASONS))
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


def payment_cancelled(order):
    """A final cancel of the payment ends the order; who pays after it is refused."""
    order.initiate()
    order.send("payment.cancel", "PAYMENT_PENDING", order.between(0.5, 4), final=True,
               reason="checkout closed")
    order.confirm(order.good(), "CANCELLED")
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


def paid_after_a_cancel(order):
    """A cancel of the payment that is not final; the next payment waits until it is done."""
    order.initiate()
    order.send("payment.cancel", "PAYMENT_PENDING", order.between(0.5, 4), reason="basket changed")
    order.minute += order.between(1, 4)
    order.initiate(order.good())
    order.ends_paid("PENDING")


# --- ended during and after the payment -----------------------------------------------------------


def cancelled_while_paying(order):
    order.initiate(order.good())
    order.cancel()
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})
    order.ends_refunded()


def cancelled_while_declined(order):
    order.initiate(order.bad())
    order.cancel()
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1, "ORDER_PAYMENT_FAILED": [0, 1]})


def cancelled_paid(order):
    slow = order.rng.random() < 0.1
    order.initiate(SLOW_REFUND if slow else order.good())
    order.cancel("PENDING", order.between(1, 10))
    if order.rng.random() < 0.15:
        order.fulfil(None)  # The courier's app did not hear of it: refused.
    order.ends_refunded(slow)


def rejected(order):
    order.initiate(order.good())
    order.send("order.rejected", "PENDING", order.between(1, 10),
               reason=order.rng.choice(REJECT_REASONS))
    order.ends_refunded()


def delivery_failed(order):
    slow = order.rng.random() < 0.1
    order.initiate(SLOW_REFUND if slow else order.good())
    order.send("order.delivery_failed", "PENDING", order.between(20, 60),
               reason=order.rng.choice(FAIL_REASONS))
    order.ends_refunded(slow)


def cancelled_after_a_refund(order):
    order.initiate(order.good())
    order.refund(order.part(), "PENDING")
    order.cancel(after=order.between(1, 10))
    order.ends_refunded()


def cancelled_too_late(order):
    order.initiate(order.good())
    order.fulfil()
    order.cancel("FULFILLED", order.between(1, 30))
    order.ends_paid("FULFILLED")


# --- refunds of orders that go on -----------------------------------------------------------------


def partly_refunded(order):
    order.initiate(order.good())
    part = order.part()
    order.refund(part, "PENDING")
    order.fulfil(None)
    order.ends_paid("FULFILLED", part)


def goodwill(order):
    order.initiate(order.good())
    order.fulfil()
    part = order.part(4)
    order.refund(part, "FULFILLED", order.between(10, 90))
    refunded = part
    kind = order.rng.random()
    if kind < 0.25:
        order.refund(part, None, order.between(10, 60))
        refunded = 2 * part
    elif kind < 0.45:
        order.refund(None, None, order.between(10, 60))
        refunded = order.amount["minor"]
    order.ends_paid("FULFILLED", refunded)


def refund_too_large(order):
    order.initiate(order.good())
    order.refund(order.amount["minor"] * 2, "PENDING")
    order.fulfil()
    order.ends_paid("FULFILLED")


def refund_unpaid(order):
    order.initiate()
    order.refund(order.part(), "PAYMENT_PENDING", order.between(0.2, 1))
    order.confirm(order.good())
    order.fulfil()
    order.ends_paid("FULFILLED")


def refund_while_paying(order):
    """Refused while surely nothing is captured; kept while that is not known."""
    order.initiate(order.good())
    part = order.part()
    order.refund(part, None, 0.0)
    order.fulfil()
    order.ends_paid("FULFILLED", 0)
    order.ends_paid("FULFILLED", part)


# --- out of order ---------------------------------------------------------------------------------


def cancel_before_initiate(order):
    order.cancel()
    order.initiate(order.good())
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


def confirm_before_initiate(order):
    order.confirm(order.good(), None, 0.0)
    order.initiate()
    order.fulfil()
    order.ends_paid("FULFILLED")


def fulfilled_before_initiate(order):
    """It is kept until the order is known, and then it is too early: refused."""
    order.fulfil(None)
    order.initiate(order.good())
    order.ends_paid("PENDING")


# --- 3DS ------------------------------------------------------------------------------------------


def three_d_secure(order):
    """The bank asks the customer, who answers within seconds."""
    order.initiate(order.rng.choice(ASKS))
    order.fulfil()
    order.ends_paid("FULFILLED")


def three_d_secure_declined(order):
    """The customer passes, and then the bank declines."""
    order.initiate(order.rng.choice(ASKS_AND_DECLINES))
    order.declines += 1
    order.confirm(order.good(), "PAYMENT_FAILED")
    order.fulfil()
    order.ends_paid("FULFILLED")


def three_d_secure_left(order):
    """Cancelled while the bank asks; if the customer was quicker, it is given back."""
    order.initiate(order.rng.choice(ASKS))
    order.cancel()
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})
    order.ends_refunded()


# --- manual capture -------------------------------------------------------------------------------


def captured_by_hand(order):
    order.initiate(order.good(), capture="manual")
    order.send("payment.capture", "PENDING", order.between(5, 20))
    order.fulfil("SETTLED")
    order.ends_paid("FULFILLED")


def captured_in_part(order):
    """An item was missing: less is taken than was held, the rest is released."""
    order.initiate(order.good(), capture="manual")
    part = order.amount["minor"] - order.part()
    order.send("payment.capture", "PENDING", order.between(5, 20),
               amount={"minor": part, "currency": order.amount["currency"]})
    order.fulfil("SETTLED")
    order.ends("FULFILLED", part)


def voided(order):
    """Nothing was taken, so nothing is to be given back."""
    order.initiate(order.good(), capture="manual")
    order.cancel("PENDING", order.between(1, 10))
    order.ends("CANCELLED", told={"ORDER_CANCELLED": 1})


def fulfilled_uncaptured(order):
    """Refused: first the money is to be taken."""
    order.initiate(order.good(), capture="manual")
    order.fulfil()
    order.ends("PENDING", authorized=order.amount["minor"])


# --- what the bank takes back ---------------------------------------------------------------------


def goodwill_sent_back(order):
    """A refund that the bank sends back after it had succeeded; who looks early has not seen it."""
    order.initiate(FAILING_REFUND)
    order.fulfil()
    part = order.part(4)
    order.refund(part, "FULFILLED", order.between(10, 90))
    order.ends_paid("FULFILLED", part)
    order.outcomes[-1]["late"] = True
    order.ends_paid("FULFILLED", 0)


def compensation_sent_back(order):
    """The same after a cancel: it is tried again, and somebody is called."""
    order.initiate(FAILING_REFUND)
    order.cancel("PENDING", order.between(1, 10))
    whole = order.amount["minor"]
    order.ends("REFUNDED", whole, whole, {**PAID_AND_REFUNDED, "ORDER_REFUNDED": [1, 9]}, late=True)
    told = {"ORDER_CANCELLED": 1, "PAYMENT_REFUND_INITIATED": 1, "ORDER_REFUNDED": [1, 9]}
    for refunding in (0, whole):
        order.ends("REFUND_FAILED", whole, 0, told, refunding=refunding, late=True,
                   stuck="compensation_stuck")


def disputed(order):
    """The customer's bank takes the money back; nobody hands in evidence."""
    order.initiate(DISPUTES)
    order.fulfil()
    for part in (order.amount["minor"], 0):
        order.ends("FULFILLED", order.amount["minor"], disputed=part)
    order.ends("FULFILLED", order.amount["minor"], lost=order.amount["minor"])


def inquired(order):
    """The bank asks, and leaves the money where it is."""
    order.initiate(INQUIRES)
    order.fulfil()
    order.ends_paid("FULFILLED")


SCENARIOS = (
    ("fulfilled", 520, fulfilled),
    ("chosen_in_the_app", 90, chosen_in_the_app),
    ("on_its_way", 40, on_its_way),
    ("asked_twice", 8, asked_twice),
    ("id_reused", 6, id_reused),
    ("another_card", 78, another_card),
    ("unknown_method", 4, unknown_method),
    ("declined_and_left", 14, declined_and_left),
    ("declined_and_expired", 12, declined_and_expired),
    ("declined_and_cancelled", 14, declined_and_cancelled),
    ("left_open", 8, left_open),
    ("expired", 14, expired),
    ("cancelled_unpaid", 16, cancelled_unpaid),
    ("rejected_unpaid", 6, rejected_unpaid),
    ("payment_cancelled", 5, payment_cancelled),
    ("paid_after_a_cancel", 6, paid_after_a_cancel),
    ("cancelled_while_paying", 22, cancelled_while_paying),
    ("cancelled_while_declined", 4, cancelled_while_declined),
    ("cancelled_paid", 24, cancelled_paid),
    ("rejected", 24, rejected),
    ("delivery_failed", 14, delivery_failed),
    ("cancelled_after_a_refund", 6, cancelled_after_a_refund),
    ("cancelled_too_late", 5, cancelled_too_late),
    ("partly_refunded", 18, partly_refunded),
    ("goodwill", 20, goodwill),
    ("refund_too_large", 5, refund_too_large),
    ("refund_unpaid", 4, refund_unpaid),
    ("refund_while_paying", 4, refund_while_paying),
    ("cancel_before_initiate", 5, cancel_before_initiate),
    ("confirm_before_initiate", 5, confirm_before_initiate),
    ("fulfilled_before_initiate", 3, fulfilled_before_initiate),
    ("three_d_secure", 36, three_d_secure),
    ("three_d_secure_declined", 6, three_d_secure_declined),
    ("three_d_secure_left", 4, three_d_secure_left),
    ("captured_by_hand", 14, captured_by_hand),
    ("captured_in_part", 6, captured_in_part),
    ("voided", 5, voided),
    ("fulfilled_uncaptured", 2, fulfilled_uncaptured),
    ("goodwill_sent_back", 5, goodwill_sent_back),
    ("compensation_sent_back", 4, compensation_sent_back),
    ("disputed", 8, disputed),
    ("inquired", 3, inquired),
)
