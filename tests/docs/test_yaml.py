from __future__ import annotations

from typing import Any

import pytest

from docs.printing.yaml import flow, yaml
from router.config.schema import routes
from router.config.yaml import values
from tests.router.config.test_jsonschema import declared_words

SHOWN = [one for words in declared_words(routes.ProjectFile()) for one in words.examples]
ODD = ["", " a", "a: b", "a #b", "- a", "{a}", "[a]", "true", "No", "null", "408", "5xx", "7d", "1e3", "200-299", "a,b",
       "*.part", "\t", "ä€", '"', "it's"]  # fmt: skip


@pytest.mark.parametrize("value", [*({"key": one} for one in SHOWN), {"key": ODD}, {one: 1 for one in ODD if one}], ids=str)
def test_what_is_written_is_read_as_it_was(value: Any) -> None:
    assert values(yaml(value).encode()) == value
    assert values(f"key: {flow(value)}".encode()) == {"key": value}


def test_a_step_stands_on_its_line_and_a_long_mapping_on_several() -> None:
    assert yaml({"steps": [{"split": "records"}, {"dedupe": {"key": "body.no", "within": "7d"}}]}).splitlines() == [
        "steps:", "  - split: records", "  - dedupe: {key: body.no, within: 7d}",
    ]  # fmt: skip
    assert yaml({"a": {"b": "x" * 100, "c": 1}}).splitlines() == ["a:", f"  b: {'x' * 100}", "  c: 1"]
