"""The project's own function for delivery notes: numbers of articles as GS1 gives them, and notes that are whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from router.config.content import StoredContent, read_content
from tests.acceptance.conftest import ROOT
from transforms.modules import ModuleLoader
from transforms.steps.python import FOLDER


@pytest.fixture(scope="module")
def goods() -> Any:
    return ModuleLoader(StoredContent(read_content(ROOT)), FOLDER).load("goods")


def note(*lines: Mapping[str, Any], counted: int | None = None, total: str | None = None) -> Any:
    made = sum((line["quantity"] * line["price"] for line in lines), Decimal(0))
    trailer = {"lines": len(lines) if counted is None else counted, "total": made if total is None else Decimal(total)}
    return SimpleNamespace(body={"line": list(lines), "trailer": trailer})


def line(gtin: str, quantity: int = 1, price: str = "1.50") -> dict[str, Any]:
    return {"gtin": gtin, "quantity": quantity, "price": Decimal(price)}


@pytest.mark.parametrize(
    ("written", "full", "kind"),
    [
        ("4006381333931", "04006381333931", "article"),
        ("036000291452", "00036000291452", "article"),
        ("96385074", "00000096385074", "article"),
        ("10614141000415", "10614141000415", "article"),
        ("9783161484100", "09783161484100", "book"),
        ("9771234567003", "09771234567003", "periodical"),
        ("2812345714683", "02812345714683", "in store"),
        ("0412345678903", "00412345678903", "in store"),
        ("20123451", "00000020123451", "in store"),
        ("9812345678902", "09812345678902", "coupon"),
    ],
)
def test_a_number_says_what_it_stands_for(goods: Any, written: str, full: str, kind: str) -> None:
    checked = goods.checked(note(line(written))).body["line"][0]
    assert (checked["gtin"], checked["kind"]) == (full, kind)


@pytest.mark.parametrize("written", ["4006381333932", "4006381339331", "", "40063813", "40O6381333931", "٤006381333931"])
def test_a_number_that_was_mistyped_is_named_with_its_line(goods: Any, written: str) -> None:
    with pytest.raises(ValueError, match=f"line 2: '{written}' is no GTIN: "):
        goods.checked(note(line("4006381333931"), line(written)))


def test_what_went_back_is_subtracted(goods: Any) -> None:
    whole = note(line("4006381333931", 3, "2.00"), line("96385074", -2, "1.50"), total="3.00")
    assert goods.checked(whole) is whole


def test_a_note_whose_trailer_says_something_else_is_not_whole(goods: Any) -> None:
    with pytest.raises(ValueError, match="the trailer counts 2 lines, the note has 1"):
        goods.checked(note(line("4006381333931"), counted=2))
    with pytest.raises(ValueError, match=r"the trailer says 1\.49, the lines make 1\.50"):
        goods.checked(note(line("4006381333931"), total="1.49"))
