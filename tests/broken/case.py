"""Cases of projects that are wrong, or right, and how they are checked: as `crossdock routes check -o json` does it.

A case is the project of `base/` with a change: `from` is replaced by `to` (in the one file that holds it), a `route` or
any text to `add` stands below what is in routes.yaml, `files` are written as a whole. A ▶ in a text marks where a mistake
begins and is taken out; `says` has the code of each and what its hint must contain, in the order of the marks."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from adapters.app import registry
from adapters.commands.diagnostics import Shown, Sources
from router.config.check import check
from router.config.problems import Problem
from router.config.project import read_project

HERE = Path(__file__).parent
MARK = "▶"
ENVIRON = {
    "ERP_URL": "http://erp.test", "ERP_TOKEN": "e", "BUS_URL": "amqp://bus.test", "REDIS_URL": "redis://events.test",
    "WEB_SHOP_TOKEN": "w", "SHOPIFY_SECRET": "s",
}  # fmt: skip
REGISTRY = registry()


@dataclass(frozen=True)
class Said:
    """What is expected of one problem."""

    code: str
    hint: str
    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Case:
    name: str
    change: Mapping[str, Any]

    @property
    def encoding(self) -> str:
        return str(self.change.get("encoding", "utf-8"))

    def texts(self) -> dict[str, str]:
        """The files of the project, with their marks."""
        files = dict(base())
        if "to" in self.change:
            old = str(self.change.get("from", ""))
            holders = [name for name, text in files.items() if text.count(old) == 1]
            assert len(holders) == 1, f"{self.name}: {old!r} stands in {holders}"
            files[holders[0]] = files[holders[0]].replace(old, str(self.change["to"]))
        files["routes.yaml"] += textwrap.indent(self.change.get("route", ""), "  ") + self.change.get("add", "")
        files.update(self.change.get("files", {}))
        return {name: text for name, text in files.items() if text is not None}

    def write(self, folder: Path) -> None:
        changed = {"routes.yaml", *self.change.get("files", {})}
        for name, text in self.texts().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            encoding = self.encoding if name in changed else "utf-8"
            text = text.replace("\n", str(self.change.get("newline", "\n")))
            path.write_bytes(text.replace(MARK, "").encode(encoding, "surrogateescape"))

    def said(self) -> list[Said]:
        """In the order of the marks; a case without marks says of each at which place it is."""
        listed = self.change.get("says", [])
        places = [place for name, text in self.texts().items() for place in marks(name, text)]
        listed = [listed] if isinstance(listed, str) else listed
        assert len(places) == len(listed), f"{self.name}: {len(places)} marks, {len(listed)} mistakes"
        return [Said(*_code_and_hint(one), *place) for one, place in zip(listed, places, strict=True)]


def _code_and_hint(said: str) -> tuple[str, str]:
    code, _, hint = said.partition(" ")
    return code, hint


def marks(name: str, text: str) -> Iterator[tuple[str, int, int]]:
    for found in re.finditer(MARK, text):
        before = re.split(r"\r\n|\r|\n", text[: found.start()].replace(MARK, ""))
        yield name, len(before), len(before[-1]) + 1


@cache
def base() -> Mapping[str, str]:
    root = HERE / "base"
    paths = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}


def cases(room: str) -> list[Case]:
    """Of all areas of a room."""
    reader = YAML(typ="safe", pure=True)
    areas = {path.stem: reader.load(path.read_text("utf-8")) for path in sorted((HERE / room).glob("*.yaml"))}
    return [Case(f"{area}: {name}", change) for area, listed in areas.items() for name, change in listed.items()]


def checked(folder: Path) -> list[Problem]:
    """What `routes check` says, but for targets that no test names; it is also written as for people."""
    project = read_project(folder / "routes.yaml", ENVIRON)
    problems = check(project, REGISTRY, ENVIRON)
    shown = Shown(Sources(project.files()), False, 100)
    assert all(list(shown.lines(problem)) for problem in problems)
    return [problem for problem in problems if problem.code != "A0710"]
