"""A Redis server: its address, what it takes of it, and how its failures read."""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.redis_server import Server, ServerError, ask, hang_up, place_of
from tests.adapters.valkey import Valkey, free_port
from tests.integration.servers.certificate import certify

SECRET = "s3cr3t-word"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"redis://till:{SECRET}@cache.example:6380/3", "cache.example:6380/3"),
        (f"rediss://:{SECRET}@cache.example?ssl_ca_certs=ca.pem", "cache.example:6379/0"),
        ("redis://[::1]:7000", "[::1]:7000/0"),
        (f"unix://till:{SECRET}@/run/redis.sock?db=2", "/run/redis.sock"),
    ],
)
def test_the_address_is_shown_without_what_is_secret(url: str, place: str) -> None:
    assert place_of(url) == place


async def failure(url: str, base: Path | None = None) -> ServerError:
    with pytest.raises(ServerError) as caught:
        await Server({"url": url, "timeout": 2.0, "base": base}).connect()
    assert caught.value.error == "connect"
    assert SECRET not in caught.value.reason
    return caught.value


async def test_why_there_is_no_connection_is_said() -> None:
    port = free_port()
    refused = await failure(f"redis://till:{SECRET}@127.0.0.1:{port}")
    assert refused.reason == f"could not connect to 127.0.0.1:{port}/0: connection refused"
    assert "no such file" in (await failure(f"unix://:{SECRET}@/nowhere/redis.sock")).reason
    assert "could not connect to nowhere.invalid:6379/0: " in (await failure(f"redis://:{SECRET}@nowhere.invalid")).reason


async def test_a_file_of_certificates_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    for option, name, why in (
        ("ssl_ca_certs", "no.pem", "no such file or directory"),
        ("ssl_ca_path", "no", "no such file or directory"),
        ("ssl_certfile", "no.pem", "no such file or directory"),
        ("ssl_keyfile", "no.pem", "no such file or directory"),
        ("ssl_ca_certs", "junk.pem", "it holds no certificate in PEM, or a broken one"),
    ):
        found = await failure(f"rediss://:{SECRET}@127.0.0.1:1?{option}={name}", tmp_path)
        assert found.reason == f"could not connect to 127.0.0.1:1/0: {option} {tmp_path}/{name}: {why}"


async def test_an_option_that_is_not_ours_to_give_is_named() -> None:
    reason = (await failure(f"redis://:{SECRET}@h?socket_timeout=1")).reason
    assert "h:6379/0 has the option socket_timeout" in reason
    assert "ssl_ca_certs" in reason
    assert "Invalid value for 'db'" in (await failure(f"redis://:{SECRET}@h?db=x")).reason


async def test_a_database_that_is_not_there_is_no_connection(tmp_path: Path) -> None:
    with Valkey(tmp_path) as valkey:
        assert "DB index is out of range" in (await failure(f"{valkey.url}/99")).reason


async def test_what_the_server_answers_is_given_with_its_code(tmp_path: Path) -> None:
    with Valkey(tmp_path) as valkey:
        connection = await Server({"url": valkey.url}).connect()
        try:
            with pytest.raises(ServerError) as caught:
                await ask(connection, "XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">")
            assert (caught.value.error, caught.value.code) == ("io", "NOGROUP")
            assert await ask(connection, "PING") == b"PONG"
            valkey.kill()
            with pytest.raises(ServerError) as caught:
                await ask(connection, "PING")
            assert caught.value.error == "reset"
        finally:
            await hang_up(connection)


async def test_a_refused_login_leaves_no_connection_behind(tmp_path: Path) -> None:
    """Also where the server never answers the farewell of TLS."""
    made = certify(tmp_path)
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(made.cert, made.key)

    def refuse(listening: socket.socket) -> bytes:
        plain, _ = listening.accept()
        speaking = trust.wrap_socket(plain, server_side=True)
        speaking.recv(1024)
        speaking.sendall(b"-WRONGPASS invalid username-password pair\r\n")
        with socket.socket(fileno=speaking.detach()) as raw:
            raw.settimeout(10)
            while data := raw.recv(1024):
                pass
            return data

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        ended = asyncio.get_running_loop().run_in_executor(pool, refuse, listening)
        url = f"rediss://:{SECRET}@127.0.0.1:{listening.getsockname()[1]}?ssl_ca_certs={made.ca}"
        assert "WRONGPASS" in (await failure(url)).reason
        assert await ended == b""


async def test_a_unix_socket_is_a_server_too(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with Valkey(tmp_path / "valkey", "--unixsocket", str(path), "--requirepass", SECRET):
        connection = await Server({"url": f"unix://:{SECRET}@{path}?db=2"}).connect()
        try:
            assert await ask(connection, "PING") == b"PONG"
            assert b" db=2 " in await ask(connection, "CLIENT", "INFO")
        finally:
            await hang_up(connection)


async def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connecting = Server({"url": f"redis://:{SECRET}@127.0.0.1:{silent.getsockname()[1]}"}).connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await connecting
