"""What happens to orders: each scenario writes the lines of one order and the ends that are allowed."""

import json

# Currency: (smallest amount, largest amount, step, city). Amounts in the smallest unit, as Stripe
# takes them; the last digit of a dinar amount must be 0.
CURRENCIES = {
    "EUR": (890, 8900, 10, "Berlin"),
    "USD": (950, 9900, 5, "New York"),
    "JPY": (900, 9800, 10, "Tokyo"),
    "KWD": (1250, 19750, 50, "Kuwait City"),
}
CURRENCY_WEIGHTS = (50, 30, 14, 6)
RESTAURANTS = ("Trattoria Uno", "Golden Wok", "Curry House", "Burger Bros", "Sushi Nami", "Al Bait",
               "Vegan Corner", "Taco Loco", "Pho 77", "Cafe Central")

GOOD = ("pm_card_visa", "pm_card_mastercard", "pm_card_visa_debit", "pm_card_amex")
GOOD_WEIGHTS = (60, 30, 6, 4)
SLOW_REFUND = "pm_card_pendingRefund"
BAD = ("pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclined",
       "pm_card_chargeDeclinedExpiredCard", "pm_card_chargeDeclinedIncorrectCvc",
       "pm_card_chargeDeclinedProcessingError", "pm_card_visa_chargeDeclinedLostCard",
       "pm_card_visa_chargeDeclinedStolenCard", "pm_card_chargeDeclinedFraudulent",
       "pm_card_visa_chargeDeclinedVelocityLimitExceeded", "pm_card_chargeCustomerFail")
BAD_WEIGHTS = (36, 24, 10, 10, 6, 3, 3, 2, 3, 3)
NO_SUCH_METHOD = "pm_1NoSuchPaymentMethod"

CANCEL_REASONS = ("changed my mind", "ordered twice", "it takes too long", "wrong address")
REJECT_REASONS = ("kitchen closed", "an ingredient is missing", "too many orders")
FAIL_REASONS = ("nobody opened the door", "courier had an accident", "address not found")
REFUND_REASONS = ("an item was missing", "the food arrived cold", "wrong item delivered")

PAID_AND_REFUNDED = {"ORDER_CANCELLED": 1, "PAYMENT_REFUND_INITIATED": 1, "ORDER_REFUNDED": 1}


class Order:
    """One order being written."""

    def __init__(self, rng, order_id, minute):
        self.rng = rng
        self.id = order_id
        self.minute = minute
        self.lines = []
        self.outcomes = []
        self.commands = 0
        self.scenario = ""
        currency = rng.choices(tuple(CURRENCIES), CURRENCY_WEIGHTS)[0]
        least, most, step, self.city = CURRENCIES[currency]
        minor = least + rng.randrange((most - least) // step + 1) * step
        self.amount = {"minor": minor, "currency": currency}
        self.customer = f"cus_{rng.randrange(40_000):05d}"
        self.declines = 0

    # --- lines

    def send(self, command, wait_for=None, after=0.0, command_id=None, **fields):
        """One command, `after` so many minutes; returns its id."""
        self.commands += 1
        self.minute += after
        line = {"command": command, "command_id": command_id or f"{self.id}-c{self.commands}",
                "order_id": self.id, **fields}
        if wait_for:
            line["wait_for"] = wait_for
        self.lines.append((self.minute, json.dumps(line, separators=(",", ":"))))
        return line["command_id"]

    def initiate(self, method=None, **fields):
        if method:
            fields["payment_method"] = method
        restaurant = self.rng.choice(RESTAURANTS)
        return self.send("payment.initiate", amount=self.amount, customer_id=self.customer,
                         metadata={"restaurant": restaurant, "city": self.city}, **fields)

    def good(self):
        return self.rng.choices(GOOD, GOOD_WEIGHTS)[0]

    def bad(self):
        self.declines += 1
        return self.rng.choices(BAD, BAD_WEIGHTS)[0]

    def confirm(self, method, wait_for=None, after=None):
        if after is None:
            after = self.between(0.3, 3)
        return self.send("payment.confirm", wait_for, after, payment_method=method)

    def fulfil(self, wait_for="PENDING"):
        return self.send("order.fulfilled", wait_for, self.between(18, 55))

    def cancel(self, wait_for=None, after=0.0):
        return self.send("order.cancel", wait_for, after, reason=self.rng.choice(CANCEL_REASONS))

    def refund(self, part, wait_for=None, after=None):
        """A refund of `part`; of what is left if it is None."""
        fields = {"reason": self.rng.choice(REFUND_REASONS)}
        if part is not None:
            fields["amount"] = {"minor": part, "currency": self.amount["currency"]}
        if self.rng.random() < 0.5:
            fields["refund_id"] = f"{self.id}-r{self.commands + 1}"
        if after is None:
            after = self.between(5, 30)
        return self.send("refund.request", wait_for, after, **fields)

    def between(self, least, most):
        return least + self.rng.random() * (most - least)

    def part(self, of=3):
        """An amount of at most 1/`of` of the whole, valid in the currency."""
        step = CURRENCIES[self.amount["currency"]][2]
        return max(step, self.amount["minor"] // of // step * step)

    def repeat_some(self):
        """Now and then a client sends a line twice; the repeat means nothing."""
        if self.rng.random() >= 0.04:
            return
        at = self.rng.randrange(len(self.lines))
        line = json.loads(self.lines[at][1])
        line.pop("wait_for", None)
        twin = json.dumps(line, separators=(",", ":"))
        place = at + 1 if self.rng.random() < 0.5 else len(self.lines)
        self.lines.insert(place, (self.lines[place - 1][0], twin))

    # --- ends

    def ends(self, status, captured=0, refunded=0, told=None):
        counts = {"ORDER_PAYMENT_FAILED": self.declines} if self.declines else {}
        counts.update(told or {})
        self.outcomes.append(
            {"status": status, "captured": captured, "refunded": refunded, "told": counts})

    def ends_paid(self, status, refunded=0):
        self.ends(status, self.amount["minor"], refunded)

    def ends_refunded(self, slow=False):
        """`slow`: the bank takes its time, and who looks early finds the refund on its way."""
        whole = self.amount["minor"]
        self.ends("REFUNDED", whole, whole, PAID_AND_REFUNDED)
        if slow:
            self.ends("REFUND_PENDING", whole, 0,
                      {"ORDER_CANCELLED": 1, "PAYMENT_REFUND_INITIATED": 1})
            self.outcomes[-1]["refunding"] = whole


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
)

# Lines that can never be read. {n} is a number of its own, so that none hides behind another.
BAD_LINES = (
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}","amount":',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"amount":{{"minor":-1250,"currency":"EUR"}},"customer_id":"cus_1"}}',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"amount":{{"minor":12.5,"currency":"EUR"}},"customer_id":"cus_1"}}',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"amount":{{"minor":4505,"currency":"KWD"}},"customer_id":"cus_1"}}',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"amount":{{"minor":1250,"currency":"DOGE"}},"customer_id":"cus_1"}}',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"amount":"12.50 EUR","customer_id":"cus_1"}}',
    '{{"command":"payment.initiate","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"customer_id":"cus_1"}}',
    '{{"command":"payment.inititate","command_id":"bad-{n}","order_id":"bad-{n}"}}',
    '{{"command":"order.cancel","command_id":"bad-{n}","reason":"no order"}}',
    '{{"command":"order.cancel","order_id":"bad-{n}","reason":"no command id"}}',
    '{{"command":"order.cancel","command_id":"bad-{n}","order_id":"bad {n}","reason":"a space"}}',
    '{{"command":"order.rejected","command_id":"bad-{n}","order_id":"bad-{n}"}}',
    '{{"command":"order.cancel","command_id":"bad-{n}","order_id":"bad-{n}",'
    '"reason":"my card is 4242 4242 4242 4242"}}',
    '["payment.initiate","bad-{n}"]',
    'payment.initiate bad-{n} 12.50 EUR',
)


def bad_lines(rng, seed, count):
    """`count` lines, each kind about as often as another."""
    first = rng.randrange(len(BAD_LINES))
    return [BAD_LINES[(first + at) % len(BAD_LINES)].format(n=f"{seed}-{at + 1}")
            for at in range(count)]
