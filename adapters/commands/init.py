"""`init`: a project that runs at once: two routes, their content, samples, and what to try."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.exits import DONE, REFUSED
from adapters.commands.lazy import late
from adapters.commands.output import pretty, say, stop
from adapters.commands.scaffold import EDITOR, FILES, FOLDERS, INCLUDED, NEXT, SCHEMA, SETTINGS

if TYPE_CHECKING:
    from router.config import jsonschema
else:
    jsonschema = late("router.config.jsonschema")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def init(ctx: click.Context, folder: Path) -> int:
    """Makes a project in DIR: orders by HTTP and sales of a till by CSV, both to files.

    Example: crossdock init shop"""
    if (folder / "routes.yaml").exists():
        stop(REFUSED, f"{folder / 'routes.yaml'} is there already; nothing was written")
    files = {**FILES, EDITOR: SETTINGS}
    files[SCHEMA] = pretty(jsonschema.project_schema()) + "\n"
    files[INCLUDED] = pretty(jsonschema.included_schema()) + "\n"
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        stop(REFUSED, f"{folder / taken[0]} is there already; nothing was written")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(path)
    say(NEXT.format(folder=folder))
    return DONE
