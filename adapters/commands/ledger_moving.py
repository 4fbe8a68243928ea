"""`ledger migrate|copy|backup`: what moves a whole ledger."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from adapters.commands.asking import agree, yes_option
from adapters.commands.exits import DONE, FAILED, NOTHING
from adapters.commands.output import answer_one, answer_rows, output_option, say, stop
from adapters.commands.progress import progress
from adapters.host import STAGES
from adapters.ledger import moving
from adapters.node import holding, refuse_unusable
from adapters.settings import SERVER, Settings, SettingsError, ledger_address


def address(settings: Settings) -> str | Path:
    return settings.ledger_path or settings.ledger


@click.command()
@yes_option
@output_option
@click.pass_obj
def migrate(settings: Settings, yes: bool, form: str) -> int:
    """Brings the ledger's schema up to date. `up` does it by itself on SQLite; where hosts share the ledger, stop them all
    first.

    Example: crossdock ledger migrate --yes"""
    refuse_unusable(settings.var)
    before, now = moving.schemas(address(settings))
    if before != now:
        if before:  # who makes a new one changes nothing that is there
            agree(f"this brings the ledger from schema {before} to {now}", yes)
        settings.var.mkdir(parents=True, exist_ok=True)
        before, now = moving.migrate(address(settings))
    answer_one({"id": "migrate", "before": before, "now": now}, form)
    say(f"schema {now}, as before" if before == now else f"schema {before} became {now}")
    return DONE


@click.command()
@click.option("--from", "source", help="sqlite:PATH. Default: the SQLite ledger under var.")
@click.option("--to", "target", help="postgresql://… Default: CROSSDOCK_LEDGER_URL.")
@yes_option
@output_option
@click.pass_obj
def copy(settings: Settings, source: str | None, target: str | None, yes: bool, form: str) -> int:
    """Moves the shop from SQLite to PostgreSQL, everything or nothing: each table is read back and compared by its count
    and the hashes of its rows before it counts. Stop Crossdock first.

    Example: crossdock ledger copy --to postgresql://user@host/crossdock"""
    path, url = read_source(settings, source), read_target(settings, target)
    if not path.exists():
        stop(NOTHING, f"there is no ledger at {path}: say --from sqlite:PATH")
    agree(f"this copies {path} to PostgreSQL, where `up` is to work on it from then on, and no longer on the file", yes)
    with ExitStack() as held:
        for role in ("up", *STAGES):
            held.enter_context(holding(settings.var, role))
        with progress("copying", None) as bar:
            done = moving.copy(path, settings.var / "blobs", url, settings.var / "at-hand", bar.advance)
    rows = [{"id": one.table, "table": one.table, "rows": one.rows, "hash": f"{one.digest:016x}"} for one in done]
    answer_rows(iter(rows), ("table", "rows", "hash"), form, None)
    say(f"{sum(one.rows for one in done)} rows are there, each as it was; now: CROSSDOCK_LEDGER_URL, then `crossdock up`")
    return DONE


def read_source(settings: Settings, given: str | None) -> Path:
    if given is None:
        return settings.ledger_path or settings.var / "ledger.db"
    scheme, _, rest = given.partition(":")
    if scheme != "sqlite" or not rest:
        raise SettingsError("--from: write sqlite:PATH; only a SQLite ledger can be copied")
    return Path(rest.removeprefix("//")).absolute() if not rest.startswith("///") else Path("/" + rest.lstrip("/"))


def read_target(settings: Settings, given: str | None) -> str:
    url = ledger_address(given, "--to") if given is not None else settings.ledger
    if not url.startswith(SERVER):
        raise SettingsError("--to: write postgresql://USER:PASSWORD@HOST/DATABASE, or set CROSSDOCK_LEDGER_URL to it")
    return url


@click.command()
@click.option("--to", "target", type=click.Path(path_type=Path), help="A new folder. Default: var/backup/<time>.")
@output_option
@click.pass_obj
def backup(settings: Settings, target: Path | None, form: str) -> int:
    """Copies the ledger as of one moment while everything goes on. Of SQLite the folder can be used as a --var; of
    PostgreSQL it holds a file for pg_restore.

    Example: crossdock ledger backup --to /backup/today"""
    folder = target or settings.var / "backup" / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"
    with progress("copying", None) as bar:
        try:
            path, blobs = moving.back_up(address(settings), settings.blobs, folder.absolute(), bar.advance)
        except OSError as error:
            stop(FAILED, f"there is no backup: {error.strerror}: {error.filename}")
    answer_one({"id": str(path), "file": str(path), "size": path.stat().st_size, "blobs": blobs}, form)
    return DONE
