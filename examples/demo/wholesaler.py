"""Delivery notes as the wholesaler's host prints them into a file: fixed width, cp850, the sign behind the number."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

NOTES = 40
SUPPLIER = "4012345000009"
STORES = ("0042", "0043", "0044")
GOODS = {
    "4012345": ("article", ("MÜSLI 500G", "KÄSE JUNG", "RÖSTKAFFEE 1KG", "WEIßWEIN 0,7L")),
    "3017620": ("article", ("CRÈME FRAÎCHE", "CONFITURE 370G")),
    "9783161": ("book", ("KOCHBUCH DER MÜLLERIN", "ZÜGE UND WÄLDER")),
    "2812345": ("in store", ("GOUDA AM STÜCK", "LACHS, LOSE")),
}
"""By the first digits of their numbers: what kind of goods they are, and their names."""
EMPTIES = "MW-KISTE LEER"
GARBLED, MISTYPED = 12, 29
"""Notes (from 1) in which a quantity is not a number, and a check digit is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """An article as the wholesaler knows it; empties that go back are negative."""

    number: str
    kind: str
    what: str
    quantity: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Note:
    """A delivery note."""

    number: str
    store: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def articles(self) -> list[Line]:
        return [line for line in self.lines if line.quantity > 0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The file, and the notes in it that are whole."""

    name: str
    raw: bytes
    good: tuple[Note, ...]
    broken: int


def delivery(count: int = NOTES) -> Delivery:
    """The same file on every run."""
    chance = random.Random(1985)
    notes = [note(chance, number) for number in range(1, count + 1)]
    texts = [text for number, one in enumerate(notes, 1) for text in printed(one, number)]
    good = tuple(one for number, one in enumerate(notes, 1) if number not in (GARBLED, MISTYPED))
    return Delivery("NOTES_20260301.txt", "\r\n".join([*texts, ""]).encode("cp850"), good, count - len(good))


def note(chance: random.Random, number: int) -> Note:
    lines = [line(chance) for _ in range(chance.randint(1, 6))]
    if number % 4 == 0:
        lines.append(Line(ean(f"40123459{number:04d}"), "article", EMPTIES, -chance.randint(1, 9), Decimal("1.50")))
    return Note(f"LS{number:08d}", STORES[number % len(STORES)], tuple(lines))


def line(chance: random.Random) -> Line:
    """Mostly articles of a German and a French maker, now and then a book, or what is weighed in the store."""
    prefix = chance.choices(list(GOODS), (60, 20, 10, 10))[0]
    kind, names = GOODS[prefix]
    number = ean(f"{prefix}{chance.randint(0, 99999):05d}")
    return Line(number, kind, chance.choice(names), chance.randint(1, 48), Decimal(chance.randint(19, 4999)) / 100)


def ean(twelve: str) -> str:
    """With its check digit: from the right, every other digit counts three times."""
    weighed = sum(int(digit) * weight for digit, weight in zip(reversed(twelve), (3, 1) * 6, strict=True))
    return f"{twelve}{(10 - weighed % 10) % 10}"


def printed(one: Note, number: int) -> list[str]:
    """The lines of a note, and what a bad cable and a tired clerk made of two of them."""
    lines = [f"P{line.number:14}{line.what:24}{signed(line.quantity, 6)}{cents(line.price):08d}" for line in one.lines]
    if number == GARBLED:
        lines[0] = f"{lines[0][:41]}#{lines[0][42:]}"
    if number == MISTYPED:
        lines[0] = f"{lines[0][:13]}{(int(lines[0][13]) + 1) % 10}{lines[0][14:]}"
    end = f"E{len(one.lines):04d}{signed(cents(one.total), 11)}"
    return [f"H{one.number}{SUPPLIER}{one.store}20260301", *lines, end]


def signed(value: int, width: int) -> str:
    """Digits, and behind them a minus or nothing."""
    return f"{abs(value):0{width - 1}d}{'-' if value < 0 else ' '}"


def cents(value: Decimal) -> int:
    return int(value * 100)
