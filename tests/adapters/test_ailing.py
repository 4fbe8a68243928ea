"""Which sources of a host can take nothing in: noted by who works them, read by who asks."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.ailing import Ailing, ill, page


def test_what_was_noted_is_read_until_it_is_over(tmp_path: Path) -> None:
    ailing = Ailing(page(tmp_path))
    ailing.begin()
    stock, sales = ailing.of("stock"), ailing.of("sales")
    assert ill(tmp_path) == []
    stock("there is no queue")
    sales("refused")
    [first, second] = ill(tmp_path)
    assert (first.route, second.route, second.reason) == ("sales", "stock", "there is no queue")
    stock("wrong password")
    [_, changed] = ill(tmp_path)
    assert (changed.reason, changed.since) == ("wrong password", second.since)
    sales("")
    stock("")
    stock("")
    assert ill(tmp_path) == []


def test_a_new_beginning_forgets_what_is_mended_meanwhile_and_no_more(tmp_path: Path) -> None:
    ailing = Ailing(page(tmp_path))
    ailing.of("stock")("there is no queue")
    ailing.of("sales")("refused")
    since = {one.route: one.since for one in ill(tmp_path)}
    ailing.begin()
    assert ill(tmp_path) == []
    ailing.of("stock")("")
    ailing.of("sales")("refused")
    [one] = ill(tmp_path)
    assert (one.route, one.since) == ("sales", since["sales"])


def test_a_page_that_cannot_be_written_or_read_stops_nobody(tmp_path: Path) -> None:
    page(tmp_path).mkdir(parents=True)
    Ailing(page(tmp_path)).of("stock")("there is no queue")
    assert ill(tmp_path) == []
    os.rmdir(page(tmp_path))
    for text in ("", "[]", '{"stock": 1}', '[{"route": "stock", "since": "x", "reason": "y"}]', "[1]"):
        page(tmp_path).write_text(text)
        assert ill(tmp_path) == []
