"""Signed requests: the schemes of `verify`, checked over the bytes of the body as they come in.

Shopify: `X-Shopify-Hmac-Sha256` is base64(HMAC-SHA256(secret, body)). Standard Webhooks (github.com/standard-webhooks,
spec 1.0): `webhook-signature` holds `v1,` and base64(HMAC-SHA256(key, "<webhook-id>.<webhook-timestamp>.<body>")), several
of them apart by spaces while a secret is changed. The library of that name is not used: it wants the whole body at once, and
as text, where a large one is only seen in pieces here.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from router.config.scalars import signing_key
from router.headers import LONGEST_KEY
from router.route import Client

TOLERANCE = 300
"""Seconds that a signed time may be away from ours, in both directions."""

Header = Callable[[str], Sequence[str]]
"""All values of a header, by its name in lower case."""


class Unsigned(Exception):
    """There is no signature that could be checked; the text says what is wrong, and nothing of the secret."""


class Proof:
    """One client's signature on its way through a body. `identity` is the sender's own name of the message, '' without."""

    def __init__(self, client: Client, key: bytes, prefix: bytes, given: Sequence[bytes], identity: str) -> None:
        self.client = client
        self.identity = identity
        self._given = given
        self._digest = hmac.new(key, prefix, "sha256")

    def feed(self, piece: bytes) -> None:
        self._digest.update(piece)

    def holds(self) -> bool:
        """After the last piece. Compares with all that are given, in constant time."""
        own = self._digest.digest()
        return sum(hmac.compare_digest(own, one) for one in self._given) > 0


class Shopify:
    needed = ("X-Shopify-Hmac-Sha256",)
    identity = "X-Shopify-Webhook-Id"

    def __init__(self, client: Client, secret: str) -> None:
        self._client, self._key = client, secret.encode()

    def begin(self, header: Header, now: float) -> Proof:
        given = only(header, self.needed[0])
        identity = identity_of(header, self.identity) if header(self.identity.lower()) else ""
        return Proof(self._client, self._key, b"", decoded([given]), identity)


class Standard:
    needed = ("webhook-id", "webhook-timestamp", "webhook-signature")

    def __init__(self, client: Client, secret: str) -> None:
        self._client, self._key = client, signing_key(secret)

    def begin(self, header: Header, now: float) -> Proof:
        identity = identity_of(header, self.needed[0])
        timestamp, signatures = (only(header, name) for name in self.needed[1:])
        check_time(timestamp, now)
        known = [text for version, _, text in (one.partition(",") for one in signatures.split()) if version == "v1"]
        if not known:
            raise Unsigned("Header webhook-signature holds no signature of version v1.")
        prefix = f"{identity}.{timestamp}.".encode()
        return Proof(self._client, self._key, prefix, decoded(known), identity)


Signer = Shopify | Standard
SCHEMES: Mapping[str, type[Shopify] | type[Standard]] = {"shopify": Shopify, "standard": Standard}


def signer_of(client: Client, verify: Mapping[str, Any]) -> Signer:
    return SCHEMES[verify["scheme"]](client, str(verify["secret"]))


def only(header: Header, name: str) -> str:
    """The value of a header that must be there once: of two, one might be signed and the other one read."""
    values = header(name.lower())
    if len(values) > 1:
        raise Unsigned(f"Header {name} is there more than once.")
    if not values or not values[0]:
        raise Unsigned(f"Header {name} is missing.")
    return values[0]


def identity_of(header: Header, name: str) -> str:
    value = only(header, name)
    if len(value) > LONGEST_KEY:
        raise Unsigned(f"Header {name} has {len(value)} characters; it may have {LONGEST_KEY}.")
    return value


def check_time(timestamp: str, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Unsigned("Header webhook-timestamp is not a time in whole seconds.")
    if abs(now - int(timestamp)) > TOLERANCE:
        minutes = TOLERANCE // 60
        raise Unsigned(f"Header webhook-timestamp is outside of the window of {minutes} minutes. Compare the clocks.")


def decoded(texts: Sequence[str]) -> list[bytes]:
    """What is no base64 matches nothing."""
    found = []
    for text in texts:
        try:
            found.append(b64decode(text, validate=True))
        except ValueError:
            continue
    return found
