"""Files of fixed width and of XML with mistakes in them: what is right arrives, the rest is put right and follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      inbox: {type: folder, path: inbox}
      shelf: {type: folder, path: shelf}
    routes:
      receipts:
        from: {folder: inbox, files: "*.dat", ready: at_once}
        format: {fixed: {layout: till, encoding: cp037}}
        steps:
          - split: records
          - map: {fields: {store: body.header.store, lines: body.line, sum: body.line | sum('price') | text(2)}}
        to:
          - {id: shelf, format: ndjson, collect: message, send: {folder: shelf, name: "{{ file.stem }}.ndjson"}}
      orders:
        from: {folder: inbox, files: "*.xml", ready: at_once}
        format: {xml: {namespaces: {o: "urn:o"}, records: "o:Order"}}
        steps:
          - split: records
          - map: {fields: {no: "body | xpath('@no')", total: "body | xpath('o:Total/text()') | decimal"}}
        to:
          - {id: shelf, format: {fixed: {layout: out}}, collect: message, send: {folder: shelf, name: "{{ file.stem }}.txt"}}
      checked:
        from: {folder: inbox, files: "*.checked", ready: at_once}
        format: {xml: {namespaces: {o: "urn:o"}, records: "o:Order"}}
        steps:
          - filter: (body | xpath('/o:Orders/@test')) == 'no'
          - split: records
          - map: {fields: {no: "body | xpath('@no')"}}
        to:
          - {id: shelf, format: ndjson, collect: message, send: {folder: shelf, name: "{{ file.stem }}.ndjson"}}
"""
TILL = """
    record_type: {at: 1, length: 1}
    records:
      H: {name: header, fields: {store: {at: 2, length: 4}}}
      L: {name: line, fields: {sku: {at: 2, length: 3}, price: {at: 5, length: 5, type: decimal, implied: 2, sign: overpunch}}}
      E: {name: end, fields: {}}
    group: {start: H, members: [L], end: E}
"""
OUT = "fields: {no: {at: 1, length: 4}, total: {at: 5, length: 7, type: decimal, implied: 2}}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    for name, text in {"routes.yaml": ROUTES, "transforms/layouts/till.yaml": TILL, "transforms/layouts/out.yaml": OUT}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), "utf-8")
    return folder


def drop(project: Path, name: str, raw: bytes) -> None:
    (project / "inbox" / f".{name}").write_bytes(raw)
    (project / "inbox" / f".{name}").rename(project / "inbox" / name)


def letters(crossdock: Crossdock, route: str) -> dict[int, dict[str, Any]]:
    return {one["record"]: one for one in crossdock.rows("dlq", "list", "--route", route)}


def test_receipts_of_a_mainframe(crossdock: Crossdock, project: Path, wait: Wait) -> None:
    lines = ["H0042", "LA-10019I", "LA-20010}", "E", "LA-30001{", "E", "H0043", "LA-10x19I", "E", "H0044", "E", "Q?"]
    drop(project, "t1.dat", ("\x85".join(lines) + "\x85").encode("cp037"))
    shelf = project / "shelf" / "t1.ndjson"
    wait(shelf.exists)
    found = [json.loads(line) for line in shelf.read_text().splitlines()]
    assert [(one["store"], one["sum"]) for one in found] == [("0042", "0.99"), ("0044", "0.00")]
    dead = letters(crossdock, "receipts")
    assert {n: (one["stage"], one["reason"][:48]) for n, one in dead.items()} == {
        2: ("decode", "line 5: a line of type L stands outside of a gro"),
        3: ("decode", "line 8, column 5, field price: '0x19I' is not a "),
        5: ("decode", "line 12, column 1: 'Q' is no type of line, there"),
    }
    crossdock.run("dlq", "edit", dead[2]["id"], "--set", 'body.header={"store": "0099"}', "--yes")
    crossdock.run("dlq", "edit", dead[3]["id"], "--set", "body.line[0].price=00019I", "--yes")
    crossdock.run("dlq", "requeue", dead[2]["id"], dead[3]["id"], "--yes", "--wait")
    crossdock.run("dlq", "discard", dead[5]["id"], "--yes")
    again = project / "shelf" / "t1.requeue-1.ndjson"
    wait(again.exists)
    assert [json.loads(line)["store"] for line in again.read_text().splitlines()] == ["0099", "0043"]
    assert letters(crossdock, "receipts") == {}


def test_orders_of_a_file_that_was_cut_short(crossdock: Crossdock, project: Path, wait: Wait) -> None:
    orders = [f"<Order no='{n}'><Total>{n}.50</Total></Order>\n" for n in range(1, 6)]
    orders[1] = orders[1].replace("2.50", "2,50")
    orders[2] = orders[2].replace("</Total>", "")
    raw = ("<Orders xmlns='urn:o'>\n" + "".join(orders))[:-10]
    drop(project, "o1.xml", raw.encode())
    shelf = project / "shelf" / "o1.txt"
    wait(shelf.exists)
    assert shelf.read_text() == "1   0000150\n4   0000450\n"
    dead = letters(crossdock, "orders")
    assert [(n, dead[n]["stage"]) for n in sorted(dead)] == [(2, "map"), (3, "decode"), (5, "decode")]
    assert dead[5]["reason"].startswith("line 6, column 1: <Order> is opened here and never closed")
    fixed = project / "order.json"
    fixed.write_text(json.dumps("<Order xmlns='urn:o' no='2'><Total>2.50</Total></Order>"))
    crossdock.run("dlq", "edit", dead[2]["id"], "--body", str(fixed), "--yes")
    third = "body=<Order xmlns='urn:o' no='3'><Total>3.50</Total></Order>"
    crossdock.run("dlq", "edit", dead[3]["id"], "--set", third, "--yes")
    crossdock.run("dlq", "requeue", dead[2]["id"], dead[3]["id"], "--yes", "--wait")
    again = project / "shelf" / "o1.requeue-1.txt"
    wait(again.exists)
    assert again.read_text() == "2   0000250\n3   0000350\n"


def test_a_step_before_the_split_sees_the_document(crossdock: Crossdock, project: Path) -> None:
    (project / "o2.xml").write_text("<Orders xmlns='urn:o' test='no'><Order no='7'/><Order no='8'/></Orders>")
    tried = json.loads(crossdock.run("routes", "try", "checked", str(project / "o2.xml"), "-o", "json"))
    assert [step["verb"] for step in tried["steps"]] == ["decode", "filter", "split", "map"]
    assert tried["steps"][-1]["body"] == {"no": "7"}


def test_at_the_end_everything_is_accounted_for(crossdock: Crossdock) -> None:
    crossdock.run("status", "--wait-idle", "30s")
    crossdock.run("ledger", "verify")
