"""A work in a fork of this process, beside what goes on here: for a command that has more to compute than one core gives in
the time that people wait."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from adapters.forking import POSSIBLE

PAYS = POSSIBLE and len(os.sched_getaffinity(0)) > 1

Made = TypeVar("Made")


def beside(work: Callable[[], Made]) -> Callable[[], Made]:
    """Begins it in a child; what it gives must be picklable, and what it changes is lost. The answer waits for it; where the
    child did not come to its end, the work is done here then. Called from a process that has no other thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        reads, writes = os.pipe()
    except OSError:
        return work
    try:
        pid = os.fork()
    except OSError:
        os.close(reads)
        os.close(writes)
        return work
    if not pid:
        _live(work, writes)
    os.close(writes)

    def answer() -> Made:
        with open(reads, "rb") as pipe:
            made = pipe.read()
        _, status = os.waitpid(pid, 0)
        return work() if status else pickle.loads(made)

    return answer


def _live(work: Callable[[], Any], writes: int) -> None:
    """Never returns: what stands above on the stack is the parent's."""
    code = 1
    try:
        gc.freeze()
        with open(writes, "wb") as pipe, contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
            pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)
