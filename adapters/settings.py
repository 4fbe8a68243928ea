"""The settings of a process: declared once here, given as options, in the environment, or in the project's `.env`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from adapters.brokers.address import settled
from router.config.references import read_dotenv
from router.config.scalars import size
from router.errors import CrossdockError

EMBEDDED = "embedded"
SERVER = "postgresql://"
LEVELS = ("debug", "info", "warning", "error")
RENDERINGS = ("text", "json")
LEAST_MEMORY = 128 << 20


class SettingsError(CrossdockError):
    """A setting cannot be used."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: `--name` on every command, `CROSSDOCK_NAME` elsewhere."""

    name: str
    default: str
    about: str
    suffix: str = ""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return f"CROSSDOCK_{self.name.upper()}{self.suffix}"


OPTIONS = (
    Option("config", "routes.yaml", "The routing table; its folder is the project folder."),
    Option("var", "var", "Folder of the ledger, blobs, embedded broker and logs."),
    Option("ledger", "sqlite", "SQLite under var, sqlite:///PATH, or postgresql://.", "_URL"),
    Option("broker", EMBEDDED, "embedded, redis://, rediss://, amqp:// or amqps://.", "_URL"),
    Option("http", "127.0.0.1:8080", "Address of the HTTP sources."),
    Option("admin", "127.0.0.1:8081", "Address of /healthz, /readyz and /metrics."),
    Option("workers", "0", "Worker children; 0: as many as there are cores."),
    Option("secrets", "", "Folder with a file for each secret."),
    Option("log", "info", "debug, info, warning or error; json:info for JSON lines."),
    Option("child_memory", "1GiB", "Most memory (data) of one worker child."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings; every path is absolute."""

    project: Path
    config: Path
    var: Path
    ledger: str
    broker: str
    http: str
    admin: str
    workers: int
    secrets: Path | None
    log: str
    child_memory: int

    @property
    def ledger_path(self) -> Path | None:
        """Of SQLite; None where the ledger is on a server."""
        if self.ledger == "sqlite":
            return self.var / "ledger.db"
        return None if self.ledger.startswith(SERVER) else Path(self.ledger.removeprefix("sqlite:///"))

    @property
    def blobs(self) -> Path:
        """Large bodies: SQLite's own, or copies of what a server holds."""
        return self.var / ("blobs" if self.ledger_path is not None else "at-hand")

    @property
    def ledger_made(self) -> bool:
        """Whether there may be one to look into; a command that only looks makes none."""
        return self.ledger_path is None or self.ledger_path.exists()

    def references(self) -> dict[str, str]:
        """What `${env:…}` and `${secret:…}` of the project are resolved with, beside its `.env`."""
        secrets = {} if self.secrets is None else {"CROSSDOCK_SECRETS": str(self.secrets)}
        return {**os.environ, **secrets}

    def environment(self) -> dict[str, str]:
        """The same settings as variables, for a child process that starts anywhere."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["child_memory"] = f"{self.child_memory >> 10}KiB"
        return {o.variable: "" if values[o.name] is None else str(values[o.name]) for o in OPTIONS}


@dataclass(frozen=True, slots=True)
class _Given:
    """A value, who gave it (for the error), and the folder that its path starts at."""

    value: str
    origin: str
    base: Path

    def refuse(self, hint: str) -> SettingsError:
        return SettingsError(f"{self.origin}: {self.value!r} cannot be used. {hint}")

    def path(self) -> Path:
        return Path(os.path.abspath(self.base / Path(self.value).expanduser()))


def load(given: Mapping[str, str], environ: Mapping[str, str], folder: Path) -> Settings:
    """Options before the environment before `.env` before the defaults; an empty value counts as not given.

    Paths of options and of the environment start at `folder` (where the command was typed), those of `.env` and of
    the defaults at the project folder. Raises SettingsError.
    """
    config = _find(OPTIONS[0], given, environ, read_dotenv(folder), folder, folder).path()
    project = config.parent
    dotenv = read_dotenv(project)
    found = {o.name: _find(o, given, environ, dotenv, folder, project) for o in OPTIONS[1:]}
    readers: dict[str, Callable[[_Given], Any]] = {
        "var": _Given.path, "ledger": _ledger, "broker": _broker, "http": _address, "admin": _address,
        "workers": _workers, "secrets": lambda g: g.path() if g.value else None, "log": _log, "child_memory": _memory,
    }  # fmt: skip
    return Settings(project, config, **{name: readers[name](value) for name, value in found.items()})


def ledger_address(value: str, origin: str) -> str:
    """As it would be in the settings; `origin` is for the error. Raises SettingsError."""
    return _ledger(_Given(value, origin, Path.cwd()))


def refuse_missing_secrets(settings: Settings) -> None:
    """For what is about to run; other commands work without secrets. Raises SettingsError."""
    if settings.secrets is not None and not os.access(settings.secrets, os.R_OK | os.X_OK):
        raise SettingsError(f"--secrets: there is no folder {settings.secrets} that can be read. Make it, or correct it.")


def _find(
    option: Option, given: Mapping[str, str], environ: Mapping[str, str], dotenv: Mapping[str, str], folder: Path,
    project: Path,
) -> _Given:  # fmt: skip
    if value := given.get(option.name):
        return _Given(value, option.flag, folder)
    if value := environ.get(option.variable):
        return _Given(value, option.variable, folder)
    if value := dotenv.get(option.variable):
        return _Given(value, f"{option.variable} in .env", project)
    return _Given(option.default, option.flag, project)


def _ledger(given: _Given) -> str:
    scheme, _, rest = given.value.partition("://")
    if given.value == "sqlite":
        return given.value
    if scheme == "sqlite" and rest.lstrip("/"):
        return "sqlite:///" + str(given.base / rest.removeprefix("/"))
    if scheme in ("postgresql", "postgres") and rest:
        return SERVER + rest
    # The rest of a broken address may hold a password: it is not repeated.
    raise SettingsError(
        f"{given.origin}: {scheme[:20]!r} is no ledger. Write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE, or"
        " leave it out to use SQLite under var."
    )


def _broker(given: _Given) -> str:
    if given.value == EMBEDDED:
        return given.value
    try:
        return settled(given.value, given.base)
    except ValueError as error:
        # The rest of a broken address may hold a password: it is not repeated.
        scheme = given.value.partition("://")[0][:20]
        raise SettingsError(f"{given.origin}: {scheme!r} cannot be used as a broker: {error}.") from None


def _address(given: _Given) -> str:
    host, _, port = given.value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise given.refuse("Write HOST:PORT, such as 127.0.0.1:8080; port 0 takes a free one.")
    return given.value


def _workers(given: _Given) -> int:
    if not given.value.isdecimal() or int(given.value) > 256:
        raise given.refuse("Write a whole number from 1 to 256, or 0 for as many as there are cores.")
    return int(given.value) or len(os.sched_getaffinity(0))


def _log(given: _Given) -> str:
    rendering, _, level = given.value.rpartition(":")
    if level not in LEVELS or (rendering or "text") not in RENDERINGS:
        raise given.refuse(f"Write {', '.join(LEVELS)}, or json: before it, such as json:info.")
    return given.value


def _memory(given: _Given) -> int:
    try:
        memory = size(given.value)
    except ValueError as error:
        raise given.refuse(f"It is not a size: {error}.") from None
    if memory < LEAST_MEMORY:
        raise given.refuse("A worker child needs at least 128MiB.")
    return memory
