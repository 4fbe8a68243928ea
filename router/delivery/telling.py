"""What the log says of deliveries: each dead one with its reason, within bounds, retries, fallbacks, and breakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from router.delivery.fallback import BY_FALLBACK
from router.ledger import Park, Settlement
from router.route import Connection

if TYPE_CHECKING:
    from router.delivery.sending import Desk

MOST_TOLD = 20
"""Of one commit: a route whose every message fails must not drown the log. `dlq list` has them all."""


def tell(desk: Desk, where: str, parks: Sequence[Park]) -> None:
    """After the commit. `where` is the target, or the route of what died before any."""
    if desk.log is None or not parks:
        return
    _dead(desk, where, [park for park in parks if park.state == "dead"])
    retried = [park for park in parks if park.state == "retry"]
    if retried:
        last = retried[-1]
        desk.log.info("tried again later", action="delivery_retry", target=where, count=len(retried), error=last.error,
                      reason=last.reason, attempt=last.attempt)  # fmt: skip


def tell_outcomes(desk: Desk, where: str, settlement: Settlement) -> None:
    """After the commit: what failed at a target, and what did arrive but elsewhere, since its own target had given it up."""
    tell(desk, where, (*settlement.park, *settlement.dead_messages))
    fallen = [one for one in settlement.attempts if one.ok and one.reason.startswith(BY_FALLBACK)]
    if desk.log is not None and fallen:
        desk.log.warning("delivered by the fallback", action="delivery_fallback", target=where, count=len(fallen),
                         reason=fallen[-1].reason)  # fmt: skip


def _dead(desk: Desk, where: str, dead: Sequence[Park]) -> None:
    for park in dead[:MOST_TOLD]:
        stored = desk.ledger.message(park.seq)
        desk.log.warning(
            "a dead letter", action="dead_letter", message=stored.envelope.id if stored else None,
            record=park.record or None, target=where, stage=park.stage, error=park.error, reason=park.reason,
        )  # fmt: skip
    if len(dead) > MOST_TOLD:
        desk.log.warning("more dead letters; `crossdock dlq list` has them all", action="dead_letters", target=where,
                         count=len(dead) - MOST_TOLD)  # fmt: skip


def look(desk: Desk, connection: Connection, trouble: str) -> None:
    """Reads the breakers, and says where this process has just opened or closed one. `trouble` is what failed last."""
    before = desk.circuit(connection.id).state
    desk.look()
    now = desk.circuit(connection.id)
    if desk.log is None or now.state == before:
        return
    if now.state == "open":
        desk.log.warning(
            f"the breaker opened: nothing is sent but a probe each {connection.breaker.cool_down:g} s (crossdock targets list)",
            action="breaker_opened", connection=connection.id, failures=now.failures, reason=trouble,
        )  # fmt: skip
    else:
        desk.log.info("the breaker closed", action="breaker_closed", connection=connection.id)
