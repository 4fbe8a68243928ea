"""YAML files of the engineer's content, read as routes.yaml is: the same parser, the same words for what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from router.config.located import Located, locate
from router.config.problems import Problem, in_order
from router.config.references import Complaint, Resolver
from router.config.yaml import parse
from router.registry import ContentError


@dataclass(frozen=True, slots=True)
class AsWritten(Resolver):
    """References stand in routes.yaml alone; in content `${` is text."""

    def resolve(self, text: str) -> tuple[str, list[Complaint]]:
        return text, []


def located(raw: bytes, path: str) -> Located:
    """Never raises; `problems` says what cannot be read."""
    return locate(parse(raw, path), AsWritten({}))


def as_content_error(problems: Iterable[Problem], path: str) -> ContentError:
    """All of them as one error: the first, and the others below it."""
    first, *others = (
        ContentError(one.message, path, one.line, one.column, one.hint) for one in in_order(problems)
    )  # fmt: skip
    first.others = others
    return first
