"""What is fuzzed: one function of bytes, and what may come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from router.errors import MessageError

TESTS = Path(__file__).parents[1]
LONGEST_SEED = 4096
LONGEST_REASON = 2000
NOT_FOR_PEOPLE = re.compile(r"Traceback|<class '| object at 0x|NoneType")
"""What Python says of itself, and people should not read."""


class Wrong(AssertionError):
    """An input got something else than an answer, or one of the errors that are told."""


@dataclass(frozen=True)
class Target:
    """`one` answers an input, with something whose `repr` is the same whenever the answer is; `errors` are what it may
    raise. `seeds` are patterns of files below tests/, `written` further seeds. With several `variants` the last byte of an
    input says which: each seed is taken with all of them. `words` names
    a file of words/, of what the fuzzer puts in as a whole."""

    name: str
    one: Callable[[bytes], object]
    errors: tuple[type[Exception], ...] = (MessageError,)
    seeds: tuple[str, ...] = ()
    written: tuple[bytes, ...] = ()
    variants: int = 1
    words: str = ""
    longest: int = 4096

    def inputs(self) -> list[bytes]:
        """What the fuzzer begins with, in a fixed order."""
        whole = [path.read_bytes() for path in files(self.seeds)] + list(self.written)
        if self.variants == 1:
            return whole
        return [seed + bytes([n]) for seed in whole for n in range(self.variants)]


def files(patterns: Iterable[str]) -> list[Path]:
    found = {path for pattern in patterns for path in TESTS.glob(pattern)}
    return sorted(path for path in found if path.is_file() and path.stat().st_size <= LONGEST_SEED)


def look(target: Target, data: bytes) -> None:
    """Raises whatever is not in order with an input. Some are given twice: what comes out may not depend on what was
    there before."""
    first = answer(target, data)
    if crc32(data) % 4 == 0:
        again = answer(target, data)
        if first != again:
            raise Wrong(f"the same input has two answers: {first!r:.300} and {again!r:.300}")


def answer(target: Target, data: bytes) -> str:
    try:
        return repr(target.one(data))
    except target.errors as error:
        told(str(error))
        return f"{type(error).__name__}: {error}"


def told(reason: str) -> None:
    """A reason is for people, and is stored. Raises Wrong."""
    if not reason.strip():
        raise Wrong("an error says nothing")
    if len(reason) > LONGEST_REASON:
        raise Wrong(f"an error has {len(reason)} characters: {reason[:300]!r} …")
    if NOT_FOR_PEOPLE.search(reason):
        raise Wrong(f"an error shows the inside of the program: {reason!r}")
    try:
        reason.encode()
    except UnicodeEncodeError:
        raise Wrong(f"an error cannot be stored: {reason!r}") from None


def last_byte(data: bytes) -> tuple[bytes, int]:
    """An input, and the variant that its last byte says."""
    return data[:-1], data[-1] if data else 0
