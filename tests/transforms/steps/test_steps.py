"""Every verb of the table is held to the contract."""

from __future__ import annotations

import ast
from pathlib import Path

from transforms.steps import STEPS


def verbs_under_contract() -> set[str]:
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "StepContract" for base in node.bases):
                found |= {
                    line.value.value
                    for line in node.body
                    if isinstance(line, ast.Assign)
                    and getattr(line.targets[0], "id", "") == "verb"
                    and isinstance(line.value, ast.Constant)
                }
    return found


def test_every_verb_has_its_class_in_the_contract() -> None:
    assert verbs_under_contract() == set(STEPS)


def test_the_verbs_of_the_interface_that_work_today() -> None:
    assert list(STEPS) == ["validate", "dedupe", "map", "template", "xslt", "set", "filter", "split", "python"]
