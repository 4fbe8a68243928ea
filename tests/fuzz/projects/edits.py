"""One mistake in a file, as a hand makes it: a node of its YAML deleted, doubled, swapped, renamed, given another kind or
another indentation; a line of any text damaged."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from router.config.yaml import parse

OTHERS = (
    "[]", "{}", "[x]", "{x: y}", "5", "-1", "true", "null", '""', "x", "10s", "body.x", '"{{ body.x }}"', "1.5", "'5'", "*x",
    "[null]", "[[x]]", "{x: null}", "[5, true, 1.5]",
)  # fmt: skip
SIGNS = "{}[]:,-'\"#&*!|>%@`\t\\x0 \udcff\u00a0"
"""What a hand or a bad editor puts in; the last but one is a byte that is no UTF-8."""
TEXT_SIGNS = "{}%<>|'\"x. "


@dataclass(frozen=True)
class Edit:
    """What became of a text. `lines` are those of the new text that it touched, from 1; `parent` that of the key which holds
    what was touched; `names` what it was called, before and after."""

    kind: str
    text: str
    lines: tuple[int, int]
    parent: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A key with its value, or an item of a list: where it stands (offsets into the text), and where its parent's key does."""

    start: int
    value: int
    end: int
    next: int
    name: str
    parent: int
    flow: bool


def edit(text: str, chance: random.Random, yaml: bool) -> Edit | None:
    """One mutation by chance; None where it changed nothing."""
    kinds: list[Callable[[str, random.Random], Edit | None]] = [delete, double, swap, rename, retype, indent, damage]
    made = chance.choice(kinds if yaml else [damage, drop_line])(text, chance)
    return made if made is not None and made.text != text else None


# --- of YAML ----------------------------------------------------------------------------------------------------------
def entries(text: str) -> list[Entry]:
    root = parse(text.encode(), "x").root
    return list(walk(root, text, 0)) if root is not None else []


def walk(node: Any, text: str, parent: int) -> Iterator[Entry]:
    if not isinstance(node, MappingNode | SequenceNode):
        return
    pairs = node.value if isinstance(node, MappingNode) else [(item, item) for item in node.value]
    starts = [offset(text, key.start_mark) for key, _ in pairs]
    if isinstance(node, SequenceNode) and not node.flow_style:
        starts = [text.rindex("-", 0, start) if "-" in text[:start] else start for start in starts]
    for n, (key, value) in enumerate(pairs):
        end = offset(text, value.end_mark)
        end = len(text[:end].rstrip()) if not node.flow_style else end
        after = starts[n + 1] if n + 1 < len(pairs) else end
        name = key.value if isinstance(key, ScalarNode) and key is not value else id_of(value)
        yield Entry(starts[n], offset(text, value.start_mark), end, after, name, parent, bool(node.flow_style))
        yield from walk(value, text, line_of(text, starts[n]))


def id_of(node: Any) -> str:
    """Of a target in a list."""
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value.value for key, value in pairs if key.value == "id" and isinstance(value, ScalarNode)), "")


def offset(text: str, mark: Any) -> int:
    return int(mark.index)


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def lines_of(text: str, start: int, end: int) -> tuple[int, int]:
    return line_of(text, start), line_of(text, max(start, end))


def some(text: str, chance: random.Random) -> Entry | None:
    listed = entries(text)
    return chance.choice(listed) if listed else None


def delete(text: str, chance: random.Random) -> Edit | None:
    one = some(text, chance)
    if one is None:
        return None
    start, end = (one.start, one.next) if one.flow or one.next != one.end else (line_start(text, one.start), one.end)
    if one.flow and one.next == one.end:
        start = len(text[:start].rstrip().removesuffix(","))
    return Edit("delete", text[:start] + text[end:], lines_of(text, start, start), one.parent, (one.name,))


def line_start(text: str, at: int) -> int:
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return at - len(before) if not before.strip() else at


def double(text: str, chance: random.Random) -> Edit | None:
    one = some(text, chance)
    if one is None:
        return None
    piece = text[one.start : one.end]
    between = ", " if one.flow else "\n" + " " * column(text, one.start)
    made = text[: one.end] + between + piece + text[one.end :]
    return Edit("double", made, lines_of(made, one.start, one.end + len(between + piece)), one.parent, (one.name,))


def column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1


def swap(text: str, chance: random.Random) -> Edit | None:
    """The values of two neighbours."""
    listed = entries(text)
    pairs = [(a, b) for a in listed for b in listed if a.end <= b.value and a.parent == b.parent and a.flow == b.flow]
    if not pairs:
        return None
    a, b = chance.choice(pairs[:2000])
    first, second = text[a.value : a.end], text[b.value : b.end]
    made = text[: a.value] + second + text[a.end : b.value] + first + text[b.end :]
    return Edit("swap", made, lines_of(made, a.start, b.end), a.parent, (a.name, b.name))


def rename(text: str, chance: random.Random) -> Edit | None:
    named = [one for one in entries(text) if len(one.name) > 1 and text[one.start :].lstrip("\"'").startswith(one.name)]
    if not named:
        return None
    one = chance.choice(named)
    at = one.start + text[one.start : one.start + len(one.name) + 1].find(one.name)
    name = slip(one.name, chance)
    made = text[:at] + name + text[at + len(one.name) :]
    return Edit("rename", made, lines_of(made, one.start, one.start), one.parent, (one.name, name))


def slip(name: str, chance: random.Random) -> str:
    """A slip of the pen: a letter is missing, doubled, another one, or changes its place with the next."""
    at = chance.randrange(len(name) - 1)
    kinds = (name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + "x" + name[at + 1 :],
             name[:at] + name[at + 1] + name[at] + name[at + 2 :])  # fmt: skip
    return chance.choice(kinds)


def retype(text: str, chance: random.Random) -> Edit | None:
    one = some(text, chance)
    if one is None or one.value >= one.end:
        return None
    made = text[: one.value] + chance.choice(OTHERS) + text[one.end :]
    return Edit("retype", made, lines_of(made, one.start, one.value), one.parent, (one.name, text[one.value : one.end]))


def indent(text: str, chance: random.Random) -> Edit | None:
    """A line, one or two blanks to the left or to the right."""
    lines = text.split("\n")
    full = [n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    n = chance.choice(full)
    by = chance.choice((-2, -1, 1, 2))
    lines[n] = " " * by + lines[n] if by > 0 else lines[n].removeprefix(" " * -by)
    return Edit("indent", "\n".join(lines), (n + 1, n + 1), parent_line(lines, n))


# --- of any text ------------------------------------------------------------------------------------------------------
def damage(text: str, chance: random.Random) -> Edit | None:
    """A sign more, less, or another one."""
    lines = text.split("\n")
    full = [n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    if not full:
        return None
    n = chance.choice(full)
    line, signs = lines[n], SIGNS if "{%" not in text else TEXT_SIGNS
    at = chance.randrange(len(line))
    lines[n] = line[:at] + chance.choice(("", chance.choice(signs), line[at] + chance.choice(signs))) + line[at + 1 :]
    return Edit("damage", "\n".join(lines), (n + 1, n + 1), parent_line(lines, n), tuple(line.split()))


def drop_line(text: str, chance: random.Random) -> Edit | None:
    lines = text.split("\n")
    n = chance.randrange(len(lines))
    gone = lines.pop(n)
    return Edit("drop line", "\n".join(lines), (max(n, 1), n + 1), parent_line(lines, n - 1), (gone.strip(),))


def parent_line(lines: list[str], n: int) -> int:
    """The nearest line above that is indented less."""
    if not 0 <= n < len(lines):
        return 0
    depth = len(lines[n]) - len(lines[n].lstrip())
    above = (m for m in range(n - 1, -1, -1) if lines[m].strip() and len(lines[m]) - len(lines[m].lstrip()) < depth)
    return next(above, -1) + 1
