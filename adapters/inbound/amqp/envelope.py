"""A delivery as an envelope: which of its headers and properties the message has, and what of it is not read."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Mapping

import msgspec

from adapters.inbound.amqp.delivery import Delivery
from router.headers import AUTHORIZATION
from router.ledger import End

SECRET = frozenset({AUTHORIZATION, "proxy-authorization", "cookie"})
"""Headers that are never stored."""
KEPT = ("message-id", "correlation-id", "type", "app-id", "user-id", "reply-to", "expiration", "priority", "timestamp",
        "content-encoding")  # fmt: skip
"""Properties that are headers of the message, `amqp-` before their names. The content type is its content type."""
OF_THE_BROKER = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")
"""What the names of headers begin with that a broker sets by itself when a message was returned, expired or comes again."""
PLAIN = frozenset({"", "identity", "binary", "none"})
"""Content encodings that say: the body is as it is."""


def headers_of(delivery: Delivery) -> Mapping[str, str]:
    """Names in lower case; what stands under several is joined, as headers of HTTP are. Properties stand over headers of
    the same name."""
    headers: dict[str, str] = {}
    for name, text in delivery.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    for secret in SECRET & headers.keys():
        del headers[secret]
    properties = delivery.properties
    headers.update((f"amqp-{name}", properties[name]) for name in KEPT if name in properties)
    if delivery.exchange:
        headers["amqp-exchange"] = delivery.exchange
    if delivery.routing_key:
        headers["amqp-routing-key"] = delivery.routing_key
    return headers


def name_of(id: str, headers: Mapping[str, str]) -> str:
    """A sender may give an id twice: the same id with other headers is another message. (Other bodies are told apart by
    their hash.)"""
    own = sorted(one for one in headers.items() if not one[0].startswith(OF_THE_BROKER))
    return f"{id}/{hashlib.sha256(msgspec.json.encode(own)).hexdigest()[:16]}"


def unread(delivery: Delivery) -> End | None:
    """The end of a message whose body is packed: it is kept as it came, and nobody guesses."""
    encoding = delivery.properties.get("content-encoding", "").strip().lower()
    if encoding in PLAIN or _is_charset(encoding):
        return None
    reason = f"content_encoding {encoding[:40]!r} is not read here; have the sender put in the body as it is"
    return End("dead", "decode", "encoding", reason)


def _is_charset(name: str) -> bool:
    """Many clients write the charset there (`utf-8`)."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False
