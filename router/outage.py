"""What a process says of a ledger that it cannot use."""

from __future__ import annotations

from typing import Any


class Outage:
    """Each reason is said once, however often it is met, and when it is over. `log` is None where nobody listens."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._said: set[str] = set()

    def met(self, reason: str) -> None:
        if self._log is not None and reason not in self._said:
            self._log.warning(f"no new work is taken: {reason}", action="ledger_unavailable")
        self._said.add(reason)

    def over(self) -> None:
        """The ledger was used."""
        if self._log is not None and self._said:
            self._log.info("new work is taken again: the ledger answers", action="ledger_back")
        self._said.clear()
