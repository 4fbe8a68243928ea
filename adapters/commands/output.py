"""How commands answer: data on stdout as a table, JSON, JSON lines or ids; talk on stderr."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from adapters import colour
from adapters.printable import printable
from router.errors import CrossdockError

FORMATS = ("table", "json", "jsonl", "id")
SHOWN = 100
"""Rows of a table where no --limit is given; other formats are never cut."""
ENDLESS = 100_000

ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)

F = TypeVar("F", bound=Callable[..., Any])
Row = Mapping[str, Any]


def output_option(function: F) -> F:
    """`-o table|json|jsonl|id`."""
    return output_option_with()(function)


def output_option_with(*more: str) -> Callable[[F], F]:
    """The same with forms that one command has alone."""
    formats = click.Choice((*FORMATS, *more))
    return click.option("-o", "--output", "form", type=formats, default="table", show_default=True, help="The format.")


def limit_option(function: F) -> F:
    return click.option("--limit", type=click.IntRange(1), help=f"At most so many; a table without it shows {SHOWN}.")(
        function
    )


class Stop(CrossdockError):
    """A command ends here, with this exit code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def say(text: str) -> None:
    """Talk."""
    click.echo(text, err=True)


def stop(code: int, text: str) -> NoReturn:
    """Says why, and ends with that code."""
    say(text)
    raise click.exceptions.Exit(code)


def iso(ms: int | None) -> str | None:
    """A time of the ledger as ISO text, in UTC."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_json(value: Any) -> str:
    return ENCODER.encode(value).decode()


def pretty(value: Any) -> str:
    return msgspec.json.format(ENCODER.encode(value), indent=2).decode()


def answer_rows(rows: Iterable[Row], columns: Sequence[str], form: str, limit: int | None = None) -> int:
    """A list; how many rows were answered. `columns` are the fields that a table shows; `id` is one of each row's."""
    rows = itertools.islice(rows, limit) if limit is not None else iter(rows)
    if form == "table":
        return answer_table(rows, columns, None if limit is not None else SHOWN)
    count = 0
    out = sys.stdout
    for row in rows:
        if form == "json":
            out.write(("[\n  " if not count else ",\n  ") + to_json(row))
        else:
            out.write((str(row["id"]) if form == "id" else to_json(row)) + "\n")
        count += 1
    if form == "json":
        out.write("\n]\n" if count else "[]\n")
    out.flush()
    return count


def answer_table(rows: Iterable[Row], columns: Sequence[str], most: int | None) -> int:
    shown = list(itertools.islice(rows, most)) if most is not None else list(rows)
    if shown:
        print_table(shown, columns)
    if most is not None and len(shown) == most and next(iter(rows), None) is not None:
        say(f"the first {most}; for all use -o jsonl, for more --limit")
    return len(shown)


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Nothing is cut: what is too wide for a terminal goes on in the next line; elsewhere lines have any length."""
    from rich import box, console, table, text  # half as long in coming as all else that most commands need

    shown = table.Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        numeric = all(isinstance(row.get(column), (int, type(None))) for row in rows)
        shown.add_column(column.replace("_", " "), overflow="fold", justify="right" if numeric else "left")
    for row in rows:
        shown.add_row(*(text.Text(cell(row.get(column))) for column in columns))
    width = None if sys.stdout.isatty() else ENDLESS
    plain: dict[str, Any] = {} if colour.wanted() else {"color_system": None}  # rich alone would leave what is bold
    console.Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False, **plain).print(shown)


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return printable(" ".join(f"{k}={v}" for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return ", ".join(f"{v['id']} {v['state']}" if stated(v) else cell(v) for v in value)
    return printable(str(value))


def stated(value: Any) -> bool:
    """A target of a message: its id and state say enough."""
    return isinstance(value, Mapping) and "state" in value


def answer_one(row: Row, form: str) -> None:
    """One thing: a table of its fields, or the object."""
    if form == "id":
        click.echo(row["id"])
    elif form == "jsonl":
        click.echo(to_json(row))
    elif form == "json":
        click.echo(pretty(row))
    else:
        width = max(map(len, row), default=0)
        for name, value in row.items():
            if value not in (None, "", (), [], {}):
                click.echo(f"{name.replace('_', ' '):<{width}}  {cell(value)}")
