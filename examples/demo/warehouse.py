"""The warehouse's own Valkey: a private one on a unix socket, with a stream of events and one of what is sold out."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import redis

from adapters.broker import server
from examples.demo.crossdock import Failed
from examples.demo.stock import Event

STREAM, SOLD_OUT = "stock", "sold-out"


class Warehouse:
    """Runs from its making until `close`. Crossdock is told its address and knows nothing else of it."""

    def __init__(self, folder: Path, patience: float = 10) -> None:
        folder.mkdir()
        socket = folder / "valkey.sock"
        self.url = f"unix://{socket}"
        self.log = folder / "valkey.log"
        words = [str(server()), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "",
                 "--logfile", str(self.log)]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        self.client = redis.Redis(unix_socket_path=str(socket))
        ends = time.monotonic() + patience
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > ends:
                self.close()
                raise Failed(f"the warehouse's Valkey did not start:\n{self.said()}")
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:] if self.log.exists() else "it said nothing"

    def write(self, events: Iterable[Event]) -> None:
        """One entry an event, in their order."""
        pipe = self.client.pipeline(transaction=False)
        for event in events:
            pipe.xadd(STREAM, {"body": event.raw, "content-type": "application/json"})
        pipe.execute()

    def unread(self) -> int:
        """How many entries nobody has taken and acknowledged yet."""
        there = int(self.client.xlen(STREAM))
        groups = self.client.xinfo_groups(STREAM) if there else []
        taken = [int(group["entries-read"] or 0) - int(group["pending"]) for group in groups]
        return there - max(taken, default=0)

    def sold_out(self) -> list[bytes]:
        """The bodies of the stream that Crossdock fills, in its order."""
        entries: Any = self.client.xrange(SOLD_OUT)
        return [fields[b"body"] for _, fields in entries]

    def close(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)
