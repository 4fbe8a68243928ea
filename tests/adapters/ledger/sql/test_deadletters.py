from __future__ import annotations

import pytest

from adapters.ledger.sql.deadletters import parse_id
from router.browse import Selection
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock


@pytest.mark.parametrize(
    ("id", "parsed"),
    [
        ("m", ("m", "", 0)), ("m:erp", ("m", "erp", 0)), ("m:7", ("m", "", 7)), ("m:erp:7", ("m", "erp", 7)),
        ("m:erp:7:8", None), (":erp", None),
    ],
)  # fmt: skip
def test_an_id_names_message_target_and_record(id: str, parsed: object) -> None:
    assert parse_id(id) == parsed


def ids(stock: Stock, **selection: object) -> set[str]:
    return {letter.id for letter in stock.ledger.dead_letters(Selection(**selection))}  # type: ignore[arg-type]


def test_ids_say_where_it_died(stock: Stock) -> None:
    at_target, before = stock.put(ERP), stock.put(ERP)
    stock.fail(ERP, at_target)
    stock.fail(ERP, before, stage="decode")
    split = stock.split(4, "sales.lake")
    stock.fail("sales.lake", split, record=4)
    m = stock.id
    assert ids(stock) == {f"{m(at_target)}:erp", m(before), f"{m(split)}:lake:4"}
    for id in ids(stock):
        letter = stock.ledger.dead_letter(id)
        assert letter is not None
        assert letter.id == id
    assert stock.ledger.dead_letter(f"{m(at_target)}") is None
    assert stock.ledger.dead_letter("nothing") is None


def test_a_selection_is_all_that_it_says(stock: Stock) -> None:
    erp = stock.put(ERP, keys=(("order", "1001"),))
    shop = stock.put(SHOP, keys=(("order", "1002"),))
    stock.fail(ERP, erp, error="503")
    stock.clock.advance(60)
    stock.fail(SHOP, shop, error="timeout", status=None, reason="no answer after 10 s")
    one, two = f"{stock.id(erp)}:erp", f"{stock.id(shop)}:shop"
    now = stock.clock.now()
    assert ids(stock, target=ERP) == ids(stock, target="erp") == {one}
    assert ids(stock, error="timeout") == {two}
    assert ids(stock, error="503") == {one}
    assert ids(stock, keys=(("order", "1002"),)) == {two}
    assert ids(stock, since=now) == {two}
    assert ids(stock, until=now) == {one}
    assert ids(stock, route="sales") == set()
    assert ids(stock, stage="send", target="shop") == {two}
    assert ids(stock, ids=(one, two, "gone"), error="503") == {one}
    assert ids(stock, ids=("gone",)) == set()


def test_groups_have_a_signature_in_common_the_largest_first(stock: Stock) -> None:
    for n in range(3):
        stock.fail(ERP, stock.put(ERP), error="400", status=400, reason=f"order {n} has no customer '{n}'")
        stock.clock.advance(1)
    stock.fail(ERP, stock.put(ERP), error="timeout", status=None, reason="no answer")
    first, second = stock.ledger.dead_groups(Selection())
    assert (first.count, first.error, first.target) == (3, "400", ERP)
    assert first.last_at - first.first_at == 2000
    assert second.count == 1
    assert len(ids(stock, group=first.signature)) == 3


def test_a_list_goes_on_over_pages_the_newest_first(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ledger.sql.deadletters.PAGE", 2)
    seqs = [stock.put(ERP) for _ in range(5)]
    for seq in seqs:
        stock.fail(ERP, seq)
    found = [letter.seq for letter in stock.ledger.dead_letters(Selection())]
    assert found == seqs[::-1]


def test_edits_are_kept_one_beside_the_other(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    letter = stock.ledger.dead_letter(f"{stock.id(seq)}:erp")
    assert letter is not None
    assert letter.revisions == 0
    assert stock.ledger.last_revision(seq, 0, ERP) is None
    stock.ledger.revise(letter, "raw", b"one", "ann", "")
    assert stock.ledger.revise(letter, "raw", b"two", "bob", "typo") == 2
    assert stock.ledger.last_revision(seq, 0, ERP) == ("raw", b"two")
    after = stock.ledger.dead_letter(letter.id)
    assert after is not None
    assert after.revisions == 2
