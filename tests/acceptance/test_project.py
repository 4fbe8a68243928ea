"""The project in this repository is one to copy: nothing to complain about; its samples become what they must."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import COMMAND, ROOT

SAMPLES = ROOT / "transforms" / "samples"
SECRETS = {"WEB_SHOP_TOKEN": "a", "SHOPIFY_SECRET": "b"}


def crossdock(var: Path, *words: str, ends_with: int = 0) -> str:
    environment = {"PATH": "/usr/bin:/bin", "CROSSDOCK_VAR": str(var), **SECRETS}
    done = subprocess.run([*COMMAND, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == ends_with, done.stderr
    return done.stdout


def tried(var: Path, route: str, sample: str, *more: str, ends_with: int = 0) -> dict[str, Any]:
    words = ("routes", "try", route, str(SAMPLES / sample), *more, "-o", "json")
    answer: dict[str, Any] = json.loads(crossdock(var, *words, ends_with=ends_with))
    return answer


def chosen(answer: dict[str, Any]) -> dict[str, Any]:
    return {one["id"].rpartition(".")[2]: one["body"] for one in answer["targets"] if one["chosen"]}


def test_the_checker_finds_nothing(tmp_path: Path) -> None:
    assert crossdock(tmp_path / "var", "routes", "check", "-o", "jsonl") == ""
    assert not (tmp_path / "var").exists(), "a check writes nothing"


def test_an_order_becomes_the_erps_document_and_a_pick_list(tmp_path: Path) -> None:
    bodies = chosen(tried(tmp_path / "var", "web-orders", "order.json"))
    assert bodies["erp"] == (SAMPLES / "order.erp.xml").read_text("utf-8")
    pick = bodies["picking"] if isinstance(bodies["picking"], dict) else json.loads(bodies["picking"])
    assert pick["pick"] == [{"product": "SKU-1", "pieces": 2}, {"product": "SKU-2", "pieces": 1}]


def test_an_order_of_shopify_becomes_the_same_document(tmp_path: Path) -> None:
    body = chosen(tried(tmp_path / "var", "shopify-orders", "shopify_python__order.json"))["erp"]
    assert '<SalesOrder xmlns="urn:erp:salesorder:2" id="SHOPIFY-450789469" channel="shopify">' in body
    assert "<Total currency=\"USD\" paid=\"no\">597.00</Total>" in body


@pytest.mark.parametrize(
    ("sample", "lines", "total"),
    [("poslog-small.xml", 1, "1.26"), ("poslog-tx01.xml", 6, "19.51"), ("poslog-tx17.xml", 5, "18.90")],
)
def test_a_journal_becomes_a_receipt(tmp_path: Path, sample: str, lines: int, total: str) -> None:
    body = chosen(tried(tmp_path / "var", "pos-journal", sample))["receipts"]
    assert f'<Lines count="{lines}">' in body
    assert f"<Sum>{total}</Sum>" in body


def test_a_row_of_the_day_file_becomes_a_line_of_sales_and_a_return_a_credit_note_too(tmp_path: Path) -> None:
    sold = chosen(tried(tmp_path / "var", "pos-sales", "SALES_0042.csv"))
    assert sorted(sold) == ["dwh", "lake"]
    assert json.loads(sold["dwh"]) == json.loads(sold["lake"])
    assert json.loads(sold["lake"])["amount"] == "6.48", "2 * 3,49 - 0,50"
    returned = chosen(tried(tmp_path / "var", "pos-sales", "SALES_0042.csv", "--record", "2"))
    assert json.loads(returned["erp"])["reference"] == "0042-03-000188/1"
    assert json.loads(returned["erp"])["amount"] == "8.90"


def test_an_event_of_the_stock_goes_where_its_kind_is_looked_after(tmp_path: Path) -> None:
    level = chosen(tried(tmp_path / "var", "stock-events", "stock-event.json"))
    assert list(level) == ["levels"]
    assert json.loads(level["levels"]) == json.loads((SAMPLES / "stock-event.json").read_text("utf-8"))
    dead = tried(tmp_path / "var", "stock-events", "stock-event-odd.json", ends_with=1)["dead"]
    assert (dead["stage"], dead["reason"]) == ("route", "no rule for this type of stock event")


def test_the_last_piece_becomes_a_row_and_an_entry_of_what_is_sold_out(tmp_path: Path) -> None:
    targets = {one["id"]: one for one in tried(tmp_path / "var", "stock-levels", "stock-event.json")["targets"]}
    rows = targets["stock-levels.dwh"]["request"]["rows"]
    assert rows == [{"sku": "SKU-00077", "on_hand": 0, "at": "2026-03-01T08:15:00+01:00"}]
    assert targets["stock-levels.sold-out"]["chosen"]
    assert targets["stock-levels.sold-out"]["request"]["stream"] == "sold-out"


def test_a_delivery_note_becomes_a_goods_receipt(tmp_path: Path) -> None:
    answer = tried(tmp_path / "var", "goods-in", "NOTES_0042.txt")
    receipt = json.loads(chosen(answer)["goods"])
    assert receipt["articles"] == [
        {"gtin": "04012345505641", "kind": "article", "description": "RÖSTKAFFEE 1KG", "quantity": 12, "amount": "101.88"},
        {"gtin": "02812345714683", "kind": "in store", "description": "GOUDA AM STÜCK", "quantity": 2, "amount": "63.80"},
    ]
    assert receipt["empties"] == [{"gtin": "04012345900040", "quantity": 3}]
    row = answer["targets"][1]["request"]["rows"][0]
    assert row == {"note": "LS00000017", "store": "0042", "delivered": "2026-03-01", "articles": 2, "total": "161.18"}


def test_every_sample_that_was_not_written_here_names_its_source() -> None:
    sources = (SAMPLES / "SOURCES.md").read_text("utf-8")
    own = {"order.json", "order.erp.xml", "SALES_0042.csv", "NOTES_0042.txt", "stock-event.json", "stock-event-odd.json",
           "SOURCES.md"}  # fmt: skip
    foreign = {path.name for path in SAMPLES.iterdir()} - own
    unnamed = [name for name in foreign if name not in sources and not name.startswith("poslog-tx")]
    assert not unnamed
