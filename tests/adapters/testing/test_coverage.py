"""What tests reach, and what they do not."""

from __future__ import annotations

from pathlib import Path

from adapters.registry import registry
from adapters.testing.coverage import Coverage, Watch
from adapters.testing.running import Tests
from tests.adapters.testing.shelf import Shelf

ROUTES = """
orders:
  from: {http: /orders, method: POST, clients: anyone}
  format: json
  steps:
    - filter: body.kind != 'test'
    - map: order
  to:
    - {id: erp, when: body.qty > 0, send: {http: erp, path: /orders}}
    - {id: lake, when: body.qty > 10, steps: [{map: {fields: {q: {value: body.qty, when: body.qty > 20}}}}],
       send: {folder: outbox, name: x.json, exists: suffix}}
    - otherwise: {dead: nothing to do}
idle:
  from: {http: /idle, method: POST, clients: anyone}
  to: [{id: erp, send: {http: erp, path: /idle}, fallback: {send: {folder: outbox, name: x.json}}}]
"""
MAP = """
fields:
  qty: body.qty
  lines:
    each: line in body.lines
    where: line.n > 0
    fields: {n: line.n}
  note: {value: body.note, when: body.note is defined}
"""


def reached(tmp_path: Path, tests: str, route: str | None = None) -> Coverage:
    shelf = Shelf(tmp_path, ROUTES, tests, {"maps/order.yaml": MAP})
    run = Tests(shelf.project(), registry(), {}, Watch())
    for result in run.run(run.all):
        assert result.passed, "\n".join([*result.details, *result.trace])
    return run.coverage(route)


def missing(coverage: Coverage) -> list[tuple[str, int, str]]:
    return sorted((p.file.split("/")[-1], p.line, f"{p.what}: {p.missing}") for p, covered in coverage.points if not covered)


def test_one_way_of_a_condition_is_not_both(tmp_path: Path) -> None:
    coverage = reached(tmp_path, """
      t:
        route: orders
        given: {body: {kind: web, qty: 5, lines: [{n: 1}]}}
        replies: {erp: [503]}
        expect: {state: delivered}
    """)
    assert missing(coverage) == sorted([
        ("routes.yaml", 16, "filter of orders: nothing is filtered"),
        ("routes.yaml", 19, "dead letter of orders.erp: never dead"),
        ("routes.yaml", 19, "when of orders.erp: never false"),
        ("routes.yaml", 20, "target orders.lake: never called"),
        ("routes.yaml", 20, "retry of orders.lake: never tried again"),
        ("routes.yaml", 20, "dead letter of orders.lake: never dead"),
        ("routes.yaml", 20, "when of orders.lake: never true"),
        ("routes.yaml", 20, "when q of map: {fields: …}: never true"),
        ("routes.yaml", 20, "when q of map: {fields: …}: never false"),
        ("routes.yaml", 22, "otherwise of orders: never taken"),
        ("routes.yaml", 23, "route idle: no message"),
        ("routes.yaml", 25, "target idle.erp: never called"),
        ("routes.yaml", 25, "retry of idle.erp: never tried again"),
        ("routes.yaml", 25, "dead letter of idle.erp: never dead"),
        ("routes.yaml", 25, "fallback of idle.erp: never called"),
        ("order.yaml", 5, "where lines of map: order: never false"),
        ("order.yaml", 8, "when note of map: order: never true"),
    ])  # fmt: skip
    assert coverage.percent == 34.6
    assert len(coverage.points) == 26


def test_everything_reached_is_a_hundred_percent(tmp_path: Path) -> None:
    coverage = reached(tmp_path, """
      a: {route: orders, given: {body: {kind: test}}, expect: {state: filtered}}
      b:
        route: orders
        given: {body: {kind: web, qty: 30, note: x, lines: [{n: 1}, {n: 0}]}}
        replies: {erp: [503, 400], lake: [io]}
        expect: {state: dead, dead: 1, targets: {lake: {calls: 2, body: {q: 30}}}}
      c:
        route: orders
        given: {body: {kind: web, qty: 15, lines: []}}
        replies: {lake: refused}
        expect: {state: dead, dead: 1}
      d: {route: orders, given: {body: {kind: web, qty: 0, lines: []}}, expect: {state: dead, reason: nothing to do}}
      e: {route: idle, given: {body: x}, replies: {erp: [503, 400]}, expect: {state: delivered}}
    """)
    assert missing(coverage) == []
    assert coverage.percent == 100.0


def test_a_map_over_xml_knows_the_prefixes_of_its_route(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, """
      notices:
        from: {folder: inbox, files: "*.xml"}
        format: {xml: {namespaces: {n: "urn:notice"}}}
        steps:
          - map: {fields: {lines: {each: line in body | xpath_all('n:Line'), value: line | xpath('text()')}}}
        to: [{id: bus, send: {amqp: bus, queue: notices}}]
    """, """
      t:
        route: notices
        given: {name: a.xml, body: "<Notice xmlns='urn:notice'><Line>a</Line></Notice>"}
        expect: {targets: {bus: {body: {lines: [a]}}}}
    """)  # fmt: skip
    run = Tests(shelf.project(), registry(), {}, Watch())
    assert [result.details for result in run.run(run.all)] == [()]
    assert [point for point in missing(run.coverage()) if "each" in point[2]] == []


def test_of_one_route_alone(tmp_path: Path) -> None:
    coverage = reached(tmp_path, """
        idle: {route: idle, given: {body: {}}, replies: {erp: [503, 422]}, expect: {state: delivered}}
    """, "idle")  # fmt: skip
    assert {point.what.split()[-1].split(".")[0].split(":")[0] for point, _ in coverage.points} == {"idle"}
    assert coverage.percent == 100.0
