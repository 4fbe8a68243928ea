"""Redis streams by TLS and with a password: to a server of Debian's."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from adapters.inbound.redis_stream.group import Group
from adapters.outbound.redis import RedisKind
from adapters.outbound.redis.address import StreamAddress
from adapters.redis_server import Server, ServerError, ask, hang_up
from router.ports import Parcel
from tests.adapters.inbound.redis_stream.reading import STREAM, Reading, bodies, count, memory, until
from tests.integration.servers.redis_tls import RedisTls
from tests.integration.servers.valkey import PASSWORD


def by_ca(server: RedisTls) -> str:
    return f"{server.url}?ssl_ca_certs={server.ca}"


async def failure(url: str) -> str:
    with pytest.raises(ServerError) as caught:
        await Server({"url": url, "timeout": 5.0}).connect()
    assert caught.value.error == "connect"
    assert PASSWORD not in caught.value.reason
    return caught.value.reason


async def test_paths_of_certificates_start_at_the_project_folder(redis_tls: RedisTls) -> None:
    url = f"{redis_tls.url}?ssl_ca_certs={redis_tls.ca.name}"
    connection = await Server({"url": url, "base": redis_tls.ca.parent}).connect()
    try:
        assert await ask(connection, "PING") == b"PONG"
    finally:
        await hang_up(connection)


async def test_a_server_that_nobody_vouches_for_is_no_connection(redis_tls: RedisTls, tmp_path: Path) -> None:
    assert "wrong certificate: " in await failure(redis_tls.url)
    other_name = by_ca(redis_tls).replace("127.0.0.1", "127.0.0.2")
    assert "could not connect to 127.0.0.2" in await failure(other_name)
    assert "WRONGPASS" in await failure(by_ca(redis_tls).replace(PASSWORD, "no"))
    assert "no such file" in await failure(f"{redis_tls.url}?ssl_ca_certs={tmp_path}/none.pem")


async def test_what_is_sent_to_a_stream_is_read_from_it(redis_tls: RedisTls, tmp_path: Path) -> None:
    target = RedisKind().open("events", {"url": by_ca(redis_tls), "timeout": 5.0}, 1)
    parcel = Parcel("m0:on", "m0:on", b"", "", StreamAddress(STREAM))
    sent = [b"%d" % n for n in range(600)]
    parcels = [replace(parcel, body=body, idempotency_key=f"m{n}:on") for n, body in enumerate(sent)]
    ledger = memory(tmp_path)
    try:
        for first in range(0, len(parcels), target.batch):
            outcomes = await target.send(parcels[first : first + target.batch])
            assert {o.error for o in outcomes} == {None}
        async with Reading(by_ca(redis_tls), ledger).running():
            await until(lambda: count(ledger) == len(sent))
    finally:
        await target.close()
    assert bodies(ledger) == sent
    with closing(redis.Redis.from_url(redis_tls.url, ssl_ca_certs=str(redis_tls.ca))) as client:
        assert client.xpending(STREAM, "crossdock")["pending"] == 0


async def test_an_older_server_gives_entries_and_what_is_gone_as_well(redis_tls: RedisTls, unique: str) -> None:
    with closing(redis.Redis.from_url(redis_tls.url, ssl_ca_certs=str(redis_tls.ca))) as client:
        ids = [client.xadd(unique, {"body": "x"}) for _ in range(3)]
        group = Group(Server({"url": by_ca(redis_tls), "timeout": 5.0}), unique, "crossdock", "a")
        try:
            assert await group.open() is True
            assert (await group.fresh(2)).ids == ids[:2]
            client.xdel(unique, ids[0])
            own = await group.own(b"0-0", 10)
            assert ([entry.id for entry in own.entries], list(own.gone)) == ([ids[1]], [ids[0]])
            client.delete(unique)
            with pytest.raises(ServerError, match="NOGROUP"):
                await group.fresh(1)
        finally:
            await group.close()
