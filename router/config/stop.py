"""Where the parser of YAML stopped, and why."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.tokens import ScalarToken, Token

NO_VALUE = re.compile(r"mapping values are not allowed")
BLOCK_END = "<block end>"


class Explained(NamedTuple):
    """Line and column count from 1."""

    line: int
    column: int
    message: str
    hint: str


class Stop:
    """Where the parser stopped, and why; `first` is where it began what it was reading. Lines and columns count from 0."""

    def __init__(self, text: str, error: MarkedYAMLError) -> None:
        self.text, self.error = text, error
        mark: Any = error.problem_mark or error.context_mark
        context: Any = error.context_mark or mark
        self.line: int = mark.line if mark else 0
        self.column: int = mark.column if mark else 0
        self.first: int = context.line if context else 0
        self.first_column: int = context.column if context else 0
        self.said = str(error.problem or error)

    @cached_property
    def lines(self) -> list[str]:
        return re.split(r"\r\n|[\r\n\x85\u2028\u2029]", self.text)

    def at(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    @property
    def here(self) -> str:
        """From where it stopped to the end of the line."""
        return self.at(self.line)[self.column :]

    @cached_property
    def quoted(self) -> Token | None:
        """The last text in quotes that begins in front of where it stopped."""
        last: Token | None = None
        try:
            for token in YAML(typ="safe", pure=True).scan(self.text):
                if (token.start_mark.line, token.start_mark.column) >= (self.line, self.column):
                    break
                if isinstance(token, ScalarToken) and token.style in ("'", '"'):
                    last = token
        except (YAMLError, ValueError):
            pass
        return last
