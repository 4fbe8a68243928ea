"""Tokens and rates."""

from __future__ import annotations

import pytest

from adapters.web.auth import Clients, Rates, token_of
from router.route import Client

SHOP, POS, HOOK = Client("shop", "t1"), Client("pos", "t2"), Client("hook", None, {"scheme": "shopify"})


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None), (b"", None), (b"Bearer", None), (b"Bearer ", None), (b"Basic dDE=", None),
        (b"Bearer t1", b"t1"), (b"bearer  t1 ", b"t1"),
    ],
)
def test_the_token_of_a_header(header: bytes | None, token: bytes | None) -> None:
    assert token_of(header) == token


def test_clients_are_known_by_their_token() -> None:
    clients = Clients([SHOP, POS, HOOK])
    assert (clients.by_token(b"t1"), clients.by_token(b"t2")) == (SHOP, POS)
    assert [clients.by_token(t) for t in (b"t", b"t11", b"", b"None", b"T1", b"\xff")] == [None] * 6


def test_a_rate_lets_a_second_of_requests_through_and_fills_with_time() -> None:
    now = 100.0
    rates = Rates(lambda: now)
    client = Client("shop", "t", rate=4.0)
    assert [rates.wait(client) for _ in range(5)] == [0, 0, 0, 0, 0.25]
    now += 0.25
    assert [rates.wait(client) for _ in range(2)] == [0, 0.25]
    now += 3600
    assert [rates.wait(client) > 0 for _ in range(5)] == [False] * 4 + [True]


def test_a_rate_under_one_a_second_lets_one_through() -> None:
    rates = Rates(lambda: 0.0)
    client = Client("shop", "t", rate=0.5)
    assert [rates.wait(client), rates.wait(client)] == [0.0, 2.0]


def test_no_rate_is_no_limit() -> None:
    rates = Rates(lambda: 0.0)
    assert {rates.wait(SHOP) for _ in range(1000)} == {0.0}


def test_looking_takes_nothing() -> None:
    now = 0.0
    rates = Rates(lambda: now)
    client = Client("shop", "t", rate=10.0)  # 600/min
    assert {rates.left(client) for _ in range(100)} == {0.0}
    assert [rates.wait(client) for _ in range(11)] == [0.0] * 10 + [0.1]
    assert rates.left(client) == 0.1
    assert rates.left(SHOP) == 0.0
