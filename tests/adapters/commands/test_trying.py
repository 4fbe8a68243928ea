from __future__ import annotations

from datetime import date
from decimal import Decimal

from adapters.commands.trying import plain, shown, trial_row
from router.trial import Dead, Trial, TriedStep, TriedTarget
from transforms.codecs import CODECS


def test_bodies_are_shown_as_json_has_them() -> None:
    tree = CODECS["xml"]({}, None).decode(b"<a><b>1</b></a>", None)  # type: ignore[arg-type]
    body = {"price": Decimal("1.10"), "on": date(2026, 3, 1), "raw": b"x", "lines": ({"n": 1},)}
    assert plain(body) == {"price": Decimal("1.10"), "on": "2026-03-01", "raw": "x", "lines": [{"n": 1}]}
    assert "<a><b>1</b></a>" in plain(tree)


def test_a_trial_reads_step_by_step() -> None:
    trial = Trial(
        [TriedStep("decode", "decode", {"qty": 1}), TriedStep("map", "map: order", {"q": 1})],
        [
            TriedTarget("orders.erp", True, b'{"q":1}', {"type": "http", "method": "POST", "path": "/x"}),
            TriedTarget("orders.stock", True, b"1", {"type": "redis", "connection": "events", "stream": "stock"}),
            TriedTarget("orders.shop", False),
            TriedTarget("orders.lake", True, dead=Dead("encode", "unencodable", "q is a list")),
        ],
    )
    lines = "\n".join(shown(trial_row(trial))).splitlines()
    assert lines[0] == "decode"
    assert "map: order" in lines
    assert "→ orders.erp: http POST /x" in lines
    assert '    {"q":1}' in lines
    assert "→ orders.stock: redis events stock" in lines
    assert "→ orders.shop: not chosen" in lines
    assert "  dead at stage encode (unencodable): q is a list" in lines
