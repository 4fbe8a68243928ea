"""How a date or a time is written: codes of strptime, and what is meant by those of other tools."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from router.config.schema.fields import Text
from router.config.schema.mistakes import wrong

CODES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
SHORT = {
    "F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y", "e": "%d", "-d": "%d", "-m": "%m", "-H": "%H", "k": "%H",
    "l": "%I", "L": "%f", "N": "%f", "h": "%b", "Q": "%f", "i": "%M", "n": "%m", "o": "%d", "P": "%p", "s": "%S", ":z": "%z",
}  # fmt: skip
"""Codes of strftime or of other tools that strptime does not read, and the nearest ones that it does."""
LETTERS = (
    ("yyyy", "%Y"), ("YYYY", "%Y"), ("yy", "%y"), ("YY", "%y"), ("MMM", "%b"), ("MM", "%m"), ("DD", "%d"), ("dd", "%d"),
    ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("SSS", "%f"),
)  # fmt: skip
"""Of Java, .NET and Excel."""


class MomentFormat(Text):
    """`%d.%m.%Y`"""

    def check(self, value: str) -> Any:
        for found in re.finditer(r"%([-:]?.|$)", value):
            if found[1] not in CODES:
                known = SHORT.get(found[1])
                hint = f"write {known}" if known else "known are %Y %m %d %H %M %S %f %z %y %b %j and %% for the sign itself"
                raise wrong(value, f"'{found[0]}' is no code of strptime", hint)
        if "%" not in value:
            meant = with_codes(value)
            expected = "a format is written in the codes of strptime"
            raise wrong(value, expected, f"write {meant}" if meant != value else "for example %d.%m.%Y")
        try:
            dt.datetime.strptime("", value)
        except re.error:
            raise wrong(value, "a code stands in it twice", "write each code once") from None
        except ValueError:
            pass  # the empty text is no date
        return super().check(value)


WRITTEN = re.compile("|".join(letters for letters, _ in LETTERS))


def with_codes(text: str) -> str:
    """`dd.MM.yyyy` as `%d.%m.%Y`; as it was where it holds other letters."""
    if re.search(r"[A-SU-Za-z]", WRITTEN.sub("", text)):
        return text
    return WRITTEN.sub(lambda found: dict(LETTERS)[found[0]], text)
