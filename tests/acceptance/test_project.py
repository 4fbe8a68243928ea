"""The project in this repository is one to copy: nothing to complain about; its samples become what they must."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import COMMAND, ROOT

SAMPLES = ROOT / "transforms" / "samples"
SECRETS = {"WEB_SHOP_TOKEN": "a", "SHOPIFY_TOKEN": "b"}


def crossdock(var: Path, *words: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "CROSSDOCK_VAR": str(var), **SECRETS}
    done = subprocess.run([*COMMAND, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tried(var: Path, route: str, sample: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(crossdock(var, "routes", "try", route, str(SAMPLES / sample), "-o", "json"))
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


def test_every_sample_that_was_not_written_here_names_its_source() -> None:
    sources = (SAMPLES / "SOURCES.md").read_text("utf-8")
    own = {"order.json", "order.erp.xml", "SALES_0042.csv", "SOURCES.md"}
    foreign = {path.name for path in SAMPLES.iterdir()} - own
    unnamed = [name for name in foreign if name not in sources and not name.startswith("poslog-tx")]
    assert not unnamed
