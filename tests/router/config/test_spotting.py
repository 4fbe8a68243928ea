from __future__ import annotations

from pathlib import Path

from router.config.project import stored_project
from router.config.spotting import spots

ROUTES = """version: 1
connections: {out: {type: folder, path: out}}
routes:
  orders:
    from: {http: /orders, clients: anyone}
    to:
      - {id: small, when: body.n < 5, send: {folder: out, name: a}}
      - otherwise: {id: rest, send: {folder: out, name: b}}
  stock:
    from: {http: /stock, clients: anyone}
    to: [{id: all, send: {folder: out, name: a}}]
"""


def test_parts_of_routes_are_found_where_they_stand() -> None:
    found = spots(stored_project({"routes.yaml": ROUTES.encode()}, "routes.yaml", {}, Path("."), 1), {})
    assert found.target("orders.small") == ("to", 0)
    assert found.target("orders.rest") == ("to", 1, "otherwise")
    assert found.target("stock.gone") == ("to",)
    assert found.otherwise("orders") == ("to", 1, "otherwise")
    assert found.otherwise("stock") == ("to",)
    assert found.route("orders", "to", 0, "when").line == 7
    assert found.route("orders", *found.otherwise("orders")).line == 8
    assert found.route("stock").line == 9
    assert found.route("stock", "to", 0, "nothing").line == 11, "the nearest above"
