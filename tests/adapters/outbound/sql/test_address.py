"""From `send` and a message to rows; from parcels to jobs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapters.outbound.sql.address import SqlAddress, job_of, prepare
from adapters.outbound.sql.session import Refused, Upsert
from adapters.outbound.sql.statement import Statement
from router.errors import MessageError
from router.message import Message, delivery_id
from router.pipeline import Filtered
from router.pipeline import parcel as made_parcel
from router.ports import Parcel
from router.route import Send, Target
from tests.adapters.outbound.sql.rows import array, expressions, message, parcel, undefined
from transforms.codecs import CODECS
from transforms.steps import STEPS

UPSERT = {"table": "dwh.lines", "conflict": ["sku"]}


@pytest.mark.parametrize(
    ("send", "words"),
    [
        ({"table": 'a"b', "conflict": ["x"]}, "table:"),
        ({"table": "a", "conflict": ["x`"]}, "conflict:"),
        ({"table": "a", "id_column": ""}, "id_column:"),
        ({"table": "a", "id_column": "id", "columns": {"id": undefined}}, r"columns\.id: it gets the delivery id"),
        ({"table": "a", "conflict": ["x", "y"], "columns": {"x": undefined}}, "conflict: y is not one of the columns"),
        ({"table": "a", "conflict": ["x"], "columns": {"x": undefined, "b\0": undefined}}, "columns:"),
        ({"statement": "SELECT :a", "params": {}}, ":a has no value"),
        ({"statement": "SELECT 1", "params": {"a": undefined}}, "does not use :a"),
        ({"statement": "DROP TABLE x"}, "begins with 'drop'"),
    ],
)
def test_what_cannot_work_is_said_when_it_is_loaded(send: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        prepare(send)


def test_columns_are_values_of_the_message() -> None:
    send = {**UPSERT, "columns": expressions({"sku": "body.sku", "price": "body.price * 2", "at": "message.route"})}
    address = prepare(send)(message({"sku": "a", "price": Decimal("1.10")}))
    assert address.rows == ({"sku": "a", "price": Decimal("2.20"), "at": "r"},)
    assert (address.into, address.write) == ("dwh.lines", Upsert(("dwh", "lines"), ("sku",)))


def test_a_statement_has_its_parameters() -> None:
    send = {"statement": "UPDATE t\n  SET n = :n", "params": expressions({"n": "body.n"})}
    address = prepare(send)(message({"n": 7}))
    assert (address.into, address.rows) == ("UPDATE t SET n = :n", ({"n": 7},))
    assert isinstance(address.write, Statement)


def test_an_expression_that_fails_is_dead_at_stage_send() -> None:
    with pytest.raises(MessageError, match=r"columns\.sku: body\.x is undefined") as caught:
        prepare({**UPSERT, "columns": {"sku": undefined}})(message({}))
    assert (caught.value.stage, caught.value.error) == ("send", "undefined")


def sent_by(send: dict[str, Any], body: dict[str, Any]) -> Parcel:
    """Of a target with a step of its own, as the router makes it."""
    step: Any = STEPS["map"]({"fields": {"sku": "body.code", "qty": "body.n * 2"}}, None)  # type: ignore[arg-type]
    json = CODECS["json"]({}, None)  # type: ignore[arg-type]
    to = Target("dwh", "r", Send("sql", "dwh", send, prepare(send)), steps=(step,), by_body=lambda body: json)
    made = made_parcel(to, Message(message(None).envelope, body))
    assert not isinstance(made, Filtered)
    return made


def test_without_columns_the_row_is_the_body_after_the_targets_own_steps() -> None:
    assert job_of(sent_by(UPSERT, {"code": "a", "n": 2}))[0].row == {"sku": "a", "qty": 4}


def test_expressions_see_the_body_before_the_targets_own_steps() -> None:
    send = {**UPSERT, "columns": expressions({"sku": "body.code", "qty": "body.n"})}
    assert job_of(sent_by(send, {"code": "a", "n": 2}))[0].row == {"sku": "a", "qty": 2}


def test_each_row_has_its_delivery_id() -> None:
    (entry,) = job_of(parcel(3, UPSERT, {"sku": "a", "price": Decimal("1.50")}))
    assert (entry.row, entry.id) == ({"sku": "a", "price": Decimal("1.50")}, "m3:dwh")


@pytest.mark.parametrize("id", ["m1", "m1.p2"])
def test_a_replay_is_a_delivery_of_its_own(id: str) -> None:
    made = parcel(1, UPSERT, {"sku": "a"})
    address = prepare({**UPSERT, "columns": expressions({"sku": "body.sku"})})(message({"sku": "a"}, id))
    (entry,) = job_of(replace(made, delivery_id=delivery_id(id, "dwh", 7), address=address))
    assert entry.id == ("m1:dwh:7" if id == "m1" else "m1:dwh:7.p2")


@pytest.mark.parametrize("columns", [{}, {"columns": {"sku": "body.sku"}}])
def test_rows_of_an_array_are_those_of_its_members(columns: dict[str, Any]) -> None:
    made = array("a1", {**UPSERT, **columns}, [{"sku": "a"}, {"sku": "b"}])
    assert [(entry.row, entry.id) for entry in job_of(made)] == [({"sku": "a"}, "m1:dwh"), ({"sku": "b"}, "m2:dwh")]


def test_a_member_without_fields_is_named() -> None:
    with pytest.raises(Refused, match="member 1 of the array is a single value, which has no fields"):
        job_of(array("a1", UPSERT, [{"sku": "a"}, 7]))


def test_an_array_that_another_target_gave_up_is_written_by_its_fields_or_refused() -> None:
    """The router gives its fallback one address, that of the first member: no row may be taken for all of them."""
    named = {"table": "other", "conflict": ["sku"], "columns": expressions({"sku": "body.sku"})}
    rows, http = array("a1", UPSERT, [{"sku": "a"}, {"sku": "b"}]), parcel(1, UPSERT, [{"sku": "a"}, {"sku": "b"}])
    by_fields = replace(rows, address=prepare({"table": "other", "conflict": ["sku"]})(message({}, "m1")))
    assert [(e.write, e.row, e.id) for e in job_of(by_fields)] == [
        (Upsert(("other",), ("sku",)), {"sku": "a"}, "m1:dwh"), (Upsert(("other",), ("sku",)), {"sku": "b"}, "m2:dwh"),
    ]  # fmt: skip
    for made in (rows, replace(http, delivery_id="a1:dwh")):
        with pytest.raises(Refused, match="an array that another target gave up has no columns here"):
            job_of(replace(made, address=prepare(named)(message({"sku": "a"}, "m1"))))
    with pytest.raises(Refused, match="the body is a list"):
        job_of(http)


@pytest.mark.parametrize("body", [b"", b"{", b"<a/>", b'{"a":1,"a":2}', b"\xff"])
def test_a_body_that_is_not_json_has_no_fields(body: bytes) -> None:
    address = SqlAddress("t", None, Upsert(("t",), ("a",)))
    with pytest.raises(Refused, match="has no fields: name the columns"):
        job_of(Parcel("m:t", "m:t", body, "", address))
