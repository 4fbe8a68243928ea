"""What became of a transaction whose COMMIT had no answer.

The server's own numbers of transactions do not say it: after a crash a number whose transaction left no trace is given to
another one, which commits. So each transaction of a connection ends with a mark, a number in a row of its own, one more
than the last; whoever asks afterwards either finds it there, or makes it impossible.
"""

from __future__ import annotations

import uuid

from adapters.ledger.sql.database import Run

SET = """INSERT INTO commit_mark VALUES (?,?,?) ON CONFLICT (session) DO UPDATE
 SET n = CASE WHEN commit_mark.n = ? THEN excluded.n END, at = excluded.at"""
"""Fails (n may not be NULL) where somebody asked meanwhile and was told that it is not there."""
ASK = """INSERT INTO commit_mark VALUES ($1,$2,$3) ON CONFLICT (session) DO UPDATE
 SET n = CASE WHEN commit_mark.n = $4 THEN commit_mark.n ELSE excluded.n END RETURNING n"""
"""Waits for a transaction that is on its way to the end still."""
OLD_MS = 7 * 86_400_000
FORGET = "DELETE FROM commit_mark WHERE at < ?"


class Marks:
    """Those of one process's transactions, which come one after the other."""

    def __init__(self) -> None:
        self.session = uuid.uuid4().hex
        self.last = 0

    def set(self, run: Run, now: int) -> int:
        """The last statement of a transaction; the mark that it commits with."""
        mark = self.last + 1
        run(SET, (self.session, mark, now, self.last))
        return mark

    def question(self, mark: int, now: int) -> tuple[bytes, tuple[object, ...]]:
        """For a connection of its own, outside of a transaction."""
        return ASK.encode(), (self.session, mark + 1, now, mark)

    def answer(self, mark: int, found: int) -> bool:
        """Whether the transaction of that mark was committed."""
        self.last = found
        return found == mark

    def unknown(self) -> None:
        """Nobody could be asked: the next ones have nothing to do with it."""
        self.session, self.last = uuid.uuid4().hex, 0
