"""Dates and times by strptime's codes, without its leniency where that guesses."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

ADJOINING = re.compile(r"%[YymdHMSfj]%[YymdHMSfj]")
"""Numbers with nothing between them: of `2026112`, strptime makes the 2nd of November."""


@lru_cache(maxsize=1024)
def adjoins(format: str) -> bool:
    return ADJOINING.search(format) is not None


def moment(text: str, format: str) -> dt.datetime:
    """Raises ValueError; also where numbers adjoin and one of them is shorter than its code says."""
    found = dt.datetime.strptime(text, format)
    if adjoins(format) and found.strftime(format) != text:
        raise ValueError(f"{text!r} is shorter than {format}")
    return found
