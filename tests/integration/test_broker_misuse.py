"""Addresses that are wrong, at the real servers: each gets one clear line, without the password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.brokers.errors import BrokerAway, BrokerRefused
from adapters.brokers.knock import knock
from adapters.brokers.sniff import sniff
from tests.integration.servers import rabbitmq as rabbits
from tests.integration.servers import valkey as valkeys
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.redis_tls import RedisTls
from tests.integration.servers.valkey import Valkey

DOOR = Path(__file__).parents[2] / "cli.py"
ROUTES = """
version: 1
connections: {in: {type: folder, path: in}, out: {type: folder, path: out}}
routes: {a: {from: {folder: in, files: "*.txt"}, to: [{id: t, send: {folder: out, name: x}}]}}
"""
LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
SECRETS = (valkeys.PASSWORD, rabbits.PASSWORD, "s3cret", "hunter2")


def refused(url: str, kind: type[Exception] = BrokerRefused) -> str:
    with pytest.raises(kind) as caught:
        knock(url)
    assert not any(secret in str(caught.value) for secret in SECRETS)
    return str(caught.value)


def test_each_broker_lets_in_who_may(rabbitmq: RabbitMQ, valkey: Valkey, redis_tls: RedisTls) -> None:
    knock(rabbitmq.url)
    knock(f"{rabbitmq.tls_url}?cacertfile={rabbitmq.ca}")
    knock(valkey.url)
    knock(f"{redis_tls.url}?ssl_ca_certs={redis_tls.ca}")


def test_who_may_not_is_told_which_part_is_wrong(rabbitmq: RabbitMQ, valkey: Valkey) -> None:
    assert "refused the user or the password" in refused(rabbitmq.url.replace("bunny", "hunter2"))
    assert "has no virtual host 'nosuch' for this user: make it" in refused(f"{rabbitmq.url}nosuch")
    assert "refused the user or the password" in refused(valkey.url.replace(valkeys.PASSWORD, "hunter2"))
    assert "refused the user or the password" in refused(f"redis://127.0.0.1:{valkey.port}/0")
    assert "has no database of this number" in refused(valkey.url.removesuffix("0") + "77")


def test_another_service_is_named_with_the_address_to_write(rabbitmq: RabbitMQ, valkey: Valkey) -> None:
    assert "is a Redis and not a RabbitMQ: write redis://" in refused(f"amqp://u:hunter2@127.0.0.1:{valkey.port}/")
    assert "is a RabbitMQ and not a Redis: write amqp://" in refused(f"redis://:hunter2@127.0.0.1:{rabbitmq.port}/0")


def test_tls_and_no_tls_are_told_apart(rabbitmq: RabbitMQ, valkey: Valkey, redis_tls: RedisTls) -> None:
    assert "speaks without TLS: write amqp://" in refused(f"amqps://u:hunter2@127.0.0.1:{rabbitmq.port}/")
    assert "speaks TLS: write amqps://" in refused(f"amqp://u:hunter2@127.0.0.1:{rabbitmq.tls_port}/")
    assert "speaks without TLS: write redis://" in refused(f"rediss://:hunter2@127.0.0.1:{valkey.port}/0")
    assert "speaks TLS: write rediss://" in refused(f"redis://:hunter2@127.0.0.1:{redis_tls.port}/0")
    assert sniff("127.0.0.1", redis_tls.port) == ("redis", True)
    assert sniff("127.0.0.1", rabbitmq.tls_port) == ("amqp", True)


def test_a_certificate_that_nobody_vouches_for_is_no_way_in(rabbitmq: RabbitMQ, redis_tls: RedisTls) -> None:
    assert "wrong certificate" in refused(rabbitmq.tls_url)
    assert "?ssl_ca_certs=PATH" in refused(redis_tls.url)
    other = f"{rabbitmq.tls_url}?cacertfile={rabbitmq.ca}".replace("127.0.0.1", "127.0.0.2")
    assert "cannot be reached" in refused(other, BrokerAway), "nobody listens there"


def test_a_frozen_broker_is_waited_for(valkey: Valkey) -> None:
    valkey.pause()
    assert "does not answer within" in refused(valkey.url, BrokerAway)


def crossdock(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "routes.yaml").write_text(ROUTES)
    command = [sys.executable, str(DOOR), *words, "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("words", ["up", "run web", "run inbound", "run worker"] if LONG else ["up", "run worker"])
def test_what_would_run_ends_with_one_line(rabbitmq: RabbitMQ, tmp_path: Path, words: str) -> None:
    wrong = rabbitmq.url.replace("bunny", "hunter2")
    done = crossdock(tmp_path, *words.split(), "--broker", wrong, "--log", "error")
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "refused the user or the password: correct user and password in CROSSDOCK_BROKER_URL" in done.stderr


def test_doctor_shows_the_same(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    closed = "redis://:hunter2@127.0.0.1:1/0"
    for url, said in ((f"{rabbitmq.url}nosuch", "has no virtual host"), (closed, "connection refused")):
        done = crossdock(tmp_path, "doctor", "--broker", url, "-o", "jsonl")
        line = next(line for line in done.stdout.splitlines() if '"id":"broker"' in line.replace(" ", ""))
        assert (done.returncode, said in line, '"bad"' in line) == (1, True, True), line
    done = crossdock(tmp_path, "doctor", "--broker", rabbitmq.url, "-o", "jsonl")
    assert "lets us in" in done.stdout
