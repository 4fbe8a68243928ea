"""Commands that pages name are there, with the options that they are given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from adapters.commands import ABOUT, COMMANDS
from adapters.commands.lazy import LazyGroup
from adapters.commands.options import add_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("README.md"))]
BLOCK = re.compile(r"^```sh[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(crossdock [^`\n]+)`")
DOOR = add_settings(LazyGroup("crossdock", COMMANDS, help=ABOUT))
ENDS = ("|", "&", "&&", "||", ";", ">", ">>", "<", "#", ")", '")')


def commands(text: str) -> Iterator[list[str]]:
    """The words behind `crossdock`, up to what is the shell's."""
    lines = [line for block in BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *INLINE.findall(text)]:
        for start in re.finditer(r"(?:^|[|&;(] ?)crossdock (?=[a-z-])", line):
            yield list(words(line[start.end() :]))


def words(part: str) -> Iterator[str]:
    lexer = shlex.shlex(part, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split, lexer.commenters = True, "#"
    try:
        for word in lexer:
            if word in ENDS or set(word) <= set("|&;<>()"):
                return
            yield word
    except ValueError:  # a quote of the shell around the command ends here
        return


def unknown(said: list[str]) -> str | None:
    """The first word that means nothing: a command, or an option of it."""
    command: click.Command = DOOR
    context = click.Context(DOOR, info_name="crossdock")
    for word in said:
        name = word.partition("=")[0]
        if name.startswith("-") and name != "-":
            known = {option for one in command.get_params(context) for option in (*one.opts, *one.secondary_opts)}
            if name not in known:
                return f"{context.command_path} {name}"
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z][a-z-]*", word):
            found = command.get_command(context, word)
            if found is None:
                return f"{context.command_path} {word}"
            command, context = add_settings(found), click.Context(found, parent=context, info_name=word)
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_are_there(page: Path) -> None:
    wrong = [missing for said in commands(page.read_text("utf-8")) if (missing := unknown(said))]
    assert wrong == []


def test_what_is_not_there_is_found() -> None:
    text = "```sh\nA=1 crossdock\ncrossdock routes check -o id | crossdock dlq lisd\n```\n`crossdock up --wach` `crossdock = 1`"
    assert [unknown(said) for said in commands(text)] == [None, "crossdock dlq lisd", "crossdock up --wach"]
    assert sum(len(list(commands(page.read_text("utf-8")))) for page in PAGES) > 150
