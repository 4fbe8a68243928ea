"""`doctor`: examines this host, and says what to do about each thing."""

from __future__ import annotations

import click

from adapters.commands.exits import DONE, FAILED
from adapters.commands.output import answer_rows, output_option
from adapters.examination import BAD, examine
from adapters.settings import Settings


@click.command()
@output_option
@click.pass_obj
def doctor(settings: Settings, form: str) -> int:
    """Disk, sync time, clock, SQLite, broker, permissions, descriptors, memory; 1 where something is bad."""
    findings = examine(settings)
    rows = [
        {"id": finding.what, "verdict": finding.verdict, "found": finding.found, "advice": finding.advice}
        for finding in findings
    ]
    answer_rows(rows, ("id", "verdict", "found", "advice"), form, len(rows))
    return FAILED if any(finding.verdict == BAD for finding in findings) else DONE
