from __future__ import annotations

import pytest

from router.config.parting import parted


@pytest.mark.parametrize(
    ("reason", "message", "hint"),
    [
        ("unknown filter 'uper': did you mean 'upper'?", "unknown filter 'uper'", "did you mean 'upper'?"),
        ("there is no name; a template sees body", "there is no name", "a template sees body"),
        ("a: b is wrong", "a: b is wrong", ""),
        (
            "`=` cannot stand here: write `==` to compare (at character 3 of 'a = b')",
            "`=` cannot stand here (at character 3 of 'a = b')", "write `==` to compare",
        ),
    ],
)  # fmt: skip
def test_a_reason_and_its_advice(reason: str, message: str, hint: str) -> None:
    assert parted(reason) == (message, hint)
