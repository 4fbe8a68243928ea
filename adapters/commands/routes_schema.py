"""`routes schema`: the grammar of routes.yaml, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adapters.commands.exits import DONE
from adapters.commands.lazy import late
from adapters.commands.output import pretty

if TYPE_CHECKING:
    from router.config import jsonschema
else:
    jsonschema = late("router.config.jsonschema")


@click.command()
@click.option("--included", is_flag=True, help="Of files that routes.yaml includes.")
def schema(included: bool) -> int:
    """Prints the grammar of routes.yaml as JSON Schema 2020-12, for editors: they complete keys, values and options of
    adapters, and explain them. crossdock init sets it up for a new project.

    Example: crossdock routes schema > .crossdock/routes.schema.json"""
    click.echo(pretty(jsonschema.included_schema() if included else jsonschema.project_schema()))
    return DONE
