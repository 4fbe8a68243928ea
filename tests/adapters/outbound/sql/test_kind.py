"""`send: {sql: …}` and its connection: addresses, and that opening touches nothing."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from adapters.outbound.sql.kind import SqlKind, engine_of, open_postgresql, without_secrets
from adapters.outbound.sql.session import Failed
from adapters.registry import registry
from router.config.check import check
from router.config.project import read_project
from router.errors import Unreachable
from tests.adapters.outbound.http.servers import free_port
from tests.adapters.outbound.sql.rows import Database, line, parcels


def test_a_file_is_found_from_the_project_folder(tmp_path: Path) -> None:
    assert engine_of({"url": "sqlite:///a/b.db", "base": tmp_path}).shown == f"sqlite:{tmp_path}/a/b.db"
    assert engine_of({"url": "sqlite:////a/b%20%25.db", "base": tmp_path}).shown == "sqlite:/a/b %.db"
    assert engine_of({"url": "sqlite:///a.db", "base": tmp_path}).most == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:p%40ss@db:5432/dwh?sslmode=require", "postgresql://db:5432/dwh"),
        ("postgresql://db/dwh?user=u&password=p", "postgresql://db/dwh"),
        ("postgresql://u:p@a,b/dwh", "postgresql://a,b/dwh"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_a_child_has_few_connections() -> None:
    assert engine_of({"url": "postgresql://db/x", "in_flight": 32}).most == 4
    assert engine_of({"url": "postgresql://db/x", "in_flight": 2}).most == 2


def test_a_file_of_certificates_that_is_missing_is_named(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://u:p@127.0.0.1:{free_port()}/dwh?sslcert=no.pem&application_name=shop"
    with pytest.raises(Failed, match=f"^sslcert {tmp_path}/no.pem: no such file or directory; ") as caught:
        engine_of({"url": url, "base": tmp_path}).open(time.monotonic() + 2)
    assert caught.value.error == "connect"


def test_opening_touches_nothing(tmp_path: Path) -> None:
    target = SqlKind().open("dwh", {"url": "sqlite:///no.db", "base": tmp_path, "timeout": 3}, 2)
    assert target.batch == 500
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_visited_and_left_as_it_is(tmp_path: Path) -> None:
    options = {"url": "sqlite:///shop.db", "base": tmp_path}
    with pytest.raises(Unreachable, match="the database must exist"):
        SqlKind().visit("dwh", options, 1.0)
    assert list(tmp_path.iterdir()) == []
    with closing(apsw.Connection(str(tmp_path / "shop.db"))) as made:
        made.execute("CREATE TABLE stock (n INTEGER)")
    before = (tmp_path / "shop.db").read_bytes()
    assert SqlKind().visit("dwh", options, 1.0) == f"sqlite:{tmp_path}/shop.db"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"shop.db": before}
    (tmp_path / "shop.db").write_text("no database at all" * 100)
    with pytest.raises(Unreachable, match="not a database"):
        SqlKind().visit("dwh", options, 1.0)


def test_a_missing_driver_says_how_it_is_had(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("adapters.outbound.sql.postgresql.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Failed, match=r"pip install 'crossdock\[postgresql\]'") as caught:
        open_postgresql("postgresql://db/x", time.monotonic() + 1)
    assert caught.value.error == "connect"


async def test_a_path_with_odd_characters_works(tmp_path: Path) -> None:
    folder = tmp_path / "mit ä"
    folder.mkdir()
    database = Database(folder, "CREATE TABLE lines (sku PRIMARY KEY, qty, price)")
    options = {"url": "sqlite:///mit%20%C3%A4/shop.db", "base": tmp_path}
    target = SqlKind().open("dwh", options, 1)
    (outcome,) = await target.send(parcels({"table": "lines", "conflict": ["sku"]}, [line(1)]))
    assert outcome.ok, outcome.reason
    await target.close()
    database.connection.close()


PROJECT = """\
version: 1
connections:
  dwh: {type: sql, url: "sqlite:///shop.db"}
routes:
  lines:
    from: {http: /lines, clients: anyone}
    to:
      - {id: a, send: {sql: dwh, table: "${env:TABLE}", conflict: [sku], columns: {sku: body.sku}}}
      - {id: b, send: {sql: dwh, table: lines, conflict: [sku, "${env:KEY}"], columns: {sku: body.sku}}}
      - {id: c, send: {sql: dwh, statement: "INSERT INTO ${env:TABLE} VALUES (:sku)", params: {sku: body.sku}}}
      - {id: d, send: {sql: dwh, table: lines, conflict: [sku], columns: {sku: "body.${env:FIELD}"}}}
"""
MISTAKES = """\
      - {id: e, send: {sql: dwh, table: lines, conflict: [sku, qty], columns: {sku: body.sku}}}
      - {id: f, send: {sql: dwh, statement: "INSERT INTO lines VALUES (:sku, :qty)", params: {sku: body.sku}}}
      - {id: g, send: {sql: dwh, table: a.b.c, id_column: id}}
"""


def checked(folder: Path, text: str) -> list[tuple[str, int, str]]:
    (folder / "routes.yaml").write_text(text)
    found = check(read_project(folder / "routes.yaml", {}), registry(), {})
    return [(problem.level, problem.line, problem.message) for problem in found]


def test_mistakes_are_found_before_anything_runs(tmp_path: Path) -> None:
    found = [(line, message) for level, line, message in checked(tmp_path, PROJECT + MISTAKES) if level == "error"]
    assert [line for line, _ in found] == [12, 13, 14]
    for (_, message), words in zip(found, ("qty is not one of the columns", ":qty has no value", "has 3 parts"), strict=True):
        assert words in message


def test_what_refers_to_a_setting_that_is_not_set_is_no_mistake_yet(tmp_path: Path) -> None:
    assert {level for level, _, _ in checked(tmp_path, PROJECT)} == {"warning"}
