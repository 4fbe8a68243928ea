"""Reads `transforms/layouts/NAME.yaml`; every mistake of the file is told at once."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from router.config.findings import Findings, Place
from router.config.schema.shapes import load
from router.ports import Content
from router.registry import ContentError
from transforms.codecs.fixed.check import check_layout
from transforms.codecs.fixed.grammar import LayoutFile
from transforms.codecs.fixed.layout import Layout, layout_of
from transforms.content_yaml import as_content_error, located

FOLDER = "transforms/layouts/"


def load_layout(name: str, content: Content) -> Layout:
    """Raises ContentError with line and column; further mistakes of the file are its `others`."""
    path = f"{FOLDER}{name}.yaml"
    try:
        raw = content.bytes(path)
    except KeyError:
        raise ContentError(f"there is no layout {path}", path) from None
    written = located(raw, path)
    findings = Findings(list(written.problems))
    file = read(Place(written), findings) if written.whole else None
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
