"""The folder source: looks, takes what is ready, has it stored, and moves it away."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from adapters.ailing import Note, unnoted
from adapters.disk import explain, make_folder, shown
from adapters.inbound.folder.landing import Landed, Landing
from adapters.inbound.folder.move import Mover
from adapters.inbound.folder.pace import Pace
from adapters.inbound.folder.ports import Checkpoint, FileLedger, Receiver, no_checkpoint
from adapters.inbound.folder.ready import readiness
from adapters.inbound.folder.scan import Filter, Listing, Seen, look, ordered, stat_entry
from adapters.inbound.folder.take import NotKept, Taken, Taker
from adapters.inbound.folder.trouble import Said, Troubles
from adapters.inbound.folder.turn import Turn
from adapters.inbound.folder.words import Words
from router.errors import LedgerBusy, LedgerError, LedgerFull
from router.route import Route

FILES = 200
BYTES = 33_554_432
"""A commit takes at most so many files, and no further file after so many bytes."""

SWEEP = 2.0
"""Seconds between looks for files whose message failed after they were done."""
STANDING_BY = 1.0
"""Seconds between two looks whether another host still takes the files."""

log = structlog.get_logger("crossdock.folder")


class FolderSource:
    """Files of one folder become messages of one route.

    `path` is the connection's folder; `within` is how long the same content is a duplicate, in seconds. Bad files, full
    disks and missing rights are logged and tried again; nothing ends the loop but `stop`. While the route is `paused`,
    files stay where they are; those that were stored before are still moved away.
    """

    def __init__(
        self,
        route: Route,
        path: Path,
        receiver: Receiver,
        ledger: FileLedger,
        within: float,
        clock: Callable[[], float] = time.monotonic,
        checkpoint: Checkpoint = no_checkpoint,
        paused: Callable[[], bool] = lambda: False,
        note: Note = unnoted,
    ) -> None:
        options = route.source.options
        ready = options.get("ready", {"unchanged_for": 2.0})
        words = Words(route, None if isinstance(ready, str) else ready.get("marker"), options["done"])
        self._route, self._note = route, note
        self._path = path
        self._receiver = receiver
        self._ledger = ledger
        self._clock = clock
        self._checkpoint = checkpoint
        self._paused = paused
        self._order = str(options.get("order", "name"))
        self._filter = Filter(str(options["files"]), options.get("ignore", ("*.part", ".*")))
        self._turn = Turn(path, route.id, ledger)
        self._readiness = readiness(ready, words.marker)
        self._taker = Taker(route, path, receiver, ledger, within)
        self._mover = Mover(path, str(options.get("failed", "failed")), words)
        self._troubles = Troubles()
        self._said = Said()
        self._ill = Said()
        self._landing = Landing(route, self._mover, self._taker, receiver, ledger, self._trouble, checkpoint)
        self._pace = Pace()
        self._log = log.bind(route=route.id)
        self._odd: frozenset[str] = frozenset()
        self._unsure = True
        """Whether a file in the folder may be stored already, after a start or a commit without an answer."""
        self._unsure_names: set[str] = set()
        self.looked = threading.Event()
        """Set once the folder is there, or is known to be out of reach: whoever waits for us may drop files."""
        self._swept = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; a batch that was begun is ended first."""
        halt = threading.Event()
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1, thread_name_prefix=f"folder-{self._route.id}")
        try:
            while not stop.is_set():
                pause = await loop.run_in_executor(pool, self.round, lambda: stop.is_set() or halt.is_set())
                await _wait(stop, pause)
        finally:
            halt.set()
            pool.shutdown(wait=False)

    def round(self, stopping: Callable[[], bool] = lambda: False) -> float:
        """One look at the folder, and all that follows from it; the seconds until the next one. Never raises."""
        try:
            make_folder(self._path)
            self.looked.set()
            return self._round(stopping)
        except LedgerError as error:
            self._unsure = True
            return self._back_off("folder_waits_for_ledger", error.reason)
        except OSError as error:
            self.looked.set()
            return self._back_off("folder_unreachable", explain(error))
        except Exception:
            self._unsure = True
            self._log.exception("a look at the folder failed; it is tried again", action="folder_failed")
            return self._pace.failed()

    def _round(self, stopping: Callable[[], bool]) -> float:
        begun = self._clock()
        self._unsure = self._turn.begins() or self._unsure
        if not self._turn.ours:
            return STANDING_BY
        self._put_back(begun)
        look_begun = self._clock()
        listing = look(self._path, self._filter)
        cost = self._clock() - look_begun
        self._warn_of_odd(listing)
        self._troubles.keep(listing.names)
        self._said.keep(listing.names)
        now = self._clock()
        self._finish(listing, now)
        paused, look_begun = self._paused(), self._clock()
        ready = [] if paused else self._ready(listing, now)
        cost += self._clock() - look_begun
        for batch in batches(ordered(ready, self._order)):
            if stopping() or self._paused():
                break
            self._take(batch)
        self._sweep()
        self._well()
        return self._pace.next(listing.names if listing.files else frozenset(), bool(ready), self._clock(), cost)

    def _ready(self, listing: Listing, now: float) -> list[Seen]:
        return [s for s in self._readiness.ready(listing, now) if not self._troubles.waiting(s.name, now)]

    def _put_back(self, now: float) -> None:
        back, stuck = self._mover.put_back()
        self._unsure_names.update(back)
        for name, error in stuck:
            if not self._troubles.waiting(name, now):
                self._trouble(name, "folder_put_back_failed", error)

    def _finish(self, listing: Listing, now: float) -> None:
        """Moves files that were stored before a crash, or could not be moved then, whether they look ready or not."""
        if not (self._unsure or self._unsure_names):
            return
        unsure = {e.name for e in listing.files} if self._unsure else self._unsure_names & listing.names
        asked = {name for name in unsure if not self._troubles.waiting(name, now)}
        self._unsure, self._unsure_names = False, unsure - asked
        present = [s for e in listing.files if e.name in asked and (s := stat_entry(e)) is not None]
        landed = [Landed(s, id) for s in present if (id := self._stored(s)) is not None]
        for start in range(0, len(landed), FILES):
            self._landing.land(landed[start : start + FILES])

    def _stored(self, file: Seen) -> str | None:
        known = self._taker.file_in(file)
        return self._ledger.file_stored(known.path, known)

    def _take(self, batch: list[Seen]) -> None:
        """Copies a batch, stores it in one commit, and moves it away."""
        taken: list[Taken] = []
        try:
            for file in batch:
                copied = self._copy(file)
                if copied is not None:
                    taken.append(copied)
            if not taken:
                return
            self._checkpoint("copied")
            receipts = self._receiver.store([t.arrival for t in taken])
        except (LedgerBusy, LedgerFull):
            for copy in taken:
                copy.discard()
            raise
        except BaseException:
            # The commit may have happened: a blob that no message refers to is removed by pruning.
            for copy in taken:
                copy.close()
            raise
        self._checkpoint("stored")
        for copy in taken:
            copy.close()
        self._landing.land([Landed.of(t, r) for t, r in zip(taken, receipts, strict=True)])

    def _copy(self, file: Seen) -> Taken | None:
        try:
            return self._taker.take(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            action = "folder_body_not_kept" if isinstance(error, NotKept) else "folder_file_unreadable"
            self._trouble(file.name, action, error)
            return None

    def _sweep(self) -> None:
        """Moves files from `done` to `failed` whose message failed as a whole after it was stored."""
        now = self._clock()
        if now - self._swept >= SWEEP:
            self._landing.sweep_failed()
            self._swept = now

    def _trouble(self, name: str, action: str, error: OSError) -> None:
        now = self._clock()
        self._troubles.add(name, now)
        self._unsure_names.add(name)
        if self._said.worth(name, f"{action} {explain(error)}", now):
            self._log.warning(f"{explain(error)}; tried again and again, once a minute at last", action=action,
                              file=shown(name))  # fmt: skip

    def _warn_of_odd(self, listing: Listing) -> None:
        for name in sorted(frozenset(listing.odd) - self._odd):
            self._log.warning("not a regular file: it is not taken; put the file itself here",
                              action="folder_not_a_file", file=shown(name))
        self._odd = frozenset(listing.odd)

    def _back_off(self, action: str, reason: str) -> float:
        self._note(reason)
        if self._ill.worth(action, reason, self._clock()):
            self._log.warning(f"{reason}; the files stay where they are, and are tried again and again", action=action)
        return self._pace.failed() * (0.8 + 0.4 * random.random())

    def _well(self) -> None:
        """After a look that did all it had to."""
        self._note("")
        ill = [action for action in ("folder_waits_for_ledger", "folder_unreachable") if self._ill.over(action)]
        if ill:
            self._log.info("files are taken again", action="folder_well_again")


def batches(files: list[Seen]) -> list[list[Seen]]:
    """Cut so that a commit has a bounded number of files and bytes."""
    cut: list[list[Seen]] = []
    held = 0
    for file in files:
        if not cut or len(cut[-1]) >= FILES or held + file.size > BYTES:
            cut.append([])
            held = 0
        cut[-1].append(file)
        held += file.size
    return cut


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
