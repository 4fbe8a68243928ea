"""`doctor --connections` at real servers: each is let in, or says why not."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from adapters.targets import TARGETS
from router.errors import Unreachable
from router.ports import Visits
from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.process import free_port
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.redis_tls import RedisTls
from tests.integration.servers.valkey import Valkey


def visit(kind: str, url: str, base: Path) -> str:
    visits = TARGETS[kind]
    assert isinstance(visits, Visits)
    return visits.visit("there", {"url": url, "base": base}, 5.0)


def refusal(kind: str, url: str, base: Path) -> str:
    with pytest.raises(Unreachable) as caught:
        visit(kind, url, base)
    assert "s3cret" not in caught.value.reason
    return caught.value.reason


def stranger(url: str) -> str:
    """The same server, with another password."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", f":{quote('s3cret-no', safe='')}@", 1)


def away(url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", f":{free_port()}/", 1)


def test_a_rabbitmq(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    assert visit("amqp", rabbitmq.url, tmp_path) == f"amqp://127.0.0.1:{rabbitmq.port}/"
    assert visit("amqp", f"{rabbitmq.tls_url}?cacertfile={rabbitmq.ca}", tmp_path).startswith("amqps://")
    assert "refused: " in refusal("amqp", stranger(rabbitmq.url), tmp_path)
    assert "refused: " in refusal("amqp", f"{rabbitmq.url}nosuch", tmp_path)
    assert "connection refused" in refusal("amqp", away(rabbitmq.url), tmp_path)


def test_a_valkey(valkey: Valkey, redis_tls: RedisTls, tmp_path: Path) -> None:
    assert visit("redis", valkey.url, tmp_path).startswith("127.0.0.1:")
    assert visit("redis", f"{redis_tls.url}?ssl_ca_certs={redis_tls.ca}", tmp_path) == f"127.0.0.1:{redis_tls.port}/0"
    assert "WRONGPASS" in refusal("redis", stranger(valkey.url), tmp_path)
    assert "wrong certificate" in refusal("redis", redis_tls.url, tmp_path)
    assert "connection refused" in refusal("redis", away(valkey.url), tmp_path)


def test_a_postgresql(postgresql: PostgreSQL, tmp_path: Path) -> None:
    assert visit("sql", postgresql.url, tmp_path) == f"postgresql://127.0.0.1:{postgresql.port}/crossdock"
    assert "password" in refusal("sql", stranger(postgresql.url), tmp_path)
    assert "nosuch" in refusal("sql", f"{postgresql.url}no".replace("/crossdockno", "/nosuch"), tmp_path)
    assert "connect" in refusal("sql", away(postgresql.url), tmp_path)


def test_a_frozen_server_is_given_up(valkey: Valkey, tmp_path: Path) -> None:
    valkey.pause()
    try:
        with pytest.raises(Unreachable, match=r"gave no answer within 0\.3 s"):
            TARGETS["redis"].visit("there", {"url": valkey.url}, 0.3)  # type: ignore[attr-defined]
    finally:
        valkey.resume()
