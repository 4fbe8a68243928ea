from __future__ import annotations

from docs.printing.links import for_site
from docs.printing.navigation import expanded

PAGES = {"index.md", "changes.md", "amqp.md", "recipes/index.md", "recipes/returns.md", "reference/steps/map.md"}


def test_links_of_the_readme_are_those_of_the_site() -> None:
    text = "[a](docs/amqp.md#queues) · [b](CHANGELOG.md) · [c](https://example.com/a.md) · [d](#here)"
    assert for_site(text, "README.md", "index.md", PAGES) == (
        "[a](amqp.md#queues) · [b](changes.md) · [c](https://example.com/a.md) · [d](#here)"
    )


def test_what_is_no_page_of_the_site_is_only_named() -> None:
    assert for_site("[`deploy/`](../deploy) and [**x**](../README.md)", "docs/scale.md", "scale.md", PAGES) == (
        "`deploy/` and [**x**](index.md)"
    )


def test_a_link_to_nowhere_is_left_to_be_found() -> None:
    assert for_site("[a](gone.md)", "docs/amqp.md", "amqp.md", PAGES) == "[a](gone.md)"


def test_a_page_in_a_folder_goes_up_and_code_stays_as_it_is() -> None:
    text = "[a](../amqp.md)\n```md\n[a](../../README.md)\n```\n[b](../../README.md)"
    found = for_site(text, "docs/recipes/returns.md", "recipes/returns.md", PAGES)
    assert found == "[a](../amqp.md)\n```md\n[a](../../README.md)\n```\n[b](../index.md)"


def test_a_star_of_the_navigation_stands_for_pages_the_index_first() -> None:
    nav = [{"Start": ["index.md", {"Recipes": ["recipes/*.md"]}, "from-*.md", {"None": ["none/*.md"]}]}]
    assert expanded(nav, PAGES) == [{"Start": ["index.md", {"Recipes": ["recipes/index.md", "recipes/returns.md"]}]}]
