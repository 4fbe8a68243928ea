"""Durations, sizes, rates, shares, ids, and the plain scalars of YAML 1.2. Each reader raises ValueError with what it
expects, for a sentence that begins with the value."""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal

ID = re.compile(r"[a-z][a-z0-9-]*")
KEY_NAME = re.compile(r"[a-z][a-z0-9_-]*")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
PER_SECOND = {"s": 1, "min": 60, "h": 3600}

DURATION = r"([0-9]{1,9})(ms|s|m|h|d)"
SIZE = r"([0-9]{1,15})(B|KiB|MiB|GiB)"
RATE = r"([0-9]{1,9})/(s|min|h)"
SHARE = r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%"

_INT = re.compile(r"[-+]?[0-9]{1,400}")
_BASED = re.compile(r"0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_WORDS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
}


def plain(text: str) -> str | int | bool | Decimal | None:
    """What a plain scalar is by the core schema of YAML 1.2; numbers are exact, `no` and `12:30` are texts."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return Decimal(text) if _FLOAT.fullmatch(text) else text


def duration(text: str) -> float:
    """Seconds."""
    found = re.fullmatch(DURATION, text)
    if not found or not int(found[1]):
        raise ValueError("a duration is a whole positive number with a unit: 500ms, 10s, 5m, 2h, 7d")
    return int(found[1]) / 1000 if found[2] == "ms" else int(found[1]) * SECONDS[found[2]]


def size(text: str) -> int:
    """Bytes."""
    found = re.fullmatch(SIZE, text)
    if not found or not int(found[1]):
        raise ValueError("a size is a whole positive number with a unit: 500B, 64KiB, 16MiB, 2GiB")
    return int(found[1]) * BYTES[found[2]]


def rate(text: str) -> float:
    """Per second."""
    found = re.fullmatch(RATE, text)
    if not found or not int(found[1]):
        raise ValueError("a rate is a whole positive number per unit of time: 20/s, 600/min, 1000/h")
    return int(found[1]) / PER_SECOND[found[2]]


def share(text: str) -> float:
    """A fraction from 0 to 1."""
    found = re.fullmatch(SHARE, text)
    if not found or Decimal(found[1]) > 100:
        raise ValueError("a share is a percentage from 0% to 100%: 20%")
    return float(Decimal(found[1]) / 100)


def signing_key(secret: str) -> bytes:
    """The key of a secret of Standard Webhooks: base64, with or without `whsec_` before it and its padding."""
    text = secret.strip().removeprefix("whsec_").rstrip("=")
    try:
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError("a secret of the scheme standard is whsec_ and base64, as the sender shows it")
    return key
