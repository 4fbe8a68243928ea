"""What routes.yaml can name, and what it costs to know it."""

from __future__ import annotations

import subprocess
import sys

from adapters.registry import SOURCES, registry
from adapters.sources import SOURCES as WORKED

LOADED = "import sys, adapters.registry, router.config.check; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
CLIENTS = {"aiohttp", "amqp", "apsw", "celery", "kombu", "psycopg", "redis", "structlog"}


def test_each_source_that_is_worked_can_be_named() -> None:
    assert {*SOURCES} == {"http", "route", *WORKED}
    assert {*registry().targets} == {"http", "folder", "amqp", "redis", "sql", "route"}


def test_a_check_loads_no_client_of_another_system() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60)
    assert CLIENTS & {*done.stdout.split()} == set()
