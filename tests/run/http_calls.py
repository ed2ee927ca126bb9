"""What the tests that speak HTTP with a node have in common."""

import socket
import time
import urllib.error
import urllib.request


def ask(url, method="GET", body=None, headers=None):
    """Status and text of an answer."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read().decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(done, what, at_most=30):
    deadline = time.monotonic() + at_most
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {at_most} s")
        time.sleep(0.05)
