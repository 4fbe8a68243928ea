"""The address of a broker as `--broker` gives it: read once, refused in words that hold no password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
SOCKET = "redis+socket"
SCHEMES = (*PORTS, SOCKET)
REDIS_FILES = ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")
AMQP_FILES = ("cacertfile", "certfile", "keyfile")
FILES: Mapping[str, tuple[str, ...]] = {"rediss": REDIS_FILES, "amqps": AMQP_FILES}
"""What may stand behind `?`: paths, by the names that connections of routes.yaml use too."""


@dataclass(frozen=True, slots=True)
class Address:
    """`path` is the socket's for `redis+socket`; `room` the number of Redis' database or RabbitMQ's virtual host;
    `files` those of TLS, by the names of the address."""

    scheme: str
    host: str
    port: int
    path: str
    room: str
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    files: Mapping[str, str]

    @property
    def is_amqp(self) -> bool:
        return self.scheme.startswith("amqp")

    @property
    def tls(self) -> bool:
        return self.scheme in FILES

    @property
    def label(self) -> str:
        """For logs and findings: without user, password and options."""
        if self.scheme == SOCKET:
            return f"{self.scheme}://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{quote(self.room.removeprefix('/'), safe='')}"

    @property
    def bare(self) -> str:
        """The address without its options, which kombu would take for arguments of its own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        login = "" if self.user is None and self.password is None else f"{_coded(self.user)}:{_coded(self.password)}@"
        if self.scheme == SOCKET:
            room = "" if self.room == "0" else f"?virtual_host={self.room}"
            return f"{self.scheme}://{login}{quote(self.path)}{room}"
        return f"{self.scheme}://{login}{host}:{self.port}/{quote(self.room, safe='')}"


def _coded(text: str | None) -> str:
    return quote(text or "", safe="")


def address_of(url: str) -> Address:
    """Raises ValueError for what is no address of a broker; the text says what to write."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"the port is no number from 1 to 65535: {_example(url)}") from None
    if parts.scheme not in SCHEMES:
        raise ValueError("write embedded, redis://, rediss://, amqp:// or amqps://")
    if parts.scheme == SOCKET:
        return _socket(parts)
    if not parts.hostname:
        raise ValueError(f"there is no host: {_example(url)}")
    room = unquote(parts.path.removeprefix("/"))
    if parts.scheme.startswith("redis") and room and not room.isdecimal():
        raise ValueError("the number of a database is expected behind the host: write redis://host:6379/0")
    return Address(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], "",
        room or ("/" if parts.scheme.startswith("amqp") else "0"), _plain(parts.username), _plain(parts.password),
        _files(parts),
    )  # fmt: skip


def settled(url: str, base: Path) -> str:
    """The same address with the paths of its options made absolute. Raises ValueError as `address_of` does."""
    found = address_of(url)
    if not found.files:
        return url
    files = {name: str(base / Path(path).expanduser()) for name, path in found.files.items()}
    others = [(name, text) for name, text in parse_qsl(urlsplit(url).query) if name not in files]
    return urlunsplit(urlsplit(url)._replace(query=urlencode([*others, *files.items()], safe="/")))


def _socket(parts: SplitResult) -> Address:
    """The embedded one, or another that listens on a socket of this host."""
    room = dict(parse_qsl(parts.query)).get("virtual_host", "0")
    if parts.hostname or not parts.path or not room.isdecimal():
        raise ValueError("there is no path: write redis+socket:///run/valkey.sock, with ?virtual_host=1 for database 1")
    return Address(
        parts.scheme, "", 0, unquote(parts.path), room, _plain(parts.username) or None, _plain(parts.password), {}
    )


def _files(parts: SplitResult) -> dict[str, str]:
    """RabbitMQ's clients share an address with options of their own, which are left alone; of Redis' none is known."""
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = FILES.get(parts.scheme, ())
    unknown = [name for name in given if name not in known]
    if unknown and parts.scheme.startswith("redis"):
        possible = ", ".join(REDIS_FILES) if known else f"none; with rediss:// {', '.join(REDIS_FILES)}"
        raise ValueError(f"the option {unknown[0]} is unknown; possible are {possible}. Certificates are always verified")
    if parts.scheme == "amqp" and any(name in AMQP_FILES for name in given):
        raise ValueError("files of TLS stand behind an address without TLS: write amqps://")
    return {name: text for name, text in given.items() if name in known}


def _plain(text: str | None) -> str | None:
    return None if text is None else unquote(text)


def _example(url: str) -> str:
    scheme = url.partition("://")[0]
    return "write amqp://user:password@host:5672/vhost" if scheme.startswith("amqp") else "write redis://host:6379/0"
