"""Properties and headers as the driver writes them, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from struct import pack
from typing import Any

import pytest
from amqp import Message
from hypothesis import given
from hypothesis import strategies as st

from adapters.inbound.amqp.properties import moment, read_properties, text_of

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SCALARS = (
    NAMES | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.none()
    | st.decimals(-1000, 1000, places=2) | st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1))
)  # fmt: skip


def header(**properties: Any) -> bytes:
    """A content header frame as the driver writes it."""
    return pack(">HHQ", 60, 0, 0) + Message(b"", **properties)._serialize_properties()


def as_text(value: Any) -> str | None:
    match value:
        case None | list() | dict():
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.replace(tzinfo=UTC, microsecond=0).isoformat()
        case Decimal():
            return f"{value:f}"
    return str(value)


@given(st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(NAMES, SCALARS, max_size=2)))
def test_scalars_become_texts_and_the_rest_is_left_out(headers: dict[str, Any]) -> None:
    _, found = read_properties(header(application_headers=headers, message_id="behind it"))
    wanted = {name: text for name, value in headers.items() if (text := as_text(value)) is not None}
    assert {n: Decimal(t) if isinstance(headers[n], Decimal) else t for n, t in found.items()} == {
        n: headers[n] if isinstance(headers[n], Decimal) else t for n, t in wanted.items()
    }


def test_each_property_has_its_name() -> None:
    found, headers = read_properties(header(
        content_type="a/b", content_encoding="utf-8", application_headers={"h": "1"}, delivery_mode=2, priority=9,
        correlation_id="c", reply_to="r", expiration="60", message_id="m", timestamp=0, type="t", user_id="u", app_id="a",
        cluster_id="k",
    ))  # fmt: skip
    assert found == {
        "content-type": "a/b", "content-encoding": "utf-8", "delivery-mode": "2", "priority": "9", "correlation-id": "c",
        "reply-to": "r", "expiration": "60", "message-id": "m", "timestamp": "1970-01-01T00:00:00+00:00", "type": "t",
        "user-id": "u", "app-id": "a", "cluster-id": "k",
    }  # fmt: skip
    assert headers == {"h": "1"}


def test_none_of_them() -> None:
    assert read_properties(header()) == ({}, {})


def table(*items: bytes) -> bytes:
    whole = b"".join(items)
    return pack(">HHQH", 60, 0, 0, 0x2080) + pack(">I", len(whole)) + whole + b"\x01m"


@pytest.mark.parametrize(("items", "headers"), [
    ((b"\x01aS\0\0\0\x01\xff",), {"a": "ÿ"}),
    ((b"\x01at\x01", b"\x01bZ????", b"\x01ct\x01"), {"a": "true"}),  # a type that nobody knows
    ((b"\x01aS\0\0\xff\xffx",), {"a": "x\x01m"}),  # a length beyond the end of the table
    ((b"\x01aT\xff\xff\xff\xff\xff\xff\xff\xff",), {"a": "18446744073709551615"}),
    ((b"\x01af\x7f\xc0\0\0",), {"a": "nan"}),
    ((b"\x01aD\x02\0\0\x04\xd2",), {"a": "12.34"}),
    ((b"\x01as\xff\xfe", b"\x01bB\xff", b"\x01cu\xff\xff", b"\x01di\xff\xff\xff\xff"),
     {"a": "-2", "b": "255", "c": "65535", "d": "4294967295"}),
])  # fmt: skip
def test_an_odd_table_costs_no_more_than_itself(items: tuple[bytes, ...], headers: dict[str, str]) -> None:
    found, table_found = read_properties(table(*items))
    assert found == {"message-id": "m"}
    assert table_found == headers


@given(st.binary(max_size=80))
def test_nothing_makes_it_raise(rest: bytes) -> None:
    properties, headers = read_properties(pack(">HHQ", 60, 0, 0) + (rest + b"\0\0")[: max(2, len(rest))])
    for text in (*properties.values(), *headers.values(), *headers):
        text.encode()  # storable


def test_text_and_time_have_an_answer_for_everything() -> None:
    assert text_of(b"K\xf6ln") == "Köln"
    assert moment(1_700_000_000) == "2023-11-14T22:13:20+00:00"
    assert moment(1_700_000_000_000_000) == "1700000000000000"
