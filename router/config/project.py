"""A project: its files, read from a folder or from a stored version, and parsed."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from router.config.content import StoredContent, is_pattern, matching, read_content
from router.config.findings import Findings, Place
from router.config.located import locate
from router.config.problems import ERROR, Problem
from router.config.references import Resolver, Unset, resolver_for
from router.config.schema.mistakes import Mistake
from router.config.yaml import Parsed, parse

UNREADABLE, NOT_INCLUDED, OUTSIDE = "E0101", "0106", "0107"
CONFIG_NAME = "routes.yaml"

Listing = Callable[[str], list[str]]
Reading = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Project:
    """What belongs to one version. `config` is the name of routes.yaml; `documents` it and what it includes."""

    base: Path
    config: str
    content: StoredContent
    documents: tuple[Parsed, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def files(self) -> dict[str, bytes]:
        """What is stored as a version."""
        return dict(self.content.files)


def read_project(config_path: Path, environ: Mapping[str, str]) -> Project:
    """From the folder that `config_path` is in. Never raises for what is in the folder: `check` says it."""
    base = config_path.absolute().parent
    gathered = _Gathering(config_path.name, resolver_for(environ, base), partial(_on_disk, base), partial(_read, base))
    gathered.all()
    return gathered.project(base, read_content(base))


def stored_project(
    files: Mapping[str, bytes], config: str, environ: Mapping[str, str], base: Path, version: int
) -> Project:
    """From the files of a stored version; connections and settings are those of the folder `base`."""
    gathered = _Gathering(config, resolver_for(environ, base), partial(_among, files), files.__getitem__)
    gathered.all()
    return gathered.project(base, dict(files), version)


def _read(base: Path, name: str) -> bytes:
    return (base / name).read_bytes()


def _on_disk(base: Path, pattern: str) -> list[str]:
    names = glob.glob(pattern, root_dir=base, recursive=True)
    return sorted(Path(name).as_posix() for name in names if (base / name).is_file())


def _among(files: Mapping[str, bytes], pattern: str) -> list[str]:
    return matching(pattern, files)


class _Gathering:
    """Reads routes.yaml, then the files that it includes."""

    def __init__(self, config: str, resolver: Resolver, listing: Listing, reading: Reading) -> None:
        self.config, self.resolver, self.listing, self.reading = config, resolver, listing, reading
        self.files: dict[str, bytes] = {}
        self.documents: list[Parsed] = []
        self.findings = Findings()

    def project(self, base: Path, content: dict[str, bytes], version: int = 0) -> Project:
        files = StoredContent({**content, **self.files}, version)
        return Project(base, self.config, files, tuple(self.documents), tuple(self.findings.problems))

    def all(self) -> None:
        self.read(self.config)
        for place, pattern in includes(self.documents[0], self.resolver):
            for name in self.names(place, pattern):
                if name not in self.files:
                    self.read(name)

    def read(self, name: str) -> None:
        try:
            raw = self.reading(name)
        except (OSError, KeyError) as error:
            why = getattr(error, "strerror", None) or "there is no such file"
            hint = "name it with --config, or start a project with 'crossdock init'" if name == self.config else ""
            problem = Problem(ERROR, UNREADABLE, name, 1, 1, "", f"{name} cannot be read: {why}", hint)
            self.documents.append(Parsed(name, None, (problem,)))
            return
        self.files[name] = raw
        self.documents.append(parse(raw, name))

    def names(self, place: Place, pattern: str) -> list[str]:
        if pattern.startswith("/") or ".." in pattern.split("/"):
            self.findings.error(place, OUTSIDE, f"'{pattern}' is outside the project folder", "move it into the folder")
            return []
        names = [name for name in self.listing(pattern) if name != self.config]
        if not names and is_pattern(pattern):
            self.findings.warning(place, NOT_INCLUDED, f"no file matches '{pattern}'", "remove it, or add such a file")
        elif not names:
            self.findings.add(
                place, Mistake(NOT_INCLUDED, f"there is no file '{pattern}'", "paths start at the project folder")
            )
        return names


def includes(parsed: Parsed, resolver: Resolver) -> list[tuple[Place, str]]:
    """The patterns of `include`, as far as they can be read."""
    located = locate(Parsed(parsed.file, parsed.root), resolver)
    listed: Any = Place(located, ("include",)).raw
    if not isinstance(listed, list):
        return []
    found = [(Place(located, ("include", n)), one) for n, one in enumerate(listed)]
    written = [(place, one) for place, one in found if isinstance(one, str) and one and not isinstance(one, Unset)]
    return [(place, str(PurePosixPath(one))) for place, one in written]


def find_project(path: Path, environ: Mapping[str, str] | None = None) -> Path:
    """The routes.yaml that a file belongs to: itself, or the one in a folder above that includes it. A folder stands
    for its routes.yaml. Where one above cannot be read, the files of its `routes/` belong to it."""
    if path.is_dir():
        return path / CONFIG_NAME
    path = path.absolute()
    for folder in path.parents:
        config = folder / CONFIG_NAME
        if config != path and config.is_file() and _includes(config, path, environ or {}):
            return config
    return path


def _includes(config: Path, path: Path, environ: Mapping[str, str]) -> bool:
    base, name = config.parent, path.relative_to(config.parent).as_posix()
    try:
        parsed = parse(config.read_bytes(), config.name)
    except OSError:
        return False
    if parsed.problems:
        return name.startswith("routes/")
    patterns = [pattern for _, pattern in includes(parsed, resolver_for(environ, base))]
    return any(matching(pattern, [name]) for pattern in patterns)
