from __future__ import annotations

from pathlib import Path

from router.config.project import Project, stored_project
from router.planning.structure import Plan, planned

ROUTES = """
version: 1
connections:
  erp: {type: http, url: "http://erp", auth: {bearer: one}}
  out: {type: folder, path: out}
routes:
  orders:
    from: {http: /orders, clients: anyone}
    steps: [{map: to_erp}]
    to: [{id: erp, retry: {for: 1h}, send: {http: erp}}, {id: file, send: {folder: out, name: a}}]
  stock:
    from: {http: /stock, clients: anyone}
    to: [{id: file, send: {folder: out, name: a}}]
"""
MAP = "transforms/maps/to_erp.yaml"


def project(text: str = ROUTES, **files: bytes) -> Project:
    content = {name.replace("__", "/") + ".yaml": raw for name, raw in files.items()}
    return stored_project({"routes.yaml": text.encode(), **content}, "routes.yaml", {}, Path("."), 1)


def said(plan: Plan) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(change.kind, change.id, change.what, change.details) for change in plan.changes]


def edited(*pairs: tuple[str, str]) -> Plan:
    text = ROUTES
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return planned(project(), project(text))


def test_the_same_text_is_no_change() -> None:
    assert edited() == Plan((), ())
    assert edited(("version: 1", "version: 1  # a comment")) == Plan((), ())


def test_what_changes_in_a_target_is_of_the_target() -> None:
    plan = edited(("for: 1h", "for: 2h"))
    assert said(plan) == [("target", "orders.erp", "changed", ('retry.for: "1h" → "2h"',))]
    assert plan.routes == ("orders",)


def test_targets_and_routes_that_come_and_go() -> None:
    plan = edited((", {id: file, send: {folder: out, name: a}}", ""), ("  stock:", "  stocks:"))
    assert said(plan) == [
        ("target", "orders.file", "removed", ()), ("route", "stock", "removed", ()), ("route", "stocks", "added", ()),
    ]  # fmt: skip
    assert plan.routes == ("orders",), "there is nothing to compare the others with"


def test_the_values_of_connections_are_not_shown() -> None:
    plan = edited(("bearer: one", "bearer: two"))
    assert said(plan) == [("connection", "erp", "changed", ("auth.bearer",))]
    assert plan.routes == ("orders",)


def test_defaults_concern_all_routes() -> None:
    assert edited(("version: 1", "version: 1\ndefaults: {retry: {for: 1h}}")).routes == ("orders", "stock")


def test_content_concerns_the_routes_that_name_it_and_all_where_none_does() -> None:
    old, new = project(transforms__maps__to_erp=b"fields: {}"), project(transforms__maps__to_erp=b"fields: {a: 1}")
    plan = planned(old, new)
    assert said(plan) == [("file", MAP, "changed", ())]
    assert plan.routes == ("orders",)
    plan = planned(old, project(transforms__maps__to_erp=b"fields: {}", transforms__maps__shared=b"fields: {}"))
    assert plan.routes == ("orders", "stock")
