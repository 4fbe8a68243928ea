"""Texts that are taken as they stand: names of the other system's, patterns of files, addresses. `{{ }}` is refused there,
since it would be taken literally."""

from __future__ import annotations

import re
from typing import Any

from router.config.schema.fields import Text
from router.config.schema.mistakes import kind, wrong
from router.config.schema.shapes import Named
from router.config.schema.templates import ROOTS, fixed

VALUE_IN_SQL = re.compile(rf"\{{\{{-?\s*(?:{'|'.join(sorted(ROOTS))})\b")
"""Two braces alone may stand there: an array of PostgreSQL is '{{1,2},{3,4}}'."""
SETTING = "write ${env:NAME} for a setting"


def refuse_template(value: str, expected: str, hint: str = "") -> None:
    """Raises Wrong."""
    if "{{" in value or fixed(value) != value:
        raise kind(value, expected, hint)


class PlainName(Text):
    """The name of a queue, a stream, a table. `changing`: what to write for one that changes with the message."""

    expected = "a plain name"
    form = r"(?![\s\S]*\{\{)[\s\S]*\S[\s\S]*"

    def __init__(self, note: str = "", changing: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.changing = changing

    def check(self, value: str) -> Any:
        refuse_template(value, self.expected, f"it is taken as it stands: {self.changing}" if self.changing else "")
        return super().check(value)


class PlainPath(PlainName):
    """Where a folder is."""

    expected = "a plain path"


class NamedPlainly(Named):
    """Values by names that are taken as they stand: columns, parameters of an address."""

    form = r"(?![\s\S]*\{\{)[\s\S]*"

    def accept_name(self, name: str) -> None:
        refuse_template(name, "a plain name", "it is taken as it stands: only its value may change")


class Statement(Text):
    """A statement of SQL, which no value of a message becomes a part of."""

    def check(self, value: str) -> Any:
        if VALUE_IN_SQL.search(value):
            raise wrong(value, "a statement holds no {{ }}", "write :name, and the value in 'params'")
        return super().check(value)
