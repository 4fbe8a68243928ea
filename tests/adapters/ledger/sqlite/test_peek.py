from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from adapters.ledger.sqlite.peek import MOST, Peek
from tests.adapters.ledger.sql.stock import ERP, Stock


def test_at_most_fifty_of_many_and_the_newest_first(stock: Stock, tmp_path: Path) -> None:
    ids = [stock.id(stock.put(ERP)) for _ in range(MOST + 5)]
    glance = Peek(tmp_path / "ledger.db")
    assert glance.messages("") == sorted(ids, reverse=True)[:MOST]
    assert glance.messages(ids[0]) == [ids[0]]
    glance.close()


def test_nobody_is_kept_from_writing_and_what_is_written_is_not_waited_for(stock: Stock, tmp_path: Path) -> None:
    seq = stock.put(ERP)
    with stock.ledger.db.write() as run:
        run("INSERT INTO job (kind, state, options, total, by, reason, created_at) VALUES ('requeue','done','{}',0,'','',0)")
        glance = Peek(tmp_path / "ledger.db")
        assert glance.jobs("") == []
        assert glance.messages("") == [stock.id(seq)]
    assert glance.jobs("") == ["1"]
    glance.close()


def test_dead_letters_by_any_part_of_their_id(stock: Stock, tmp_path: Path) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    glance, id = Peek(tmp_path / "ledger.db"), f"{stock.id(seq)}:erp"
    assert glance.dead("") == glance.dead(id[:10]) == glance.dead(id[:-1]) == [id]
    assert glance.dead(f"{stock.id(seq)}:shop") == []
    assert glance.dead_values("error", "") == ["503"]
    with pytest.raises(ValueError, match="reason"):
        glance.dead_values("reason", "")
    assert glance.places("orders.") == [ERP]
    glance.close()


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(apsw.CantOpenError):
        Peek(tmp_path / "ledger.db")
    assert list(tmp_path.iterdir()) == []
