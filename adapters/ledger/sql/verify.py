"""The proof that nothing ended silently: accepted = the sum of all ends + open, per route, per file, per target."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Database
from adapters.ledger.sql.ends import BatchEnds, Ends, MessageEnds, rows_of
from router import ranges
from router.browse import Account, Fault, Known, Proof

FILES_SHOWN = 10_000
FAULTS_SHOWN = 1000


class Verify:
    """The proving half of the SQLite ledger."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs

    def verify(self, known: Known = None) -> Proof:
        with self.db.snapshot():
            return Proving(self.db, self.blobs, Ends(self.db, known)).proof()


class Proving:
    """Goes through the ledger batch by batch; memory does not grow with it."""

    def __init__(self, db: Database, blobs: BlobFolder, ends: Ends) -> None:
        self.db = db
        self.blobs = blobs
        self.reader = ends
        self.routes: dict[str, Counter[str]] = defaultdict(Counter)
        self.targets: dict[str, Counter[str]] = defaultdict(Counter)
        self.files: list[Account] = []
        self.faults: list[Fault] = []

    def proof(self) -> Proof:
        last = 0
        while batches := self.db.read("SELECT id, route, n FROM batch WHERE id>? ORDER BY id LIMIT 500", (last,)):
            for id, route, n in batches:
                self._batch(id, route, n)
            last = batches[-1][0]
        self._strays()
        accounts = [account("route", name, counts) for name, counts in sorted(self.routes.items())]
        accounts += [account("target", name, counts) for name, counts in sorted(self.targets.items())]
        return Proof((*accounts, *self.files), tuple(self.faults))

    def _fault(self, scope: str, what: str) -> None:
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(Fault(scope, what))

    def _batch(self, batch: int, route: str, n: int) -> None:
        first, last = batch << 16, (batch << 16) | 0xFFFF
        messages = self.db.read(
            "SELECT m.seq, m.id, m.file, m.blob, m.size, s.chunks, s.records FROM message m"
            " LEFT JOIN split s ON s.seq=m.seq WHERE m.seq BETWEEN ? AND ? ORDER BY m.seq",
            (first, last),
        )
        if len(messages) != n:
            self._fault(f"batch {batch}", f"{n} messages were accepted, {len(messages)} are there")
        if not messages:
            return
        self._works(batch)
        seqs = [row[0] for row in messages]
        reading = BatchEnds(self.reader, batch, seqs, rows_of(self.db, {batch: seqs})[batch])
        ends = reading.ends()
        for seq, id, file, blob, size, chunks, records in messages:
            self._message(id, route, ends[seq], blob, size)
            if chunks is not None:
                self._split(seq, id, file, chunks, records, ends[seq], reading)
        self._receipts(first, last, ends)

    def _works(self, batch: int) -> None:
        rows = self.db.read("SELECT id, target, sel, rest, size, state, ok, failed FROM work WHERE batch=?", (batch,))
        for id, target, sel, rest, size, state, ok, failed in rows:
            scope = f"work {id} of {target}"
            left = ranges.size(rest)
            if ranges.size(sel) != size:
                self._fault(scope, f"it names {ranges.size(sel)} units and says {size}")
            if ok + failed + left != size:
                self._fault(scope, f"{ok} done + {failed} with a row of their own + {left} open is not {size}")
            if (state == 1) != (left == 0):
                self._fault(scope, f"it is {'done' if state else 'open'} with {left} open units")
            if rest and rest != sel and not set(ranges.decode(rest)) <= set(ranges.decode(sel)):
                self._fault(scope, "units are open that are not its own")

    def _message(self, id: str, route: str, ends: MessageEnds, blob: str | None, size: int) -> None:
        state = ends.state
        if state is None:
            self._fault(f"message {id}", "it is neither open nor ended anywhere: it is lost")
            state = "lost"
        self.routes[route][state] += 1
        for target, counts in ends.targets.items():
            self.targets[target].update({s: c for s, c in counts.items() if c})
            if min(counts.values(), default=0) < 0:
                self._fault(f"message {id}", f"more units ended at {target} than it has")
        if blob is not None:
            self._blob(id, blob, size)

    def _blob(self, id: str, name: str, size: int) -> None:
        try:
            found = self.blobs.size(name)
        except OSError as error:
            self._fault(f"message {id}", f"its body {self.blobs.root / name} cannot be read: {error.strerror}")
            return
        if found != size:
            self._fault(f"message {id}", f"its body {self.blobs.root / name} has {found} bytes, {size} were stored")

    def _split(
        self, seq: int, id: str, file: str | None, chunks: int, records: int, ends: MessageEnds, reading: BatchEnds,
    ) -> None:  # fmt: skip
        """Every record of every chunk is open or has ended, at the route or at a target at least."""
        cuts = self.db.read("SELECT n, first_record, records FROM chunk WHERE seq=? ORDER BY n", (seq,))
        following = 1
        for n, first, count in cuts:
            if first != following:
                self._fault(f"message {id}", f"chunk {n} begins with record {first}, not {following}")
            following = first + count
        if len(cuts) != chunks or following - 1 != records:
            found = f"{following - 1} in {len(cuts)} are there"
            self._fault(f"message {id}", f"{records} records in {chunks} chunks were cut, {found}")
        if not any(p.record == 0 and "." not in p.target and p.state != "requeued" for p in ends.parked):
            self._records(seq, id, cuts, reading)
        for target, counts in sorted(ends.targets.items()):
            counted = {s: n for s, n in (counts + ends.route).items() if n}
            if sum(counted.values()) > records + ends.moved[target]:
                self._fault(f"message {id}", f"{sum(counted.values())} records ended at {target}, it has {records}")
            if len(self.files) < FILES_SHOWN:
                self.files.append(Account("file", f"{target} {file or id}", records, counted))

    def _records(self, seq: int, id: str, cuts: list[tuple[int, int, int]], reading: BatchEnds) -> None:
        works: dict[int, list[str]] = defaultdict(list)
        for work in reading.works:
            if work.seq == seq and work.chunk is not None:
                gone = reading.until.get(seq, {})
                ended = {r for r, until in gone.items() if until >= work.id}
                units = work.sel if "." in work.target else work.rest
                works[work.chunk].append(ranges.remove(units, ended) if ended else units)
        ended = set(self._ended_records(seq, reading))
        for n, first, count in cuts:
            every = f"{first}-{first + count - 1}" if count > 1 else str(first)
            if not count or every in works[n]:
                continue
            missing = set(range(first, first + count)) - ended
            for units in works[n]:
                missing.difference_update(ranges.decode(units))
            if missing:
                lost = ranges.encode(missing)
                self._fault(f"message {id}", f"records {lost} are neither open nor ended: they are lost")

    def _ended_records(self, seq: int, reading: BatchEnds) -> Iterator[int]:
        """Records that ended at the route."""
        for row in reading.found[seq].parked:
            if "." not in row.target and row.state != "requeued":
                yield row.record
        for (units,) in self.db.read(
            "SELECT units FROM fate WHERE batch=? AND seq=? AND target NOT LIKE '%.%'", (seq >> 16, seq)
        ):
            yield from ranges.decode(units)

    def _receipts(self, first: int, last: int, ends: dict[int, MessageEnds]) -> None:
        """What counts as delivered has a receipt, or is in a file that was made of many."""
        receipts: Counter[tuple[int, str]] = Counter()
        for seq, target, n in self.db.read(
            "SELECT seq, target, count(*) FROM attempt WHERE kind=3 AND seq BETWEEN ? AND ? GROUP BY seq, target",
            (first, last),
        ):
            receipts[seq, target] = n
        files = set(self.db.read("SELECT seq, target FROM file_out WHERE seq BETWEEN ? AND ?", (first, last)))
        for seq, found in ends.items():
            for target, counts in found.targets.items():
                done, proven = counts["delivered"], receipts[seq, target]
                if done > proven and (seq, target) not in files:
                    what = f"{done} units count as delivered at {target}, {proven} have a receipt"
                    self._fault(f"message {self._id(seq)}", what)

    def _id(self, seq: int) -> str:
        return str(self.db.read("SELECT id FROM message WHERE seq=?", (seq,))[0][0])

    def _strays(self) -> None:
        """Rows of what is not there."""
        for table in ("work", "fate"):
            strays = f"SELECT DISTINCT batch FROM {table} WHERE batch NOT IN (SELECT id FROM batch)"
            for (batch,) in self.db.read(strays):
                self._fault(f"batch {batch}", f"rows of {table} are there, the batch is not")
        for (seq,) in self.db.read("SELECT DISTINCT seq FROM parked WHERE seq NOT IN (SELECT seq FROM message)"):
            self._fault(f"seq {seq}", "parked rows are there, the message is not")


def account(kind: str, name: str, counts: Counter[str]) -> Account:
    found = {state: n for state, n in counts.items() if n}
    return Account(kind, name, sum(found.values()), found)
