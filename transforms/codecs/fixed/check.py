"""What the parts of a layout say about each other: every mistake, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from router.config.findings import Findings, Place
from router.config.nearest import did_you_mean, nearest
from router.config.schema.mistakes import ABSENT, RULE
from transforms.codecs.fixed.layout import Cell, cell_of

KEYS = ("about", "length", "record_type", "records", "fields", "group")
NUMBERS, TIMES = ("int", "decimal"), ("date", "datetime")


def check_layout(place: Place, file: Mapping[str, Any], findings: Findings) -> None:
    """`file` holds what is right by itself."""
    _shape(place, file, findings)
    for at, fields in _fields(place, file):
        _check_fields(at, fields, file, findings)
    _check_types(place, file, findings)
    _check_group(place, file, findings)


def _shape(place: Place, file: Mapping[str, Any], findings: Findings) -> None:
    """A layout has `fields`, or `record_type` and `records`."""
    written = place.raw
    if "fields" in written:
        for key in ("record_type", "records", "group"):
            if key in written:
                message = f"'fields' stands for lines that are all alike, and '{key}' for lines of several types"
                findings.error(place.at(key), RULE, message, "remove one of them", "key", bare=True)
    elif nearest(next((key for key in written if key not in KEYS), ""), ("record_type", "records", "fields")):
        return  # the mistake is the unknown key that was meant as what is missing
    elif "records" in written and "record_type" not in written:
        message = "'record_type' is missing: which columns say of which type a line is?"
        findings.error(place.at("record_type"), ABSENT, message, "add record_type: {at: 1, length: 2}", "missing", bare=True)
    elif "records" not in written:
        hint = "add 'fields', or 'record_type' and 'records' where there are lines of several types"
        message = "the layout says nothing of what stands in a line"
        findings.error(place.at("fields"), ABSENT, message, hint, "missing", bare=True)


def _fields(place: Place, file: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    if file.get("fields_") is not None:
        yield place.at("fields"), file["fields_"]
    for type_, record in (file.get("records") or {}).items():
        if record and record.get("fields_"):
            yield place.at("records", type_, "fields"), record["fields_"]


def _check_fields(place: Place, fields: Mapping[str, Any], file: Mapping[str, Any], findings: Findings) -> None:
    cells: list[Cell] = []
    for name, field in fields.items():
        if not {"at", "length", "type"} <= set(field):
            continue
        cell = cell_of(name, field)
        for key, message, hint in _contradictions(cell, file):
            findings.error(place.at(name, key), RULE, message, hint)
        cells.append(cell)
    for left, right in pairwise(sorted(cells, key=lambda cell: (cell.start, cell.stop))):
        if right.start < left.stop:
            message = f"the columns of '{left.name}' end at {left.stop}, those of '{right.name}' begin at {right.column}"
            findings.error(place.at(right.name, "at"), RULE, message, "each column belongs to one field")


def _contradictions(cell: Cell, file: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if cell.format is not None and cell.type not in TIMES:
        yield "format", f"a format is for dates and times, this is of the type {cell.type}", "write type: date or datetime"
    if cell.implied is not None and cell.type != "decimal":
        yield "implied", f"implied decimals are for the type decimal, this is of the type {cell.type}", "write type: decimal"
    if cell.sign is not None and cell.type not in NUMBERS:
        yield "sign", f"a sign is for numbers, this is of the type {cell.type}", "write type: int, or type: decimal"
    digits = cell.length - (cell.sign in ("leading", "trailing"))
    if digits < 1:
        yield "length", "there is no room for a digit beside the sign", "the sign stands inside the length"
    elif (cell.implied or 0) > digits:
        yield "implied", f"there are {digits} digits, they cannot hold {cell.implied} decimals", ""
    length = file.get("length")
    if length is not None and cell.stop > length:
        yield "at", f"it ends at column {cell.stop}, but a record has {length} characters", ""
    if cell.name == "type" and file.get("record_type") and not (file.get("group") or _is_marker(cell, file)):
        yield "at", "'type' is the name of the record's type", "give the field another name"


def _is_marker(cell: Cell, file: Mapping[str, Any]) -> bool:
    marker = file["record_type"]
    return (cell.column, cell.length) == (marker.get("at"), marker.get("length"))


def _check_types(place: Place, file: Mapping[str, Any], findings: Findings) -> None:
    length = (file.get("record_type") or {}).get("length")
    for type_ in file.get("records") or {}:
        if length is not None and len(type_) > length:
            message = f"the type '{type_}' is longer than the {length} columns of 'record_type'"
            findings.error(place.at("records", type_), RULE, message, at="key", bare=True)
    if place.raw.get("records") == {}:
        findings.error(place.at("records"), RULE, "there is no type of line here", "add one: H1: {name: …, fields: {…}}")


def _check_group(place: Place, file: Mapping[str, Any], findings: Findings) -> None:
    group, records = file.get("group") or {}, place.raw.get("records")
    if not group or not isinstance(records, dict):
        return
    seen: dict[str, str] = {}
    named: dict[str, str] = {}
    for where, type_ in _roles(group):
        at = place.at("group", *where)
        if type_ not in records:
            findings.error(at, RULE, f"there is no type '{type_}' in 'records'", did_you_mean(type_, records))
            continue
        if type_ in seen:
            findings.error(at, RULE, f"the type '{type_}' stands twice in the group", "a type has one place in it")
            continue
        seen[type_] = str(where[0])
        name = _name(records, type_)
        if name in named:
            message = f"'{type_}' has the name of '{named[name]}', '{name}': a group could not hold both"
            findings.error(place.at("records", type_, "name"), RULE, message, "give one of them another name")
        named[name] = type_


def _roles(group: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key in ("start", "end"):
        if isinstance(group.get(key), str):
            yield (key,), group[key]
    for n, type_ in enumerate(group.get("members") or []):
        if isinstance(type_, str):
            yield ("members", n), type_


def _name(records: Mapping[str, Any], type_: str) -> str:
    record = records[type_]
    return str(record.get("name", type_)) if isinstance(record, dict) else type_
