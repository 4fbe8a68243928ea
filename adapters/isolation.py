"""Running something that may kill its process: in a fork of its own, which the caller outlives."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 15.0


def isolate(work: Callable[[], Any], patience: float = PATIENCE) -> str | None:
    """None where the fork lived (whatever `work` raised), else how it died (`SIGSEGV`). `work` must be pure: the fork
    touches no ledger, no broker, no event loop."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    deadline = time.monotonic() + patience
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return f"no end within {patience:g} s"
        time.sleep(0.005)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    code = os.WEXITSTATUS(status)
    return f"exit {code}" if code else None
