from __future__ import annotations

from typing import Any, ClassVar

import pytest
from lxml import etree

from router.errors import ExpressionError
from transforms.filters import xpath, xpath_all
from transforms.filters.xml import NAMESPACES, check_path, compiled

LOG = etree.fromstring(
    '<p:Log xmlns:p="urn:pos" xmlns="urn:none"><p:Store id="7">0042</p:Store>'
    "<p:Line>a<b>c</b></p:Line><p:Line>d</p:Line></p:Log>"
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("p:Store/text()", "0042"),
        ("p:Store", "0042"),
        ("p:Store/@id", "7"),
        ("p:Line[1]", "ac"),
        ("count(p:Line)", "2"),
        ("count(p:Line) div 4", "0.5"),
        ("string(p:Line[2])", "d"),
        ("boolean(p:Nope)", "false"),
        ("/p:Log/p:Store", "0042"),
    ],
)
def test_one_text(path: str, text: str) -> None:
    found = xpath(LOG, path)
    assert found == text
    assert type(found) is str


def test_a_whole_tree_is_looked_into_from_its_root() -> None:
    assert xpath(etree.ElementTree(LOG), "p:Store") == "0042"


def test_all_texts_or_elements() -> None:
    assert xpath_all(LOG, "p:Line/text()") == ["a", "d"]
    assert [element.tag for element in xpath_all(LOG, "p:Line")] == ["{urn:pos}Line"] * 2
    assert xpath_all(LOG, "p:Nope") == []


@pytest.mark.parametrize(
    ("value", "path", "reason", "error"),
    [
        (LOG, "p:Nope", "xpath 'p:Nope' finds nothing", "undefined"),
        (LOG, "p:Line", "xpath 'p:Line' finds 2 nodes, not one; use xpath_all or [1]", "value"),
        (LOG, "p:Line[", "xpath 'p:Line[': Invalid expression", "value"),
        (LOG, "q:Line", None, "value"),
        (LOG, "$x", None, "value"),
        (LOG, "re:test('a', 'b')", None, "value"),
        ("<a/>", "a", "'<a/>' is a text, not XML; set format: xml on the route", "type"),
        ({}, "a", "an object, not XML", "type"),
    ],
)
def test_refusal(value: Any, path: str, reason: str | None, error: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        xpath(value, path)
    assert caught.value.error == error
    assert reason is None or caught.value.reason == reason


def test_an_unknown_prefix_names_the_known_ones() -> None:
    with pytest.raises(ExpressionError, match="known here: p; name it in format"):
        xpath(LOG, "q:Line")


def test_prefixes_of_the_format_win() -> None:
    assert xpath(LOG, "z:Store", {"z": "urn:pos"}) == "0042"


def test_prefixes_may_come_with_the_element() -> None:
    class Named(etree.ElementBase):  # type: ignore[misc]
        namespaces: ClassVar[dict[str, str]] = {"z": "urn:pos"}

    parser = etree.XMLParser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Named))
    assert xpath(etree.fromstring(etree.tostring(LOG), parser), "z:Store") == "0042"


def test_xpath_all_needs_nodes() -> None:
    with pytest.raises(ExpressionError, match="use xpath"):
        xpath_all(LOG, "count(p:Line)")


def test_paths_are_compiled_once_and_not_kept_for_ever() -> None:
    assert compiled("p:a", ()) is compiled("p:a", ())
    assert compiled.cache_parameters()["maxsize"] == 1024


def test_a_path_can_be_checked_before_there_is_a_body() -> None:
    check_path("p:Line/@n")
    with pytest.raises(ExpressionError, match="Invalid"):
        check_path("p:Line[")


def test_a_path_with_a_character_that_xml_does_not_have_is_refused_like_others() -> None:
    with pytest.raises(ExpressionError, match="XML compatible"):
        check_path("p:Line[. = '\x07']")
    with pytest.raises(ExpressionError, match="XML compatible"):
        xpath(LOG, "p:Line[. = '\x07']")


def test_a_prefix_that_the_format_does_not_name_is_told_before_there_is_a_body() -> None:
    check_path("q:Store")  # those of the document count
    token = NAMESPACES.set({"pos": "urn:pos"})
    try:
        check_path("pos:Store/@xml:lang | //pos:Line[. = 'q:x']/ancestor::pos:Till")
        check_path(None)
        with pytest.raises(ExpressionError, match="prefix 'po' is not in the format's namespaces: did you mean 'pos'"):
            check_path("po:Store/text()")
    finally:
        NAMESPACES.reset(token)
