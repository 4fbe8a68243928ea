"""`python`: functions of the project, on real messages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from router.errors import MessageError
from router.registry import ContentError
from tests.contracts.step import Files, StepContract, message
from transforms.steps import STEPS

PRICES = '''
from decimal import Decimal
from . import rates


def gross(message):
    body = message.body
    body["gross"] = str(body["net"] * rates.OF[body["country"]])
    return message


def tagged(message):
    message.headers["X-Route"] = f"{message.route} {message.client} {message.file.stem} {message.record}"
    message.body = {"at": message.received_at.year, "no": message.params["no"], "from": message.source, "id": message.id}
    return message


def untouched(message):
    return message


def nothing(message):
    message.body["x"] = 1


def text(message):
    return "text"


def leaves(message):
    raise SystemExit(3)


def full(message):
    raise MemoryError


def broken(message):
    message.headers["x"] = "a\\r\\nb"
    return message


def element(message):
    message.body.find("a").text = "new"
    return message


async def later(message):
    return message


def two(message, other):
    return message


NUMBER = 1
'''
FILES = {"transforms/python/prices.py": PRICES, "transforms/python/rates.py": "OF = {'DE': 2}\n"}


def made(name: str, files: dict[str, str] | None = None) -> Any:
    return STEPS["python"](f"prices.{name}", Files(files or FILES))


class TestPython(StepContract):
    verb = "python"
    value = "prices.gross"
    files = FILES

    def good(self) -> Any:
        return {"net": Decimal("1.50"), "country": "DE"}

    def bad(self) -> Any:
        return {"net": Decimal("1.50"), "country": "XX"}


def test_the_body_is_changed_in_place_and_what_came_in_is_not() -> None:
    given = message({"net": Decimal("1.50"), "country": "DE", "lines": [1]})
    result = made("gross").apply(given)
    assert result.body == {"net": Decimal("1.50"), "country": "DE", "lines": [1], "gross": "3.00"}
    assert "gross" not in given.body
    assert result.changed


def test_all_of_a_message_can_be_seen() -> None:
    result = made("tagged").apply(message({}, record=3, params={"no": "7"}))
    assert result.body == {"at": 2026, "no": "7", "from": "/orders/v1", "id": "m-1"}
    assert result.headers == {"content-type": "x/y", "x-route": "web-orders web-shop SALES_1 3"}


def test_what_is_not_changed_stays_as_it_came() -> None:
    given = message({"a": [Decimal("1.0")]})
    assert made("untouched").apply(given) is given


def test_a_tree_is_a_copy_too() -> None:
    tree = etree.fromstring("<r><a>old</a></r>")
    result = made("element").apply(message(tree))
    assert (result.body.findtext("a"), tree.findtext("a")) == ("new", "old")


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("gross", "exception", "transforms/python/prices.py, line 8: KeyError: 'country'"),
        ("nothing", "type", "prices.nothing gave nothing; let it end with `return message`"),
        ("text", "type", "prices.text gave a text, not the message"),
        ("leaves", "exception", "transforms/python/prices.py, line 31: SystemExit: 3"),
        ("broken", "value", "headers.x: the value 'a\\r\\nb' has a line break"),
    ],
)
def test_what_goes_wrong_is_the_messages_own_end(name: str, error: str, reason: str) -> None:
    with pytest.raises(MessageError) as dead:
        made(name).apply(message({"net": 1}))
    assert (dead.value.error, dead.value.reason) == (error, reason)
    assert dead.value.stage == "python"


def test_memory_that_runs_out_is_the_processs_end() -> None:
    with pytest.raises(MemoryError):
        made("full").apply(message({}))


@pytest.mark.parametrize(
    ("name", "said", "line"),
    [
        ("grss", "there is no function grss; the file has broken, element, full, gross, ", 0),
        ("NUMBER", "NUMBER is no function", 0),
        ("later", "later must be a plain function: def later(message)", 48),
        ("two", "two must take one argument: def two(message)", 52),
    ],
)
def test_what_cannot_be_called_is_found_when_it_is_loaded(name: str, said: str, line: int) -> None:
    with pytest.raises(ContentError) as wrong:
        made(name)
    assert wrong.value.message.startswith(said)
    assert (wrong.value.path, wrong.value.line) == ("transforms/python/prices.py", line)


def test_a_file_that_fails_or_is_missing() -> None:
    with pytest.raises(ContentError, match=r"there is no file transforms/python/prices\.py"):
        made("gross", {"transforms/python/other.py": ""})
    with pytest.raises(ContentError, match="ZeroDivisionError") as wrong:
        made("gross", {"transforms/python/prices.py": "a = 1\nb = 1 / 0\n"})
    assert wrong.value.line == 2


def test_the_long_form() -> None:
    step = STEPS["python"]({"call": "prices.untouched", "pure": True}, Files(FILES))
    assert step.rule == "python: prices.untouched"
