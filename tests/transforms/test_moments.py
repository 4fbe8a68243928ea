"""Numbers of a date that adjoin are as long as their codes say."""

from __future__ import annotations

import datetime as dt

import pytest

from transforms.moments import moment


@pytest.mark.parametrize(
    ("text", "format"),
    [("2026112", "%Y%m%d"), ("202611251", "%Y%m%d%H%M%S"), ("2611 5", "%y%m %d%H"), ("11", "%H%M")],
)
def test_a_shifted_date_is_no_other_date(text: str, format: str) -> None:
    with pytest.raises(ValueError, match=r"shorter|does not match"):
        moment(text, format)


def test_what_is_written_whole_is_read() -> None:
    assert moment("20261102", "%Y%m%d") == dt.datetime(2026, 11, 2)
    assert moment("20261125143015", "%Y%m%d%H%M%S") == dt.datetime(2026, 11, 25, 14, 30, 15)
    assert moment("1.3.2026 7:05", "%d.%m.%Y %H:%M") == dt.datetime(2026, 3, 1, 7, 5)
