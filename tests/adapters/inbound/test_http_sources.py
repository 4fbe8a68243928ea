"""Which route takes a path and a method."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.inbound.http import Found, HttpSources, NotAllowed
from router.route import Route, Source, Table


def route(id: str, path: str, method: str = "POST", enabled: bool = True) -> Route:
    options: dict[str, Any] = {"http": path, "method": method, "clients": "anyone"}
    return Route(id, Source("http", options), (), enabled=enabled)


ROUTES = (
    route("orders", "/orders/v1"),
    route("orders-put", "/orders/v1", "PUT"),
    route("order", "/orders/{id}", "PUT"),
    route("store-sale", "/stores/{store}/sales/{sale}"),
    route("store-day", "/stores/{store}/sales/day-{date}.csv"),
    route("cheese", "/k%C3%A4se".replace("%C3%A4", "ä")),
    route("off", "/off", enabled=False),
    Route("folder", Source("folder", {"folder": "pos"}), ()),
)
SOURCES = HttpSources(Table(1, {r.id: r for r in ROUTES}, {}, {}))


def found(path: str, method: str = "POST") -> Any:
    match SOURCES.find(path, method):
        case Found(source, params):
            return source.route.id, dict(params)
        case NotAllowed(methods):
            return methods
        case _:
            return None


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/orders/v1", "POST", ("orders", {})),
        ("/orders/v1", "PUT", ("orders-put", {})),
        ("/orders/%76%31", "POST", ("orders", {})),
        ("/orders/v1", "GET", ("POST", "PUT")),
        ("/orders/7", "PUT", ("order", {"id": "7"})),
        ("/orders/7", "POST", ("PUT",)),
        ("/orders/a%2Fb%20%C3%BC", "PUT", ("order", {"id": "a/b ü"})),
        ("/orders/", "PUT", None),
        ("/orders/7/", "PUT", None),
        ("/orders%2Fv1", "POST", None),
        ("/stores/0042/sales/9", "POST", ("store-sale", {"store": "0042", "sale": "9"})),
        ("/stores/0042/sales/day-2026.csv", "POST", ("store-day", {"store": "0042", "date": "2026"})),
        ("/k%C3%A4se", "POST", ("cheese", {})),
        ("/orders/%ff", "PUT", None),
        ("/off", "POST", None),
        ("/", "POST", None),
        ("", "POST", None),
    ],
)
def test_a_path_finds_its_route(path: str, method: str, expected: Any) -> None:
    assert found(path, method) == expected
