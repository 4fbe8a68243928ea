"""All codes, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from router.config.codes import bodies, content, grammar, links, reading, rules, settings, tests
from router.config.codes.code import Code, number_of
from router.config.nearest import nearest

ROOMS = (reading, grammar, settings, content, links, rules, bodies, tests)
CATALOGUE: Mapping[str, Code] = {code.number: code for room in ROOMS for code in room.CODES}


def code_of(text: str) -> Code | None:
    """The code that people write as `E0123`, `W0123` or `123`."""
    return CATALOGUE.get(number_of(text) or "")


def near_codes(text: str) -> list[str]:
    """Names of codes that may have been meant: the nearest, and the others of its hundred."""
    number = number_of(text) or text
    names = {code.number: code.name for code in CATALOGUE.values()}
    hundred = [one for one in names if one[:2] == number[:2]]
    close = nearest(number, hundred or names)
    found = [close] if close else []
    found += [one for one in hundred if one not in found]
    return [names[one] for one in found]
