"""The Celery application of a worker: one task, one queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import celery
from celery.signals import setup_logging

from adapters.celery.settings import TASK, celery_settings

Celery: Any = celery.Celery
"""Celery has no types."""


def make_app(broker: str, children: int, look: Callable[[], None]) -> Any:
    """`look` is what a doorbell starts: it runs in a child and never raises."""
    app = Celery("crossdock", config_source=celery_settings(broker, children), set_as_current=False)
    app.task(name=TASK, ignore_result=True, Strategy="adapters.celery.answering:answering")(look)
    # Celery would put handlers of its own on the root logger, in the parent and in each child.
    setup_logging.connect(_logs_are_set_up, weak=False)
    return app


def _logs_are_set_up(**_: object) -> None:
    return None
