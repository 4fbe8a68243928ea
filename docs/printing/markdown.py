"""Pages, tables and code in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the site: its path below `docs/`, and its text, which begins with its title."""

    path: str
    text: str


def page(path: str, title: str, *parts: str) -> Page:
    """Parts that are empty are left out."""
    return Page(path, "\n\n".join(part.rstrip("\n") for part in (f"# {title}", *parts) if part) + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Empty where there are no rows; a column that is empty in all of them is left out."""
    found = list(rows)
    kept = [n for n in range(len(head)) if any(row[n] for row in found)]
    lines = [[head[n] for n in kept], ["---"] * len(kept), *([cell(row[n]) for n in kept] for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if found else ""


def cell(text: str) -> str:
    """In one line; a bar would end it."""
    return " ".join(text.split()).replace("|", "\\|")


def words(text: str) -> str:
    """A value as it is typed, also one with backquotes in it."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def code(text: str, language: str = "") -> str:
    """A block whose fence is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}" if text.strip() else ""


def either(kinds: Sequence[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} {last} {kinds[-1]}"
