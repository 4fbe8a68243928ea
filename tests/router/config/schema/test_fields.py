from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from router.config.references import Resolved, Resolver, Unset
from router.config.schema import fields, measures
from router.config.schema.mistakes import Wrong


def reference(value: str) -> Resolved:
    found, _ = Resolver({"X": value}).resolve("${env:X}")
    assert isinstance(found, Resolved)
    return found


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        (fields.Whole(), "5", 5),
        (fields.Flag(), "true", True),
        (fields.Factor(), "2.5", 2.5),
        (fields.Text(), "5", "5"),
        (measures.Duration(), "5s", 5.0),
        (measures.Rate(), "5/s", 5.0),
        (fields.Formula(), "body.x", "body.x"),
    ],
)
def test_a_whole_reference_takes_the_fields_type(field: fields.Entry, written: str, value: Any) -> None:
    assert field.deserialize(reference(written)) == value


def test_a_reference_among_other_text_stays_text() -> None:
    found, _ = Resolver({"X": "5"}).resolve("1${env:X}")
    with pytest.raises(Wrong):
        fields.Whole().deserialize(found)


@pytest.mark.parametrize("field", [fields.Whole(load_default=3), measures.Duration(load_default=3.0)])
def test_what_is_not_set_stands_for_the_default(field: fields.Entry) -> None:
    assert field.deserialize(Unset("${env:X}")) == 3


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (Decimal("1.50"), "1.50"), (True, "true"), ("body.x", "body.x")])
def test_plain_scalars_are_expressions(value: Any, text: str) -> None:
    assert fields.Formula().deserialize(value) == text


@pytest.mark.parametrize("value", [5, True, Decimal("1.5"), [], {}])
def test_a_text_is_a_text(value: Any) -> None:
    with pytest.raises(Wrong) as error:
        fields.Text().deserialize(value)
    assert "a text is expected" in error.value.mistakes[0].message


IDS = {
    "Web_Shop": "web-shop", "webShop": "web-shop", "1x": "x", "ä": "a", "Café_Straße": "cafe-strasse", "заказ": "web-orders",
}  # fmt: skip


@pytest.mark.parametrize(("name", "hint"), IDS.items())
def test_ids_that_are_none(name: str, hint: str) -> None:
    with pytest.raises(Wrong) as error:
        fields.check_id(name)
    assert error.value.mistakes[0].hint == f"for example '{hint}'"
