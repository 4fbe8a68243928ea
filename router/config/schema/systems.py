"""`connections` of queues, streams and databases: an address and limits; what is in them is the other system's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from router.config.schema.fields import Note, Text, Whole
from router.config.schema.measures import Duration, Rate
from router.config.schema.mistakes import wrong
from router.config.schema.plain import SETTING, refuse_template
from router.config.schema.shapes import Nest, Words

LONGEST_TIMEOUT = "100s"
WRITTEN_ELSEWHERE = re.compile(r"\$\(?([A-Z_]\w*)\)?|%([A-Z_]\w*)%|\{\{\s*(?:env|secrets?|vars?)\.(\w+)\s*\}\}")
"""A setting as shells, Windows and templates write it."""
REDIS_FILES = ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")
"""What the address of a Redis may say behind `?` beside `db`: paths, from the project folder."""
FILES: Mapping[str, tuple[str, ...]] = {
    "rediss": REDIS_FILES,
    "amqps": ("cacertfile", "certfile", "keyfile"),
    "postgresql": ("sslrootcert", "sslcert", "sslkey"),
}
"""Options of addresses that name files of TLS, by their schemes."""
FOLDERS = ("ssl_ca_path",)
NO_FILES = re.compile(r"system|\w+:.*")
"""What PostgreSQL takes in the place of a path: the system's authorities, a key of an engine."""


def files_of(url: str) -> dict[str, str]:
    """The files of TLS that an address names, by their options, as they are written there."""
    parts = urlsplit(url)
    known = FILES.get(parts.scheme, ())
    if parts.scheme != "postgresql":
        return {name: path for name, path in parse_qsl(parts.query) if name in known}
    found = parse_qsl(parts.query.replace("+", "%2B"))
    return {name: path for name, path in found if name in known and not NO_FILES.fullmatch(path)}


class Described(Words):
    about = Note("What it is, for people.", load_default="")
    owner = Note("Who answers for it.", load_default="")


class BreakerWords(Words):
    open_after = Whole("So many failures in a row open it.", least=1, load_default=5)
    cool_down = Duration("So long it stays open before a probe.", load_default=30.0)


class Address(Text):
    """An address of one of the given schemes."""

    def __init__(self, schemes: tuple[str, ...], example: str, note: str = "", **options: Any) -> None:
        super().__init__(note, examples=(example,), **options)
        self.schemes, self.example = schemes, example

    def check(self, value: str) -> Any:
        try:
            parts = urlsplit(value)
            good = parts.scheme in self.schemes and (self.local(parts.scheme) or parts.hostname) and (parts.port or 1)
        except ValueError as error:
            raise wrong(_bare(value), f"an address is expected ({error})") from None
        if not good or re.search(r"[\s\x00-\x1f]", value):
            meant = as_reference(value) or self.meant(value)
            raise wrong(_bare(value), f"an address such as {self.example} is expected", meant)
        refuse_template(_bare(value), "an address as it is", SETTING)
        return value

    def meant(self, value: str) -> str:
        return ""

    def local(self, scheme: str) -> bool:
        return scheme in ("sqlite", "unix")


class DatabaseAddress(Address):
    def meant(self, value: str) -> str:
        file = re.fullmatch(r"[^:?#]+\.(?:db|sqlite3?)", value)
        return f"write sqlite:///{value}, from the project folder" if file else ""

    def check(self, value: str) -> Any:
        if value.startswith("postgres://"):
            return super().check("postgresql" + value.removeprefix("postgres"))
        if value.startswith("sqlite:") and not re.fullmatch(r"sqlite:///[^?#]+", value):
            raise wrong(value, "a file is expected", "write sqlite:///FILE, from the project folder, or sqlite:////FILE")
        return super().check(value)


class RedisAddress(Address):
    def check(self, value: str) -> Any:
        super().check(value)
        parts = urlsplit(value)
        if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
            raise wrong(_bare(value), "the number of a database is expected behind the host", "write redis://host:6379/0")
        unknown = [name for name in parse_qs(parts.query, keep_blank_values=True) if name not in ("db", *REDIS_FILES)]
        if unknown:
            raise wrong(_bare(value), f"'{unknown[0]}' is unknown here", f"known are db, {', '.join(REDIS_FILES)}")
        return value


def as_reference(value: str) -> str:
    """What to write for a setting of another language; '' where it is none."""
    found = WRITTEN_ELSEWHERE.fullmatch(value)
    return f'write "${{env:{found[1] or found[2] or found[3]}}}"' if found else ""


def _bare(value: str) -> str:
    """Without what may be a password."""
    return re.sub(r"//[^/@]*@", "//…@", value)


class System(Described):
    """What they have in common."""

    timeout = Duration("The longest one send takes.", most=LONGEST_TIMEOUT, load_default=30.0)
    in_flight = Whole("So many sends at once.", least=1, most=10_000, load_default=32)
    rate = Rate("At most so many sends.", load_default=None)
    breaker = Nest(BreakerWords, "Stops trying while the other side is down.")


class Amqp(System):
    """A message broker by AMQP 0-9-1."""

    examples = ({"url": "${secret:BUS_URL}"}, {"url": "amqp://crossdock:${secret:BUS_PASSWORD}@bus/shop", "in_flight": 500})

    url = Address(("amqp", "amqps"), "amqp://user:password@host/vhost", "The broker.", required=True)


class Redis(System):
    """A server of streams: Redis or Valkey."""

    examples = ({"url": "${secret:REDIS_URL}"},)

    url = RedisAddress(("redis", "rediss", "unix"), "redis://host:6379/0", "The server, Redis or Valkey.", required=True)


class Sql(System):
    """A database: PostgreSQL or SQLite."""

    examples = ({"url": "${secret:DWH_URL}"}, {"url": "sqlite:///dwh.db"})

    url = DatabaseAddress(
        ("postgresql", "sqlite"), "postgresql://user:password@host/database", "The database.", required=True
    )
