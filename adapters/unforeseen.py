"""Errors that nobody foresaw: the user reads one line with an id, the traceback lies in a file under that id."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from adapters.masking import Masked, error_id

LARGEST = 1 << 20
"""Bytes of the file beyond which it is kept aside, as `errors.log.1`, and a new one begun."""


def errors_log(var: Path) -> Path:
    return var / "log" / "errors.log"


def told(error: BaseException, var: Path | None) -> str:
    """Keeps the traceback; the line for the user. It never raises: where nothing can be written, it says so."""
    id, text = error_id(), "".join(traceback.format_exception(error))
    what = type(error).__name__
    try:
        place = _keep(f"{datetime.now(UTC).isoformat(timespec='seconds')} error {id}\n{Masked().text(text)}\n", var)
    except OSError as refused:
        return f"an error that was not foreseen ({what}), {id}; its traceback could not be kept: {refused.strerror}"
    return f"an error that was not foreseen ({what}); its traceback is in {place} under {id}: report it with that"


def _keep(text: str, var: Path | None) -> Path:
    """In `var`, where that is there; a command that makes none leaves it in the folder for temporary files."""
    if var is None or not os.access(var, os.W_OK | os.X_OK):
        return _apart(text)
    path = errors_log(var)
    try:
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return _apart(text)
    with open(fd, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path


def _apart(text: str) -> Path:
    fd, name = tempfile.mkstemp(".log", "crossdock-error-")
    with open(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)
