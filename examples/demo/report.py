"""What the demo prints: tables of what the ledger says, and words about what one sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from examples.demo.figures import Figure, short

STATES = ("delivered", "filtered", "duplicate", "refused", "dead")


def title(console: Console, text: str) -> None:
    console.print()
    console.rule(f"[bold]{text}", align="left", style="cyan")


def said(console: Console, command: str, output: str) -> None:
    """A command as one types it, and what it answers."""
    console.print(f"[bold green]$[/] [bold]{command}")
    if output.strip():
        console.print(output.rstrip(), markup=False, highlight=False)


COLUMNS = ("accepted", "delivered", "retried", "filtered", "duplicate", "refused", "dead")


def by_route(console: Console, accounts: Sequence[dict[str, Any]]) -> None:
    """A line a route, in messages; below it one a file, in records, and one a target, in deliveries."""
    table = listing("What the ledger says: messages by route, records by file, deliveries by target")
    table.add_column("route", no_wrap=True)
    for name in COLUMNS:
        table.add_column("in" if name == "accepted" else name, justify="right", style=style(name), no_wrap=True)
    for one in sorted((one for one in accounts if one["kind"] == "route"), key=lambda one: str(one["id"])):
        table.add_row(f"[bold]{one['id']}", *(blank(one[name]) for name in COLUMNS))
        for label, below in parts(one["id"], accounts):
            table.add_row(label, *(blank(below[name]) for name in COLUMNS))
    console.print(table)


def parts(route: str, accounts: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What stands below a route. A file is accounted for at each target; what is the same at all of them is shown."""
    files: dict[str, dict[str, Any]] = {}
    targets = []
    for one in accounts:
        target, _, file = one["id"].removeprefix(f"{route}.").partition(" ")
        if one["kind"] == "file" and one["id"].startswith(f"{route}."):
            files[f"  {file}"] = {name: one[name] for name in COLUMNS} | {"delivered": 0}
        elif one["kind"] == "target" and one["id"].startswith(f"{route}."):
            targets.append((f"  → {target}", one))
    return [*files.items(), *targets]


def listing(title: str) -> Table:
    return Table(title=title, title_justify="left", header_style="bold")


def style(name: str) -> str:
    return {"delivered": "green", "retried": "yellow", "dead": "red"}.get(name, "")


def blank(count: int) -> str:
    return f"{count:,}" if count else "·"


def dead_letters(console: Console, letters: Sequence[dict[str, Any]]) -> None:
    table = listing("Dead letters: nothing is thrown away, each says why")
    for name in ("id", "where", "why"):
        table.add_column(name, overflow="fold")
    for letter in letters:
        table.add_row(letter["id"], f"{letter['target'] or letter['route']}, {letter['stage']}", letter["reason"])
    console.print(table)


def comparison(console: Console, figures: Sequence[Figure]) -> None:
    table = listing("What went in, against what came out")
    for name in ("", "figure", "expected", "found"):
        table.add_column(name)
    for one in figures:
        mark = "[green]✓" if one.right else "[red]✗"
        table.add_row(mark, one.name, short(one.expected), short(one.found))
    console.print(table)


def goodbye(console: Console, right: bool, seconds: float) -> None:
    text = "All is settled and every figure is right" if right else "Some figures are wrong: see the crosses above"
    console.print(Panel(f"{text} ({seconds:.0f} s).", style="green" if right else "red", expand=False))
