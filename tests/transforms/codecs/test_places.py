"""How an error calls a value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from router.config.content import StoredContent
from router.errors import DecodeError, EncodeError
from transforms.codecs import CODECS
from transforms.codecs.places import kind


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"), (True, "true or false"), (1, "a number"), (Decimal("1.5"), "a number"), ("x", "a text"),
        ([1], "a list"), ({"a": 1}, "an object"), (b"x", "bytes"), (date(2026, 3, 1), "a date"),
        (datetime(2026, 3, 1, tzinfo=UTC), "a date with time"),
        (etree.fromstring("<a/>"), "XML"), (object(), "of the kind object"),
    ],
)  # fmt: skip
def test_a_value_is_called_as_people_call_it(value: Any, words: str) -> None:
    assert kind(value) == words


@pytest.mark.parametrize("name", ["bytes", "csv", "text", "xml"])
def test_no_codec_speaks_of_types_of_python(name: str) -> None:
    with pytest.raises(EncodeError, match=r"\bnull\b"):
        CODECS[name]({}, StoredContent()).encode(None)


def test_cells_that_are_none_are_called_so_too() -> None:
    csv: Any = CODECS["csv"]({}, StoredContent())
    with pytest.raises(DecodeError, match="an object of cells, not null"):
        csv.record_from_cells(None)
