"""Logs on stderr: a sentence, a stable `action` key beside it, the message's id where there is one; secrets masked."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping, Sequence
from typing import Any, TextIO

import structlog

from adapters.colour import coloured
from adapters.masking import Masked, error_id
from adapters.printable import printable

COLOURS = {"debug": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}

log = structlog.get_logger("crossdock")
Event = MutableMapping[str, Any]
Processor = structlog.typing.Processor


def configure(spec: str, role: str, known: Sequence[str] = (), stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's logging for this process.

    `spec` is a checked `--log` (`info`, `json:info`); `role` stands on every line; `known` are secrets that never
    show, wherever they turn up.
    """
    stream = stream or sys.stderr
    rendering, _, name = spec.rpartition(":")
    level = logging.getLevelNamesMapping()[name.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        numbered,
        Placed(role),
        Masked(known),
    ]
    last: Processor = structlog.processors.JSONRenderer(default=str) if rendering == "json" else Lines(coloured(stream))
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(level, stream, shared, last)
    threading.excepthook = _thread_failed


def _take_over_standard_logging(level: int, stream: TextIO, shared: Sequence[Processor], last: Any) -> None:
    """Libraries speak through `logging`: only their warnings are of interest to an operator, and they look alike."""
    handler = logging.StreamHandler(stream)
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.captureWarnings(True)


def numbered(logger: Any, method: str, event: Event) -> Event:
    """Each traceback has an id, that of the answer which names it where there is one."""
    if event.get("exception"):
        event.setdefault("error_id", error_id())
    return event


def _thread_failed(what: threading.ExceptHookArgs) -> None:
    """Python itself would print the traceback, with no id and no word of who speaks."""
    if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
        log.error("a thread ended with an error", action="thread_failed", exc_info=what.exc_value)


class Placed:
    """Adds who speaks, and an action to lines that have none (those of libraries)."""

    def __init__(self, role: str) -> None:
        self._role = role

    def __call__(self, logger: Any, method: str, event: Event) -> Event:
        record = event.get("_record")
        event.setdefault("action", f"library.{record.name}" if record is not None else "log")
        event.setdefault("role", self._role)
        return event


class Lines:
    """One line for people: time, role, sentence, then the keys; an exception below it."""

    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def __call__(self, logger: Any, method: str, event: Event) -> str:
        time, level = str(event.pop("timestamp", ""))[11:23], str(event.pop("level", method))
        role, sentence = event.pop("role", ""), event.pop("event", "")
        below = event.pop("exception", "")
        keys = " ".join(f"{k}={_quoted(v)}" for k, v in event.items() if v not in (None, ""))
        line = f"{time} {level:<7} {role:<8} {printable(str(sentence))}  {keys}".rstrip()
        if self._colours and level in COLOURS:
            line = f"{COLOURS[level]}{line}\x1b[0m"
        return f"{line}\n{below}" if below else line


def _quoted(value: Any) -> str:
    text = str(value)
    return printable(repr(text) if " " in text or "\n" in text else text)
