"""A statement of a project, read once: where its `:name` parameters are, and that it is one statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

DELIVERY_ID = "delivery_id"
"""The parameter that is always there."""
VERBS = ("insert", "update", "delete", "merge", "replace", "with", "select", "call")
"""What a statement may begin with: nothing that ends the transaction of its batch or changes the connection."""

TOKEN = re.compile(
    r"""
    (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*') | (?P<text>'(?:[^']|'')*') | (?P<name>"(?:[^"]|"")*" | `[^`]*`)
    | (?P<dollars>\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$) | (?P<line>--[^\n]*) | (?P<block>/\*)
    | (?P<cast>::) | :(?P<param>[A-Za-z_]\w*) | (?P<number>\$\d+) | (?P<end>;) | (?P<word>\w+) | (?P<open>['"`])
    """,
    re.VERBOSE | re.DOTALL,
)
COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Statement:
    """`pieces` stand around the parameters, one more than there are `params`; a parameter that is used twice stands
    twice in `params`, so that each place may make its own type of it."""

    text: str
    pieces: tuple[str, ...]
    params: tuple[str, ...]

    def render(self, placeholder: Callable[[int], str]) -> str:
        """The statement of a driver; its placeholders are counted from 1."""
        made = [self.pieces[0]]
        for number, piece in enumerate(self.pieces[1:], 1):
            made += [placeholder(number), piece]
        return "".join(made)


def read_statement(text: str) -> Statement:
    """Raises ValueError with what is wrong and where."""
    pieces: list[str] = []
    params: list[str] = []
    at = begun = 0
    verb, end = "", len(text)
    while found := TOKEN.search(text, at):
        kind, at = str(found.lastgroup), found.end()
        if kind == "block":
            at = end_of_comment(text, found.start())
        elif kind == "end":
            end = min(end, found.start())
        elif kind != "line" and found.start() > end:
            raise ValueError("statement: there is more than one; a target sends one statement")
        elif kind == "param":
            pieces.append(text[begun : found.start()])
            params.append(found["param"])
            begun = at
        elif kind in ("word", "escaped"):
            verb = verb or found.group().lower()
        else:
            refuse(text, found, kind)
    if verb not in VERBS:
        raise ValueError(f"statement: it begins with {verb!r}; it may begin with {', '.join(VERBS)}")
    pieces.append(text[begun:end])
    return Statement(text, tuple(pieces), tuple(params))


def refuse(text: str, found: re.Match[str], kind: str) -> None:
    """Raises for what cannot stand in a statement of a project."""
    if kind == "open":
        raise ValueError(f"statement: the {found.group()} {place(text, found.start())} is never closed")
    if kind == "number":
        raise ValueError(f"statement: {found.group()} {place(text, found.start())} is not known here; write :name")


def end_of_comment(text: str, begun: int) -> int:
    """Behind a comment, which may hold others."""
    depth, at = 0, begun
    while found := COMMENT_EDGE.search(text, at):
        depth, at = depth + (1 if found.group() == "/*" else -1), found.end()
        if depth == 0:
            return at
    raise ValueError(f"statement: the comment {place(text, begun)} is never closed")


def place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"in line {line}, character {at - (text.rfind(chr(10), 0, at) + 1) + 1}"


def check_params(statement: Statement, given: Iterable[str]) -> None:
    """Every parameter has a value, and every value is used. Raises ValueError."""
    names = set(given)
    if DELIVERY_ID in names:
        raise ValueError(f"params.{DELIVERY_ID}: it is there already; leave it out")
    missing = [name for name in dict.fromkeys(statement.params) if name not in names | {DELIVERY_ID}]
    if missing:
        raise ValueError(f"statement: :{missing[0]} has no value; add it to params (a cast is written x::type)")
    unused = sorted(names - set(statement.params))
    if unused:
        raise ValueError(f"params.{unused[0]}: the statement does not use :{unused[0]}")
