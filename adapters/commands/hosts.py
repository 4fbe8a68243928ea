"""The hosts that share a ledger, as `status` shows them: what runs there, by which version, and when it was last seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from adapters.commands.output import iso, print_table
from adapters.ledger.sql.ledger import SqlLedger
from adapters.ledger.sql.nodes import Node

COLUMNS = ("host", "runs", "version", "state", "seen_at")


def hosts(ledger: SqlLedger) -> list[dict[str, Any]]:
    """A row for what serves the same version on one host. `current` is the version that a start or a deploy stored last."""
    newest = ledger.newest_version()
    current = newest.number if newest is not None else 0
    return [_row(list(nodes), current) for _, nodes in groupby(sorted(ledger.nodes(), key=_place), key=_place)]


def _place(node: Node) -> tuple[str, str, int, bool]:
    return node.host, node.name, node.version, node.away


def _row(nodes: Sequence[Node], current: int) -> dict[str, Any]:
    first = nodes[0]
    return {
        "id": first.name, "host": first.host, "runs": [node.role for node in nodes], "version": first.version,
        "current": current, "state": "away" if first.away else "up", "seen_at": iso(max(node.beat_at for node in nodes)),
    }  # fmt: skip


def print_hosts(rows: Sequence[dict[str, Any]]) -> None:
    shown = [{**row, "version": versions(row)} for row in rows]
    print()
    print_table(shown, COLUMNS)


def versions(row: dict[str, Any]) -> str:
    """Of one that is behind: which one all others would expect."""
    return str(row["version"]) if row["version"] == row["current"] else f"{row['version']}, while {row['current']} is current"


def behind(ledger: SqlLedger, patience: int) -> Iterator[tuple[str, str]]:
    """Hosts that run and do not serve a version that is current for so many milliseconds, and what to do."""
    newest = ledger.newest_version()
    settled = newest is not None and ledger.now() - newest.at > patience
    for row in hosts(ledger):
        what = f"{', '.join(row['runs'])} of host {row['host']}"
        if settled and row["state"] == "up" and row["version"] != row["current"]:
            yield (
                f"{what} serves version {versions(row)}",
                "bring its files up to date and start it again, or say crossdock routes deploy where the current ones are",
            )
