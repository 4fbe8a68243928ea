from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from router.config.schema import measures
from router.config.schema.mistakes import Wrong


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10", "10s"), ("10 s", "10s"), ("5 minutes", "5m"), ("1.5h", "90m"), ("1h30m", "90m"), ("PT15M", "15m"),
        ("P1DT12H", "36h"), ("2 weeks", "14d"), ("12:30", "750s"), ("0,5 s", "500ms"), ("1 day and 2 hours", "26h"),
    ],
)  # fmt: skip
def test_what_was_meant_by_a_duration(written: str, meant: str) -> None:
    assert hint_of(measures.Duration(), written) == f"write {meant}"


@pytest.mark.parametrize("written", ["soon", "-5s", "0s", "5 parsecs!", ""])
def test_a_duration_that_means_nothing(written: str) -> None:
    assert hint_of(measures.Duration(), written) == "for example 10s"


@pytest.mark.parametrize(
    ("field", "written", "hint"),
    [
        (measures.Duration(), 10, "write 10s"),
        (measures.Duration(most="100s"), "5m", "write 100s or less"),
        (measures.Size(), "16 mb", "write 16MiB"),
        (measures.Size(), 1024, "write 1024B"),
        (measures.Rate(), "20 per second", "write 20/s"),
        (measures.Rate(), "600/m", "write 600/min"),
        (measures.Share(), Decimal("0.2"), "write 20%"),
        (measures.Share(), 20, "write 20%"),
        (measures.Share(), "120%", "for example 20%"),
    ],
)
def test_what_to_write(field: measures.Measure, written: Any, hint: str) -> None:
    assert hint_of(field, written) == hint


def hint_of(field: measures.Measure, written: Any) -> str:
    with pytest.raises(Wrong) as error:
        field.deserialize(written)
    return error.value.mistakes[0].hint
