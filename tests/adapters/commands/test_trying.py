from __future__ import annotations

from datetime import date
from decimal import Decimal

from adapters.commands.trying import Shown, body_text, diff, plain, trial_row
from router.operating.trial import Choice, Dead, Trial, TriedStep, TriedTarget
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
    lines = [line for block in Shown().blocks(trial_row(trial)) for line in block]
    assert lines[0] == "decode"
    assert "map: order" in lines
    assert "→ orders.erp: http POST /x" in lines
    assert '    {"q":1}' in lines
    assert "→ orders.stock: redis events stock" in lines
    assert "→ orders.shop: not chosen" in lines
    assert "  dead at stage encode (unencodable): q is a list" in lines


def lines(*bodies: object) -> list[str]:
    trial = Trial([TriedStep("set", f"set: {n}", body) for n, body in enumerate(bodies)])
    return [line for block in Shown().blocks(trial_row(trial)) for line in block]


def test_what_a_step_changed_is_a_diff() -> None:
    changed = lines({"a": 1, "b": 2}, {"a": 1, "b": 3})[5:]
    assert changed == ["set: 1", "  …", '      "a": 1,', '  -   "b": 2', '  +   "b": 3', "    }"]
    assert lines({"a": 1}, {"a": 1})[-1] == "    (the same body)"
    assert lines({"a": 1}, "text\x1b[2J")[-1] == "    text\\x1b[2J", "nothing of it is left: the new body alone"


def test_a_comma_before_another_field_is_no_change() -> None:
    before, after = body_text({"a": 1, "b": 2}), body_text({"a": 1, "b": 2, "c": 3})
    assert diff(before, after) == ["…", '    "b": 2,', '+   "c": 3', "  }"]
    assert diff("one,\ntwo", "one\ntwo") == ["- one,", "+ one", "  two"], "in a text it is"


def test_colours_are_asked_for() -> None:
    trial = Trial([TriedStep("set", "set: x", {"a": 1, "b": n}) for n in (1, 2)])
    assert "\x1b" not in str([*Shown().blocks(trial_row(trial))])
    assert any("\x1b[32m" in line for block in Shown(True).blocks(trial_row(trial)) for line in block)


def test_a_target_says_what_decided() -> None:
    choice = Choice("body.qty <= 0", {"body.qty": 3}, ["body.x"])
    (block,) = Shown().blocks(trial_row(Trial([], [TriedTarget("orders.shop", False, choice=choice)])))
    assert block == ["→ orders.shop: not chosen", "  when: body.qty <= 0 → body.qty = 3, body.x is undefined"]


def test_a_body_is_read_in_the_charset_of_its_content_type() -> None:
    raw, types = "ä€;1\n".encode("cp1252"), ("text/csv; charset=cp1252", "text/csv", "text/csv; charset=klingon")
    targets = [TriedTarget("orders.lake", True, raw, {"content_type": type_}) for type_ in types]
    bodies = [target["body"] for target in trial_row(Trial([], targets))["targets"]]
    assert bodies == ["ä€;1\n", "\ufffd;1\n", "\ufffd;1\n"]
