"""`routes explain`: what a code of the checker means, with a wrong and a right example."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from adapters.commands.exits import DONE, NOTHING
from adapters.commands.lazy import late
from adapters.commands.output import answer_one, answer_rows, output_option, stop

if TYPE_CHECKING:
    from router.config.codes import catalogue
    from router.config.codes.code import Code
else:
    catalogue = late("router.config.codes.catalogue")

WIDTH = 100
COLUMNS = ("code", "levels", "title")


def complete_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = ((code.name, code.title) for code in catalogue.CATALOGUE.values())
    return [CompletionItem(name, help=title) for name, title in names if name.startswith(incomplete.upper())]


@click.command()
@click.argument("code", required=False, shell_complete=complete_codes)
@output_option
def explain(code: str | None, form: str) -> int:
    """Says what a CODE of `routes check` means; without one, lists them.

    Example: crossdock routes explain E0201"""
    if code is None:
        answer_rows((row(one) for one in catalogue.CATALOGUE.values()), COLUMNS, form, len(catalogue.CATALOGUE))
        return DONE
    found = catalogue.code_of(code)
    if found is None:
        near = catalogue.near_codes(code)[:4]
        known = f"near it: {', '.join(near)}" if near else "crossdock routes explain lists them all"
        stop(NOTHING, f"there is no code {code}; {known}")
    if form == "table":
        for line in spoken(found):
            click.echo(line)
    else:
        answer_one(row(found), form)
    return DONE


def row(code: Code) -> dict[str, Any]:
    return {
        "id": code.name, "code": code.name, "codes": list(code.names), "levels": list(code.levels),
        "title": code.title, "meaning": code.meaning, "wrong": code.wrong, "right": code.right,
        "files": dict(code.files),
    }  # fmt: skip


def spoken(code: Code) -> Iterator[str]:
    yield f"{', '.join(code.names)}: {code.title} ({' or '.join(code.levels)})"
    yield ""
    yield from textwrap.wrap(code.meaning, WIDTH)
    for name, text in (("Wrong", code.wrong), ("Right", code.right)):
        if text:
            yield ""
            yield f"{name}:"
            yield from indented(text)
    for path, text in code.files.items():
        yield ""
        yield f"with {path}:"
        yield from indented(text)


def indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.splitlines()]
