from __future__ import annotations

from decimal import Decimal

import pytest

from router.operating.editing import EditError, as_json, assigned, parse_assignment


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("body.qty=3", ("qty",), 3),
        ("body.price=1.10", ("price",), Decimal("1.10")),
        ("body.sku=A-1", ("sku",), "A-1"),
        ('body.sku="0042"', ("sku",), "0042"),
        ("body.lines[0].qty=3", ("lines", 0, "qty"), 3),
        ("body.lines.0.qty=3", ("lines", "0", "qty"), 3),
        ("body.note=", ("note",), ""),
        ("body.note=a=b", ("note",), "a=b"),
        ("body.customer=null", ("customer",), None),
        ('body={"a": 1}', (), {"a": 1}),
    ],
)
def test_a_value_is_json_if_it_parses_else_text(text: str, path: object, value: object) -> None:
    assert parse_assignment(text) == (path, value)


@pytest.mark.parametrize("text", ["qty=3", "body.qty", "body.lines[x]=1", "body..=1", "bodyqty=3", "body[0]qty=3", "=3", ""])
def test_what_is_no_assignment_is_said(text: str) -> None:
    with pytest.raises(EditError, match="is not like"):
        parse_assignment(text)


def test_fields_are_set_deep_inside_and_the_old_body_stays() -> None:
    body = {"lines": [{"qty": 1}, {"qty": 2}], "no": "1"}
    new = assigned(body, ("lines", 1, "qty"), 5, "body")
    assert new == {"lines": [{"qty": 1}, {"qty": 5}], "no": "1"}
    assert body["lines"][1] == {"qty": 2}
    assert assigned({}, ("qty",), 3, "body") == {"qty": 3}


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ({"a": 1}, ("b", "c"), "body has no field b; there are a"),
        ({"a": 1}, ("a", "c"), "body.a is int, it has no field c"),
        ({"a": None}, ("a", "c"), "body.a is null, it has no field c"),
        ('{"a": 1,}', ("a",), "body is a text, it has no field a: set all of it, --set 'body=…', or give a --body FILE"),
        ({"a": [1]}, ("a", 1), r"body.a is a list of 1, \[1\] is not in it"),
    ],
)
def test_a_path_that_leads_nowhere_is_said(body: object, path: tuple[str | int, ...], reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        assigned(body, path, 1, "body")


def test_decimals_stay_exact_in_json() -> None:
    assert as_json({"price": Decimal("1.10")}, "m") == b'{"price":1.10}'
    with pytest.raises(EditError, match="m cannot be shown as JSON"):
        as_json(object(), "m")
