"""Projects written from texts, checked with everything that routes.yaml can name."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from adapters.registry import registry
from router.config.check import check
from router.config.problems import Problem
from router.config.project import stored_project

REGISTRY = registry()
NOWHERE = Path("/nonexistent/project")
MARK = "§"
HEAD = """\
version: 1
connections:
  in: {type: folder, path: in}
  out: {type: folder, path: out}
  erp: {type: http, url: "http://erp.test"}
  dwh: {type: sql, url: "sqlite:///dwh.db"}
routes:
  used: {from: {folder: in, files: "*.used"}, to: [{id: a, send: {http: erp, path: /}}, {id: b, send: {folder: out, name: b}},
    {id: c, send: {sql: dwh, table: t, id_column: id}}]}
  r:
"""
"""A sound beginning of 10 lines, in which everything is used; what a test writes of the route `r` begins in line 11."""

SCHEMAS = """\
from marshmallow import EXCLUDE, INCLUDE, Schema, fields, post_load, validate

class Customer(Schema):
    id = fields.Str(required=True)
    name = fields.Str()

class Line(Schema):
    sku = fields.Str(required=True)
    qty = fields.Int(required=True, validate=validate.Range(min=1))
    price = fields.Decimal(required=True)

class Order(Schema):
    class Meta:
        unknown = EXCLUDE

    order_no = fields.Str(required=True)
    placed_at = fields.AwareDateTime(required=True)
    day = fields.Date(required=True)
    kind = fields.Str(required=True, validate=validate.OneOf(["ship", "pickup"]))
    express = fields.Bool(required=True)
    customer = fields.Nested(Customer, required=True)
    lines = fields.List(fields.Nested(Line), required=True)
    note = fields.Str()
    total = fields.Decimal(required=True, allow_none=True)

class Loose(Order):
    class Meta:
        unknown = INCLUDE

class Made(Order):
    @post_load
    def make(self, data, **kwargs):
        return data
"""
ORDERS = {"transforms/schemas/orders.py": SCHEMAS}
WEB = """\
from: {http: "/r/{shop}", clients: anyone}
steps:
  - validate: orders.Order
"""
"""The first three lines of a route whose body is an order; its further steps begin in line 14, column 7."""
TO = "to: [{id: a, send: {http: erp, path: /}}]\n"


def checked(route: str, files: Mapping[str, str] | None = None, more: str = "") -> list[Problem]:
    """The problems of a project with one more route; `more` are routes behind it."""
    text = HEAD + textwrap.indent(route, "    ") + more
    content = {**ORDERS, **(files or {}), "routes.yaml": text}
    stored = {path: text.encode() for path, text in content.items()}
    return check(stored_project(stored, "routes.yaml", {}, NOWHERE, 1), REGISTRY, {})


def brief(problems: list[Problem]) -> list[tuple[str, str, int, int]]:
    return [(p.code, p.file, p.line, p.column) for p in problems]


def marked(route: str, files: Mapping[str, str]) -> tuple[tuple[str, dict[str, str]], tuple[str, int, int]]:
    """The route and its files without the mark, and the place of what is marked."""
    texts = {"routes.yaml": HEAD + textwrap.indent(route, "    "), **files}
    ((path, text),) = [(path, text) for path, text in texts.items() if MARK in text]
    before = text[: text.index(MARK)]
    place = path, before.count("\n") + 1, len(before) - before.rfind("\n")
    return (route.replace(MARK, ""), {path: text.replace(MARK, "") for path, text in files.items()}), place
