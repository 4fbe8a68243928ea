"""Problems of a project as a compiler shows them: the place, the source line, a caret, a hint, notes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from rich.cells import cell_len

from adapters.printable import printable
from router.config.problems import ADVICE, ERROR, Problem

PIPED_WIDTH = 120
LEAST_WIDTH = 40
TAB = "    "
COLOURS = {ERROR: "red", "warning": "yellow", ADVICE: "cyan"}
ANNOTATIONS = {ERROR: "error", "warning": "warning", ADVICE: "notice"}
ELLIPSIS = "…"


class Sources:
    """The lines of the files of a project."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.split: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str | None:
        """None where there is no such line; what is no UTF-8 is shown as `�`."""
        if file not in self.split:
            raw = self.files.get(file, b"")
            text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
            self.split[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines = self.split[file]
        return lines[number - 1] if 0 < number <= len(lines) else None


def width() -> int:
    return max(LEAST_WIDTH, shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH)


class Shown:
    """How problems are written out."""

    def __init__(self, sources: Sources, colour: bool, width: int) -> None:
        self.sources, self.colour, self.width = sources, colour, width

    def lines(self, problem: Problem) -> Iterator[str]:
        level, paint = f"{problem.level}[{problem.code}]", COLOURS[problem.level]
        place = f"{problem.file}:{problem.line}:{problem.column}"
        yield f"{self.paint(printable(place), bold=True)} {self.paint(level, fg=paint)} {printable(problem.message)}"
        line = self.sources.line(problem.file, problem.line)
        if line is not None and line.strip():
            yield from self.excerpt(problem, line, paint)
        if problem.hint:
            yield f"  {self.paint('hint:', fg='green')} {printable(problem.hint)}"
        for other in problem.related:
            yield f"  {self.paint('note:', fg='blue')} {printable(f'{other.file}:{other.line} {other.message}')}"

    def excerpt(self, problem: Problem, line: str, paint: str) -> Iterator[str]:
        number = str(problem.line)
        bar = self.paint(" | ", dim=True)
        text, before, span = cut(line, problem.column, problem.end_column, self.width - len(number) - 5)
        yield f"  {self.paint(number, dim=True)}{bar}{text}"
        yield f"  {' ' * len(number)}{bar}{' ' * before}{self.paint('^' * span, fg=paint, bold=True)}"

    def paint(self, text: str, **style: str | bool) -> str:
        return click.style(text, **style) if self.colour else text  # type: ignore[arg-type]


def cut(line: str, column: int, end: int | None, width: int) -> tuple[str, int, int]:
    """What is shown of a line, the cells before the caret, and the cells that it underlines."""
    cells = [TAB if one == "\t" else printable(one) for one in line.rstrip()]
    start = min(column - 1, len(cells))
    stop = min(max(end - 1, start + 1), len(cells)) if end else start + 1
    first, last = window(cells, start, width)
    stop = min(stop, last)
    left, right = ELLIPSIS if first else "", ELLIPSIS if last < len(cells) else ""
    text = left + "".join(cells[first:last]) + right
    before = cell_len(left + "".join(cells[first:start]))
    return text.rstrip(), before, max(1, cell_len("".join(cells[start:stop])))


def window(cells: list[str], start: int, width: int) -> tuple[int, int]:
    """The part of a line that is shown around a column: the whole of it where it fits."""
    if sum(map(cell_len, cells)) <= width:
        return 0, len(cells)
    first, used = start, 0
    while first > 0 and used + cell_len(cells[first - 1]) <= width // 2 - 1:
        first -= 1
        used += cell_len(cells[first])
    last = start
    while last < len(cells) and used + cell_len(cells[last]) <= width - 2:
        used += cell_len(cells[last])
        last += 1
    while last == len(cells) and first > 0 and used + cell_len(cells[first - 1]) <= width - 2:
        first -= 1
        used += cell_len(cells[first])
    return first, last


def annotation(problem: Problem, base: Path) -> str:
    """A workflow command of GitHub Actions; the file is named from the root of the repository, else from here."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    file = os.path.relpath(base / problem.file, root)
    options = {"file": file, "line": problem.line, "col": problem.column, "title": f"{problem.level}[{problem.code}]"}
    if problem.end_column:
        options["endColumn"] = problem.end_column
    named = ",".join(f"{name}={escaped(str(value), inside=True)}" for name, value in options.items())
    notes = [f"{other.file}:{other.line} {other.message}" for other in problem.related]
    text = "\n".join([problem.message, *([problem.hint] if problem.hint else []), *notes])
    return f"::{ANNOTATIONS[problem.level]} {named}::{escaped(text)}"


def escaped(text: str, inside: bool = False) -> str:
    """As the runner of GitHub Actions reads it again (actions/toolkit, command.ts)."""
    for mark, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(mark, code)
    return text.replace(":", "%3A").replace(",", "%2C") if inside else text
