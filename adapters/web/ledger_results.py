"""What became of a delivery, read from the ledger for a caller that waits."""

from __future__ import annotations

from adapters.web.results import Result
from router.ledger import Worklist
from router.ports import Bell


class LedgerResults:
    """`Results` of the web side on the ledger."""

    def __init__(self, ledger: Worklist, bell: Bell) -> None:
        self._ledger = ledger
        self._bell = bell

    def result(self, seq: int, target: str) -> Result:
        state = self._ledger.outcome(seq, target)
        if state in ("open", "retry", "requeued"):
            return Result("open")
        answer = self._ledger.answer(seq, target)
        stage, reason = self._ledger.last_failure(seq, target) or ("", "")
        if answer is None or answer.status is None or (state == "dead" and stage != "send"):
            return Result(state, stage=stage, reason=reason)
        return Result(state, answer.status, answer.response_type, answer.response, stage, reason)

    def late(self, seq: int, target: str) -> str:
        return self._ledger.late(seq, target)

    def again(self, seq: int, target: str) -> None:
        """A duplicate of one that is dead because its caller was told `late`: it is tried again."""
        if self._ledger.again(seq, target):
            self._bell.ring()
