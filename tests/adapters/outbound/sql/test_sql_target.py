"""The contract of all targets, kept with a file of SQLite; what is the same for every database."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from adapters.outbound.sql.session import Engine, Failed, Job, Line
from adapters.outbound.sql.target import SqlTarget
from router.ports import UNSENT, Parcel, Target
from tests.adapters.outbound.sql.rows import ARRIVED, Database, array, line, open_target, parcels, to_arrived
from tests.adapters.waiting import until
from tests.contracts.target import Features, TargetContract

LINES_SEND = {"table": "lines", "conflict": ["sku"]}


class SqliteOutside:
    secret = ""

    def __init__(self, target: Target, database: Database | None = None) -> None:
        self.target, self._database = target, database

    def parcel(self, n: int) -> Parcel:
        return to_arrived(n, "arrived", f'{{"n":{n}, "ä": "ß"}}')

    def refused(self, n: int) -> Parcel:
        return to_arrived(n, "arrived", None)

    def arrived(self) -> Sequence[bytes]:
        assert self._database is not None
        return [body.encode() for (body,) in self._database.run("SELECT body FROM arrived ORDER BY rowid")]


class TestSqliteTarget(TargetContract):
    features = Features(once=True, unreachable="connect", silent=0.2, refuses="refused")

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[SqliteOutside]:
        database = Database(folder, ARRIVED.format("arrived"))
        target = open_target(database.url, folder)
        yield SqliteOutside(target, database)
        await target.close()
        database.connection.close()

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[SqliteOutside]:
        target = open_target("sqlite:///no/such.db", folder)
        yield SqliteOutside(target)
        await target.close()

    @asynccontextmanager
    async def silent(self, folder: Path) -> AsyncIterator[SqliteOutside]:
        database = Database(folder, ARRIVED.format("arrived"))
        target = open_target(database.url, folder, 0.2)
        with closing(apsw.Connection(str(database.path))) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield SqliteOutside(target)
        await target.close()
        database.connection.close()


class Deaf:
    """A session whose writes hang until they are cut."""

    def __init__(self) -> None:
        self.cut, self.closed, self.writes = threading.Event(), False, 0

    def fit(self, job: Job) -> list[Line]:
        return []

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        self.writes += 1
        assert self.cut.wait(20)
        raise Failed("reset", "cut")

    def alive(self) -> bool:
        return True

    def abort(self) -> None:
        self.cut.set()

    def close(self) -> None:
        self.closed = True


async def test_what_does_not_answer_is_cut_and_its_slot_comes_back() -> None:
    made: list[Deaf] = []

    def open_(deadline: float) -> Deaf:
        made.append(Deaf())
        return made[-1]

    target = SqlTarget(Engine(open_, 1, "deaf"), 0.1)
    for count in (1, 2):
        begun = time.monotonic()
        (outcome,) = await target.send(parcels(LINES_SEND, [line(1)]))
        assert (outcome.error, time.monotonic() - begun < 5) == ("timeout", True)
        assert "within 0.1 s" in outcome.reason
        assert len(made) == count
    while not made[1].closed:
        await asyncio.sleep(0.01)
    assert made[0].closed


async def test_who_gets_no_connection_in_time_has_not_been_tried() -> None:
    deaf = Deaf()
    deaf.abort = lambda: None  # type: ignore[method-assign]
    target = SqlTarget(Engine(lambda deadline: deaf, 1, "deaf"), 0.1)
    first, second = await asyncio.gather(*(target.send(parcels(LINES_SEND, [line(n)])) for n in (1, 2)))
    assert (first[0].error, second[0].error) == ("timeout", UNSENT)
    assert deaf.writes == 1
    deaf.cut.set()
    until(lambda: deaf.closed)


async def test_a_send_that_is_given_up_cuts_its_session() -> None:
    deaf = Deaf()
    target = SqlTarget(Engine(lambda deadline: deaf, 1, "deaf"), 30)
    task = asyncio.create_task(target.send(parcels(LINES_SEND, [line(1)])))
    while not deaf.writes:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deaf.cut.is_set()
    until(lambda: deaf.closed)


async def test_a_mistake_in_the_driver_is_an_outcome() -> None:
    def broken(deadline: float) -> Deaf:
        raise RuntimeError("a secret")

    (outcome,) = await SqlTarget(Engine(broken, 1, "broken"), 1).send(parcels(LINES_SEND, [line(1)]))
    assert (outcome.error, outcome.reason) == ("io", "the write failed: RuntimeError")


async def test_a_session_is_used_again_and_closed_at_the_end(database: Database) -> None:
    target = open_target(database.url, database.folder)
    for n in range(3):
        assert (await target.send(parcels(LINES_SEND, [line(n)])))[0].ok
    assert len(target._pool._idle) == 1
    await target.close()
    assert (await target.send(parcels(LINES_SEND, [line(4)])))[0].ok
    assert target._pool._idle == []


async def test_a_body_without_fields_is_refused_and_the_rest_goes_on(database: Database) -> None:
    made = parcels(LINES_SEND, [line(1), ["a", "list"], "text", None, line(2)])
    xml = replace(made[0], body=b"<Order/>", content_type="application/xml; charset=utf-8")
    outcomes = await database.send([*made, xml])
    assert [o.error for o in outcomes] == [None, "refused", "refused", "refused", None, "refused"]
    assert outcomes[1].reason.startswith("the body is a list, which has no fields: name the columns")
    assert outcomes[2].reason.startswith("the body is a text")
    assert outcomes[5].reason.startswith("the body is application/xml")
    assert outcomes[0].sent_to.endswith("shop.db lines")
    assert database.run("SELECT sku FROM lines") == [("S-1",), ("S-2",)]


async def test_an_array_is_written_whole_or_not_at_all(database: Database) -> None:
    bad, good = [line(1), line(2, qty=-1)], [line(3), line(4)]
    outcomes = await database.send([array("a1", LINES_SEND, bad), array("a2", LINES_SEND, good)])
    assert [o.error for o in outcomes] == ["refused", None]
    assert outcomes[0].reason.startswith("member 1 of the array: CHECK constraint failed: qty >= 0")
    assert database.run("SELECT sku FROM lines") == [("S-3",), ("S-4",)]
    (unfit,) = await database.send([array("a3", LINES_SEND, [line(1), line(5), line(6, colour="red")])])
    assert unfit.reason.startswith("member 2 of the array: there is no column 'colour'")


async def test_rows_of_an_array_keep_their_delivery_ids_however_they_are_gathered(database: Database) -> None:
    database.run("CREATE TABLE log (id text UNIQUE, n int)")
    into = {"table": "log", "id_column": "id", "columns": {"n": "body.n"}}
    for made in (array("a1", into, [{"n": 1}, {"n": 2}]), array("a2", into, [{"n": 8}, {"n": 9}, {"n": 3}])):
        assert [o.error for o in await database.send([made])] == [None]
    assert database.run("SELECT * FROM log") == [("m1:dwh", 1), ("m2:dwh", 2), ("m3:dwh", 3)]
