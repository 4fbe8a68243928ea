"""The servers of the integration tests themselves: they answer, can be broken, and come back with what they had."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import amqp
import psycopg
import pytest
import redis

from tests.adapters.waiting import until
from tests.integration import conftest
from tests.integration.servers import debian
from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.process import Absent, Server
from tests.integration.servers.rabbitmq import PASSWORD, USER, RabbitMQ
from tests.integration.servers.redis_tls import RedisTls
from tests.integration.servers.valkey import Valkey

DURABLE = {"durable": True, "auto_delete": False}


def rabbit(server: RabbitMQ, port: int = 0, tls: dict[str, str] | None = None) -> amqp.Connection:
    host = f"127.0.0.1:{port or server.port}"
    connection = amqp.Connection(host, USER, PASSWORD, ssl=tls or False, connect_timeout=5, read_timeout=5)
    connection.connect()
    return connection


def test_rabbitmq_keeps_a_durable_message_over_a_kill(rabbitmq: RabbitMQ, unique: str) -> None:
    with closing(rabbit(rabbitmq)) as connection:
        channel = connection.channel()
        channel.confirm_select()
        channel.queue_declare(unique, **DURABLE)
        channel.basic_publish_confirm(amqp.Message("kept", delivery_mode=2), routing_key=unique)
    rabbitmq.keep_declarations()
    rabbitmq.kill()
    assert not rabbitmq.answers()
    rabbitmq.start()
    with closing(rabbit(rabbitmq)) as connection:
        assert connection.channel().basic_get(unique, no_ack=True).body == "kept"


def test_rabbitmq_speaks_tls(rabbitmq: RabbitMQ) -> None:
    with closing(rabbit(rabbitmq, rabbitmq.tls_port, {"ca_certs": str(rabbitmq.ca)})) as connection:
        assert connection.connected


def test_rabbitmq_blocks_those_that_publish(rabbitmq: RabbitMQ, unique: str) -> None:
    told: list[str] = []
    with closing(rabbit(rabbitmq)) as connection:
        connection.on_blocked, connection.on_unblocked = told.append, lambda: told.append("over")
        connection.channel().basic_publish(amqp.Message("x"), routing_key=unique)
        rabbitmq.block_publishers()
        try:
            connection.channel().basic_publish(amqp.Message("x"), routing_key=unique)
            connection.drain_events(timeout=10)
        finally:
            rabbitmq.block_publishers(False)
        connection.drain_events(timeout=10)
    assert told == ["connection blocked, see broker logs", "over"]


def test_postgresql_takes_statements_and_a_kill(postgresql: PostgreSQL, unique: str) -> None:
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {unique} (n int)")
        connection.execute(f"INSERT INTO {unique} VALUES (7)")
    postgresql.kill()
    assert not postgresql.answers()
    postgresql.start()
    assert postgresql.sql(f"SELECT n FROM {unique}", "crossdock") == "7"


def test_valkey_takes_commands_with_its_password_alone(valkey: Valkey, unique: str) -> None:
    with closing(redis.Redis.from_url(valkey.url)) as client:
        client.xadd(unique, {"body": "x"})
    valkey.stop()
    valkey.start()
    with closing(redis.Redis.from_url(valkey.url)) as client:
        assert client.xlen(unique) == 1
    with closing(redis.Redis(port=valkey.port)) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_redis_speaks_tls_alone(redis_tls: RedisTls) -> None:
    with closing(redis.Redis.from_url(redis_tls.url, ssl_ca_certs=str(redis_tls.ca))) as client:
        assert client.ping()
    with closing(redis.Redis.from_url(redis_tls.url)) as doubter, pytest.raises(redis.ConnectionError, match="certificate"):
        doubter.ping()
    with closing(redis.Redis(port=redis_tls.port)) as plain, pytest.raises(redis.ConnectionError):
        plain.ping()


def test_a_frozen_server_takes_connections_and_answers_nothing(valkey: Valkey) -> None:
    valkey.pause()
    with socket.create_connection(("127.0.0.1", valkey.port), 2) as connection:
        connection.settimeout(0.2)
        connection.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            connection.recv(1)
        valkey.resume()
        connection.settimeout(10)
        assert connection.recv(7) == b"-NOAUTH"


@pytest.mark.parametrize("harm", ["kill", "pause", "stop"])
def test_a_server_recovers_for_the_next_test(valkey: Valkey, harm: str) -> None:
    getattr(valkey, harm)()
    valkey.recover()
    assert valkey.answers()


def test_a_server_dies_with_the_tests_that_started_it(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal; from tests.integration.servers.valkey import Valkey\n"
        f"server = Valkey(pathlib.Path({str(tmp_path)!r})); server.start(); print(server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=Path.cwd())
    pid = int(done.stdout)
    until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())


def test_one_that_ends_at_once_says_why(tmp_path: Path) -> None:
    class Broken(Server):
        def command(self) -> list[str]:
            return ["sh", "-c", "echo no such option; exit 3"]

    with pytest.raises(AssertionError, match="no such option"):
        Broken(tmp_path).start()


class Missing(Server):
    def __init__(self, folder: Path) -> None:
        raise Absent("no such server here")


def test_what_is_missing_skips_on_a_laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        next(conftest.kept(Missing, tmp_path))


def test_what_is_missing_fails_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        next(conftest.kept(Missing, tmp_path))


def test_make_servers_names_what_it_may_not_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian, "PACKAGES", {"bash": ("sh",), "no-such-server": ("/no/such/*/path", "no-such-server")})
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert debian.missing() == ["no-such-server"]
    assert debian.main() == 0
    assert "apt-get install no-such-server" in capsys.readouterr().err


APT = """#!/bin/sh
echo "$DEBIAN_FRONTEND $(cat {policy} | tail -1): $*" >> {calls}
[ "$2" = "$FAILS" ] && exit 100
[ "$2" = install ] && touch {server}
exit 0
"""


@pytest.mark.parametrize(("fails", "calls"), [("", 2), ("update", 1), ("install", 2)])
def test_make_servers_installs_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: str, calls: int
) -> None:
    told, apt, server = tmp_path / "calls", tmp_path / "apt-get", tmp_path / "server"
    monkeypatch.setattr(debian, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(debian, "PACKAGES", {"some-server": (str(server),)})
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("FAILS", fails)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    apt.write_text(APT.format(policy=debian.POLICY, calls=told, server=server))
    apt.chmod(0o755)
    assert debian.main() == 0
    said = ["-qq update", "-qq install --yes --no-install-recommends some-server"]
    assert told.read_text().splitlines() == [f"noninteractive exit 101: {words}" for words in said[:calls]]
    assert ("lack some-server" in capsys.readouterr().err) == bool(fails)
    assert not debian.POLICY.exists()


def test_make_servers_keeps_services_down_while_it_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "POLICY", tmp_path / "policy-rc.d")
    with debian.services_stay_down():
        assert subprocess.run([debian.POLICY, "redis-server", "start"], check=False).returncode == 101
    assert not debian.POLICY.exists()
    debian.POLICY.write_text("the machine's own")
    with debian.services_stay_down():
        pass
    assert debian.POLICY.read_text() == "the machine's own"
