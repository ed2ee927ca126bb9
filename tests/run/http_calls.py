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


def is_ready(url):
    """True once the node answers that it serves."""
    try:
        return ask(url + "/readyz")[0] == 200
    except OSError:
        return False


def until(done, what, at_most=20):
    deadline = time.monotonic() + at_most
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {at_most} s")
        time.sleep(0.05)
