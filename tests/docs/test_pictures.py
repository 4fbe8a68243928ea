from __future__ import annotations

from xml.etree import ElementTree

from docs.printing.pictures import pictures, with_picture

TEXT = "# Returns\n\n```mermaid\nflowchart LR\n  a --> b\n```\n\nmore\n"


def test_the_page_of_a_recipe_has_the_picture_of_its_routes() -> None:
    (found,) = pictures(["amqp.md", "recipes/index.md", "recipes/returns.md"])
    assert found.path == "recipes/returns.svg"
    assert ElementTree.fromstring(found.text).tag.endswith("svg")
    assert "returns" in found.text


def test_the_picture_stands_in_the_place_of_the_mermaid_text() -> None:
    assert with_picture(TEXT, "recipes/returns.md") == "# Returns\n\n![The routes of returns](returns.svg)\n\nmore\n"
    assert with_picture(TEXT, "recipes/index.md") == TEXT
    assert with_picture(TEXT, "architecture.md") == TEXT
