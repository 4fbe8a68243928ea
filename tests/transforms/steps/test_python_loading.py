"""What is found of a function when it is loaded."""

from __future__ import annotations

import pytest

from router.registry import ContentError
from tests.transforms.steps.test_python import line, made


@pytest.mark.parametrize(
    ("name", "said", "line"),
    [
        ("grss", "there is no function grss; the file has beheaded, broken, cased, element, ", 0),
        ("NUMBER", "NUMBER is no function", 0),
        ("later", "later must be a plain function: def later(message)", line("async def later(message):")),
        ("stream", "stream must be a plain function: def stream(message)", line("async def stream(message):")),
        ("two", "two must take one argument: def two(message)", line("def two(message, other):")),
    ],
)
def test_what_cannot_be_called_is_found_when_it_is_loaded(name: str, said: str, line: int) -> None:
    with pytest.raises(ContentError) as wrong:
        made(name)
    assert wrong.value.message.startswith(said)
    assert (wrong.value.path, wrong.value.line) == ("transforms/python/prices.py", line)


def test_a_function_of_another_file_is_reported_there() -> None:
    with pytest.raises(ContentError, match="pair must take one argument") as wrong:
        made("pair")
    assert (wrong.value.path, wrong.value.line) == ("transforms/python/rates.py", 9)


def test_a_file_that_fails_or_is_missing() -> None:
    with pytest.raises(ContentError, match=r"there is no file transforms/python/prices\.py"):
        made("gross", {"transforms/python/other.py": ""})
    with pytest.raises(ContentError, match="ZeroDivisionError") as wrong:
        made("gross", {"transforms/python/prices.py": "a = 1\nb = 1 / 0\n"})
    assert wrong.value.line == 2
