"""What `--help` says of every command."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from adapters.commands import ABOUT, COMMANDS
from adapters.commands.lazy import LazyGroup


def below(command: click.Command, path: tuple[str, ...], ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name in command.list_commands(ctx):
        found = command.get_command(ctx, name)
        if found is not None and not found.hidden:
            yield from below(found, (*path, name), click.Context(found, parent=ctx, info_name=name))


ROOT = LazyGroup("crossdock", COMMANDS, help=ABOUT)
ALL = dict(below(ROOT, (), click.Context(ROOT, info_name="crossdock")))


def test_all_commands_are_walked() -> None:
    assert {"up", "routes deploy", "dlq requeue", "ledger verify", "run web"} <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_the_help_of_each_command_has_an_example_of_it(name: str) -> None:
    """Such as `Example: crossdock routes plan --messages 10000`."""
    text = ALL[name].help or ""
    found = re.search(r"Example: crossdock ([^\n]+)", text)
    assert found, f"crossdock {name} --help has no example"
    assert found[1].startswith(name), f"the example is of another command: {found[1]}"


@pytest.mark.parametrize("name", ALL)
def test_each_option_says_what_it_is_for(name: str) -> None:
    for parameter in ALL[name].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"crossdock {name} {parameter.opts[0]}"


PLAIN = {"up", "run web", "run inbound", "run worker", "init", "routes schema", "messages body", "completion"}
"""They run, or what they print has one form only."""
CHANGING = {
    "routes deploy", "routes rollback", "routes pause", "routes resume", "messages replay", "dlq requeue", "dlq edit",
    "dlq discard", "dlq export", "dlq import", "targets pause", "targets resume", "targets reset", "jobs cancel",
    "ledger prune", "ledger migrate", "ledger copy",
}  # fmt: skip


def options(name: str) -> set[str]:
    return {text for parameter in ALL[name].params for text in parameter.opts}


def test_commands_answer_in_the_form_that_is_asked_for() -> None:
    assert {name for name in ALL if "-o" not in options(name)} == PLAIN


def test_commands_that_change_something_ask_before() -> None:
    assert {name for name in ALL if "--yes" in options(name)} == CHANGING
