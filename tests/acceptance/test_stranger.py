"""A project that was written from the interface alone does what the interface says."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.outside import Outside

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      erp:     {type: http, url: "${env:ERP_URL}", timeout: 5s, breaker: {open_after: 50}}
      drop:    {type: folder, path: drop}
      shelf:   {type: folder, path: shelf}
    clients:
      partner: {token: "t-0-k-e-n"}
    defaults:
      retry: {first: 100ms, factor: 1, jitter: 0%, for: 1m}
    routes:
      vouchers:
        from: {http: /vouchers, clients: [partner], max_body: 64KiB}
        format: json
        keys: {voucher: body.code}
        steps:
          - validate: vouchers.Voucher
          - map: voucher_to_booking
        order_by: body.account
        to:
          - {id: ledger, send: {http: erp, path: /bookings}}
      quotes:
        from: {http: /quotes, clients: anyone, reply: result, timeout: 5s}
        to:
          - {id: erp, send: {http: erp, path: /quotes}, retry: {attempts: 1}}
      prices:
        from: {folder: drop, files: "*.txt", ready: at_once}
        format: {csv: {delimiter: "|", header: false, columns: {ean: text, net: decimal, pieces: int}}}
        steps:
          - split: records
          - filter: body.pieces > 0
          - map: {fields: {ean: body.ean, total: (body.net * body.pieces) | text(2)}}
        to:
          - {id: shelf, format: ndjson, collect: message, send: {folder: shelf, name: "{{ file.stem }}.ndjson"}}
"""
SCHEMA = '''
    from marshmallow import Schema, fields


    class Voucher(Schema):
        code = fields.Str(required=True)
        account = fields.Str(required=True)
        value = fields.Decimal(required=True)
        parts = fields.Int(required=True, strict=True)
'''
MAP = """
    about: A voucher to a booking
    fields:
      account: body.account
      code: body.code
      each_part: (body.value / body.parts) | text(2)
      total: body.value * 3
      kind: {const: voucher}
"""
GOOD = {"code": "V-1", "account": "A-1", "value": "10.10", "parts": 4}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stranger")
    for name, text in {"routes.yaml": ROUTES, "transforms/schemas/vouchers.py": SCHEMA,
                       "transforms/maps/voucher_to_booking.yaml": MAP}.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), "utf-8")
    return folder


def send(crossdock: Crossdock, **changes: object) -> tuple[int, dict[str, object]]:
    return crossdock.call("POST", "/vouchers", GOOD | changes, "t-0-k-e-n")


def bookings(outside: Outside, account: str) -> list[dict[str, object]]:
    found = [json.loads(one.body, parse_float=Decimal) for one in outside.script.at("/bookings")]
    return [one for one in found if one["account"] == account]


def test_a_message_arrives_with_exact_decimals(crossdock: Crossdock, outside: Outside, wait: Wait) -> None:
    status, answer = send(crossdock, account="exact")
    assert (status, list(answer)) == (202, ["id"])
    wait(lambda: bookings(outside, "exact"))
    assert bookings(outside, "exact") == [
        {"account": "exact", "code": "V-1", "each_part": "2.53", "total": Decimal("30.30"), "kind": "voucher"}
    ]
    assert b'"total":30.30' in outside.script.at("/bookings")[0].body
    found = crossdock.rows("messages", "find", "--key", "voucher=V-1")
    assert [one["id"] for one in found] == [answer["id"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/vouchers", b"{", {}, 400),
        ("POST", "/vouchers", b"{}", {"Authorization": "Bearer no"}, 401),
        ("POST", "/nowhere", b"{}", {}, 404),
        ("GET", "/vouchers", None, {}, 405),
        ("POST", "/vouchers", b'"' + b"x" * 70_000 + b'"', {}, 413),
        ("POST", "/vouchers", b"a;b", {"Content-Type": "text/csv"}, 415),
        ("POST", "/vouchers", b'{"code": "V-2", "account": "A", "value": "ten", "parts": 1}', {}, 422),
    ],
)
def test_a_caller_is_told_what_is_wrong(
    crossdock: Crossdock, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    told, problem = crossdock.call(method, path, body, headers={"Authorization": "Bearer t-0-k-e-n", **headers})
    assert told == status
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status


def test_the_fields_of_a_refused_message_are_named(crossdock: Crossdock) -> None:
    _, problem = send(crossdock, value="ten", parts=None)
    assert {one["path"] for one in problem["errors"]} == {"value", "parts"}  # type: ignore[attr-defined]


def test_a_failed_delivery_is_tried_again_under_its_key(crossdock: Crossdock, outside: Outside, wait: Wait) -> None:
    outside.script.replies["/bookings"].extend([(503, {}), (500, {}), (429, {})])
    status, answer = send(crossdock, account="again")
    assert status == 202
    wait(lambda: len(bookings(outside, "again")) == 4)
    tries = [one for one in outside.script.at("/bookings") if one.json["account"] == "again"]
    assert {one.key for one in tries} == {f"{answer['id']}:ledger"}
    assert len({one.body for one in tries}) == 1


def test_messages_of_a_key_keep_their_order(crossdock: Crossdock, outside: Outside, wait: Wait) -> None:
    outside.script.replies["/bookings"].extend([(503, {}), (503, {})])
    for number in range(20):
        assert send(crossdock, account="order", code=f"V-{number:02d}")[0] == 202
    wait(lambda: len({one["code"] for one in bookings(outside, "order")}) == 20)
    taken = list(dict.fromkeys(str(one["code"]) for one in bookings(outside, "order")))
    assert taken == sorted(taken)


def test_a_dead_letter_is_edited_and_sent_again(crossdock: Crossdock, outside: Outside, wait: Wait) -> None:
    outside.script.replies["/bookings"].append((409, {"error": "account is closed"}))
    _, answer = send(crossdock, account="closed")
    id_ = f"{answer['id']}:ledger"
    wait(lambda: crossdock.rows("dlq", "list", "--route", "vouchers"))
    letter = crossdock.rows("dlq", "list", "--route", "vouchers")[0]
    assert (letter["id"], letter["stage"], letter["status"], letter["attempts"]) == (id_, "send", 409, 1)
    crossdock.run("dlq", "edit", id_, "--set", "body.account=opened", "--yes")
    crossdock.run("dlq", "requeue", id_, "--yes", "--wait")
    wait(lambda: bookings(outside, "opened"))
    assert outside.script.at("/bookings")[-1].key == f"{id_}.r2"
    assert crossdock.rows("dlq", "list", "--route", "vouchers") == []


def test_a_caller_may_wait_for_the_answer(crossdock: Crossdock, outside: Outside) -> None:
    outside.script.replies["/quotes"].extend([(200, {"price": 7}), (404, {"error": "unknown"})])
    assert crossdock.call("POST", "/quotes", {"sku": "1"}) == (200, {"price": 7})
    assert crossdock.call("POST", "/quotes", {"sku": "2"}) == (404, {"error": "unknown"})
    assert outside.script.at("/quotes")[0].json == {"sku": "1"}


def test_the_same_idempotency_key_is_taken_once(crossdock: Crossdock, outside: Outside, wait: Wait) -> None:
    def call(body: object) -> tuple[int, dict[str, object]]:
        return crossdock.call("POST", "/vouchers", body, "t-0-k-e-n", {"Idempotency-Key": "once"})

    first = call(GOOD | {"account": "once"})
    second = call(GOOD | {"account": "once"})
    other = call(GOOD | {"account": "other"})
    assert (first[0], second[0], other[0]) == (202, 202, 409)
    assert second[1] == {"id": first[1]["id"], "duplicate": True}
    wait(lambda: bookings(outside, "once"))
    crossdock.run("status", "--wait-idle", "20s")
    assert len(bookings(outside, "once")) == 1


def test_a_bad_line_is_a_dead_letter_beside_its_file(crossdock: Crossdock, project: Path, wait: Wait) -> None:
    (project / "drop" / ".p1.txt").write_text("4006381|1.005|2\n4006382|9,9|1\n4006383|2.50|0\n4006384|0.10|3\n")
    (project / "drop" / ".p1.txt").rename(project / "drop" / "p1.txt")
    wait((project / "shelf" / "p1.ndjson").exists)
    assert (project / "shelf" / "p1.ndjson").read_text() == (
        '{"ean":"4006381","total":"2.01"}\n{"ean":"4006384","total":"0.30"}\n'
    )
    (letter,) = crossdock.rows("dlq", "list", "--route", "prices")
    assert (letter["record"], letter["stage"], letter["target"]) == (2, "decode", None)
    assert "9,9" in letter["reason"]
    assert "line 2" in letter["reason"]
    crossdock.run("dlq", "edit", letter["id"], "--set", "body.net=9.90", "--yes")
    crossdock.run("dlq", "requeue", letter["id"], "--yes", "--wait")
    wait((project / "shelf" / "p1.requeue-1.ndjson").exists)
    assert (project / "shelf" / "p1.requeue-1.ndjson").read_text() == '{"ean":"4006382","total":"9.90"}\n'


def test_records_that_were_put_right_one_by_one_make_one_file_when_they_are_sent_together(
    crossdock: Crossdock, project: Path, wait: Wait
) -> None:
    rows = [f"{n}|{'x' if n % 50 == 0 else '1.00'}|1" for n in range(1, 301)]
    (project / "drop" / ".p2.txt").write_text("\n".join(rows) + "\n")
    (project / "drop" / ".p2.txt").rename(project / "drop" / "p2.txt")
    wait((project / "shelf" / "p2.ndjson").exists)
    letters = crossdock.rows("dlq", "list", "--route", "prices")
    assert sorted(letter["record"] for letter in letters) == [50, 100, 150, 200, 250, 300]
    for letter in letters:
        crossdock.run("dlq", "edit", letter["id"], "--set", f"body.net={letter['record']}.00", "--yes")
    crossdock.run("dlq", "requeue", "--all", "--yes", "--wait")
    crossdock.run("status", "--wait-idle", "20s")
    made = sorted((project / "shelf").glob("p2.requeue-*"))
    assert [path.name for path in made] == ["p2.requeue-1.ndjson"]
    lines = [json.loads(line) for line in made[0].read_text().splitlines()]
    assert lines == [{"ean": str(n), "total": f"{n}.00"} for n in range(50, 301, 50)]


def test_at_the_end_everything_is_accounted_for(crossdock: Crossdock) -> None:
    crossdock.run("status", "--wait-idle", "20s")
    crossdock.run("ledger", "verify")
