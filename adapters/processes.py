"""What a process of Crossdock owes its parent: to die with it, and to say when it is ready."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PREPARE = "prepare"
SUPERVISED = "CROSSDOCK_SUPERVISED"
"""Set in the environment of a supervisor's children: it has checked the project, and speaks for them."""
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """SIGKILL for this process as soon as its parent is gone, also where the parent was killed itself.

    The kernel watches the thread that forked: processes fork from their main thread. Linux only; elsewhere a parent
    that is killed leaves its children to their locks.
    """
    if sys.platform != "linux":
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel knew
        os.kill(os.getpid(), signal.SIGKILL)


def ready_file(var: Path, role: str) -> Path:
    return var / "run" / f"{role}.ready"


def say_ready(var: Path, role: str, text: str = "") -> None:
    """Written at once or not at all: the pid of the role, and what it has to say (the address of web)."""
    path = ready_file(var, role)
    temp = path.with_suffix(".ready.new")
    temp.write_text(f"{os.getpid()} {text}\n", "utf-8")
    temp.replace(path)


def read_ready(var: Path, role: str, pid: int) -> str | None:
    """What the process said when it became ready; None while it has not, or where another process wrote it."""
    try:
        written, _, text = ready_file(var, role).read_text("utf-8").strip().partition(" ")
    except OSError:
        return None
    return text if written == str(pid) else None


def spare_the_collector() -> None:
    """For processes whose objects come and go by the thousand and hold no cycles: what stands is not looked at again,
    and what is new less often. Looking after every 700, as Python does by itself, costs a fifth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)
