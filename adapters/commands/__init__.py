"""The command line: nouns, then verbs. A command's module is imported when it is called, so that each starts fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import click

from adapters.commands.exits import DONE, FAILED, USAGE, exit_code
from adapters.commands.lazy import LazyGroup, late
from adapters.commands.options import add_settings
from router.errors import CrossdockError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("adapters.commands.up", "Runs everything: broker, web, inbound, worker."),
    "run": ("adapters.commands.run", "Runs one process of the Procfile."),
    "init": ("adapters.commands.init", "Makes a project that runs at once."),
    "routes": ("adapters.commands.routes", "Checks, lists, shows, tries, pauses and resumes routes."),
    "send": ("adapters.commands.send", "Puts files into a route."),
    "messages": ("adapters.commands.messages", "Finds messages and tells their life."),
    "dlq": ("adapters.commands.dlq", "Dead letters: list, edit, requeue, discard, export, import."),
    "targets": ("adapters.commands.targets", "Lists targets, pauses and resumes them."),
    "jobs": ("adapters.commands.jobs", "Requeues and replays that run."),
    "status": ("adapters.commands.status", "How many messages are in which state."),
    "ledger": ("adapters.commands.ledger", "Verifies and prunes the ledger."),
    "completion": ("adapters.commands.completion", "Prints the script that lets a shell complete ids and options."),
    "doctor": ("adapters.commands.doctor", "Examines this host, and says what to do."),
}
"""Name: module, which holds the click command of that name, and its sentence in the help."""
COMPLETING = "_CROSSDOCK_COMPLETE"
"""Set where a shell asks what may stand next."""
shells = late("adapters.commands.completion")
ABOUT = "Crossdock, a message router for retail. Settings stand before or after the verb."


def answer(arguments: Sequence[str]) -> int:
    """Runs one command line; the exit code. Talk goes to stderr."""
    if COMPLETING in os.environ:
        shells.register()
    door = add_settings(LazyGroup("crossdock", COMMANDS, help=ABOUT), show=True)
    click.version_option(package_name="crossdock", message="%(prog)s %(version)s")(door)
    try:
        code = door.main(list(arguments), "crossdock", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        error.show()
        return USAGE if isinstance(error, click.UsageError) else error.exit_code
    except CrossdockError as error:
        print(error.reason, file=sys.stderr)
        return exit_code(error)
    except (click.Abort, KeyboardInterrupt):
        return FAILED
    except OSError as error:
        print(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        return FAILED
