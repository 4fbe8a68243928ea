from __future__ import annotations

from pathlib import Path

import pytest

from adapters.registry import registry
from router.config.check import build
from router.config.project import stored_project
from router.operating.describing import described, span
from router.planning.structure import plain_sections

ROUTES = """
version: 1
connections:
  erp: {type: http, url: "http://erp", timeout: 10s, breaker: {open_after: 3}}
  out: {type: folder, path: out}
defaults: {retry: {for: 1h}, keep: {bodies: 7d}, when_dead: hold}
routes:
  orders:
    about: Orders of the shop
    owner: web team
    from: {http: "/orders/{n}", method: PUT, clients: anyone, max_body: 2MiB}
    format: json
    keys: {order: body.no}
    steps: [{filter: "body.n > 0"}]
    order_by: body.customer
    match: first
    to:
      - {id: erp, when: "body.n > 5", send: {http: erp, path: /o}, retry: {first: 500ms, attempts: 4},
         fallback: {send: {folder: out, name: x.json}}}
      - {id: file, when: "body.n <= 5", format: json, when_dead: skip, send: {folder: out, name: "{{ body.n }}.json"}}
      - otherwise: {dead: no rule for it}
  files:
    enabled: false
    from: {folder: out, files: "*.csv", ready: {unchanged_for: 90s}}
    format: csv
    steps: [{split: records}]
    to: [{id: all, collect: message, format: ndjson, send: {folder: out, name: a}}]
"""


@pytest.fixture(scope="module")
def shown() -> dict[str, list[str]]:
    files = {"routes.yaml": ROUTES.encode()}
    table = build(files, "routes.yaml", 1, registry(), {}, Path("."))
    said = plain_sections(stored_project(files, "routes.yaml", {}, Path("."), 1))
    return {id: list(described(route, table, said)) for id, route in table.routes.items()}


ORDERS = """
orders: Orders of the shop
  owner: web team
  PUT /orders/{n}, from anyone
  max_body: 2 MiB (of the route)
  refuse: yes (the product's)
  1. decoded as json (of the route)
  2. filter: body.n > 0
  found by order: body.no
  the first target whose condition holds (of the route)
  otherwise dead: no rule for it
  erp: http erp POST
    gets messages with body.n > 5
    one after the other where body.customer is the same (of the route)
      first after 500ms (of the target), each wait 3 times the one before (the product's), 15m at most (the product's)
      for 1h (of defaults), 4 tries at most (of the target)
    then it goes to folder out (of the target)
    then it is a dead letter; later messages of its key wait (of defaults)
    then it is a dead letter; later messages of its key go on (of the target)
    erp: 32 at once (the product's), as fast as it takes them (the product's), each 10s at most (of the connection)
    erp is left alone after 3 failures in a row (of the connection), for 30s (the product's); then one is tried
  bodies of what has ended: 7d (of defaults)
  dead letters: 365d (the product's)
"""
FILES = """
files: nothing is said about it
  it is switched off: it takes nothing in
  folder out, files *.csv
  ready: unchanged_for 90s (of the route)
  ignore: *.part, .* (the product's)
    gets every message
    all records of a message make one output (of the target)
    written as ndjson (of the target)
"""


@pytest.mark.parametrize(("route", "expected"), [("orders", ORDERS), ("files", FILES)])
def test_a_route_is_told_with_where_each_value_comes_from(shown: dict[str, list[str]], route: str, expected: str) -> None:
    lines = shown[route]
    for line in expected.strip("\n").split("\n"):
        assert any(one.startswith(line) for one in lines), "\n".join(lines)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.5, "500ms"), (1.0, "1s"), (1.5, "1.5s"), (90.0, "90s"), (900.0, "15m"), (86_400.0, "1d")]
)
def test_a_time_is_told_in_the_largest_unit_that_fits(seconds: float, text: str) -> None:
    assert span(seconds) == text
