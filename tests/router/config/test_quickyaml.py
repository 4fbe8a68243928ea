from __future__ import annotations

import ast
import random
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode, SequenceNode

from router.config.quickyaml import DEEPEST, libyaml, quick_nodes

ROOT = Path(__file__).parents[3]
MARKS = "{}[]:,#-\"' \\@`=<~.0aé日!&*?|>%"
GAMES = 600


def slow_nodes(text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    return reader.compose(text)


def flat(node: Any, above: tuple[int, ...] = ()) -> Any:
    """All that the checker looks at."""
    if id(node) in above:
        return "itself"
    above = (*above, id(node))
    start, end = node.start_mark, node.end_mark
    place = (start.line, start.column, end.column if end.line == start.line else None)
    if isinstance(node, ScalarNode):
        return str(node.tag), node.value, node.style or None, place
    if isinstance(node, SequenceNode):
        return [flat(one, above) for one in node.value], place[:2]
    return {n: (flat(key, above), flat(value, above)) for n, (key, value) in enumerate(node.value)}, place[:2]


def texts() -> list[str]:
    """Of the project's files and of all tests."""
    found = [path.read_text() for path in ROOT.glob("**/*.yaml") if ".venv" not in path.parts]
    for path in (ROOT / "tests").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\w:.*\n", node.value):
                found.append(node.value)
    return sorted(found)


def spoiled(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        n = chance.randrange(len(lines))
        what = chance.choice(("drop", "indent", "write", "write", "write", "double"))
        if what == "indent":
            lines[n] = " " * chance.randint(0, 6) + lines[n].lstrip()
        elif what == "write" and lines[n]:
            at = chance.randrange(len(lines[n]))
            lines[n] = lines[n][:at] + chance.choice(MARKS) + lines[n][at + chance.randint(0, 1) :]
        elif what == "double":
            lines.insert(n, lines[chance.randrange(len(lines))])
        elif len(lines) > 1:
            del lines[n]
    return "\n".join(lines)


def agree(text: str) -> bool:
    """Whether the quick one answered; raises where the two differ."""
    quick = quick_nodes(text)
    if quick is None:
        return False
    assert flat(quick) == flat(slow_nodes(text)), text
    return True


@pytest.mark.parametrize("text", ["a: body.x != 'y'", "a: x !='y'", "- 'what!'", "a: |\n  x != y"])
def test_it_reads_what_is_usual(text: str) -> None:
    """Expressions above all: a project of many routes would be read five times as slowly."""
    assert agree(text)


@pytest.mark.parametrize("text", ["a: !", "a: !str x", "- !!int 1", "[!x y]", "! x"])
def test_tags_are_for_the_other(text: str) -> None:
    assert quick_nodes(text) is None


def test_it_is_there() -> None:
    assert libyaml is not None, "ruamel.yaml.clib is not installed: projects are read five times as slowly"


def test_it_sees_what_the_parser_in_python_sees() -> None:
    found = texts()
    assert sum(map(agree, found)) > len(found) // 3


def test_it_never_takes_what_the_parser_in_python_refuses() -> None:
    chance, found = random.Random(7), texts()
    answered = sum(agree(spoiled(chance.choice(found), chance)) for _ in range(GAMES))
    assert answered > GAMES // 8


@pytest.mark.parametrize(
    "text",
    ["a:\tb", "a: b\r\n", "%YAML 1.1\n---\na: b", "a:", "a: {b: }", "? ", "a: [", "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
     "- " * 30 + "a", " " * 120 + "a: b", "", "a: b\n---\nc: d", "\ufeffa: b"],
)  # fmt: skip
def test_it_leaves_to_the_other_what_is_unusual_or_wrong(text: str) -> None:
    assert quick_nodes(text) is None
