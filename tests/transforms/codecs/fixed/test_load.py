"""Layouts: what they may say, and every mistake at its place."""

from __future__ import annotations

import pytest

from router.config.content import StoredContent
from router.registry import ContentError
from tests.transforms.codecs.fixed.layouts import SALES
from transforms.codecs.fixed.load import load_layout


def said(text: str) -> list[tuple[int, int, str]]:
    """Line, column and sentence of each mistake."""
    with pytest.raises(ContentError) as found:
        load_layout("x", StoredContent({"transforms/layouts/x.yaml": text.encode()}))
    assert found.value.path == "transforms/layouts/x.yaml"
    return [(one.line, one.column, str(one)) for one in (found.value, *found.value.others)]


def test_a_layout() -> None:
    layout = load_layout("x", StoredContent({"transforms/layouts/x.yaml": b"\xef\xbb\xbf" + SALES.encode()}))
    assert layout.marker == slice(0, 2)
    assert [(line.name, [cell.name for cell in line.cells]) for line in layout.lines.values()] == [
        ("header", ["store", "date"]), ("line", ["sku", "qty", "price"]), ("trailer", ["count"]),
    ]  # fmt: skip
    assert layout.group is not None
    assert (layout.group.start, layout.group.members, layout.group.end) == ("H1", ("D1",), "T1")
    assert layout.uniform is None


def test_one_that_is_not_there() -> None:
    with pytest.raises(ContentError, match=r"there is no layout transforms/layouts/y.yaml"):
        load_layout("y", StoredContent({}))


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = SALES.replace("implied", "implyed").replace("at: 16", "at: 15").replace("[D1]", "[D2]").replace("start", "strat")
    assert said(text) == [
        (9, 17, "records.D1.fields.qty.at: the columns of 'sku' end at 15, those of 'qty' begin at 15; each column belongs"
                " to one field"),
        (10, 49, "unknown field 'implyed' in 'records.D1.fields.price'; did you mean 'implied'?"),
        (12, 9, "unknown field 'strat' in 'group'; did you mean 'start'?"),
        (12, 30, "group.members[0]: there is no type 'D2' in 'records'; one of: H1, D1, T1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the layout says nothing of what stands in a line"),
        ("about: x", "the layout says nothing of what stands in a line"),
        ("- a", "a mapping is expected"),
        ("a: [", "cannot be read as YAML"),
        ("a: \x00", "is not allowed in YAML"),
        ("fields: 7", "fields: a mapping is expected, not the number 7"),
        ("fields: {a: {length: 1}}", "'at' is missing in 'fields.a'"),
        ("fields: {a: {at: 0, length: 1}}", "fields.a.at: the number 0 is not accepted: a number from 1"),
        ("fields: {a: {at: 1, length: 1, type: integer}}", "write int"),
        ("fields: {a: {at: 1, length: 1, type: int, format: '%Y'}}", "a format is for dates and times, this is"),
        ("fields: {a: {at: 1, length: 9, type: int, implied: 2}}", "implied decimals are for the type decimal, this is"),
        ("fields: {a: {at: 1, length: 9, sign: leading}}", "fields.a.sign: a sign is for numbers, this is of the type text"),
        ("fields: {a: {at: 1, length: 9, type: int, sign: left}}", "one of: leading, trailing, overpunch"),
        ("fields: {a: {at: 1, length: 1, type: int, sign: leading}}", "there is no room for a digit beside the sign"),
        ("fields: {a: {at: 1, length: 3, type: decimal, implied: 3, sign: trailing}}", "there are 2 digits"),
        ("length: 3\nfields: {a: {at: 2, length: 3}}", "it ends at column 4, but a record has 3 characters"),
        ("fields: {a: {at: 1, length: 3}}\nrecord_type: {at: 1, length: 2}", "'fields' stands for lines that are all alike"),
        ("records: {A: {fields: {}}}", "'record_type' is missing"),
        ("record_typ: {at: 1, length: 1}\nrecords: {A: {fields: {}}}", "did you mean 'record_type'?"),
        ("record_type: {at: 1, length: 1}\nrecords: {}", "there is no type of line here"),
        ("record_type: {at: 1, length: 1}\nrecords: {AB: {fields: {}}}", "'AB' is longer than the 1 columns"),
        ("record_type: {at: 1, length: 1}\nrecords: {A: {}}", "'fields' is missing in 'records.A'"),
        ("record_type: {at: 1, length: 1}\nrecords: {A: {fields: {type: {at: 2, length: 1}}}}", "'type' is the name of"),
        ("record_type: {at: 1, length: 1}\nrecords: {A: {fields: {}}}\ngroup: {start: A, members: [A]}", "'A' stands twice"),
        ("record_type: {at: 1, length: 1}\nrecords: {A: {name: x, fields: {}}, B: {name: x, fields: {}}}\n"
         "group: {start: A, members: [B]}", "'B' has the name of 'A', 'x'"),
        ("record_type: {at: 1, length: 1}\nrecords: {1: {fields: {}}}\ngroup: {start: 1}", "put it in quotes"),
        ("fields: {a: {at: 1, length: 1}, a: {at: 2, length: 1}}", "stands here twice"),
    ],
)  # fmt: skip
def test_a_mistake(text: str, what: str) -> None:
    (_, _, sentence), *others = said(text)
    assert what in sentence
    assert not others


def test_columns_of_the_type_may_be_a_field_too() -> None:
    text = "record_type: {at: 1, length: 1}\nrecords: {A: {fields: {type: {at: 1, length: 1}, b: {at: 1, length: 2}}}}"
    (mistake,) = said(text)
    assert "the columns of 'type' end at 1, those of 'b' begin at 1" in mistake[2]
    layout = load_layout("x", StoredContent({"transforms/layouts/x.yaml": text.replace("b: {at: 1", "b: {at: 2").encode()}))
    assert [cell.name for cell in layout.lines["A"].cells] == ["type", "b"]


def test_dollar_and_brace_are_text() -> None:
    text = 'fields: {"${env:X}": {at: 1, length: 1}}\nabout: "${secret:Y}"'
    assert "cannot hold a reference" in said(text)[0][2]
    content = StoredContent({"transforms/layouts/x.yaml": b'about: "${secret:Y}"\nfields: {a: {at: 1, length: 1}}'})
    assert load_layout("x", content).lines
