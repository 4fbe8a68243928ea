"""What a message is told that its channel was closed over. With a broker: tests/integration/test_amqp_target.py."""

from __future__ import annotations

import pytest

from adapters.outbound.amqp.publisher import over


@pytest.mark.parametrize(
    ("code", "text", "error"),
    [
        (406, "PRECONDITION_FAILED - message size 100001 is larger than configured max size 100000", "refused"),
        (406, "PRECONDITION_FAILED - message size 134217729 larger than max size 134217728", "refused"),
        (406, "PRECONDITION_FAILED - invalid expiration 'x'", "io"),
        (404, "NOT_FOUND - no exchange 'message size 2 is larger than configured max size 1' in vhost '/'", "io"),
    ],
)
def test_only_one_that_is_too_large_is_refused_for_good(code: int, text: str, error: str) -> None:
    outcome = over(code, text)
    assert outcome.error == error
    assert text in outcome.reason
