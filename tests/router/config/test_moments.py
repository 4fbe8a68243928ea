from __future__ import annotations

import pytest

from router.config.moments import mistake_of


@pytest.mark.parametrize("text", ["%d.%m.%Y", "%Y-%m-%dT%H:%M:%S.%f%z", "%d%%%m", "%j/%y", "am %d."])
def test_codes_of_strptime(text: str) -> None:
    assert mistake_of(text) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("%d.%m.%Q", "write %f"), ("%F", "write %Y-%m-%d"), ("%-d.%m.%Y", "write %d"), ("%E", "known are %Y"),
        ("2026", "for example %d.%m.%Y"),
        ("dd.MM.yyyy", "write %d.%m.%Y"), ("yyyyMMdd", "write %Y%m%d"), ("yyyy-MM-ddTHH:mm", "write %Y-%m-%dT%H:%M"),
        ("dd.mm.yyyy", "write %d.%m.%Y"), ("yyyy-mm-dd", "write %Y-%m-%d"), ("yyyy-mm-dd HH:mm:ss", "write %Y-%m-%d %H:%M:%S"),
        ("dd.MM.yyyy HH:mm", "write %d.%m.%Y %H:%M"), ("HH:mm dd/mm/yy", "write %H:%M %d/%m/%y"),
        ("%d.%M.%Y", "write %d.%m.%Y"), ("%Y%M%d", "write %Y%m%d"),
        ("%Y %Y", "write each code once"),
        ("%d.%m.%", "known are %Y"), ("2026-01-31", "for example %d.%m.%Y"),
    ],
)  # fmt: skip
def test_what_strptime_does_not_read(text: str, hint: str) -> None:
    mistake = mistake_of(text)
    assert mistake is not None
    assert hint in mistake[1]
