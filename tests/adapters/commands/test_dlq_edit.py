from __future__ import annotations

import json

import pytest

from adapters.commands.dlq_edit import by_editor
from router.operating.editing import Editable
from tests.adapters.commands.typing_room import Room


def test_an_edited_record_is_processed_and_makes_a_file_of_its_own(room: Room) -> None:
    id = room.dead_record()
    assert room.say("dlq", "edit", id, "--set", "body.qty=3") == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes", "--reason", "typo at the till") == 0, room.err
    room.work()
    lines = (room.folder / "out/sales/SALES_1.requeue-1.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sku": "B", "quantity": 3, "amount": "3.00", "store": "0042", "source_record": 2}
    ]
    assert room.json("dlq", "list") == []
    assert room.json("status")["delivered"] == 1


def test_an_edited_message_is_sent_under_its_id(room: Room) -> None:
    id = room.dead_delivery()
    (letter,) = room.json("dlq", "list", "--target", "web-orders.erp")
    assert letter["id"] == id
    body = room.folder / "fixed.json"
    body.write_text('{"order_no": "8", "customer": "C", "lines": [{"sku": "A", "qty": 2, "price": 1.5}]}')
    (done,) = room.json("dlq", "edit", id, "--body", body)
    assert (done["id"], done["edit"], done["kind"]) == (id, 1, "raw")
    assert room.say("messages", "body", id.partition(":")[0]) == 0
    assert '"order_no": "7"' in room.out, "the original is kept"
    assert room.say("messages", "body", id, "--hop", "sent") == 0
    assert json.loads(room.out)["total"] == "3.00"
    assert "idempotency key " + id + ".r2" in room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    assert json.loads((room.folder / "out/orders/8.json").read_text())["total"] == "3.00"


def test_a_set_that_leads_nowhere_changes_nothing(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "edit", id, "--set", "body.nothing.deep=1") == 1
    assert "body has no field nothing; there are order_no, customer, lines" in room.err
    assert room.json("dlq", "show", id)["edits"] == 0


def test_a_script_edits_with_the_editor_of_its_environment(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = room.dead_record()
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    assert room.say("dlq", "edit", id) == 5
    assert "this is no terminal, so there is no editor: use --set or --body" in room.err
    monkeypatch.setenv("EDITOR", """sed -i 's/"x"/"3"/'""")
    (done,) = room.json("dlq", "edit", id)
    assert (done["id"], done["edit"], done["kind"]) == (id, 1, "record")
    assert room.say("messages", "body", id) == 0
    assert json.loads(room.out)["qty"] == "3"
    monkeypatch.setenv("VISUAL", "sed -i s/nothing/else/")
    assert room.say("dlq", "edit", id) == 0
    assert f"{id}: nothing changed" in room.err
    monkeypatch.setenv("VISUAL", "false")
    assert room.say("dlq", "edit", id) == 1
    assert room.json("dlq", "show", id)["edits"] == 1


def test_an_editor_leaves_the_ends_of_lines(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sed -i '1s/B/C/;$a\\'")  # with an end behind the last line, as editors do
    old = Editable("raw", b"\xef\xbb\xbfA;B\r\n1;2", ".csv")
    assert by_editor(old).body == b"\xef\xbb\xbfA;C\r\n1;2"
    assert by_editor(Editable("raw", b"B\n")).body == b"C\n"


def test_a_whole_file_of_csv_has_no_fields_to_set(room: Room) -> None:
    routes = room.folder / "routes.yaml"
    routes.write_text(routes.read_text().partition("\ntests:")[0] + WHOLE)
    id = room.send("prices", "sku,price\nA,one\n", "P.csv")
    room.work()
    (letter,) = room.json("dlq", "list")
    assert letter["id"] == id
    assert room.say("dlq", "edit", id, "--set", "body.price=1") == 1
    assert f"{id} is a whole message of csv, --set changes a field of JSON: edit it with --body FILE or $EDITOR" in room.err


@pytest.mark.parametrize("text", ["foo=8", "qty=1", "body.qty", "=5", "", "bodyqty=1", "body[0]qty=1", "body.note=\udce4"])
def test_what_is_no_assignment_is_a_wrong_command_line(room: Room, text: str) -> None:
    assert room.say("dlq", "edit", "anything", "--set", text) == 2
    assert "Invalid value for '--set'" in room.err
    assert "is not like body.qty=3 or body.lines[0].sku=A-1" in room.err or "is not UTF-8" in room.err


@pytest.mark.parametrize("words", [(), ("--content-type", "text/csv; charset=utf-8"), ("--content-type", "text/plain")])
def test_a_whole_csv_without_a_suffix_is_one_by_its_type_or_format(
    room: Room, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    routes = room.folder / "routes.yaml"
    routes.write_text(routes.read_text().partition("\ntests:")[0] + WHOLE.replace("P*.csv", "P*"))
    path = room.folder / "P"
    path.write_text("sku,price\nA,one\n")
    assert room.say("send", "prices", path, *words, "-o", "id") == 0
    id = room.out.strip()
    room.work()
    assert room.say("dlq", "edit", id, "--set", "body.price=1") == 1
    assert f"{id} is a whole message of csv" in room.err
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sh -c 'case $0 in *.csv) sed -i s/one/1/ $0;; esac'")
    assert room.say("dlq", "edit", id) == 0
    assert "nothing changed" not in room.err


WHOLE = """
  prices:
    from: {folder: till, files: "P*.csv"}
    format: {csv: {header: true, columns: {price: decimal}}}
    to:
      - {id: lake, format: json, send: {folder: sales, name: "{{ file.stem }}.json"}}
"""

NDJSON = """
  stock:
    about: Stock of the warehouse, a line an article
    from: {folder: till, files: "*.ndjson"}
    format: ndjson
    steps:
      - split: records
      - set: {"body.line": record.number}
    to:
      - {id: lake, format: ndjson, collect: message, send: {folder: sales, name: "{{ file.stem }}.ndjson"}}
"""


def test_a_broken_line_of_json_is_dead_alone_and_goes_on_when_it_is_mended(room: Room) -> None:
    routes = room.folder / "routes.yaml"
    routes.write_text(routes.read_text().partition("\ntests:")[0] + NDJSON)
    assert room.say("routes", "check") == 0, room.err
    lines = '{"sku": "A", "qty": 1.10}\r\n\r\n{"sku": "B", "qty": }\r\n{"sku": "C", "qty": 3}'
    id = room.send("stock", lines, "S.ndjson") + ":2"
    room.work()
    sales = room.folder / "out/sales"
    assert (sales / "S.ndjson").read_text() == '{"sku":"A","qty":1.10,"line":1}\n{"sku":"C","qty":3,"line":3}\n'
    (letter,) = room.json("dlq", "list")
    assert letter["id"] == id
    assert letter["reason"] == "line 3, column 21 (byte 49): '}' stands where a value is expected"
    assert room.say("dlq", "edit", id, "--set", "body.qty=2") == 1
    assert "body is a text" in room.err
    assert room.say("dlq", "edit", id, "--set", 'body={"sku": "B", "qty": 2,}') == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0, room.err
    room.work()
    (letter,) = room.json("dlq", "list")
    assert "the edited line is not JSON: line 1, column 23" in letter["reason"]
    assert room.say("dlq", "edit", id, "--set", 'body={"sku": "B", "qty": 2}') == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0, room.err
    room.work()
    assert room.json("dlq", "list") == []
    (mended,) = sales.glob("S.requeue-*.ndjson")
    assert mended.read_text() == '{"sku":"B","qty":2,"line":2}\n'
    assert room.say("ledger", "verify") == 0, room.err


def test_an_edit_that_the_steps_refuse_is_dead_at_its_own_target_and_can_be_mended(room: Room) -> None:
    """Other targets may have got the message as it was."""
    id = room.dead_delivery()
    assert room.say("dlq", "edit", id, "--set", "body.lines[0].qty=null") == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0, room.err
    room.work()
    (letter,) = room.json("dlq", "list")
    assert (letter["id"], letter["stage"]) == (id, "validate")
    assert room.say("dlq", "edit", id, "--set", "body.lines[0].qty=4", "--set", 'body.order_no="9"') == 0, room.err
    assert room.say("dlq", "requeue", id, "--yes") == 0, room.err
    room.work()
    assert json.loads((room.folder / "out/orders/9.json").read_text())["total"] == "4.00"
    assert room.json("dlq", "list") == []
    assert room.say("ledger", "verify") == 0, room.out


def test_a_delivery_that_the_current_logic_refuses_stays_one(room: Room) -> None:
    id = room.dead_delivery()
    mapping = room.folder / "transforms/maps/order_to_sales_order.yaml"
    right = mapping.read_text()
    for text, dead in ((right.replace("body.order_no", "body.order_nr"), [(id, "map")]), (right, [(id, "send")])):
        mapping.write_text(text)
        assert room.say("routes", "deploy", "--yes", "--no-tests") in (0, 1), room.err
        room.say("dlq", "requeue", id, "--logic", "current", "--yes")
        room.work()
        assert [(letter["id"], letter["stage"]) for letter in room.json("dlq", "list")] == dead
