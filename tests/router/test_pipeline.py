from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from router.errors import EncodeError, ExpressionError
from router.message import Envelope, Message, delivery_id, new_id, utc_now
from router.pipeline import encode, key_text, parcel
from router.ports import Parcel
from router.route import Send, Target
from tests.router.workshop import Json

PLAIN = Target("t", "r", Send("fake", "c", {}, lambda m: None))
ENVELOPE = Envelope("id-1", "r", "s", utc_now(), raw=b'{"a":1.0}', content_type="application/json")


def test_a_body_that_no_step_changed_goes_as_it_came_in() -> None:
    assert encode(PLAIN, Message(ENVELOPE, {"a": 1})) == (b'{"a":1.0}', "application/json")


def test_one_that_said_nothing_of_itself_is_what_the_format_of_the_route_says() -> None:
    """A file, an entry of a stream: strict receivers refuse a body without a content type."""
    plain = replace(PLAIN, source_type=lambda envelope: "application/json")
    silent = replace(ENVELOPE, content_type=None)
    assert encode(plain, Message(silent, {"a": 1}))[1] == "application/json"
    assert encode(plain, Message(replace(ENVELOPE, content_type="text/csv"), {}))[1] == "text/csv"


def test_text_and_bytes_go_as_they_are_and_the_rest_by_its_kind() -> None:
    changed = Message(ENVELOPE, None, changed=True)
    assert encode(PLAIN, changed.with_body("ü")) == ("ü".encode(), "text/plain; charset=utf-8")
    assert encode(PLAIN, changed.with_body(b"\x00"))[0] == b"\x00"
    with pytest.raises(EncodeError):
        encode(PLAIN, changed.with_body({"a": 1}))
    by_body = Target("t", "r", PLAIN.send, by_body=lambda body: Json())
    assert encode(by_body, changed.with_body({"a": 1})) == (b'{"a": 1}', "application/json")


def test_the_id_of_a_delivery_stays_and_its_key_says_which_edit() -> None:
    found = parcel(PLAIN, Message(ENVELOPE, {"a": 1}, record=7, changed=False).with_body("x"), revision=1)
    assert isinstance(found, Parcel)
    assert (found.delivery_id, found.idempotency_key) == ("id-1:t:7", "id-1:t:7.r2")
    assert delivery_id("m", "t", 0) == "m:t"


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (7, "7"), (Decimal("1.50"), "1.5"), (Decimal("100"), "100"), (Decimal("1E+2"), "100"),
     (Decimal("0.000"), "0"), (Decimal("1." + "0" * 40 + "1"), "1." + "0" * 40 + "1"), (dt.date(2026, 3, 1), "2026-03-01")],
)
def test_a_key(value: object, text: str) -> None:
    assert key_text(value) == text


@pytest.mark.parametrize("value", [None, True, [], {}])
def test_what_is_no_key(value: object) -> None:
    with pytest.raises(ExpressionError):
        key_text(value)


@pytest.mark.parametrize("value", ["1E+400000", "1E-400000", "1E+999999999", "NaN"])
def test_a_number_of_a_million_digits_is_no_key(value: str) -> None:
    with pytest.raises(ExpressionError, match="too long for a key") as caught:
        key_text(Decimal(value))
    assert caught.value.error == "limit"


def test_half_a_character_is_no_key() -> None:
    with pytest.raises(ExpressionError, match=r"lone surrogate U\+D800"):
        key_text("a\ud800")
    assert key_text("ä€") == "ä€"


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
