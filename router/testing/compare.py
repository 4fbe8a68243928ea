"""Structures that are expected beside those that came out: each difference with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

SHOWN = 200
"""Characters of a value that a difference shows."""
NUMBERS = (int, float, Decimal)
ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


class Nothing:
    """What stands for a value that is not there."""


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as expected; either side may be NOTHING."""

    path: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.path}: expected {show(self.expected)}, got {show(self.got)}"


def show(value: Any, most: int | None = SHOWN) -> str:
    """As JSON, of so many characters at most."""
    if isinstance(value, Nothing):
        return "nothing"
    text = ENCODER.encode(value).decode()
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


def differences(expected: Any, got: Any, path: str = "body") -> Iterator[Difference]:
    """Where two structures are not the same. Numbers are the same by value; a number and a text never are."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for name in expected:
            yield from differences(expected[name], got.get(name, NOTHING), below(path, name))
        for name in [name for name in got if name not in expected]:
            yield Difference(below(path, name), NOTHING, got[name])
    elif is_list(expected) and is_list(got):
        for n in range(max(len(expected), len(got))):
            yield from differences(item(expected, n), item(got, n), f"{path}[{n}]")
    elif not same(expected, got):
        yield Difference(path, expected, got)


def lacking(expected: Any, got: Any, path: str = "body") -> Iterator[Difference]:
    """What `got` does not include. A mapping may have more fields; a list has each expected item somewhere, in that order;
    a list includes a mapping that one of its items includes; a text includes its parts."""
    if isinstance(expected, Mapping) and is_list(got):
        yield from lacking([expected], got, path)
    elif isinstance(expected, Mapping) and isinstance(got, Mapping):
        for name in expected:
            yield from lacking(expected[name], got.get(name, NOTHING), below(path, name))
    elif is_list(expected) and is_list(got):
        yield from lacking_items(expected, got, path)
    elif isinstance(expected, str) and isinstance(got, str):
        if expected not in got:
            yield Difference(path, expected, got)
    elif not same(expected, got):
        yield Difference(path, expected, got)


def lacking_items(expected: Any, got: Any, path: str) -> Iterator[Difference]:
    at = 0
    for one in expected:
        found = next((n for n in range(at, len(got)) if not any(lacking(one, got[n]))), None)
        if found is not None:
            at = found + 1
        elif len(expected) == len(got) == 1:  # there is one that was meant
            yield from lacking(one, got[0], f"{path}[0]")
        else:
            yield Difference(f"{path}[{at}…]" if at else path, one, got[at:])


def same(expected: Any, got: Any) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, NUMBERS) and isinstance(got, NUMBERS):
        return exact(expected) == exact(got)
    return type(expected) is type(got) and bool(expected == got)


def exact(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def item(values: Any, n: int) -> Any:
    return values[n] if n < len(values) else NOTHING


def is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def below(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
