"""Reads `transforms/layouts/NAME.yaml`; every mistake of the file is told at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from router.config.findings import Findings, Place
from router.config.located import locate
from router.config.problems import Problem, in_order
from router.config.references import Complaint, Resolver
from router.config.schema.shapes import load
from router.config.yaml import parse
from router.ports import Content
from router.registry import ContentError
from transforms.codecs.fixed.check import check_layout
from transforms.codecs.fixed.grammar import LayoutFile
from transforms.codecs.fixed.layout import Layout, layout_of

FOLDER = "transforms/layouts/"


@dataclass(frozen=True, slots=True)
class AsWritten(Resolver):
    """References stand in routes.yaml alone; in a layout `${` is text."""

    def resolve(self, text: str) -> tuple[str, list[Complaint]]:
        return text, []


def load_layout(name: str, content: Content) -> Layout:
    """Raises ContentError with line and column; further mistakes of the file are its `others`."""
    path = f"{FOLDER}{name}.yaml"
    try:
        raw = content.bytes(path)
    except KeyError:
        raise ContentError(f"there is no layout {path}", path) from None
    located = locate(parse(raw, path), AsWritten({}))
    findings = Findings(list(located.problems))
    file = read(Place(located), findings) if located.whole else None
    if findings.problems:
        raise as_content_error(findings.problems, path)
    assert file is not None
    return layout_of(name, file)


def read(place: Place, findings: Findings) -> Any:
    """What is right of a file."""
    try:
        file = load(LayoutFile(), place.raw)
    except ValidationError as error:
        findings.schema(place, error.messages)
        file = error.valid_data
    if isinstance(place.raw, dict) and isinstance(file, dict):
        check_layout(place, file, findings)
    return file


def as_content_error(problems: list[Problem], path: str) -> ContentError:
    first, *others = (
        ContentError(f"{one.message}; {one.hint}" if one.hint else one.message, path, one.line, one.column)
        for one in in_order(problems)
    )
    first.others = others
    return first
