"""`retry`, `keep`, `defaults` and `limits`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from router.config.nearest import did_you_mean
from router.config.schema.fields import Entry, Factor, Text, Whole, Word
from router.config.schema.measures import Duration, Share, Size
from router.config.schema.mistakes import wrong
from router.config.schema.shapes import Listing, Nest, Words
from router.limits import Limits
from router.reasons import RETRIED
from router.route import Keep, RetryPolicy

CLASSES = tuple(RETRIED)
WHEN_DEAD = ("skip", "hold")


class ErrorName(Text):
    """A class of error, a status, or a class of statuses."""

    form = r"[1-5]\d\d|[1-5]xx"

    def alternatives(self) -> Sequence[Entry | str]:
        return (*CLASSES, Text(form=self.form), Whole(least=100, most=599))

    def read(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        return super().read(value)

    def check(self, value: str) -> Any:
        if value in CLASSES or re.fullmatch(self.form, value):
            return value
        expected = f"one of {', '.join(CLASSES)}, a status such as 429 or a class such as 5xx"
        hint = f"write {value.lower()}" if re.fullmatch(r"[1-5]XX", value) else ""
        nearest = did_you_mean(value, CLASSES, otherwise=False)
        raise wrong(value, expected, hint or nearest or "write a class such as 5xx, a status such as 429, or any for all")


class Retry(Words):
    """Keys that are not given keep the values of `defaults.retry`, then of the product."""

    product = RetryPolicy()

    first = Duration("Wait after the first failure.")
    factor = Factor("Each wait is this many times the one before.")
    max = Duration("The longest wait.")
    jitter = Share("How much each wait varies by chance.")
    for_ = Duration("How long it is tried; the time stands still while the breaker is open.", data_key="for")
    errors = Listing(ErrorName(), "What is tried again; anything else is dead at once.")
    attempts = Whole("At most so many tries; the first counts.", least=1)


class KeepWords(Words):
    product = Keep()

    bodies = Duration("How long bodies of messages that have ended are kept.", unit="d")
    messages = Duration("How long messages that have ended are kept.", unit="d")
    dead = Duration("How long dead letters are kept.", unit="d")


class Defaults(Words):
    retry = Nest(Retry, "The retry policy of every target; a target replaces the keys that it names.")
    keep = Nest(KeepWords, "How long things are kept.")
    when_dead = Word(WHEN_DEAD, "What happens to the key behind a dead delivery.")


class LimitsWords(Words):
    """Over these nothing is taken in until there is room again."""

    product = Limits()

    open = Whole("So many deliveries may be open in all; the records of a chunk of a file count once.", least=1)
    blobs = Size("So much space large bodies may take.")
    disk = Size("So much must be free on the disk of var; else a twentieth of it, at most 1GiB.")
    delay = Duration("A write into the ledger may take so long.")
