"""An order being written: its lines, its money, and the ends that are allowed."""

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
FAILING_REFUND = "pm_card_refundFail"  # It succeeds, and some time later the bank sends it back.
ASKS = ("pm_card_authenticationRequired", "pm_card_threeDSecureRequired")  # 3DS: seconds pass.
ASKS_AND_DECLINES = ("pm_card_threeDSecureRequiredChargeDeclined",
                     "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
DISPUTES = "pm_card_createDispute"
INQUIRES = "pm_card_createDisputeInquiry"
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

    def ends(self, status, captured=0, refunded=0, told=None, **more):
        """`more`: other parts of the money, `stuck` and `late`, as orders.py describes them."""
        counts = {"ORDER_PAYMENT_FAILED": self.declines} if self.declines else {}
        counts.update(told or {})
        self.outcomes.append(
            {"status": status, "captured": captured, "refunded": refunded, "told": counts, **more})

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
