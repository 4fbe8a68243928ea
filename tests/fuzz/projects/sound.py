"""Projects without mistakes, to make some of: those of this repository, the scaffold of `init`, the base of tests/broken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.commands.scaffold import FILES
from router.config.project import read_project

ROOT = Path(__file__).parents[3]
FOLDERS = ("", "tests/broken/base", "examples/*", "examples/*/*")
SETTING = re.compile(rb"\$\{(?:env|secret):([A-Za-z_][\w.-]*)\}")
"""One that has no default."""
VALUES = (("URL", "http://{}.test"), ("BUS", "amqp://{}.test"), ("AMQP", "amqp://{}.test"), ("REDIS", "redis://{}.test"),
          ("WAREHOUSE", "redis://{}.test"),
          ("DWH", "sqlite:///{}.db"), ("SQL", "sqlite:///{}.db"), ("DB", "sqlite:///{}.db"))  # fmt: skip
"""What a setting holds, by a part of its name: the last that fits."""


@dataclass(frozen=True)
class Sound:
    name: str
    files: Mapping[str, bytes]
    environ: Mapping[str, str]

    @property
    def editable(self) -> list[str]:
        """The files whose mutations are judged."""
        texts = (".yaml", ".j2", ".xsl")
        return [name for name in self.files if name.endswith(texts) and "/samples/" not in name]


@cache
def projects() -> tuple[Sound, ...]:
    configs = [ROOT / "routes.yaml", *(path for folder in FOLDERS[1:] for path in sorted(ROOT.glob(f"{folder}/routes.yaml")))]
    read = [sound(path.parent.relative_to(ROOT).as_posix(), read_project(path, {}).files()) for path in configs]
    scaffold = {name: text.encode() for name, text in FILES.items() if name.startswith(("routes", "transforms/"))}
    return (*read, sound("init", scaffold))


def sound(name: str, files: Mapping[str, bytes]) -> Sound:
    names = {found.decode() for raw in files.values() for found in SETTING.findall(raw)}
    return Sound(name, files, {name: value_of(name) for name in names})


def value_of(name: str) -> str:
    found = [value for part, value in VALUES if part in name.upper()]
    return found[-1].format(name.lower().replace("_", "-")) if found else f"value-of-{name}"
