from __future__ import annotations

import os
import signal

from adapters.isolation import isolate


def test_what_dies_is_named_and_the_caller_lives() -> None:
    assert isolate(lambda: os.kill(os.getpid(), signal.SIGKILL)) == "SIGKILL"
    assert isolate(lambda: os._exit(3)) == "exit 3"


def test_an_error_is_no_death() -> None:
    assert isolate(lambda: 1 / 0) is None
    assert isolate(lambda: 1) is None


def test_what_never_ends_is_killed() -> None:
    assert isolate(lambda: signal.pause(), patience=0.05) == "no end within 0.05 s"
