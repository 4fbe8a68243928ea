"""What is written down of a message is read again as it was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from router.message import Envelope, Message
from transforms.keeping import NotKept, read, write

ENVELOPE = Envelope("m", "r", "/r", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), raw=b"")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.dates(), st.times(), st.datetimes(),
    st.datetimes(timezones=st.just(dt.UTC)), st.decimals(allow_nan=False, allow_infinity=False),
)  # fmt: skip
BODIES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def again(body: Any) -> Message:
    message = Message(ENVELOPE, body, {"x": "y"}, 3, True)
    return read(Message(ENVELOPE, None, {}, 3), write(message))


@given(BODIES)
def test_any_body_comes_back_as_it_was(body: Any) -> None:
    made = again(body)
    assert made.body == body
    assert type(made.body) is type(body)
    assert (made.headers, made.record, made.changed, made.envelope) == ({"x": "y"}, 3, True, ENVELOPE)


def test_xml_comes_back_as_xml() -> None:
    element = etree.fromstring("<a xmlns='urn:x'><b>1</b>tail</a>")
    inner = element[0]
    assert etree.tostring(again(element).body) == etree.tostring(element)
    assert etree.tostring(again(inner).body) == etree.tostring(inner, with_tail=False)
    document = again(element.getroottree()).body
    assert isinstance(document, etree._ElementTree)


@pytest.mark.parametrize("body", [object(), {"a": {1, 2, object()}}, lambda: 1])
def test_what_cannot_be_written_is_named(body: Any) -> None:
    with pytest.raises((NotKept, TypeError), match=r"cannot be kept|unhashable"):
        write(Message(ENVELOPE, body))
