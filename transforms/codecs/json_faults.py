"""Why a text is not JSON, and exactly where: the slow, exact reader behind the fast one (RFC 8259)."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from transforms.codecs.places import excerpt, line_column, place
from transforms.depth import DEEPEST

WIDEST = 6144
"""The largest exponent of a number, as in decimal128 (IEEE 754)."""
LONGEST_EXACT = 262_144
"""Characters up to which a text is read again to say exactly what is wrong: a second of work at most."""
UNPLACED = (
    ("truncated", "the text ends before its value does"), ("recursion", f"nested deeper than {DEEPEST} levels"),
    ("range", "a whole number has more digits than are read"),
)  # fmt: skip
"""What the fast reader says without a place, and what it means."""
BYTE = re.compile(r"(?:JSON is malformed: )?(.*?) \(byte (\d+)\)")
SPACE = re.compile(r"[ \t\r\n]*+")
STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*"')
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9A-Za-z.+-])")
"""Groups are not possessive: Python before 3.11.5 goes on from where one failed half-way (gh-106052)."""
WORD = re.compile(r"(?:true|false|null)\b")
NOT_NUMBERS = re.compile(r"[-+]?(?:NaN|Infinity|inf|nan)\b")


class Fault(Exception):
    """What is wrong at a character."""

    def __init__(self, at: int, what: str) -> None:
        super().__init__(what)
        self.at = at
        self.what = what


@dataclass(slots=True)
class Container:
    """An open `{` or `[`; `keys` of an object, with where each stands."""

    at: int
    keys: dict[str, int] | None = None


@dataclass(slots=True)
class Reader:
    """Reads a text token by token without recursion, so that no depth can hurt. `line` is the number of a text that is one
    line of many, else 0."""

    text: str
    line: int = 0
    at: int = 0
    open: list[Container] = field(default_factory=list)

    def read(self) -> None:
        """Raises Fault at the first thing that is not JSON, a doubled key, or a depth over 200."""
        self.value()
        while self.open:
            self.member()
        if self.peek():
            whole = "line" if self.line else "message"
            raise Fault(self.at, f"{self.rest()} stands after the end of the value; a {whole} is one JSON value")

    def peek(self) -> str:
        self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at:self.at + 1]

    def rest(self) -> str:
        return excerpt(self.text[self.at:self.at + 20]) if self.at < len(self.text) else "the end of the text"

    def value(self) -> None:
        mark = self.peek()
        if mark in ("{", "[") and mark:
            self.enter(mark)
        elif mark == '"':
            self.string()
        else:
            self.scalar()

    def enter(self, mark: str) -> None:
        self.open.append(Container(self.at, {} if mark == "{" else None))
        if len(self.open) > DEEPEST:
            raise Fault(self.at, f"nested deeper than {DEEPEST} levels")
        self.at += 1
        if self.peek() == ("}" if mark == "{" else "]"):
            self.leave()
        else:
            self.item()

    def leave(self) -> None:
        self.open.pop()
        self.at += 1

    def item(self) -> None:
        if self.open[-1].keys is not None:
            self.key(self.open[-1].keys)
        self.value()

    def key(self, keys: dict[str, int]) -> None:
        if self.peek() != '"':
            raise Fault(self.at, f"{self.rest()} stands where a key in double quotes is expected")
        start = self.at
        key = self.string()
        if key in keys:
            line, column = line_column(self.text, keys[key], self.line)
            raise Fault(start, f"the key {excerpt(key)} stands twice in one object, first at line {line}, "
                               f"column {column}; which one is meant cannot be known")
        keys[key] = start
        if self.peek() != ":":
            raise Fault(self.at, f"{self.rest()} stands where ':' after the key {excerpt(key)} is expected")
        self.at += 1

    def member(self) -> None:
        container = self.open[-1]
        end = "]" if container.keys is None else "}"
        mark = self.peek()
        if mark == end:
            self.leave()
        elif mark == ",":
            self.at += 1
            if self.peek() == end:
                raise Fault(self.at, f"{end!r} stands after a comma; a value is expected")
            self.item()
        else:
            line, column = line_column(self.text, container.at, self.line)
            raise Fault(self.at, f"{self.rest()} stands where ',' or {end!r} is expected (opened at line {line}, "
                                 f"column {column})")

    def string(self) -> str:
        match = STRING.match(self.text, self.at)
        if match is None:
            raise self.bad_string()
        start, self.at = self.at, match.end()
        token = match[0]
        if "\\" not in token:
            return token[1:-1]
        value = str(json.loads(token))
        try:
            value.encode()
        except UnicodeEncodeError as wrong:
            raise Fault(start, f"a text holds the lone surrogate U+{ord(value[wrong.start]):04X}, "
                               "which is half a character") from None
        return value

    def bad_string(self) -> Fault:
        good = re.compile(STRING.pattern[:-1]).match(self.text, self.at)
        end = good.end() if good else self.at
        if end >= len(self.text):
            return Fault(self.at, "a text is opened here and never closed")
        wrong = self.text[end]
        if wrong == "\\":
            return Fault(end, f"{excerpt(self.text[end:end + 2])} is not an escape of JSON")
        return Fault(end, f"the control character U+{ord(wrong):04X} stands in a text; it must be escaped")

    def scalar(self) -> None:
        match = WORD.match(self.text, self.at) or NUMBER.match(self.text, self.at)
        if match is None:
            not_a_number = NOT_NUMBERS.match(self.text, self.at)
            if not_a_number:
                raise Fault(self.at, f"{not_a_number[0]} is not a number in JSON")
            raise Fault(self.at, f"{self.rest()} stands where a value is expected")
        if match.re is NUMBER:
            self.number(match[0])
        self.at = match.end()

    def number(self, digits: str) -> None:
        try:
            number = Decimal(digits)
        except InvalidOperation:
            number = None
        if number is None or not -WIDEST <= number.adjusted() <= WIDEST:
            raise Fault(self.at, f"the number {excerpt(digits)} has an exponent out of range") from None
        longest = sys.get_int_max_str_digits()
        if len(digits) > longest and digits.lstrip("-").isdigit():
            raise Fault(self.at, f"a whole number has {len(digits)} digits; at most {longest} are read")


def fault_of(text: str, before: int = 0, line: int = 0) -> str | None:
    """One sentence with line, column and byte, or None where the text is JSON without doubled keys; `before` is how many
    bytes stand before it, `line` its number where it is one line of many."""
    try:
        Reader(text, line).read()
    except Fault as fault:
        return f"{place(text, fault.at, before, line)}: {fault.what}"
    return None


class Doubled(Exception):
    """A key stands twice in one object."""


def doubled_key(text: str) -> str | None:
    """A key that stands twice in one object of a text that is JSON."""
    try:
        DOUBTER.decode(text)
    except Doubled as found:
        return str(found)
    return None


def unique(pairs: list[tuple[str, object]]) -> None:
    """Raises Doubled."""
    if len(dict(pairs)) < len(pairs):
        keys = sorted(key for key, _ in pairs)
        raise Doubled(next(key for key, after in pairwise(keys) if key == after))


DOUBTER = json.JSONDecoder(object_pairs_hook=unique, parse_int=str, parse_float=str)


def coarse(key: str | None) -> str:
    """Of a text that is too long to say where: a doubled key, or else its depth."""
    if key is None:
        return f"nested deeper than {DEEPEST} levels"
    return f"the key {excerpt(key)} stands twice in one object; which one is meant cannot be known"


def cut_short(text: str) -> bool:
    """Whether a text is no JSON even for a reader that knows no surrogates."""
    try:
        DOUBTER.decode(text)
    except Doubled:
        return False
    except ValueError:
        return True
    return False


def coarse_place(text: str, raw: bytes, before: int, line: int, said: str) -> str:
    """Of a text that is too long to read it again: what the fast reader says of it, and where."""
    found = BYTE.fullmatch(said)
    if found is None:
        what = next((sentence for word, sentence in UNPLACED if word in said), "a number has an exponent out of range")
        if "truncated" in said and not cut_short(text):
            what = "a text holds a lone surrogate, which is half a character"
        return f"{f'line {line} (byte {before}): ' if line else ''}{what}"
    at = len(raw[: int(found[2])].decode(errors="replace"))
    return f"{place(text, at, before, line)}: {found[1]}"
