"""`reply: result`: waiting for the target's final answer, no longer than the caller does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

Run = Callable[..., Awaitable[Any]]
"""Runs a blocking function elsewhere: `await run(function, *arguments)`."""

FIRST_LOOK = 0.01
LONGEST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a delivery: `state` is `open` while it can still change, else `delivered dead filtered
    duplicate discarded`. `status`, `content_type` and `body` are the target's last answer, `status` None where there
    was none; `stage` and `reason` say where and why one is dead, filtered or a duplicate."""

    state: str
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    stage: str = ""
    reason: str = ""


class Results(Protocol):
    """Reading what became of a message at its one target. Blocking, called from several threads."""

    def result(self, seq: int, target: str) -> Result:
        """Retried or blocked is `open`; dead at any stage, with or without a target, is `dead`."""

    def late(self, seq: int, target: str) -> str:
        """The caller's time is over: `late` once that is committed, else `delivered` or `dead`."""

    def again(self, seq: int, target: str) -> None:
        """The same message came again: one that is dead because its caller was told `late` is tried again."""


async def wait_for_result(results: Results, run: Run, seq: int, target: str, deadline: int) -> Result | None:
    """The final result, or None where `late` was committed. `deadline` is in epoch milliseconds of this host."""
    pause, over = FIRST_LOOK, time.monotonic() + deadline / 1000 - time.time()
    while (left := over - time.monotonic()) > 0:
        await asyncio.sleep(min(pause, left))
        result: Result = await run(results.result, seq, target)
        if result.state != "open":
            return result
        pause = min(LONGEST_PAUSE, pause * 1.5)
    if await run(results.late, seq, target) == "late":
        return None
    final: Result = await run(results.result, seq, target)
    return final
