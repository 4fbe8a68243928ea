from __future__ import annotations

import pytest

from router.errors import ExpressionError
from transforms.jinja.missing import Missing, deferring, missing


def test_what_is_undefined_waits_until_it_is_used() -> None:
    part = missing(ExpressionError("body.x is undefined", "undefined"))
    assert deferring(lambda value: value + 1)(part) is part
    with pytest.raises(ExpressionError, match=r"body.x is undefined"):
        part.fail()


@pytest.mark.parametrize(("error", "waits"), [("undefined", True), ("null", True), ("type", False), ("limit", False)])
def test_only_what_is_not_there_waits(error: str, waits: bool) -> None:
    def fails() -> None:
        raise ExpressionError("no", error)

    if waits:
        assert isinstance(deferring(fails)(), Missing)
    else:
        with pytest.raises(ExpressionError):
            deferring(fails)()


def test_a_name_that_jinja_misses() -> None:
    with pytest.raises(ExpressionError, match="reply is undefined here") as caught:
        Missing(name="reply").fail()
    assert caught.value.error == "undefined"
