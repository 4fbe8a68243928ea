from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("amqp", "amqps://me:hush@h/v?cacertfile=no.pem", "there is no file 'no.pem' (cacertfile)"),
        ("amqp", "amqps://h/v?certfile=ca.pem&keyfile=certs/no.key", "there is no file 'certs/no.key' (keyfile)"),
        ("redis", "rediss://h/1?ssl_ca_certs=no%20ca.pem", "there is no file 'no ca.pem' (ssl_ca_certs)"),
        ("redis", "rediss://h/1?ssl_ca_path=ca.pem", "there is no folder 'ca.pem' (ssl_ca_path)"),
        ("sql", "postgresql://h/d?sslmode=verify-full&sslrootcert=no+ca.pem", "there is no file 'no+ca.pem' (sslrootcert)"),
        ("sql", "postgres://h/d?sslcert=/no.pem", "there is no file '/no.pem' (sslcert)"),
        ("amqp", "amqps://h/v?cacertfile=ca.pem", ""),
        ("amqp", "amqp://h/v?cacertfile=no.pem", ""),
        ("amqp", "${env:BUS}", ""),
        ("redis", "rediss://h?ssl_ca_path=certs&ssl_keyfile=ca.pem", ""),
        ("sql", "postgresql://h/d?sslrootcert=system&sslkey=pkcs11:token=x", ""),
        ("sql", "sqlite:///dwh.db", ""),
    ],
)
def test_files_of_addresses_that_are_not_there(desk: Desk, kind: str, url: str, words: str) -> None:
    (desk.folder / "ca.pem").write_text("")
    (desk.folder / "certs").mkdir()
    found = desk.head('erp: {type: http, url: "http://erp.test"}', f'erp: {{type: {kind}, url: "{url}"}}')
    problems = [problem for problem in found if problem.code == "W0405"]
    assert [(p.path, p.message, p.hint) for p in problems] == (
        [("connections.erp.url", f"url of connection 'erp': {words}", "paths start at the project folder")] if words else []
    )


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
