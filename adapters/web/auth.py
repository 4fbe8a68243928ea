"""Who calls, by token, and how often they may."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

from router.route import Client

BEARER = b"bearer "


def token_of(authorization: bytes | None) -> bytes | None:
    """The token of an `Authorization: Bearer …` header, None where there is none."""
    if authorization is None or authorization[: len(BEARER)].lower() != BEARER:
        return None
    return authorization[len(BEARER) :].strip() or None


class Clients:
    """The clients of one table. Tokens are held and compared as digests, so that neither their length nor the first
    wrong character shows in the time."""

    def __init__(self, clients: Iterable[Client]) -> None:
        self._known = tuple((sha256(c.token.encode()).digest(), c) for c in clients if c.token)

    def by_token(self, token: bytes) -> Client | None:
        """The client of this token. Compares with every client, whether one was found or not."""
        digest = sha256(token).digest()
        found = None
        for known, client in self._known:
            if hmac.compare_digest(known, digest):
                found = client
        return found


@dataclass(slots=True)
class Bucket:
    tokens: float
    at: float


class Rates:
    """A bucket of tokens for each client: it holds what one second allows, at least one request.

    Lives as long as the process, so that a new table does not refill the buckets.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def wait(self, client: Client) -> float:
        """Takes one request and returns 0, or takes none and returns the seconds until there is one."""
        wait = self.left(client)
        if not wait and client.rate is not None:
            self._buckets[client.id].tokens -= 1.0
        return wait

    def left(self, client: Client) -> float:
        """The seconds until there is a request left; takes none."""
        if client.rate is None:
            return 0.0
        now = self._clock()
        most = max(1.0, client.rate)
        bucket = self._buckets.setdefault(client.id, Bucket(most, now))
        bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * client.rate)
        bucket.at = now
        return max(0.0, (1.0 - bucket.tokens) / client.rate)
