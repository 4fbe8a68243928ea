"""Files that others published are read to the last figure. Where each comes from stands in tests/data/SOURCES.md."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from router.config.content import StoredContent
from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from transforms.codecs import CODECS, codec_for

DATA = Path(__file__).parents[1] / "data"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
REFUSED = {
    "cxml/cxml__envelope.xml": "document type declarations are not accepted",
    "product-csv/omniparser__3_multi_row_headerfooter.input.csv": "line 2: too many fields: 4, the header has 1",
    "shopify/go-shopify__requested_fulfillment_service_id_invalid.json": "line 42, column 1",
}


def records(name: str, path: str, layout: str = "", **options: Any) -> list[Any]:
    """Record by record, in small chunks."""
    content = StoredContent({"transforms/layouts/x.yaml": layout.encode()})
    codec: Any = CODECS[name]({**options, **({"layout": "x"} if layout else {})}, content)
    stream = io.BytesIO((DATA / path).read_bytes())
    return [body for cut in codec.cut(stream, None, 500) for _, body in codec.records(stream, cut)]


def whole(path: str) -> Any:
    return CODECS[codec_for(None, path)]({}, StoredContent()).decode((DATA / path).read_bytes(), ENVELOPE)


def files() -> list[str]:
    """Folders that have sources of their own are others'."""
    own = [path.parent for path in DATA.glob("*/SOURCES.md")]
    return sorted(path.relative_to(DATA).as_posix() for path in DATA.glob("*/*") if path.parent not in own)


def test_every_file_names_its_source_and_is_small() -> None:
    named = {line[2:].split(" | ")[0] for line in (DATA / "SOURCES.md").read_text("utf-8").splitlines() if line[:2] == "- "}
    assert named == set(files())
    sizes = [(DATA / path).stat().st_size for path in files()]
    assert max(sizes) < 65_536
    assert sum(sizes) < 600_000


@pytest.mark.parametrize("path", [path for path in files() if path.endswith((".csv", ".json", ".xml"))])
def test_every_document_is_read_or_refused_for_a_reason(path: str) -> None:
    if path in REFUSED:
        with pytest.raises(DecodeError) as found:
            whole(path)
        assert REFUSED[path] in found.value.reason
    else:
        assert whole(path) is not None


# --- CSV ---
def test_a_day_of_a_shop() -> None:
    types = {"Quantity": "int", "UnitPrice": "decimal", "InvoiceDate": {"datetime": "%Y-%m-%d %H:%M:%S"}}
    rows = records("csv", "retail-batch/online-retail__2010-12-01.csv", columns=types)
    assert (len(rows), sum(row["Quantity"] for row in rows)) == (500, 8243)
    assert sum(row["Quantity"] * row["UnitPrice"] for row in rows) == Decimal("16735.46")
    assert sum(row["InvoiceNo"].startswith("C") for row in rows) == 9
    assert rows[0]["InvoiceDate"].isoformat() == "2010-12-01T08:26:00"


def test_products_with_lines_inside_of_cells_alike_with_comma_and_semicolon() -> None:
    comma = records("csv", "product-csv/medusa__exported-products-comma.csv")
    assert comma == records("csv", "product-csv/medusa__exported-products-semicolon.csv", delimiter=";")
    assert (len(comma), comma[0]["Product Description"]) == (3, "test-product-description\ntest line 2")


def test_orders_with_a_byte_order_mark() -> None:
    rows = records("csv", "order-csv/logicapps__Online-Store-Orders-Sample.csv",
                   columns={"Date": {"date": "%m/%d/%Y"}, "Quantity": "int", "TotalPrice": "decimal"})  # fmt: skip
    assert rows[0]["OrderID"] == "ORD200000"
    assert (rows[0]["Date"].isoformat(), rows[0]["TotalPrice"]) == ("2023-01-04", Decimal("2853.1"))
    assert not [row for row in rows if isinstance(row, Bad)]


def test_articles_and_shops() -> None:
    articles = records("csv", "retail-batch/jaffle-shop__raw_products.csv", columns={"price": "int"})
    assert (len(articles), sum(one["price"] for one in articles)) == (10, 8800)
    shops = records("csv", "retail-batch/jaffle-shop__raw_stores.csv", columns={"opened_at": {"datetime": "%Y-%m-%dT%H:%M:%S"}})
    assert [shop["name"] for shop in shops][:3] == ["Philadelphia", "Brooklyn", "Chicago"]


# --- fixed width ---
def test_transactions_of_a_mainframe_are_what_others_read_in_them() -> None:
    layout = "length: 45\nfields: {CURRENCY: {at: 1, length: 3}, SIGNATURE: {at: 4, length: 8}, COMPANY_NAME: {at: 12, " \
             "length: 15}, COMPANY_ID: {at: 27, length: 10}, WEALTH_QFY: {at: 37, length: 1, type: int}}"  # fmt: skip
    rows = records("fixed", "ebcdic/cobrix__test3_data_TRAN2.AUG31.DATA.dat", layout, encoding="cp037")
    assert len(rows) == 1000
    expected = (DATA / "ebcdic/cobrix__test3_expected_test3.txt").read_text().splitlines()
    for row, line in zip(rows, expected, strict=False):
        assert row == {name: value for name, value in json.loads(line).items() if name != "AMOUNT"}


def test_zoned_numbers_of_a_mainframe_are_what_others_read_in_them() -> None:
    layout = """
length: 80
fields:
  WS_DATE_NUM: {at: 1, length: 8, type: int}
  WS_DATE_ALPHA: {at: 10, length: 10}
  WS_ACCT_ALPHA: {at: 21, length: 8}
  WS_AMOUNT_NUMERIC: {at: 30, length: 10, type: int}
  WS_AMOUNT_FRACTION: {at: 41, length: 10, type: decimal, implied: 2}
  WS_NAME_ALPHABET: {at: 52, length: 10}
  WS_AMOUNT_FRACTION2: {at: 63, length: 11, type: decimal}
"""
    rows = records("fixed", "ebcdic/cobrix__test19_display_num_data.dat", layout, encoding="cp037")
    expected = (DATA / "ebcdic/cobrix__test19_display_num_expected_test19.txt").read_text().splitlines()
    assert len(rows) == len(expected) == 7
    for row, line in zip(rows[:5], expected, strict=False):
        wanted = json.loads(line, parse_float=Decimal)
        assert row == {name: value for name, value in wanted.items() if name.startswith("WS")}
    assert [rows[5][name] for name in ("WS_DATE_NUM", "WS_AMOUNT_NUMERIC", "WS_AMOUNT_FRACTION")] == [None, None, None]
    assert rows[6].error.reason.startswith("block 7, column 1, field WS_DATE_NUM: 'ABCDE' is not a whole number")


def test_songs_in_groups_between_lines_that_stand_alone() -> None:
    fields = "fields: {work: {at: 4, length: 8, type: int}, n: {at: 12, length: 8, type: int}, rest: {at: 20, length: 60}}"
    kinds = "".join(f"  {kind}: {{{fields}}}\n" for kind in ("NWR", "SPU", "SPT", "SWR", "SWT"))
    alone = "".join(f"  {kind}: {{fields: {{text: {{at: 4, length: 20}}}}}}\n" for kind in ("HDR", "GRH", "GRT", "TRL"))
    group = "group: {start: NWR, members: [SPU, SPT, SWR, SWT]}\n"
    layout = f"record_type: {{at: 1, length: 3}}\nrecords:\n{kinds}{alone}{group}"
    found = records("fixed", "fixed-width/omniparser__4_nested.input.txt", layout)
    songs = [one for one in found if "NWR" in one]
    assert [one["type"] for one in found if "type" in one] == ["HDR", "GRH", "GRT", "TRL"]
    assert [song["NWR"]["rest"] for song in songs][:2] == ["Song 1 - 1 Pub1/ 0 Wrt", "Song 2 - 1 Pub2/ 0 Wrt // 1 SPU-AM"]
    assert [(len(song["SPU"]), len(song["SWR"])) for song in songs] == [(1, 0), (2, 0), (1, 1), (2, 2)]
    for song in songs:
        lines = [song["NWR"], *(line for kind in ("SPU", "SPT", "SWR", "SWT") for line in song[kind])]
        assert {line["work"] for line in lines} == {song["NWR"]["work"]}
        assert sorted(line["n"] for line in lines) == list(range(len(lines)))


def test_weather_beside_a_line_that_is_none() -> None:
    layout = """
fields:
  at: {at: 1, length: 24}
  high: {at: 25, length: 5, type: decimal}
  low: {at: 30, length: 5, type: decimal}
"""
    first, bad, last = records("fixed", "fixed-width/omniparser__1_single_row.input.txt", layout)
    assert (first["high"], first["low"]) == (Decimal("10.5"), Decimal("30.2"))
    assert (last["high"], last["low"]) == (Decimal(39), Decimal(95))
    assert bad["at"] == "DO NOT PROCESS"


def test_a_status_message_of_a_carrier() -> None:
    layout = """
record_type: {at: 1, length: 3}
records:
  "#FL": {fields: {sender: {at: 8, length: 10}}}
  SUB: {fields: {}}
  139: {name: shipment, fields: {carrier: {at: 4, length: 4}, id: {at: 8, length: 15}}}
  239: {name: party, fields: {role: {at: 4, length: 2}, name: {at: 6, length: 30}}}
  339: {name: status, fields: {code: {at: 4, length: 2}, on: {at: 6, length: 12, type: datetime, format: "%Y%m%d%H%M"}}}
  439: {name: reference, fields: {kind: {at: 4, length: 3}, value: {at: 7, length: 30}}}
  "#EO": {fields: {}}
group: {start: "139", members: ["239", "339", "439"]}
"""
    first, _, shipment, last = records("fixed", "fixed-width/module-balleri__message.edi", layout)
    assert (first["type"], last["type"]) == ("#FL", "#EO")
    assert [(one["code"], one["on"].isoformat()) for one in shipment["status"]][::3] == [
        ("X3", "2023-04-20T13:45:00"), ("CD", "2023-04-20T15:40:00")
    ]  # fmt: skip
    assert [one["name"] for one in shipment["party"]][1] == "EASYGO LOGISTICS"


# --- XML ---
@pytest.mark.parametrize(
    ("path", "name", "namespaces", "count"),
    [
        ("poslog/ncr-acs-2.1__small.xml", "p:Transaction", {"p": "http://www.nrf-arts.org/IXRetail/namespace/"}, 2),
        ("epcis/openepcis-test__EPCISDocument_with_comment.xml", "ObjectEvent", {}, 4),
        ("camt-pain/camt__camt053.v2.multi.statement.xml", "c:Stmt", {"c": CAMT}, 2),
        ("ubl/ph-ubl__UBL-Invoice-2.1-Example.xml", "a:InvoiceLine", {"a": CAC}, 5),
        ("gs1xml/saprecipe__logisticsInventoryReportMessage-01.xml", "tradeItemInventoryStatus", {}, 8),
        ("idoc/saprecipe__DELVRY07-04.xml", "E1EDL24", {}, 2), ("idoc/saprecipe__ORDERS05-09.xml", "E1EDP01", {}, 2),
    ],
)  # fmt: skip
def test_records_of_a_document_are_those_of_its_tree(path: str, name: str, namespaces: dict[str, str], count: int) -> None:
    found = records("xml", path, records=name, namespaces=namespaces)
    tree = whole(path).xpath(f"//{name}", namespaces=namespaces)
    assert len(found) == len(tree) == count
    for record, element in zip(found, tree, strict=True):
        assert [(one.tag, one.attrib, (one.text or "").strip()) for one in record.iter("*")] == [
            (one.tag, one.attrib, (one.text or "").strip()) for one in element.iter("*")
        ]


def test_invoice_lines_add_up_to_the_invoice() -> None:
    path, names = "ubl/ph-ubl__UBL-Invoice-2.1-Example.xml", {"a": CAC, "b": CBC}
    lines = records("xml", path, records="a:InvoiceLine", namespaces=names)
    total = sum(Decimal(line.xpath("string(b:LineExtensionAmount)", namespaces=names)) for line in lines)
    assert total == Decimal(whole(path).xpath("string(//a:LegalMonetaryTotal/b:LineExtensionAmount)", namespaces=names))


def test_one_invoice_in_three_spellings_of_its_namespaces() -> None:
    """Prefixes are no part of names: the amounts are the same."""
    found = set()
    for n in (1, 3, 4):
        lines = records("xml", f"ubl/ph-ubl__UBL-Invoice-2.0-Example-NS{n}.xml", records="a:InvoiceLine",
                        namespaces={"a": CAC})  # fmt: skip
        found.add(tuple(line.xpath("string(b:LineExtensionAmount)", namespaces={"b": CBC}) for line in lines))
    assert len(found) == 1
    assert all(found.pop())


# --- JSON ---
def test_payouts_of_a_shop_add_up() -> None:
    body = whole("shopify/shopify_python__payouts_transactions.json")
    assert (len(body["transactions"]), sum(Decimal(one["net"]) for one in body["transactions"])) == (25, Decimal("39.48"))


def test_numbers_in_json_keep_their_digits() -> None:
    assert whole("adyen/adyen-java-api__authorisation-true.json")["notificationItems"][0]["NotificationRequestItem"][
        "amount"
    ] == {"currency": "EUR", "value": 10100}
    assert whole("shopify/go-shopify__orders.json")["orders"][0]["total_price"] == "10.00"
