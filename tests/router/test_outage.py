from __future__ import annotations

from router.outage import Outage


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def warning(self, event: str, action: str) -> None:
        self.lines.append((action, event))

    info = warning


def test_each_reason_is_said_once_and_the_end_once() -> None:
    log = Log()
    outage = Outage(log)
    outage.over()
    for reason in ("refused", "refused", "it starts up", "refused"):
        outage.met(reason)
    outage.over()
    outage.over()
    assert log.lines == [
        ("ledger_unavailable", "no new work is taken: refused"),
        ("ledger_unavailable", "no new work is taken: it starts up"),
        ("ledger_back", "new work is taken again: the ledger answers"),
    ]
    outage.met("refused")
    assert len(log.lines) == 4, "another outage"


def test_it_is_quiet_where_nobody_listens() -> None:
    outage = Outage(None)
    outage.met("refused")
    outage.over()
