"""How a date or a time is written: codes of strptime, and what is meant by those of other tools."""

from __future__ import annotations

import datetime as dt
import re

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


def mistake_of(format: str) -> tuple[str, str] | None:
    """What is wrong with a format, and what to write; None where strptime reads it."""
    for found in re.finditer(r"%([-:]?.|$)", format):
        if found[1] not in CODES:
            known = SHORT.get(found[1])
            hint = f"write {known}" if known else "known are %Y %m %d %H %M %S %f %z %y %b %j and %% for the sign itself"
            return f"'{found[0]}' is no code of strptime", hint
    if "%" not in format:
        meant = with_codes(format)
        hint = f"write {meant}" if meant != format else "for example %d.%m.%Y"
        return "a format is written in the codes of strptime", hint
    codes = set(re.findall(r"%(.)", format))
    if "M" in codes and codes & set("dYyj") and not codes & set("mbBjcxHI"):
        return "%M is minutes, and here are neither hours nor a month", f"write {format.replace('%M', '%m')}"
    try:
        dt.datetime.strptime("", format)
    except re.error:
        return "a code stands in it twice", "write each code once"
    except ValueError:
        return None  # the empty text is no date
    return None


WRITTEN = re.compile("|".join(letters for letters, _ in LETTERS))


def with_codes(text: str) -> str:
    """`dd.MM.yyyy` as `%d.%m.%Y`; as it was where it holds other letters. `mm` beside a day or a year is the month."""
    if re.search(r"[A-SU-Za-z]", WRITTEN.sub("", text)):
        return text
    groups = [found[0] for found in WRITTEN.finditer(text)]
    meant = [dict(LETTERS)[group] for group in groups]
    for n, group in enumerate(groups):
        beside = "".join(groups[max(0, n - 1) : n + 2]).lower()
        if group == "mm" and "MM" not in groups and not beside.strip("mdy"):
            meant[n] = "%m"
    parts = iter(meant)
    return WRITTEN.sub(lambda _: next(parts), text)
