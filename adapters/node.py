"""Who runs here: the node's name, locks that say what is running on this `var`, and whether an owner still lives."""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from router.errors import CrossdockError

NODE = "node"
PATIENCE = 5.0
"""How long a role waits for its own lock where its predecessor was killed and is still dying."""
STEP = 0.02


class Taken(CrossdockError):
    """Something else runs on this var already."""


class VarRefused(CrossdockError):
    """The folder of the ledger cannot be used."""


def refuse_unusable(var: Path) -> None:
    """Before anything is written. A folder that is missing is made later. Raises VarRefused."""
    there = next(path for path in (var, *var.parents) if path.exists())
    if not there.is_dir():
        raise VarRefused(f"--var {var}: {there} is a file where a folder is needed. Move it away, or set another --var.")
    if not os.access(there, os.W_OK | os.X_OK):
        who = f"user {os.geteuid()}"
        raise VarRefused(f"--var {var}: {there} cannot be written by {who}. Change its owner, or set another --var.")


@dataclass(frozen=True, slots=True)
class Lock:
    """A held file lock; the kernel gives it back when the last process that inherited `fd` is gone."""

    fd: int
    path: Path

    def release(self) -> None:
        os.close(self.fd)


def role_lock(var: Path, role: str) -> Path:
    return var / "run" / f"{role}.lock"


def try_lock(path: Path) -> Lock | None:
    """None where another process holds it. The file names its holder's pid, for the sentence that refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except OSError:
        os.close(fd)
        raise
    os.ftruncate(fd, 0)
    os.pwrite(fd, b"%d\n" % os.getpid(), 0)
    return Lock(fd, path)


def hold_role(var: Path, role: str, patience: float = PATIENCE) -> Lock:
    """The lock of `up`, `web`, `inbound`, `worker` or `broker` on this var. Raises Taken and VarRefused.

    A holder that lives is refused at once; one that is gone has children that the kernel is killing: they are waited
    for.
    """
    refuse_unusable(var)
    path = role_lock(var, role)
    deadline = time.monotonic() + patience
    while (lock := try_lock(path)) is None:
        holder = _holder(path)
        if (holder and start_of(holder) is not None) or time.monotonic() > deadline:
            who = f"process {holder}" if holder else "another process"
            raise Taken(f"{role} runs on {var} already ({who}). Stop it first, or use another --var.")
        time.sleep(STEP)
    return lock


def is_held(path: Path) -> bool:
    """Whether a process of this host holds that lock. It is not touched: whoever takes it now is not in the way."""
    try:
        inode, locks = path.stat().st_ino, Path("/proc/locks").read_text("ascii").splitlines()
    except OSError:
        return False
    # `1: FLOCK  ADVISORY  WRITE 812 fe:00:131074 0 EOF`; behind `->` stands one that waits.
    return any(words[1:2] == ["FLOCK"] and words[5].endswith(f":{inode}") for words in map(str.split, locks))


@contextmanager
def holding(var: Path, role: str) -> Iterator[Lock]:
    lock = hold_role(var, role)
    try:
        yield lock
    finally:
        lock.release()


def _holder(path: Path) -> int:
    try:
        return int(path.read_bytes() or 0)
    except (OSError, ValueError):
        return 0


def node_name(var: Path) -> str:
    """The UUID of this var, made at its first use; never the host's name, which two containers may share."""
    path = var / NODE
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        name = path.read_text("ascii").strip()
    except FileNotFoundError:
        name = ""
    return name or _make_name(path)


def _make_name(path: Path) -> str:
    """By link, so that of several processes that start at once one wins and all agree."""
    temp = path.with_name(f"{path.name}.{os.getpid()}")
    temp.write_text(f"{uuid.uuid4()}\n", "ascii")
    try:
        if path.exists() and not path.read_bytes().strip():
            path.unlink(missing_ok=True)
        os.link(temp, path)
    except FileExistsError:
        pass
    finally:
        temp.unlink()
    return path.read_text("ascii").strip()


def owner(node: str, pid: int | None = None) -> str:
    """`<node>/<pid>/<start time>`: pids are used again, a pid with its start time is not."""
    pid = pid or os.getpid()
    return f"{node}/{pid}/{start_of(pid) or 0}"


def liveness(node: str) -> Callable[[str], bool | None]:
    """`alive(owner)` for the ledger: whether an owner of this node runs; None for one of another node."""

    def alive(owner: str) -> bool | None:
        name, _, rest = owner.partition("/")
        if name != node:
            return None
        pid, _, start = rest.partition("/")
        return pid.isdecimal() and start == str(start_of(int(pid)))

    return alive


def start_of(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None where there is none, or only its corpse."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The command's name, in parentheses, may hold anything; `state` is the first field after it, `starttime` the 20th.
    after = stat[stat.rindex(b")") + 2 :].split()
    return None if after[0] in (b"Z", b"X") else int(after[19])
