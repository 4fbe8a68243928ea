from __future__ import annotations

from typing import Any

import pytest

from router.message import Envelope, Message, utc_now
from transforms.expressions import compile_condition

BODY = {"qty": 3, "type": "x", "lines": [{"n": 1}, {"n": 2}], "note": None}


@pytest.mark.parametrize(
    ("condition", "known", "unknown"),
    [
        ("body.qty <= 0", {"body.qty": 3}, []),
        ("body.qty > 1 and not (body.type in ['a', 'b'])", {"body.qty": 3, "body.type": "x"}, []),
        ("body.qty > 1 or body.qty < -1", {"body.qty": 3}, []),
        ("body.lines[0].n == 1", {"body.lines[0].n": 1}, []),
        ("(body.lines | length) > 1", {"body.lines | length": 2, "body.lines": BODY["lines"]}, []),
        ("(body.lines | first).n == 1", {"body.lines | first": {"n": 1}, "body.lines": BODY["lines"]}, []),
        ("body.x is defined", {}, ["body.x"]),
        ("body.note is none", {"body.note": None}, []),
        ("headers['a-b'] == 'c'", {"headers['a-b']": "c"}, []),
        ("true", {}, []),
    ],
)
def test_the_values_that_decided(condition: str, known: dict[str, Any], unknown: list[str]) -> None:
    message = Message(Envelope("m", "r", "/", utc_now(), b"", headers={"a-b": "c"}), BODY)
    assert compile_condition(condition).values(message) == (known, unknown)
