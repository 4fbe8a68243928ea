from __future__ import annotations

from adapters.lately import Lately
from router.errors import LedgerBusy


def test_it_reads_once_a_second_tells_of_it_and_keeps_the_last_answer() -> None:
    now, answers, told = 5.0, [1, 2, LedgerBusy("busy"), LedgerBusy("busy"), 3, LedgerBusy("gone")], []

    def read() -> int:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    lately = Lately(read, 0, lambda before, after: told.append((before, after)), lambda why: told.append(why), 1.0, lambda: now)
    seen = []
    for now in (5.0, 5.9, 6.1, 7.2, 7.3, 8.3, 9.4, 10.5):  # noqa: B007
        seen.append(lately())
    assert seen == [1, 1, 2, 2, 2, 2, 3, 3]
    assert told == [(0, 1), (1, 2), "busy", (2, 3), "gone"], "each outage once"
