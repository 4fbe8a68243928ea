from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from router.config.schema.fields import Text, Whole
from router.config.schema.mistakes import Mistake
from router.config.schema.shapes import Chosen, Listing, Named, Nest, OneOf, Verb, Words


class Point(Words):
    later = ("z",)

    x = Whole(required=True)
    y = Whole(load_default=7)


def refused(field: Any, value: Any) -> tuple[Any, Any]:
    with pytest.raises(ValidationError) as error:
        field.deserialize(value)
    return error.value.messages, error.value.valid_data


def text(messages: Any) -> Any:
    if isinstance(messages, dict):
        return {key: text(one) for key, one in messages.items()}
    return [one.message for one in messages if isinstance(one, Mistake)]


def test_all_mistakes_of_a_mapping_at_once_and_what_is_valid_of_it() -> None:
    messages, valid = refused(Nest(Point), {"x": "a", "y": 3, "z": 1, "w": 2})
    assert text(messages) == {
        "x": ["a whole number is expected, not 'a'"],
        "z": ["unknown field 'z'"],
        "w": ["unknown field 'w'"],
    }
    assert valid == {"y": 3}


def test_names_and_values_are_both_said() -> None:
    messages, valid = refused(Named(Nest(Point)), {"A": {}, "b": {"x": 1}})
    assert list(messages) == ["A"]
    assert "'A' is not accepted" in messages["A"]["_schema"][0].message
    assert messages["A"]["x"][0].at == "missing"
    assert valid["b"] == {"x": 1, "y": 7}


def test_a_list_keeps_its_positions() -> None:
    messages, valid = refused(Listing(Whole()), [1, "a", 3])
    assert list(messages) == [1]
    assert valid == [1, None, 3]


def test_one_of_hands_on_its_kind() -> None:
    field = OneOf({"x": Point}, ("later",), "thing")
    assert field.deserialize({"x": 1}) == Chosen("x", {"x": 1, "y": 7})
    assert refused(field, {"x": 1, "y": "a"})[1] == Chosen("x", {"x": 1})
    assert text(refused(field, {"later": 1})[0]) == {"later": ["unknown thing 'later'"]}


def test_a_verb_stands_alone() -> None:
    field = Verb({"say": Text(), "sing": Text()}, (), "step")
    assert field.deserialize({"say": "x"}) == Chosen("say", "x")
    assert text(refused(field, {"say": "x", "sing": "y"})[0]) == {
        "sing": ["'say' and 'sing' cannot stand together: there is one step here"]
    }
    assert text(refused(field, {"say": "x", "loud": "y"})[0]) == {"loud": ["unknown field 'loud'"]}
