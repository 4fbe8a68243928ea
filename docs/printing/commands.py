"""A page per command, and one of all settings and exit codes, from what `--help` says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from adapters.commands import ABOUT, COMMANDS
from adapters.commands.exits import MEANINGS
from adapters.commands.lazy import LazyGroup
from adapters.settings import OPTIONS, Option
from docs.printing.markdown import Page, code, page, table, words

PROGRAM = "crossdock"
EXAMPLE = re.compile(r"^Example: (crossdock [^\n]+)$", re.MULTILINE)
PREFORMATTED = "\b"


def walked(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """All verbs that are shown, in the order of the help."""
    if not isinstance(command, click.Group):
        yield command, context
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is not None and not found.hidden:
            yield from walked(found, click.Context(found, parent=context, info_name=name))


def all_commands() -> list[tuple[click.Command, click.Context]]:
    door = LazyGroup(PROGRAM, COMMANDS, help=ABOUT)
    return list(walked(door, click.Context(door, info_name=PROGRAM)))


def commands() -> Iterator[Page]:
    found = all_commands()
    yield page(
        "reference/commands/index.md", "Commands",
        "`crossdock NOUN VERB`; data on stdout, talk on stderr. `-o table|json|jsonl|id` says how lists are written. Commands "
        "that change something say what they will do, ask on a terminal, and need `--yes` elsewhere. `NO_COLOR` is obeyed; "
        "without a terminal there is no colour. [Completion](completion.md) makes a shell complete commands, options and ids.",
        table(("command", "what it does"), (listed(*one) for one in found)),
        "## Settings",
        "Options of every command, before or after the verb; else from the environment; else from `.env` in the project.",
        table(("option", "variable", "default", "what it is"), map(setting, OPTIONS)),
        "## Exit codes",
        table(("code", "means"), ([str(one), meaning] for one, meaning in MEANINGS.items())),
    )  # fmt: skip
    yield from (command_page(*one) for one in found)


def listed(command: click.Command, context: click.Context) -> list[str]:
    name = named(context)
    return [f"[`{name}`]({slug(name)}.md)", sentence(command)]


def setting(option: Option) -> list[str]:
    default = words(option.default) if option.default else ""
    return [words(option.flag), words(option.variable), default, option.about]


def named(context: click.Context) -> str:
    """`routes check`."""
    return context.command_path.removeprefix(PROGRAM).strip()


def slug(name: str) -> str:
    return name.replace(" ", "-")


def sentence(command: click.Command) -> str:
    """The first paragraph of its help, in one line."""
    return " ".join(inspect.cleandoc(command.help or "").partition("\n\n")[0].split())


def command_page(command: click.Command, context: click.Context) -> Page:
    name, text = named(context), inspect.cleandoc(command.help or "")
    example = EXAMPLE.search(text)
    said = [paragraph(one) for one in EXAMPLE.sub("", text).split("\n\n")]
    return page(
        f"reference/commands/{slug(name)}.md", f"crossdock {name}", *said,
        code(command.get_usage(context).removeprefix("Usage: "), "text"),
        *(["## Example", code(example[1], "sh")] if example else []),
        "## Options", table(("option", "what it is"), options(command, context)),
        "Beside these, every command takes the [settings](index.md#settings).",
    )  # fmt: skip


def paragraph(text: str) -> str:
    """One that is written line by line stays so."""
    return code(text.removeprefix(PREFORMATTED).lstrip("\n"), "text") if text.startswith(PREFORMATTED) else text


def options(command: click.Command, context: click.Context) -> Iterator[list[str]]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield [words(record[0]), record[1]]
