"""The reading process is killed around its commit: nothing is lost, nothing is accepted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.processes import die_with_parent
from tests.adapters.inbound.redis_stream import source_program
from tests.adapters.inbound.redis_stream.reading import STREAM, Reading, bodies, count, memory, until
from tests.adapters.valkey import Valkey
from tests.adapters.waiting import until as wait_until

ROOT = Path(source_program.__file__).parents[4]
ENTRIES = 3000


def start(valkey: Valkey, folder: Path, moment: str, batch: int) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    words = [sys.executable, "-m", source_program.__name__, valkey.url, str(folder), moment, str(batch)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, preexec_fn=lambda: die_with_parent(parent))


def fill(valkey: Valkey) -> list[bytes]:
    made = [b"%d" % n for n in range(ENTRIES)]
    pipe = valkey.client.pipeline(transaction=False)
    for body in made:
        pipe.xadd(STREAM, {"body": body})
    pipe.execute()
    return made


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_is_killed_around_its_commit(valkey: Valkey, tmp_path: Path, moment: str) -> None:
    made = fill(valkey)
    for batch in (1, 4, 6):
        with start(valkey, tmp_path, moment, batch) as process:
            assert process.wait(20) == -signal.SIGKILL
        # What it was given, it holds: nobody else is given it.
        assert valkey.client.xpending(STREAM, "crossdock")["pending"] > 0
    with start(valkey, tmp_path, "never", 0) as process:
        try:
            wait_until(lambda: valkey.client.xinfo_groups(STREAM)[0]["lag"] == 0)
            wait_until(lambda: valkey.client.xpending(STREAM, "crossdock")["pending"] == 0)
        finally:
            process.terminate()
        assert process.wait(20) == 0
    ledger = SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs")
    assert bodies(ledger) == made
    again = ledger.db.read("SELECT count(*) FROM message")[0][0] - ENTRIES
    assert (again > 0) is (moment == "after")
    ledger.close()


async def test_what_another_node_takes_over_was_stored_once_on_a_ledger_that_they_share(
    valkey: Valkey, tmp_path: Path
) -> None:
    """The first one stored a batch and never acknowledged it."""
    made = fill(valkey)
    ledger = memory(tmp_path)
    dead = Reading(valkey.url, ledger, "node-b:r")
    await dead.group.open()
    dead.store((await dead.group.fresh(700)).entries)
    await dead.group.fresh(700)
    await dead.group.close()
    async with Reading(valkey.url, ledger, "node-a:r", idle=0.2, claim_every=0.2).running():
        await until(lambda: count(ledger) == ENTRIES)
        await until(lambda: valkey.client.xpending(STREAM, "crossdock")["pending"] == 0)
    assert sorted(bodies(ledger)) == sorted(made)


async def test_an_acknowledgement_that_was_lost_is_given_over_the_next_connection(valkey: Valkey, tmp_path: Path) -> None:
    made = fill(valkey)
    ledger = memory(tmp_path)
    reading = Reading(valkey.url, ledger)

    def cut(entries: object) -> None:
        for client in valkey.client.client_list(_type="normal"):
            if client["cmd"] == "xreadgroup":
                valkey.client.client_kill_filter(_id=client["id"])
        reading.before = lambda entries: None

    reading.before = cut
    async with reading.running():
        await until(lambda: count(ledger) == ENTRIES)
        await until(lambda: valkey.client.xpending(STREAM, "crossdock")["pending"] == 0)
    assert bodies(ledger) == made
    assert ledger.db.read("SELECT count(*) FROM message") == [(ENTRIES,)]
