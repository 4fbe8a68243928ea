"""Fields of the grammar that hold a number with its unit, and what people meant by one that is written otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from router.config import scalars
from router.config.schema.fields import Entry
from router.config.schema.mistakes import kind, wrong


class Measure(Entry):
    """A number with its unit, in one word."""

    what = "a number with its unit"
    parse: Callable[[str], float]
    unit = ""
    usual = ""
    form = ""
    units: Mapping[str, float] = {}

    def __init__(self, note: str = "", most: str | None = None, unit: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.most = most
        self.unit = unit or self.unit

    def read(self, value: Any) -> Any:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            raise wrong(value, f"{self.what} has a unit", f"write {self.with_unit(value)}")
        if not isinstance(value, str):
            raise kind(value, self.what, self.helps)
        return self.measure(value)

    def measure(self, value: str) -> float:
        parse = type(self).parse
        try:
            number = parse(value)
        except ValueError as error:
            raise wrong(value, str(error), self.hint(value) or self.helps) from None
        if self.most is not None and number > parse(self.most):
            raise wrong(value, f"at most {self.most} is possible here", f"write {self.most} or less")
        return number

    @property
    def helps(self) -> str:
        return f"for example {self.usual}"

    def with_unit(self, value: int | Decimal) -> str:
        """What a bare number probably means."""
        return f"{value}{self.unit}"

    def hint(self, value: str) -> str:
        return ""

    @property
    def expected(self) -> str:
        """The sentence that its reader refuses a text with."""
        try:
            type(self).parse("")
        except ValueError as error:
            return str(error)
        return self.what

    def written(self, number: float) -> str:
        """The number in the largest unit that it is whole in: 90.0 is `90s`, 120.0 is `2m`."""
        unit, one = max(((u, one) for u, one in self.units.items() if number % one == 0), key=lambda found: found[1])
        return f"{number / one:.0f}{unit}"


class Duration(Measure):
    what, unit, usual = "a duration", "s", "10s"
    form, units, examples = scalars.DURATION, scalars.SECONDS, ("500ms", "10s", "5m", "2h", "7d")
    parse = staticmethod(scalars.duration)

    def hint(self, value: str) -> str:
        if months := re.fullmatch(r"([1-9]\d{0,3})M", value):
            return f"write {30 * int(months[1])}d for months, {months[1]}m for minutes"
        meant = f"{int(value)}{self.unit}" if re.fullmatch(r"0*[1-9]\d{0,8}", value) else meant_duration(value)
        return f"write {meant}" if meant else ""


ONE_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|mil|s|mo|m|h|d|w|y)[a-z]*\.?\s*(?:and\b|,)?\s*")
MILLISECONDS = {"ms": 1, "mil": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
                "mo": 2_592_000_000, "y": 31_536_000_000}  # fmt: skip


def meant_duration(value: str) -> str:
    """`1.5h`, `1d12h`, `5 minutes`, `PT5M`, `2 weeks`, `12:30` (of YAML 1.1: 12 minutes and 30 seconds) as a duration is
    written here; '' where nothing is known."""
    text = value.strip().lower()
    if clock := re.fullmatch(r"(\d+):([0-5]\d)", text):
        return f"{int(clock[1]) * 60 + int(clock[2])}s"
    if re.fullmatch(r"p(\d+[dw])?(t.+)?", text):
        text = text[1:].replace("t", "")
    whole, left = 0, text
    while left and (found := ONE_PART.match(left)):
        amount = Decimal(found[1].replace(",", ".")) * MILLISECONDS[found[2]]
        whole, left = whole + int(amount), left[found.end() :]
    if left or not whole:
        return ""
    unit, one = max(((u, n) for u, n in MILLISECONDS.items() if u in scalars.SECONDS and whole % n == 0), key=lambda f: f[1])
    return f"{whole // one}{unit}"


class Size(Measure):
    what, unit, usual = "a size", "B", "16MiB"
    form, units, examples = scalars.SIZE, scalars.BYTES, ("64KiB", "16MiB", "2GiB")
    parse = staticmethod(scalars.size)

    def hint(self, value: str) -> str:
        found = re.fullmatch(r"(\d+)\s*([kmg])i?(?:b|bytes?)?", value.strip().lower())
        return f"write {found[1]}{found[2].upper()}iB" if found else ""


class Rate(Measure):
    what, unit, usual = "a rate", "/s", "20/s"
    form, examples = scalars.RATE, ("20/s", "600/min", "1000/h")
    parse = staticmethod(scalars.rate)

    def hint(self, value: str) -> str:
        found = re.fullmatch(r"(\d+)\s*(?:/|per|p)?\s*(s|m|h)[a-z]*", value.strip().lower())
        many = found is not None and int(found[1]) > 0
        return f"write {found[1]}/{ {'s': 's', 'm': 'min', 'h': 'h'}[found[2]] }" if found and many else ""


class Share(Measure):
    """A bare number below 1 is a fraction."""

    what, unit, usual = "a share", "%", "20%"
    form, examples = scalars.SHARE, ("20%",)
    parse = staticmethod(scalars.share)

    def hint(self, value: str) -> str:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:%|percent|pct)?", value.strip().lower())
        return f"write {found[1]}%" if found and Decimal(found[1]) <= 100 else ""

    def with_unit(self, value: int | Decimal) -> str:
        return f"{(value * 100).normalize():f}%" if isinstance(value, Decimal) and 0 < value < 1 else super().with_unit(value)

    def written(self, number: float) -> str:
        return f"{number * 100:g}%"
