"""The two ways of signing, by vectors from elsewhere and by everything that is wrong with a signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.web.signatures import Header, Proof, Shopify, Standard, Unsigned
from router.route import Client

DATA = Path(__file__).parents[2] / "data" / "webhooks"
VECTOR = json.loads((DATA / "standard-webhooks__sign.json").read_text())
BODY = (DATA / "shopify_python__transaction.json").read_bytes()
SHOPIFY_SECRET = "shpss_0123456789abcdef"
BY_OPENSSL = "DOkrUSJ/Vf5PTAF2QbbamqHlKXYLzAbcaHtLAW85qE0="
"""openssl dgst -sha256 -hmac shpss_0123456789abcdef -binary shopify_python__transaction.json | base64"""
HOOK = Client("hook", None, {})
SIGNED_AT = 1614265330
"""The time of the vector."""


def headers(*pairs: tuple[str, str]) -> Header:
    """In lower case, as the server hands them over."""

    def values(name: str) -> Sequence[str]:
        return [value for found, value in pairs if found == name]

    return values


def holds(proof: Proof, body: bytes, size: int = 7) -> bool:
    for first in range(0, len(body), size):
        proof.feed(body[first : first + size])
    return proof.holds()


def standard(now: float = SIGNED_AT, secret: str = VECTOR["secret"], **changes: str) -> Proof:
    given = VECTOR["headers"] | {f"webhook-{name}": value for name, value in changes.items()}
    return Standard(HOOK, secret).begin(headers(*given.items()), now)


def test_the_vector_of_standard_webhooks_holds() -> None:
    proof = standard()
    assert (proof.client, proof.identity) == (HOOK, "msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert holds(proof, VECTOR["body"].encode())


def test_a_signature_of_shopify_holds() -> None:
    pairs = [("x-shopify-hmac-sha256", BY_OPENSSL), ("x-shopify-webhook-id", "b54557e4")]
    proof = Shopify(HOOK, SHOPIFY_SECRET).begin(headers(*pairs), 0.0)
    assert (proof.client, proof.identity) == (HOOK, "b54557e4")
    assert holds(proof, BODY)


def test_a_webhook_of_shopify_may_come_without_an_id() -> None:
    proof = Shopify(HOOK, SHOPIFY_SECRET).begin(headers(("x-shopify-hmac-sha256", BY_OPENSSL)), 0.0)
    assert proof.identity == ""
    assert holds(proof, BODY)


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b" ", b"", BODY.replace(b"1", b"2", 1)])
def test_one_other_byte_and_it_does_not(body: bytes) -> None:
    assert not holds(Shopify(HOOK, SHOPIFY_SECRET).begin(headers(("x-shopify-hmac-sha256", BY_OPENSSL)), 0.0), body)


@pytest.mark.parametrize("given", ["x", BY_OPENSSL[:-4], BY_OPENSSL.lower(), "=", "ü", BY_OPENSSL + "AAAA"])
def test_what_is_no_signature_does_not_hold(given: str) -> None:
    assert not holds(Shopify(HOOK, SHOPIFY_SECRET).begin(headers(("x-shopify-hmac-sha256", given)), 0.0), BODY)


def test_a_body_need_not_be_text() -> None:
    body = bytes(range(256))
    signature = base64.b64encode(hmac.digest(b"k", body, hashlib.sha256)).decode()
    assert holds(Shopify(HOOK, "k").begin(headers(("x-shopify-hmac-sha256", signature)), 0.0), body)


@pytest.mark.parametrize("changes", [{"id": "msg_other"}, {"timestamp": str(SIGNED_AT + 1)}])
def test_id_and_time_are_signed_too(changes: dict[str, str]) -> None:
    assert not holds(standard(**changes), VECTOR["body"].encode())


def test_any_of_several_signatures_holds() -> None:
    good = VECTOR["headers"]["webhook-signature"]
    body = VECTOR["body"].encode()
    assert holds(standard(signature=f"v1,bm9uZQ== {good} v1a,x"), body)
    assert holds(standard(signature=f"v1 v1, v1,? {good}"), body)
    assert not holds(standard(signature="v1,bm9uZQ== v1,AAAA"), body)
    assert not holds(standard(secret="whsec_" + base64.b64encode(b"other").decode()), body)


@pytest.mark.parametrize("secret", [VECTOR["secret"].removeprefix("whsec_"), VECTOR["secret"] + "\n"])
def test_a_secret_is_taken_as_its_sender_shows_it(secret: str) -> None:
    assert holds(standard(secret=secret), VECTOR["body"].encode())


@pytest.mark.parametrize("away", [-300, 300, 0.5])
def test_five_minutes_are_near_enough(away: float) -> None:
    assert holds(standard(now=SIGNED_AT + away), VECTOR["body"].encode())


@pytest.mark.parametrize("away", [-301, 301, 86_400])
def test_more_are_not_in_both_directions(away: float) -> None:
    with pytest.raises(Unsigned, match=r"^Header webhook-timestamp is outside of the window of 5 minutes\."):
        standard(now=SIGNED_AT + away)


@pytest.mark.parametrize("timestamp", ["soon", "1614265330.5", "-1", "١٦١٤٢٦٥٣٣٠", "9" * 5000, " "])
def test_a_time_that_is_none_is_named(timestamp: str) -> None:
    with pytest.raises(Unsigned, match="webhook-timestamp is not a time in whole seconds"):
        standard(timestamp=timestamp)


@pytest.mark.parametrize("signature", ["v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXw", "v2,x", "x"])
def test_other_versions_are_ignored(signature: str) -> None:
    with pytest.raises(Unsigned, match="holds no signature of version v1"):
        standard(signature=signature)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_missing_or_there_twice_is_named(name: str) -> None:
    pairs = list(VECTOR["headers"].items())
    signer = Standard(HOOK, VECTOR["secret"])
    for count, what in ((0, "is missing"), (2, "is there more than once")):
        given = [one for one in pairs if one[0] != name] + [(name, VECTOR["headers"][name])] * count
        with pytest.raises(Unsigned, match=f"^Header {name} {what}"):
            signer.begin(headers(*given), SIGNED_AT)


def test_an_id_that_no_index_takes_is_refused() -> None:
    with pytest.raises(Unsigned, match="webhook-id has 1025 characters; it may have 1024"):
        standard(id="x" * 1025)
