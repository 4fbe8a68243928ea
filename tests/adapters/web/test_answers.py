"""What a caller is told of a receipt, and of a result."""

from __future__ import annotations

import json

import pytest

from adapters.web import answers
from adapters.web.results import Result
from router.ledger import Arrival, End, Receipt
from router.message import Envelope, utc_now

ARRIVAL = Arrival(Envelope("m2", "r", "/r", utc_now(), b""), 1, (), b"")


@pytest.mark.parametrize(
    ("receipt", "status", "part"),
    [
        (Receipt("accepted", "m2", 1), 202, {"id": "m2"}),
        (Receipt("dead", "m2", 1), 202, {"id": "m2"}),
        (Receipt("duplicate", "m1", 1, "m1"), 202, {"id": "m1", "duplicate": True}),
        (Receipt("conflict", "m2", 1, "m1"), 409, {"id": "m2", "status": 409}),
    ],
)
def test_of_a_receipt(receipt: Receipt, status: int, part: dict[str, object]) -> None:
    answer = answers.of_receipt(receipt, ARRIVAL, "/r")
    assert answer.status == status
    assert part.items() <= json.loads(answer.body).items()


def test_what_was_refused_says_why() -> None:
    end = End("refused", "decode", "undecodable", "line 1, column 2: a value is expected")
    answer = answers.refused(end, "m2", "/r")
    assert answer.status == 400
    assert json.loads(answer.body)["detail"] == end.reason
    assert "errors" not in json.loads(answer.body)


def test_what_was_refused_by_our_own_fault_is_500_with_the_id_under_which_it_is_kept() -> None:
    answer = answers.refused(End("refused", "decode", "internal", "… as error 1a2b3c4d"), "m2", "/r")
    assert (answer.status, json.loads(answer.body)["id"]) == (500, "m2")


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (None, 504),
        (Result("delivered", 201), 201),
        (Result("delivered"), 200),
        (Result("dead", 503), 503),
        (Result("dead", stage="send"), 502),
        (Result("dead", stage="route"), 422),
        (Result("filtered"), 202),
    ],
)
def test_of_a_result(result: Result | None, status: int) -> None:
    assert answers.of_result(result, "m2", "/r").status == status
