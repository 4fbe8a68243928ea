from __future__ import annotations

import pytest

from router.registry import ContentError
from tests.contracts.step import Files
from transforms.modules import ModuleLoader

FOLDER = "transforms/schemas/"


def refused(text: str) -> ContentError:
    with pytest.raises(ContentError) as caught:
        ModuleLoader(Files({f"{FOLDER}a.py": text}), FOLDER).load("a")
    return caught.value


@pytest.mark.parametrize(
    ("text", "hint", "column"),
    [
        ("from marshmallow import fields\nx = fields.Str(reqired=True)", "required", 16),
        ("from marshmallow.fields import Str\nx = Str(load_defalt=1)", "load_default", 9),
        ("def f(length): ...\nx = f(lenght=1)", "length", 7),
        ("import marshmallow as m\nx = m.fields.Intger()", "Integer", 14),
        ("import marshmallow\nfrom marshmallow import Shema", "Schema", 25),
        ("total = 1\nx = totl + 1", "total", 5),
        ("import decimal\nx = decimal.Decimel('1') or decimal.Decimel('2')", "Decimal", 0),
    ],
)
def test_the_name_that_was_meant_is_said_where_the_wrong_one_stands(text: str, hint: str, column: int) -> None:
    error = refused(text)
    assert (error.line, error.column, error.hint) == (2, column, f"did you mean '{hint}'?")


@pytest.mark.parametrize("text", ["x = {}['a']", "x = int(zzz=1)", "import marshmallow\nx = marshmallow.qqqqqq", "x = 1 / 0"])
def test_what_nothing_is_near_has_no_hint(text: str) -> None:
    assert refused(text).hint == ""


def test_no_path_of_the_machine_is_said() -> None:
    assert refused("from marshmallow import Shema").message == "ImportError: cannot import name 'Shema' from 'marshmallow'"
