"""`ledger`: the proof that nothing was lost, and retention."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import agree, yes_option
from adapters.commands.exits import DONE, FAILED
from adapters.commands.ledger_moving import backup, copy, migrate
from adapters.commands.output import answer_one, output_option, pretty, print_table, say, to_json
from adapters.commands.progress import progress
from adapters.commands.project import known_names, opened
from adapters.settings import Settings
from router.browse import COUNTED, Account, Proof, Pruned
from router.config.problems import ConfigError
from router.route import Keep

if TYPE_CHECKING:
    from adapters.wiring import App

DAY = 86_400


@click.group()
def ledger() -> None:
    """The ledger: verify, prune, migrate, copy, backup."""


def account_row(account: Account) -> dict[str, Any]:
    """Of a file, records that a target was not chosen for are in no column."""
    counts = {state: account.counts.get(state, 0) for state in COUNTED if state != "accepted"}
    total = sum(account.counts.values())
    adds_up = total <= account.accepted if account.kind == "file" else total == account.accepted
    return {"kind": account.kind, "id": account.name, "accepted": account.accepted, **counts, "adds_up": adds_up}


for command in (migrate, copy, backup):
    ledger.add_command(command)


@ledger.command()
@output_option
@click.pass_obj
def verify(settings: Settings, form: str) -> int:
    """Proves that accepted = the sum of all ends + open, per route, per file, per target; 1 where it does not.

    Example: crossdock ledger verify"""
    with opened(settings) as app, progress("adding up", None):
        proof = app.ledger.verify(known_names(app))
    rows = [account_row(account) for account in proof.accounts]
    off = [row for row in rows if not row["adds_up"]]
    answer_proof(proof, rows, form)
    for fault in proof.faults:
        say(f"{fault.scope}: {fault.what}")
    wrong = len(proof.faults) + len(off)
    say(f"{wrong} things do not add up" if wrong else "everything adds up")
    return FAILED if wrong else DONE


def answer_proof(proof: Proof, rows: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        click.echo(pretty({"ok": not proof.faults, "accounts": rows, "faults": [asdict(f) for f in proof.faults]}))
    elif form == "jsonl":
        for row in [*rows, *(asdict(f) for f in proof.faults)]:
            click.echo(to_json(row))
    elif form == "id":
        for fault in proof.faults:
            click.echo(fault.scope)
    elif rows:
        print_table(rows, ("kind", "id", *COUNTED))


@ledger.command()
@click.option("--dry-run", is_flag=True, help="Only say how long things are kept.")
@yes_option
@output_option
@click.pass_obj
def prune(settings: Settings, dry_run: bool, yes: bool, form: str) -> int:
    """Removes what has ended and was kept long enough. Never what is open, parked or dead.

    Example: crossdock ledger prune --yes"""
    with opened(settings) as app:
        keep = kept(app)
        what = (
            f"this removes bodies after {keep.bodies / DAY:g} days, messages after {keep.messages / DAY:g} days,"
            f" gives up dead letters after {keep.dead / DAY:g} days"
        )
        if dry_run:
            say(what)
            if form != "table":
                answer_one(days_of(keep), form)
            return DONE
        agree(what, yes)
        total = Pruned()
        while (step := app.ledger.prune_step(keep)).total:
            total += step
    answer_one({"id": "prune", **asdict(total)} if form == "id" else asdict(total), form)
    say(f"{total.total} removed" if total.total else "nothing is old enough")
    return DONE


def days_of(keep: Keep) -> dict[str, Any]:
    """How long things are kept, in days."""
    return {"id": "prune", **{f"{name}_days": getattr(keep, name) / DAY for name in ("bodies", "messages", "dead")}}


def kept(app: App) -> Keep:
    try:
        return app.table().keep
    except ConfigError:
        say("routes.yaml cannot be used, so the defaults hold")
        return Keep()
