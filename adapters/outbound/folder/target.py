"""A folder in one worker child: batches of files written side by side, named one after the other."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.disk import explain, make_folder, shown, sync_folder
from adapters.outbound.folder.collector import Collector, open_collector
from adapters.outbound.folder.naming import requeue_name, sent_name
from adapters.outbound.folder.place import NameTaken, already_sent, final_name, name_whole, write_whole
from router.ledger import FileOut
from router.ports import Outcome, Parcel

SYNCS = 8
"""Files on their way to the disk at once: the file system commits them together."""

BATCHES = 4

Checkpoint = Callable[[str], None]
"""Called between steps, so that tests can end a process there."""


class FolderTarget:
    """Puts each parcel into one file, whole under its final name, however often it is tried."""

    batch = 32

    def __init__(self, path: Path, checkpoint: Checkpoint = lambda _step: None) -> None:
        self._path = path
        self._checkpoint = checkpoint
        self._batches = ThreadPoolExecutor(BATCHES, thread_name_prefix="folder-out")
        self._files = ThreadPoolExecutor(SYNCS, thread_name_prefix="folder-sync")

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        if not parcels:
            return []
        return await asyncio.get_running_loop().run_in_executor(self._batches, self.put, parcels)

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._batches, _forget, outcomes)

    async def close(self) -> None:
        self._batches.shutdown(wait=False)
        self._files.shutdown(wait=False)

    def collector(
        self, seq: int, target: str, address: Any, key: str, epoch: int, part: int, resume: FileOut | None
    ) -> Collector:
        """The one file of a message (`collect: message`), or its `part`-th file of requeued records. Blocks; raises
        OSError."""
        name = requeue_name(address.name, part) if part else address.name
        make_folder(self._path)
        return open_collector(self._path, name, address.exists, key, epoch, resume, seq, target, part)

    def put(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Blocks. All files of a batch are synced together, and the folder once."""
        begun = time.monotonic()
        try:
            make_folder(self._path)
        except OSError as error:
            return [self._failed(p, error, begun) for p in parcels]
        alone = len(parcels) == 1
        written = [self._write(parcels[0])] if alone else list(self._files.map(self._write, parcels))
        self._checkpoint("written")
        outcomes = [self._name(p, w, begun) for p, w in zip(parcels, written, strict=True)]
        try:
            sync_folder(self._path)
        except OSError as error:
            return [self._failed(p, error, begun) if o.ok else o for p, o in zip(parcels, outcomes, strict=True)]
        self._checkpoint("synced")
        return [replace(o, duration=time.monotonic() - begun) for o in outcomes]

    def _write(self, parcel: Parcel) -> Path | OSError:
        """The hidden file of a parcel, whole or sent already."""
        try:
            sent = already_sent(self._path, parcel.delivery_id, parcel.epoch)
            return sent or write_whole(self._path, parcel.delivery_id, parcel.epoch, parcel.body)
        except OSError as error:
            return error

    def _name(self, parcel: Parcel, written: Path | OSError, begun: float) -> Outcome:
        if isinstance(written, OSError):
            return self._failed(parcel, written, begun)
        sent = self._path / sent_name(parcel.delivery_id)
        name, exists = parcel.address.name, parcel.address.exists
        try:
            if written == sent:
                name = final_name(sent, self._path, name, exists)
            else:
                name = name_whole(written, sent, name, exists)
                self._checkpoint("named")
        except OSError as error:
            _give_up(written)
            return self._failed(parcel, error, begun)
        return Outcome(sent_to=self._shown(name), undo=sent)

    def _failed(self, parcel: Parcel, error: OSError, begun: float) -> Outcome:
        kind = "exists" if isinstance(error, NameTaken) else "io"
        sent_to = self._shown(parcel.address.name)
        return Outcome(kind, explain(error), sent_to=sent_to, duration=time.monotonic() - begun)

    def _shown(self, name: str) -> str:
        return shown(os.fspath(self._path / name))


def _give_up(whole: Path) -> None:
    """Removes a file that got no final name; one that has one stays, so that the next try sees it."""
    try:
        if os.lstat(whole).st_nlink < 2:
            whole.unlink()
    except OSError:
        return


def _forget(outcomes: Sequence[Outcome]) -> None:
    """The ledger knows what was sent: the hidden names are not needed any more."""
    for outcome in outcomes:
        if isinstance(outcome.undo, Path):
            try:
                outcome.undo.unlink(missing_ok=True)
            except OSError:
                continue
