"""`python`: functions of the project, on real messages."""

from __future__ import annotations

import signal
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from router.errors import MessageError
from tests.contracts.step import Files, StepContract, message
from transforms.steps import STEPS

PRICES = '''
import signal
import threading
from decimal import Decimal
from . import rates
from .rates import pair


def gross(message):
    body = message.body
    body["gross"] = str(body["net"] * rates.OF[body["country"]])
    return message


def tagged(message):
    message.headers["X-Route"] = f"{message.route} {message.client} {message.file.stem} {message.record.number}"
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


class Last(BaseException):
    pass


def last(message):
    raise Last


def full(message):
    raise MemoryError


def lines(message):
    raise ValueError("one\\n  two \\ud800" + "." * 600)


class Mute(Exception):
    def __str__(self):
        raise RuntimeError


def mute(message):
    raise Mute


def elsewhere(message):
    return rates.rate(message)


def killed(message):
    signal.raise_signal(signal.SIGUSR1)


def quits(message):
    exit()


def beheaded(message):
    message.headers = None
    return message


def split_name(message):
    message.headers["a\\r\\nb"] = "c"
    return message


def cased(message):
    message.body = message.headers.pop("Content-Type"), "X-No" in message.headers, message.record
    message.headers = {"X-New": "1"}
    return message


def lock(message):
    message.body["x"] = threading.Lock()
    return message


def knot(message):
    message.body["x"] = message.body
    return message


class Other:
    def __init__(self, message):
        pass


async def stream(message):
    yield message


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
RATES = """
OF = {"DE": 2}


def rate(message):
    return OF[message.body["country"]]


def pair(one, other):
    return one
"""
FILES = {"transforms/python/prices.py": PRICES, "transforms/python/rates.py": RATES}


def line(text: str, source: str = PRICES) -> int:
    return source.splitlines().index(text) + 1


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
        ("gross", "exception", "transforms/python/prices.py, line 11: KeyError: 'country'"),
        ("nothing", "type", "prices.nothing gave nothing; let it end with `return message`"),
        ("text", "type", "prices.text gave a text, not the message"),
        ("leaves", "exception", f"transforms/python/prices.py, line {line('    raise SystemExit(3)')}: SystemExit: 3"),
        ("last", "exception", f"transforms/python/prices.py, line {line('    raise Last')}: Last"),
        ("quits", "exception", f"transforms/python/prices.py, line {line('    exit()')}: SystemExit: None"),
        ("mute", "exception", f"transforms/python/prices.py, line {line('    raise Mute')}: Mute: (it has no words)"),
        ("elsewhere", "exception", "transforms/python/rates.py, line 6: KeyError: 'country'"),
        ("Other", "type", "prices.Other gave something of the kind Other, not the message"),
        ("beheaded", "type", "headers is null, not headers"),
        ("knot", "limit", "prices.knot left a body that is nested deeper than 200 levels, or that holds itself"),
        ("split_name", "value", "headers: 'a\\r\\nb' is not the name of a header"),
        ("broken", "value", "headers.x: the value 'a\\r\\nb' has a line break"),
    ],
)
def test_what_goes_wrong_is_the_messages_own_end(name: str, error: str, reason: str) -> None:
    with pytest.raises(MessageError) as dead:
        made(name).apply(message({"net": 1}))
    assert (dead.value.error, dead.value.reason) == (error, reason)
    assert dead.value.stage == "python"


def test_what_an_exception_says_is_one_line_that_can_be_stored() -> None:
    with pytest.raises(MessageError) as dead:
        made("lines").apply(message({}))
    assert ": ValueError: one two \\ud800...." in dead.value.reason
    assert len(dead.value.reason) < 600
    dead.value.reason.encode()


def test_headers_are_found_and_changed_without_case() -> None:
    result = made("cased").apply(message({}))
    assert result.body == ("x/y", False, None)
    assert result.headers == {"x-new": "1"}


def test_a_tree_that_is_not_changed_leaves_as_it_came() -> None:
    given = message(etree.fromstring("<r><a>old</a></r>"))
    assert made("untouched").apply(given) is given


def test_what_another_function_left_in_the_body_may_be_no_value() -> None:
    with pytest.raises(MessageError, match=r"the body cannot be copied for prices\.untouched: TypeError: ") as dead:
        made("untouched").apply(made("lock").apply(message({})))
    assert dead.value.stage == "python"


def test_a_signal_that_ends_the_process_is_not_the_functions_own() -> None:
    """Children of the worker end by SystemExit out of a signal's handler; that message is not dead."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(-number)

    before = signal.signal(signal.SIGUSR1, end)
    try:
        with pytest.raises(SystemExit):
            made("killed").apply(message({}))
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_memory_that_runs_out_is_the_processs_end() -> None:
    with pytest.raises(MemoryError):
        made("full").apply(message({}))


def test_the_long_form() -> None:
    step = STEPS["python"]({"call": "prices.untouched", "pure": True}, Files(FILES))
    assert step.rule == "python: prices.untouched"
