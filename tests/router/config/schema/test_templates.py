from __future__ import annotations

import pytest

from router.config.schema.mistakes import Wrong
from router.config.schema.templates import FileNamePattern, InsideFolder, UrlPath, fixed, lone_word


def test_what_is_fixed_of_a_text() -> None:
    assert fixed("a{{ body.x }}b{% if y %}c{# no #}") == "abc"


@pytest.mark.parametrize(
    ("text", "word"), [("/a/{id}", "id"), ("/a/{{ id }}", None), ("{a.b}-{{ c }}", "a.b"), ("{1}", None)]
)
def test_a_lone_word_was_meant_as_a_value(text: str, word: str | None) -> None:
    assert lone_word(text) == word


@pytest.mark.parametrize("text", ["a/b", ".a", "", " ", "x" * 201, "ä" * 101, "a\0b", "/{{ x }}"])
def test_names_that_can_never_be_one_segment(text: str) -> None:
    with pytest.raises(Wrong):
        FileNamePattern().deserialize(text)


@pytest.mark.parametrize("text", ["a.json", "{{ body.a }}/{{ body.b }}"[:12], "{{ file.stem }}.x", "a b", "x" * 200])
def test_names_that_may_be(text: str) -> None:
    assert FileNamePattern().deserialize(text) == text


@pytest.mark.parametrize("text", ["", ".", "./", "/x", "../x", "a/../../b"])
def test_folders_outside_or_the_same(text: str) -> None:
    with pytest.raises(Wrong):
        InsideFolder().deserialize(text)


def test_paths() -> None:
    assert UrlPath().deserialize("/a/{{ body.x }}") == "/a/{{ body.x }}"
    assert UrlPath().deserialize("{{ body.path }}") == "{{ body.path }}"
    with pytest.raises(Wrong):
        UrlPath().deserialize("/a b")
