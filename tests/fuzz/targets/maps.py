"""Maps: YAML that is compiled and applied."""

from __future__ import annotations

from typing import Any

from router.config.content import StoredContent
from router.errors import ExpressionError, MessageError
from router.registry import ContentError
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.sample import message, shown
from transforms.steps import STEPS


def map_(data: bytes) -> str:
    """The quick code gives what the step gives."""
    raw, variant = last_byte(data)
    step: Any = STEPS["map"]("m", StoredContent({"transforms/maps/m.yaml": raw}))
    one = message(variant)
    found = shown(step.apply(one).body)
    try:
        quick = shown(step.quick(one))
    except Exception:
        return found
    if quick != found:
        raise Wrong(f"quickly {quick:.400}, else {found:.400}")
    return found


WRITTEN = (
    b"fields:\n  a: body.qty\n  b: {const: 1.50}\n  c: [body.name, {value: body.d, when: body.ok}]\n  t: out.a + 1\n",
    b"about: x\nkeep: all\nfields:\n  lines:\n    each: line in body.items\n    where: line.q is not none\n"
    b"    fields: {p: line.p | decimal}\n"
    b"  total: out.lines | sum('p') | text(2)\n",
    b"fields: {a: {fields: {each: body.qty}}, n: {value: {x: [1, 2.0, null]}, when: body.qty > 1}}\n",
    b"fields: &f\n  a: body.qty\n  b: {<<: *f}\n",
    b"fields: {'a%d': body.qty, 'b''c': {each: x in body.words, value: x}}\n",
)
TARGETS = (
    Target(
        "map",
        map_,
        (ContentError, ExpressionError, MessageError),
        written=WRITTEN,
        variants=2,
        words="map",
        longest=1024,
        seeds=("../transforms/maps/*.yaml", "../examples/*/transforms/maps/*.yaml"),
    ),
)
