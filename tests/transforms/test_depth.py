"""How deep a body is nested."""

from __future__ import annotations

from typing import Any

import pytest

from router.errors import EncodeError
from transforms.codecs.json import encode
from transforms.depth import DEEPEST, deeper


def nested(levels: int) -> Any:
    body: Any = 1
    for _ in range(levels):
        body = {"a": [body]} if levels % 2 else {"a": body}
    return body


def test_levels_are_counted() -> None:
    assert not any(map(deeper, ("text", 1, None, [], {"a": 1}, nested(DEEPEST))))
    assert deeper(nested(DEEPEST + 2))


def test_a_body_that_holds_itself_has_no_end_and_is_not_written() -> None:
    body: dict[str, Any] = {}
    body.update(a=body, b=[body, {"c": body}])
    assert deeper(body)
    with pytest.raises(EncodeError, match="nested deeper than 200 levels"):
        encode(body)
