"""Rows to lines: columns found, keys checked, values converted."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.outbound.sql.fitting import SHAPES, Columns, Fitter
from adapters.outbound.sql.session import Entry, Failed, Job, Refused, Upsert
from adapters.outbound.sql.statement import read_statement
from adapters.outbound.sql.values import Unfit

UPSERT = Upsert(("t",), ("sku",))
BY_ID = Upsert(("t",), ("id",), "id")


class Catalogue:
    """Tables and how often they were looked up."""

    def __init__(self, **tables: list[str]) -> None:
        self.tables, self.looks = tables, 0

    def read(self, table: tuple[str, ...]) -> Columns | None:
        self.looks += 1
        names = self.tables.get(table[-1])
        return None if names is None else dict.fromkeys(names, "text")


def convert(value: Any, type_: str) -> Any:
    if value == "bad":
        raise Unfit("it is bad")
    return value


def fitter(catalogue: Catalogue) -> Fitter:
    return Fitter(catalogue.read, lambda columns, name: name.lower() if name.lower() in columns else None, convert)


def job(write: Any, *rows: dict[str, Any]) -> Job:
    return tuple(Entry(write, row, f"m{n}") for n, row in enumerate(rows))


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(t=["id", "sku", "qty"])


def test_a_row_has_the_columns_of_its_fields(catalogue: Catalogue) -> None:
    first, second = fitter(catalogue).fit(job(UPSERT, {"SKU": "a", "qty": 1}, {"SKU": "b", "qty": 2}))
    assert first.shape is second.shape
    assert (first.shape.columns, first.shape.keys, second.values) == (("sku", "qty"), (0,), ("b", 2))
    assert catalogue.looks == 1


def test_the_delivery_id_has_a_column(catalogue: Catalogue) -> None:
    _, line = fitter(catalogue).fit(job(BY_ID, {"sku": "a"}, {"sku": "b"}))
    assert (line.shape.columns, line.shape.keys, line.values) == (("sku", "id"), (1,), ("b", "m1"))


def test_a_parameter_stands_as_often_as_it_is_used() -> None:
    statement = read_statement("SELECT :a, :delivery_id, :a")
    (line,) = fitter(Catalogue()).fit(job(statement, {"a": 5}))
    assert line.values == (5, "m0", 5)


@pytest.mark.parametrize(
    ("write", "row", "words"),
    [
        (UPSERT, {"sku": "a", "colour": 1}, "no column 'colour' in t; it has id, sku, qty"),
        (UPSERT, {"qty": 1}, "has no sku, which tells rows of t apart"),
        (UPSERT, {"sku": None}, "sku is null"),
        (UPSERT, {"sku": "a", "SKU": "b"}, "two fields of the row are for the column sku"),
        (BY_ID, {"ID": "a"}, "id gets the delivery id"),
        (UPSERT, {"sku": "a", "qty": "bad"}, "qty: it is bad"),
        (Upsert(("t",), ("no",)), {"sku": "a"}, "no column 'no'"),
    ],
)
def test_a_row_that_does_not_fit(catalogue: Catalogue, write: Upsert, row: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        fitter(catalogue).fit(job(write, row))


def test_a_missing_table_is_waited_for(catalogue: Catalogue) -> None:
    made = fitter(catalogue)
    with pytest.raises(Failed, match=r"there is no table x\.y") as caught:
        made.fit(job(Upsert(("x", "y"), ("a",)), {"a": 1}))
    assert caught.value.error == "io"
    catalogue.tables["y"] = ["a"]
    assert made.fit(job(Upsert(("x", "y"), ("a",)), {"a": 1}))


def test_a_column_that_is_not_known_is_looked_for_again(catalogue: Catalogue) -> None:
    made = fitter(catalogue)
    made.fit(job(UPSERT, {"sku": "a"}))
    catalogue.tables["t"].append("colour")
    assert made.fit(job(UPSERT, {"sku": "a", "colour": "red"}))
    catalogue.tables["t"].remove("colour")
    made.forget()
    with pytest.raises(Refused, match="colour"):
        made.fit(job(UPSERT, {"sku": "a", "colour": "red"}))


def test_what_is_kept_in_mind_has_a_bound(catalogue: Catalogue) -> None:
    catalogue.tables["t"] += [f"c{n}" for n in range(SHAPES + 5)]
    made = fitter(catalogue)
    for n in range(SHAPES + 5):
        made.fit(job(UPSERT, {"sku": "a", f"c{n}": 1}))
    assert len(made._shapes) <= SHAPES
