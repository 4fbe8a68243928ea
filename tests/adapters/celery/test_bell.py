"""The doorbell: never blocks, never raises, never leaves the last ring unheard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from adapters.celery.bell import QUICKLY, SPACING, CeleryBell, PlainBell, Publisher


class Heard(Publisher):
    """Counts publishes; a hook runs inside each. `taken`: it says that each was published."""

    def __init__(self, during: Callable[[int], None] = lambda n: None, taken: bool = False) -> None:
        self.taken = taken
        self.times: list[float] = []
        self.closed = 0
        self.during = during
        self.changed = threading.Condition()

    def publish(self) -> bool:
        with self.changed:
            self.times.append(time.monotonic())
            self.changed.notify_all()
        self.during(len(self.times))
        return self.taken

    def close(self) -> None:
        self.closed += 1

    def wait_for(self, count: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.times) >= count, timeout=10)


def test_it_rings_at_once_and_by_a_thread_of_its_own() -> None:
    heard = Heard()
    bell = CeleryBell("redis://", lambda broker: heard)
    bell.ring()
    assert heard.wait_for(1)
    bell.close()
    assert heard.closed == 1


@pytest.mark.parametrize(("taken", "spacing"), [(False, SPACING), (True, QUICKLY)])
def test_many_rings_are_few_bells_and_the_last_is_heard(taken: bool, spacing: float) -> None:
    heard = Heard(taken=taken)
    bell = CeleryBell("redis://", lambda broker: heard)
    end = time.monotonic() + 5 * SPACING
    last = end
    while time.monotonic() < end:
        last = time.monotonic()
        bell.ring()
    bell.close(timeout=10)
    assert 2 <= len(heard.times) <= 5 * SPACING / spacing + 4
    assert heard.times[-1] >= last


def test_a_ring_during_a_publish_is_rung_again() -> None:
    bell: list[CeleryBell] = []
    heard = Heard(lambda n: bell[0].ring() if n == 1 else None)
    bell.append(CeleryBell("redis://", lambda broker: heard))
    bell[0].ring()
    assert heard.wait_for(2)
    bell[0].close()


def test_a_broker_that_is_down_costs_the_caller_nothing_and_is_tried_again() -> None:
    heard = Heard()
    tries, rung = list[str](), threading.Event()

    def connect(broker: str) -> Publisher:
        tries.append(broker)
        if len(tries) == 1:
            assert rung.wait(10), "the caller waited for it"
            raise ConnectionRefusedError("nobody there")
        return heard

    bell = CeleryBell("redis://x", connect)
    bell.ring()
    rung.set()
    assert heard.wait_for(1), "the ring is kept until the broker is back"
    assert tries == ["redis://x"] * 2
    bell.close()


def test_a_connection_that_breaks_is_made_anew() -> None:
    def fail(n: int) -> None:
        raise OSError("broken pipe")

    broken, heard = Heard(fail), Heard()
    publishers = iter([broken, heard])
    bell = CeleryBell("redis://", lambda broker: next(publishers))
    bell.ring()
    assert heard.wait_for(1)
    assert broken.closed == 1
    bell.close()


def test_a_broker_that_hangs_keeps_nobody_from_its_end() -> None:
    release = threading.Event()
    heard = Heard(lambda n: (release.wait(10), None)[1])
    bell = CeleryBell("redis://", lambda broker: heard)
    bell.ring()
    assert heard.wait_for(1)
    start = time.monotonic()
    bell.ring()
    bell.close(timeout=0.05)
    assert time.monotonic() - start < 5
    release.set()


def test_a_bell_that_never_rang_has_no_thread_to_end() -> None:
    CeleryBell("redis://").close()
    PlainBell().ring()
