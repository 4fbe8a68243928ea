"""Maps: new objects, field by field; an error says at which."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from router.errors import ExpressionError
from router.message import Envelope, Message
from transforms.maps import MapSyntaxError, compile_map

BODY = {"no": "1", "lines": [{"sku": "a", "qty": 2, "price": "1.10"}, {"sku": "b", "qty": 0, "price": "9"}], "n": None}


def mapped(fields: Any, body: Any = BODY, **others: Any) -> Any:
    message = Message(Envelope("m", "r", "s", datetime(2026, 3, 1, tzinfo=UTC)), body)
    return compile_map({"fields": fields, **others})(message)


def test_nothing_is_kept_but_what_is_named() -> None:
    assert mapped({"id": "body.no", "deep": {"er": "body.no"}}) == {"id": "1", "deep": {"er": "1"}}


def test_keep_all_starts_from_a_copy_of_the_body() -> None:
    assert mapped({"id": "body.no"}, keep="all") == BODY | {"id": "1"}
    assert "id" not in BODY


def test_scalars_are_constants_and_texts_expressions() -> None:
    found = mapped({"a": 1, "b": True, "c": None, "d": {"const": "body.no"}, "e": "'text'"})
    assert found == {"a": 1, "b": True, "c": None, "d": "body.no", "e": "text"}


def test_each_makes_a_list() -> None:
    fields = {"lines": {"each": "line in body.lines", "where": "line.qty > 0", "fields": {"id": "line.sku"}}}
    assert mapped(fields) == {"lines": [{"id": "a"}]}
    assert mapped({"skus": {"each": "line in body.lines", "value": "line.sku"}}) == {"skus": ["a", "b"]}


def test_each_in_each_sees_both() -> None:
    body = {"boxes": [{"no": 1, "pieces": ["x", "y"]}, {"no": 2, "pieces": []}]}
    inner = {"each": "piece in box.pieces", "value": "box.no ~ piece"}
    assert mapped({"all": {"each": "box in body.boxes", "value": inner}}, body) == {"all": [["1x", "1y"], []]}


def test_out_is_what_was_built_so_far() -> None:
    fields = {
        "lines": {"each": "line in body.lines", "fields": {"sum": "line.qty * (line.price | decimal)"}},
        "total": "out.lines | sum('sum')",
    }
    assert mapped(fields)["total"] == Decimal("2.20")


def test_out_as_a_value_is_what_was_built_before_it() -> None:
    fields = {"no": {"const": 7}, "all": "out", "below": {"all": "out", "first": "out.all"}}
    before = {"no": 7}
    assert mapped(fields) == {**before, "all": before, "below": {"all": {**before, "all": before}, "first": before}}


def test_a_field_is_left_out_where_its_when_is_false() -> None:
    fields = {"a": {"value": "body.no", "when": "body.no == '2'"}, "b": {"const": 7, "when": "body.note is defined"}}
    assert mapped(fields) == {}
    assert mapped(fields, {"no": "2", "note": ""}) == {"a": "2", "b": 7}


def test_an_object_with_fields_of_these_names_is_written_with_fields() -> None:
    assert mapped({"price": {"fields": {"value": "1", "each": "2"}}}) == {"price": {"value": 1, "each": 2}}


def test_a_list_holds_expressions_and_directives() -> None:
    assert mapped({"all": ["body.no", {"const": "x"}, {"deep": "body.no"}]}) == {"all": ["1", "x", {"deep": "1"}]}


def test_an_item_is_left_out_where_its_when_is_false() -> None:
    two = {"value": "body.no", "when": "body.no == '2'"}
    assert mapped({"all": ["body.no", two, {"const": None, "when": "body.no == '1'"}, "'x'"]}) == {"all": ["1", None, "x"]}
    each = {"each": "line in body.lines", "value": {"value": "line.sku", "when": "line.qty == 0"}}
    assert mapped({"all": each}) == {"all": ["b"]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"a": {"b": "body.n + 1"}}, r"field a\.b: body\.n is null"),
        ({"a": "body.no * 2"}, r"field a: .*body\.no"),
        ({"all": {"each": "l in body.lines", "fields": {"x": "l.none"}}}, r"field all\[0\]\.x: l\.none is undefined"),
        ({"all": {"each": "l in body.no", "value": "l"}}, r"field all: body\.no is a text, not a list"),
    ],
)
def test_an_error_names_the_field(fields: Any, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        mapped(fields)


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"fields": {"a": {"each": "line in body.lines"}}}, "a"),
        ({"fields": {"a": {"each": "body.lines", "value": "1"}}}, "a"),
        ({"fields": {"a": {"const": 1, "extra": 2}}}, "a"),
        ({"fields": {"a": {"b": "body."}}}, "a.b"),
        ({"fields": {"a": "nobody.x"}}, "a"),
        ({"fields": {}, "keep": "some"}, "keep"),
        ({"fields": {}, "stray": 1}, ""),
        ({}, ""),
    ],
)
def test_a_map_that_cannot_be_compiled_says_where(spec: Any, path: str) -> None:
    with pytest.raises(MapSyntaxError) as found:
        compile_map(spec)
    assert found.value.path == path


def test_every_mistake_of_a_map_is_found() -> None:
    fields = {"a": "body.x +", "b": "body.ok", "c": {"each": "l in body.l", "fields": {"d": "l.", "e": "l.q"}}, "f": "| text"}
    with pytest.raises(MapSyntaxError) as wrong:
        mapped(fields)
    assert [error.path for error in (wrong.value, *wrong.value.others)] == ["a", "c[N].d", "f"]


def test_mistakes_of_every_kind_are_found_together() -> None:
    fields = {
        "a": {"value": "body.x", "wen": "1"}, "b": "body.x +",
        "c": {"each": "l in body.l", "fields": {"d": {"const": 1, "x": 2}}},
        "e": {"each": "body.l", "value": "1"}, "f": ["body.y *", {"const": 1, "y": 1}], 5: "body.x",
    }  # fmt: skip
    with pytest.raises(MapSyntaxError) as wrong:
        compile_map({"fields": fields, "keep": "some", "feilds": {}})
    paths = [error.path for error in (wrong.value, *wrong.value.others)]
    assert paths == ["", "keep", "a", "b", "c[N].d", "e", "f[0]", "f[1]", ""]
    with pytest.raises(MapSyntaxError) as wrong:
        compile_map({"feilds": {}, "files": {}})
    assert [error.key for error in (wrong.value, *wrong.value.others)] == ["feilds", "files", "fields"]


def test_unknown_keys_of_unlike_types_are_told_like_others() -> None:
    """A YAML file may have null or numbers for keys."""
    with pytest.raises(MapSyntaxError, match="unknown key 'None'"):
        compile_map({"fields": {}, "wheres": 1, None: 2})
    with pytest.raises(MapSyntaxError, match="'7' cannot stand beside 'const'"):
        mapped({"a": {"const": 1, "x": 2, 7: 3}})
