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
    assert edited() == Plan((), {})
    assert edited(("version: 1", "version: 1  # a comment")) == Plan((), {})


def test_what_changes_in_a_target_is_of_the_target() -> None:
    plan = edited(("for: 1h", "for: 2h"))
    assert said(plan) == [("target", "orders.erp", "changed", ('retry.for: "1h" → "2h"',))]
    assert plan.routes.keys() == {"orders"}


def test_the_order_of_the_targets_is_the_routes() -> None:
    erp = "{id: erp, retry: {for: 1h}, send: {http: erp}}"
    file = "{id: file, send: {folder: out, name: a}}"
    plan = edited((f"[{erp}, {file}]", f"[{file}, {erp}]"))
    assert said(plan) == [("route", "orders", "changed", ("to: erp, file → file, erp",))]
    assert plan.routes == {"orders": 1}


def test_what_becomes_of_the_rest_has_its_name() -> None:
    item = "{id: file, send: {folder: out, name: a}}]\n  stock"
    ignored = item.replace("]", ", {otherwise: {ignore: why}}]")
    dead = item.replace("]", ", {otherwise: {dead: why}}]")
    target = item.replace("]", ", {otherwise: {id: rest, send: {folder: out, name: b}}}]")
    old, new, other = (project(ROUTES.replace(item, text)) for text in (ignored, dead, target))
    assert [change.id for change in planned(old, new).changes] == ["orders.otherwise"]
    assert [(change.id, change.what) for change in planned(old, other).changes] == [
        ("orders.otherwise", "removed"), ("orders.rest", "added"),
    ]  # fmt: skip


def test_targets_and_routes_that_come_and_go() -> None:
    plan = edited((", {id: file, send: {folder: out, name: a}}", ""), ("  stock:", "  stocks:"))
    assert said(plan) == [
        ("target", "orders.file", "removed", ()), ("route", "stock", "removed", ()), ("route", "stocks", "added", ()),
    ]  # fmt: skip
    assert plan.routes.keys() == {"orders"}, "there is nothing to compare the others with"


def test_the_values_of_connections_are_not_shown() -> None:
    plan = edited(("bearer: one", "bearer: two"))
    assert said(plan) == [("connection", "erp", "changed", ("auth.bearer",))]
    assert plan.routes.keys() == {"orders"}


def test_defaults_concern_all_routes() -> None:
    assert edited(("version: 1", "version: 1\ndefaults: {retry: {for: 1h}}")).routes.keys() == {"orders", "stock"}


def test_content_concerns_the_routes_that_name_it_and_all_where_none_does() -> None:
    old, new = project(transforms__maps__to_erp=b"fields: {}"), project(transforms__maps__to_erp=b"fields: {a: 1}")
    plan = planned(old, new)
    assert said(plan) == [("file", MAP, "changed", ())]
    assert plan.routes.keys() == {"orders"}
    plan = planned(old, project(transforms__maps__to_erp=b"fields: {}", transforms__maps__shared=b"fields: {}"))
    assert plan.routes.keys() == {"orders", "stock"}


def same(*pairs: tuple[str, str], **files: bytes) -> int:
    text = ROUTES.replace("steps: [{map: to_erp}]", "steps: [{validate: shop.Order}, {map: to_erp}, {filter: true}]")
    new = text
    for old, other in pairs:
        assert old in new
        new = new.replace(old, other, 1)
    return planned(project(text), project(new, **files)).routes["orders"]


def test_first_steps_that_are_the_same_are_counted() -> None:
    assert same(("for: 1h", "for: 2h")) == 3
    assert same(("filter: true", "filter: false")) == 2
    assert same(transforms__maps__to_erp=b"fields: {}") == 1
    assert same(transforms__schemas__shop=b"") == 0


def test_where_the_format_or_what_nobody_names_changes_nothing_is_the_same() -> None:
    assert same(("from: {http: /orders, clients: anyone}", "from: {http: /orders, clients: anyone}\n    format: xml")) == -1
    assert same(transforms__schemas__shared=b"") == -1
    assert same(("version: 1", "version: 1\ndefaults: {retry: {for: 1h}}")) == -1
