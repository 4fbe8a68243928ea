"""Why a broker does not let us in: what was found, and what to do about it."""

from __future__ import annotations

from router.errors import CrossdockError


class BrokerTrouble(CrossdockError):
    """There is no broker to ring by."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(f"{found}: {advice}")
        self.found = found
        self.advice = advice


class BrokerRefused(BrokerTrouble):
    """The broker is there and will not have us: the address must be corrected."""


class BrokerUnknown(BrokerTrouble):
    """The broker's host is not known to the name service."""


class BrokerAway(BrokerTrouble):
    """The broker does not answer now: it is waited for."""
