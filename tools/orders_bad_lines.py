"""Lines of a day that are wrong on purpose."""

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
