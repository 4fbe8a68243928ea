"""The command line: nouns, then verbs. A command's module is imported when it is called, so that each starts fast."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

import click

from adapters import colour
from adapters.commands.exits import DONE, FAILED, INTERRUPTED, USAGE, exit_code
from adapters.commands.lazy import LazyGroup, late
from adapters.commands.options import add_settings
from adapters.unforeseen import told
from router.errors import CrossdockError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("adapters.commands.up", "Runs everything: broker, web, inbound, worker."),
    "run": ("adapters.commands.run", "Runs one process of the Procfile."),
    "init": ("adapters.commands.init", "Makes a project that runs at once."),
    "routes": ("adapters.commands.routes", "Checks, lists, shows, tries, tests, pauses and resumes routes."),
    "send": ("adapters.commands.send", "Puts files into a route."),
    "messages": ("adapters.commands.messages", "Finds messages and tells their life."),
    "dlq": ("adapters.commands.dlq", "Dead letters: list, edit, requeue, discard, export, import."),
    "targets": ("adapters.commands.targets", "Lists targets, pauses and resumes them."),
    "jobs": ("adapters.commands.jobs", "Requeues and replays that run."),
    "status": ("adapters.commands.status", "How many messages are in which state."),
    "ledger": ("adapters.commands.ledger", "Verifies, prunes, migrates, copies, backs up the ledger."),
    "completion": ("adapters.commands.completion", "Prints the script that lets a shell complete ids and options."),
    "doctor": ("adapters.commands.doctor", "Examines this host, and says what to do."),
}
"""Name: module, which holds the click command of that name, and its sentence in the help."""
COMPLETING = "_CROSSDOCK_COMPLETE"
"""Set where a shell asks what may stand next."""
LASTING = frozenset({"up", "run"})
SELDOM = 200_000
"""Objects made between two looks for cycles: a command that ends has few, and a fifth of a large check is looking."""
shells = late("adapters.commands.completion")
ABOUT = "Crossdock, a message router for retail. Settings stand before or after the verb."


def answer(arguments: Sequence[str]) -> int:
    """Runs one command line; the exit code. Talk goes to stderr."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    try:
        return _answered(arguments)
    except click.ClickException as error:
        error.show()
        return USAGE if isinstance(error, click.UsageError) else error.exit_code
    except CrossdockError as error:
        print(error.reason, file=sys.stderr)
        return exit_code(error)
    except (click.Abort, KeyboardInterrupt) as error:
        return INTERRUPTED if _was_interrupt(error) else FAILED
    except BrokenPipeError:
        _let_go()
        return FAILED
    except OSError as error:
        print(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        _let_go()
        return FAILED
    except Exception as error:  # before the settings were known
        print(told(error, None), file=sys.stderr)
        return FAILED


def _answered(arguments: Sequence[str]) -> int:
    if not LASTING.intersection(arguments):
        gc.set_threshold(SELDOM)
    if COMPLETING in os.environ:
        shells.register()
    door = add_settings(LazyGroup("crossdock", COMMANDS, help=ABOUT), show=True)
    click.version_option(package_name="crossdock", message="%(prog)s %(version)s")(door)
    code = door.main(list(arguments), "crossdock", standalone_mode=False, color=None if colour.wanted() else False)
    sys.stdout.flush()  # here an error of it is still one sentence
    return code if isinstance(code, int) else DONE


def _nowhere() -> TextIO:
    """In the place of a stream that was closed before we started (`>&-`)."""
    return open(os.devnull, "w", encoding="utf-8")


def _was_interrupt(error: BaseException) -> bool:
    """Ctrl-C, which click makes an Abort of, as it does with the end of what is typed."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__ or error.__context__, KeyboardInterrupt)


def _let_go() -> None:
    """Nobody takes our answer any more (`| head`, a full disk): what is left goes nowhere, and nothing more is said."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
