"""What a host must offer for Crossdock to run well: each finding says what was found and what to do."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

from adapters import broker
from adapters.brokers.address import address_of
from adapters.brokers.errors import BrokerTrouble
from adapters.brokers.knock import knock
from adapters.ledger.opening import looked_at
from adapters.ledger.sqlite.connection import LEAST_SQLITE, NETWORK_FILE_SYSTEMS, file_system_of, library_version
from adapters.memory import available, group_leaves
from adapters.settings import EMBEDDED, Settings
from router.errors import LedgerError

NAME = "crossdock"
TIME_ERROR, TIMEX = 5, 256
"""What adjtimex(2) answers for a clock that is not synchronised; bytes enough for its struct, all zero: it only reads."""

GOOD, FAIR, BAD = "good", "fair", "bad"
LEAST_DISK, ENOUGH_DISK = 1 << 30, 10 << 30
SLOW_SYNC, VERY_SLOW_SYNC = 0.02, 0.2
SYNCS, LONGEST_SYNCING = 20, 5.0
"""So many synced writes, but not for longer than so many seconds."""
SLACK = 60.0
"""Seconds by which times of the past may lie in the future, by rounding and by another machine's clock."""
ZONE = "Europe/Berlin"
LEAST_FILES, ENOUGH_FILES = 1024, 4096
LEAST_MEMORY, ENOUGH_MEMORY = 256 << 20, 512 << 20
EARLIEST = 1_735_689_600
"""2025-01-01: before it a clock was never set."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`verdict` is good, fair (works, but) or bad; `advice` is empty where nothing is to be done."""

    what: str
    verdict: str
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Everything at once; nothing but a small file that is removed again is written."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        python, packages, sqlite, permissions, ledger, file_system, disk, sync_time, clock, synchronised, zones,
        broker_reachable, descriptors, memory, secrets,
    )  # fmt: skip
    return [check(settings) for check in checks]


def nearest(path: Path) -> Path:
    """The folder itself, or the first above it that is there."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def graded(what: str, value: float, least: float, enough: float, found: str, advice: str) -> Finding:
    """More is better."""
    if value >= enough:
        return Finding(what, GOOD, found)
    return Finding(what, FAIR if value >= least else BAD, found, advice)


def python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    return Finding("python", GOOD if good else BAD, version, "" if good else "install Python 3.11 or newer")


def packages(settings: Settings) -> Finding:
    """The installed packages against what this version of Crossdock asks for."""
    try:
        all_ = [Requirement(text) for text in metadata.requires(NAME) or ()]
        own = metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return Finding("packages", FAIR, "crossdock is not installed as a package", "pip install .")
    wanted = [r for r in all_ if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [text for r in wanted if (text := amiss(r))]
    if wrong:
        return Finding("packages", BAD, ", ".join(wrong), "pip install --upgrade crossdock, in an environment of its own")
    return Finding("packages", GOOD, f"crossdock {own}, and all {len(wanted)} that it needs")


def amiss(wanted: Requirement) -> str:
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return f"{wanted.name} is missing"
    fits = wanted.specifier.contains(version, prereleases=True)
    return "" if fits else f"{wanted.name} {version} is not {wanted.specifier}"


def sqlite(settings: Settings) -> Finding:
    version = library_version()
    good = tuple(int(part) for part in version.split(".")) >= LEAST_SQLITE
    return Finding("sqlite", GOOD if good else BAD, version, "" if good else "pip install --upgrade apsw")


def ledger(settings: Settings) -> Finding:
    """Only looked at: nothing is migrated, locked or waited for."""
    if not settings.ledger_made:
        return Finding("ledger", GOOD, "none yet")
    try:
        found, warnings, wrong = looked_at(settings.ledger_path or settings.ledger)
        advice = "docs/scale.md says why" if warnings or wrong else ""
        verdict = BAD if wrong else FAIR if warnings else GOOD
        return Finding("ledger", verdict, "; ".join([found, *wrong, *warnings]), advice)
    except LedgerError as error:
        found, _, advice = error.reason.rpartition(": ")
        return Finding("ledger", BAD, found, advice)


def permissions(settings: Settings) -> Finding:
    if os.path.lexists(settings.var) and not settings.var.is_dir():
        return Finding("permissions", BAD, f"{settings.var} is no folder", "move it away, or set --var")
    folder = nearest(settings.var)
    bad = [str(p) for p in (folder, *folder.glob("*.db*")) if not os.access(p, os.R_OK | os.W_OK)]
    if bad:
        return Finding("permissions", BAD, f"{bad[0]} cannot be written", f"chown it to {os.getuid()}, or set --var")
    return Finding("permissions", GOOD, f"{folder} can be written")


def file_system(settings: Settings) -> Finding:
    kind = file_system_of(nearest(settings.var)) or "unknown"
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding("file system", BAD, kind, "SQLite's log is not safe there: set --var to a local disk")
    if kind == "tmpfs":
        return Finding("file system", FAIR, kind, "it is gone after a restart of the machine: set --var to a disk")
    return Finding("file system", GOOD, kind)


def disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(nearest(settings.var)).free
    advice = "free some, shorten keep.bodies, or set --var to a larger disk"
    return graded("disk", free, LEAST_DISK, ENOUGH_DISK, f"{free / (1 << 30):.1f} GiB free", advice)


def sync_time(settings: Settings) -> Finding:
    """What each commit waits for at least."""
    path = nearest(settings.var) / f".crossdock-doctor-{os.getpid()}"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            times = syncs(fd)
        finally:
            os.close(fd)
            path.unlink()
    except OSError as error:
        return Finding("sync", BAD, str(error.strerror), "make var writable, see permissions")
    median = sorted(times)[len(times) // 2]
    found = f"{median * 1000:.1f} ms"
    if median <= SLOW_SYNC:
        return Finding("sync", GOOD, found)
    return Finding("sync", FAIR if median <= VERY_SLOW_SYNC else BAD, found, "use a disk that syncs faster (an SSD)")


def syncs(fd: int) -> list[float]:
    end, times = time.monotonic() + LONGEST_SYNCING, [one_sync(fd)]
    while len(times) < SYNCS and time.monotonic() < end:
        times.append(one_sync(fd))
    return times


def one_sync(fd: int) -> float:
    started = time.perf_counter()
    os.pwrite(fd, b"x" * 4096, 0)
    os.fsync(fd)
    return time.perf_counter() - started


def clock(settings: Settings) -> Finding:
    now = time.time()
    found = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    if now < EARLIEST:
        return Finding("clock", BAD, found, "set the clock, and let NTP keep it")
    path = settings.ledger_path
    files = (path, path.with_name(path.name + "-wal")) if path is not None else ()
    written = [p.stat().st_mtime for p in files if p.exists()]
    if written and max(written) > now + SLACK:
        return Finding("clock", BAD, f"{found}, before the ledger's last write", "it was set back: let NTP keep it")
    return Finding("clock", GOOD, found)


def synchronised(settings: Settings) -> Finding:
    """What the kernel knows of NTP (adjtimex, which only reads here)."""
    state = kernel_clock()
    if state is None:
        return Finding("ntp", GOOD, "unknown: the kernel does not say")
    if state == TIME_ERROR:
        advice = "let NTP keep the clock (systemd-timesyncd, chrony): times of messages and retries follow it"
        return Finding("ntp", FAIR, "the clock is not synchronised", advice)
    return Finding("ntp", GOOD, "the clock is synchronised")


def kernel_clock() -> int | None:
    adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if adjtimex is None:
        return None
    state = int(adjtimex(ctypes.create_string_buffer(TIMEX)))
    return state if state >= 0 else None


def zones(settings: Settings) -> Finding:
    try:
        ZoneInfo(ZONE)
    except (ZoneInfoNotFoundError, OSError):
        return Finding("time zones", BAD, f"{ZONE} is not known", "pip install --upgrade tzdata")
    return Finding("time zones", GOOD, f"{ZONE} is known")


def broker_reachable(settings: Settings) -> Finding:
    if settings.broker == EMBEDDED:
        return embedded(settings)
    return let_in(settings.broker, address_of(settings.broker).label)


def embedded(settings: Settings) -> Finding:
    try:
        broker.server()
    except broker.BrokerError as error:
        return Finding("broker", BAD, "embedded", error.reason)
    if not broker.socket_path(settings.var).exists():
        return Finding("broker", GOOD, "embedded, not running: crossdock up starts it")
    return let_in(broker.url(settings.var), "embedded")


def let_in(url: str, shown: str) -> Finding:
    """Whether it answers and knows us: logged in to, and left at once."""
    try:
        knock(url)
    except BrokerTrouble as trouble:
        return Finding("broker", BAD, trouble.found, trouble.advice)
    return Finding("broker", GOOD, f"{shown} lets us in")


def descriptors(settings: Settings) -> Finding:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = float("inf") if soft == resource.RLIM_INFINITY else soft
    found = "no limit" if limit == float("inf") else f"{soft} open files"
    return graded("descriptors", limit, LEAST_FILES, ENOUGH_FILES, found, "raise it: ulimit -n 4096, or LimitNOFILE")


def memory(settings: Settings) -> Finding:
    free = available()
    if free is None:
        return Finding("memory", FAIR, "unknown", "Crossdock needs about 350 MiB")
    limited = group_leaves() == free
    found = f"{free >> 20} MiB available{', by the limit of the control group' if limited else ''}"
    advice = "raise the limit of the container" if limited else "free some, or run fewer --workers"
    return graded("memory", free, LEAST_MEMORY, ENOUGH_MEMORY, found, advice)


def secrets(settings: Settings) -> Finding:
    folder = settings.secrets
    if folder is None:
        return Finding("secrets", GOOD, "from the environment and .env")
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return Finding("secrets", BAD, f"{folder} cannot be read", "make the folder, or correct --secrets")
    open_ = [p.name for p in folder.iterdir() if p.is_file() and p.stat().st_mode & 0o004]
    if open_:
        return Finding("secrets", FAIR, f"everybody can read {open_[0]}", f"chmod 600 {folder / open_[0]}")
    return Finding("secrets", GOOD, str(folder))
