"""Real servers for the integration tests: each is started at its first use, once a session, and stopped at its end."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.process import Absent, Server
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.redis_tls import RedisTls
from tests.integration.servers.valkey import Valkey

S = TypeVar("S", bound=Server)


def unavailable(reason: str) -> None:
    """On a laptop the test is skipped with the reason; in CI that would be a hole, so it fails."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"CI needs all servers: {reason}. Run `make servers` as root.", pytrace=False)
    pytest.skip(reason)


def kept(kind: type[S], folder: Path) -> Iterator[S]:
    """The server for the whole session."""
    try:
        server = kind(folder)
    except Absent as missing:
        unavailable(str(missing))
        return
    try:
        server.start()
        yield server
    finally:
        server.close()


def lent(server: S) -> Iterator[S]:
    """The server for one test: it runs again afterwards, whatever the test did to it."""
    yield server
    server.recover()


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    yield from kept(RabbitMQ, tmp_path_factory.mktemp("rabbitmq"))


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    yield from kept(PostgreSQL, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    yield from kept(Valkey, tmp_path_factory.mktemp("valkey"))


@pytest.fixture(scope="session")
def redis_tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisTls]:
    yield from kept(RedisTls, tmp_path_factory.mktemp("redis"))


@pytest.fixture
def rabbitmq(rabbitmq_server: RabbitMQ) -> Iterator[RabbitMQ]:
    yield from lent(rabbitmq_server)


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> Iterator[PostgreSQL]:
    yield from lent(postgresql_server)


@pytest.fixture
def valkey(valkey_server: Valkey) -> Iterator[Valkey]:
    yield from lent(valkey_server)


@pytest.fixture
def redis_tls(redis_tls_server: RedisTls) -> Iterator[RedisTls]:
    yield from lent(redis_tls_server)


@pytest.fixture
def unique() -> str:
    """A name for a queue, stream or table that no other test has: `t` and hexadecimal digits."""
    return f"t{uuid.uuid4().hex[:12]}"
