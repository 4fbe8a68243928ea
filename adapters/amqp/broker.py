"""Where a RabbitMQ is and who we are there, read from a connection's `url`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HERE = Path()
PORTS = {"amqp": 5672, "amqps": 5671}
TLS_FILES = {"cacertfile": "ca_certs", "certfile": "certfile", "keyfile": "keyfile"}
"""Options of the address that name files (RabbitMQ's URI query parameters), and what the driver calls them."""


@dataclass(frozen=True, slots=True)
class Broker:
    """`tls` holds the driver's options, None without TLS; the certificate is always verified."""

    host: str
    port: int
    vhost: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    tls: Mapping[str, str] | None = None

    @property
    def label(self) -> str:
        """The address for logs and outcomes: without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "amqp" if self.tls is None else "amqps"
        return f"{scheme}://{host}:{self.port}/{quote(self.vhost.removeprefix('/'), safe='')}"

    @property
    def files(self) -> dict[str, str]:
        """Those of TLS, by the options of the address."""
        return {option: self.tls[name] for option, name in TLS_FILES.items() if self.tls is not None and name in self.tls}

    @property
    def by_certificate(self) -> bool:
        """Whether the client's certificate says who we are: there is one, and no user in the address."""
        return self.tls is not None and "certfile" in self.tls and not self.user


def broker_of(url: str, base: Path = HERE) -> Broker:
    """The AMQP URI scheme: user and password default to guest, the virtual host to `/`. Options of the address other
    than the files of TLS, whose paths start at `base`, are for other clients, and left alone. Raises ValueError for what is
    no such address."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("url: write it as amqp://user:password@host/vhost")
    tls: dict[str, str] | None = None
    if parts.scheme == "amqps":
        asked = dict(parse_qsl(parts.query))
        files = {TLS_FILES[name]: str(base / path) for name, path in asked.items() if name in TLS_FILES}
        tls = {"server_hostname": parts.hostname} | files
    nobody = tls is not None and "certfile" in tls and parts.username is None
    guest = "" if nobody else "guest"
    return Broker(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        vhost=unquote(parts.path.removeprefix("/")) or "/",
        user=unquote(parts.username) if parts.username is not None else guest,
        password=unquote(parts.password) if parts.password is not None else guest,
        tls=tls,
    )
