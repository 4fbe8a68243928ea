from __future__ import annotations

from router.limits import Limits
from router.route import Breaker, Client, Connection, Keep
from tests.router.config.desk import HEAD, Desk


def test_connections(desk: Desk) -> None:
    desk.environ |= {"N": "7", "TOKEN": "s3cret"}
    (desk.folder / "ca.pem").write_text("")
    table = desk.build("""\
version: 1
connections:
  pos: {type: folder, path: inbox/pos, about: Tills, owner: stores}
  abs: {type: folder, path: /data/x}
  erp: {type: http, url: "https://erp.test/api", timeout: 10s, in_flight: "${env:N}", rate: 600/min,
        breaker: {open_after: 3}, headers: {x-a: b}, auth: {bearer: "${secret:TOKEN}"}, tls: {ca: ca.pem}}
  old: {type: http, url: "http://old.test", auth: {basic: {user: u, password: "${secret:TOKEN}"}}}
""")
    assert table.version == 3
    assert table.connections["pos"] == Connection(
        "pos", "folder", {"path": desk.folder / "inbox/pos"}, about="Tills", owner="stores"
    )
    assert str(table.connections["abs"].options["path"]) == "/data/x"
    assert table.connections["erp"] == Connection(
        "erp",
        "http",
        {
            "url": "https://erp.test/api",
            "headers": {"x-a": "b"},
            "auth": {"bearer": "s3cret"},
            "tls": {"ca": str(desk.folder / "ca.pem")},
            "timeout": 10.0,
            "in_flight": 7,
        },
        timeout=10.0,
        in_flight=7,
        rate=10.0,
        breaker=Breaker(3, 30.0),
    )
    old = table.connections["old"]
    assert old.options["auth"] == {"basic": {"user": "u", "password": "s3cret"}}
    assert (old.timeout, old.in_flight, old.rate, old.breaker) == (30.0, 32, None, Breaker(5, 30.0))


def test_a_certificate_that_is_not_there(desk: Desk) -> None:
    [problem] = desk.head('url: "http://erp.test"', 'url: "http://erp.test", tls: {ca: no.pem}')
    assert (problem.level, problem.code, problem.column) == ("warning", "W0405", 55)


def test_clients_and_keep(desk: Desk) -> None:
    table = desk.build(HEAD.replace('SHOP_TOKEN}"', 'SHOP_TOKEN}", rate: 60/min') + "defaults: {keep: {bodies: 1d}}\n")
    assert table.clients == {"web-shop": Client("web-shop", "t0ken", rate=1.0)}
    assert table.keep == Keep(bodies=86_400.0)


def test_limits(desk: Desk) -> None:
    assert desk.build(HEAD).limits == Limits(1_000_000, None, None, 5.0)
    table = desk.build(HEAD + "limits: {open: 10, blobs: 2GiB, disk: 3MiB, delay: 500ms}\n")
    assert table.limits == Limits(10, 2 << 30, 3 << 20, 0.5)


def test_limits_of_targets(desk: Desk) -> None:
    table = desk.build_route("""
        from: {http: /r, clients: anyone}
        to:
          - {id: erp, when: body.x, limit: 100, send: {http: erp, path: /a}}
          - otherwise: {id: out, limit: 7, send: {folder: out, name: c.json}}
    """)
    assert table.target_limits == {"r.erp": 100, "r.out": 7}
