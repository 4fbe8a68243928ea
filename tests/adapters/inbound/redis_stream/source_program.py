"""A process that reads the stream into a ledger on the disk: `URL FOLDER before|after|never BATCH`. It kills itself
before or after the commit of that batch (from 1). It prints `ready` and ends at TERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from adapters.inbound.redis_stream.entries import Entry
from adapters.ledger.sqlite.ledger import SqliteLedger
from tests.adapters.inbound.redis_stream.reading import Reading


class Mortal(Reading):
    moment, batch, stored = "never", 0, 0

    def store(self, entries: Sequence[Entry]) -> object:
        self.stored += 1
        self._die("before")
        found = super().store(entries)
        self._die("after")
        return found

    def _die(self, moment: str) -> None:
        if (moment, self.stored) == (self.moment, self.batch):
            os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, folder: Path, moment: str, batch: int) -> None:
    ledger = SqliteLedger(folder / "ledger.db", folder / "blobs")
    reading = Mortal(url, ledger)
    reading.moment, reading.batch = moment, batch
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with reading.running():
        print("ready", flush=True)
        await stop.wait()
    ledger.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
