"""`doctor`: examines this host and what the project needs of it, and says what to do about each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adapters.commands.exits import DONE, FAILED
from adapters.commands.lazy import late
from adapters.commands.output import answer_rows, output_option
from adapters.commands.progress import progress
from adapters.examination import BAD, Finding, examine
from adapters.inspection import no_project, routes_checked, surroundings, visited
from adapters.settings import Settings
from router.config.problems import ConfigError
from router.route import Table

if TYPE_CHECKING:
    from adapters import registry as root
    from router.config import check as checking
    from router.config import project as projects
else:
    root, checking, projects = late("adapters.registry"), late("router.config.check"), late("router.config.project")


@click.command()
@click.option("--connections", is_flag=True, help="Also connect and log in to each system of routes.yaml; nothing is sent.")
@output_option
@click.pass_obj
def doctor(settings: Settings, connections: bool, form: str) -> int:
    """Examines this host and says what to do; 1 where something is bad. Nothing is changed.

    Python and packages, SQLite, var (rights, file system, room, time of a sync), the clock, the broker, limits of open
    files and memory, secrets; of the project its routes, its folders and its ports.

    Example: crossdock doctor --connections -o json"""
    with progress("examining", None):
        findings = [*examine(settings), *project(settings, connections)]
    rows = [
        {"id": finding.what, "verdict": finding.verdict, "found": finding.found, "advice": finding.advice}
        for finding in findings
    ]
    answer_rows(rows, ("id", "verdict", "found", "advice"), form, len(rows))
    return FAILED if any(finding.verdict == BAD for finding in findings) else DONE


def project(settings: Settings, connections: bool) -> list[Finding]:
    if not settings.config.exists():
        return [no_project(settings), *surroundings(settings, None)]
    environ, registry = settings.references(), root.registry()
    try:
        files = projects.read_project(settings.config, environ)
        found = routes_checked(settings, checking.check(files, registry, environ))
        table: Table | None = checking.build_for_trial(files, registry, environ)[0]
    except ConfigError as error:
        found, table = routes_checked(settings, error.problems), None
    systems = visited(table, registry.targets) if connections and table is not None else []
    return [found, *surroundings(settings, table), *systems]
