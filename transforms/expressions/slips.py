"""What is wrong with a text that is no expression: what, at which character, and what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from router.errors import ExpressionSyntaxError
from transforms.expressions.hints import FOREIGN

TOKEN = re.compile(
    r"(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>===|=~|!==|==|!=|<=|>=|=>|->|<>|&&|\|\||\?\?|\?\.|\+\+|\+=|-=|:=|\*\*|//|[^\s])",
    re.DOTALL,
)
PARTNERS = {"(": ")", "[": "]", "{": "}"}
QUOTES = ("'", '"')
WORDS = ("and", "or", "not", "in", "is", "if", "else")
NO_BRACES = "an expression stands without braces: write `body.x`, not `{{ body.x }}`"
OPERATOR = "an operator, such as `==`, `and` or `~`,"
PLAIN_QUOTES = "put a text in plain quotes, 'like this'"
UNCHANGED = "nothing can be changed in an expression; write `body.x + 1`"
SLIPS = {
    "=": "write `==` to compare", "=~": "there are no patterns; write `'a' in body.x`",
    "===": "write `==`", "!==": "write `!=`", "<>": "write `!=`", "=>": "write `>=`",
    "&&": "write `and`", "&": "write `and`", "||": "write `or`", "!": "write `not`",
    "?": "write `a if condition else b`", "??": "write `body.x | default(…)`",
    "?.": "write `body.x.y | default(…)` where a field may be missing", "->": "write `.` for a field",
    "++": UNCHANGED, "+=": UNCHANGED, "-=": UNCHANGED, ":=": UNCHANGED,
    ";": "an expression is one value; remove it", "#": "an expression has no comments; remove it",
    "$": "a field is written body.NAME", "@": "a field is written body.NAME", "`": PLAIN_QUOTES, "“": PLAIN_QUOTES,
    "”": PLAIN_QUOTES, "„": PLAIN_QUOTES, "‘": PLAIN_QUOTES, "’": PLAIN_QUOTES, "´": PLAIN_QUOTES,
}  # fmt: skip
"""Signs of other languages, or of none, and what is meant by them."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign; it starts at character `start`, counted from 1."""

    kind: str
    value: str
    start: int

    @property
    def end(self) -> int:
        """The character behind it."""
        return self.start + len(self.value)

    def error(self, reason: str) -> ExpressionSyntaxError:
        return ExpressionSyntaxError(reason, self.start)

    @property
    def is_value(self) -> bool:
        """Whether it can begin a value."""
        return self.kind != "sign" or self.value in PARTNERS


def tokens(text: str) -> list[Token]:
    return [Token(str(m.lastgroup), m[0], m.start() + 1) for m in TOKEN.finditer(text)]


def check_pairs(text: str) -> None:
    """Brackets, quotes and neighbours: what is wrong with them is wrong whatever the parser makes of it."""
    open_: list[Token] = []
    found = tokens(text)
    for n, token in enumerate(found):
        if token.kind != "sign":
            if n:
                check_neighbour(found[n - 1], token)
            continue
        if token.value in QUOTES:
            raise token.error(f"the quote {token.value} has no partner: a text is written 'so', or \"it's\"")
        if token.value == "{" and text[token.start : token.end] in ("{", "%"):
            raise token.error(NO_BRACES)
        if token.value == "," and not open_:
            raise token.error("a list stands in brackets, as in [1, 2]; a number has a point, as in 1.5")
        if token.value in PARTNERS:
            open_.append(token)
        elif token.value in PARTNERS.values():
            close(open_, token)
    if open_:
        raise open_[-1].error(f"the `{open_[-1].value}` is never closed: a `{PARTNERS[open_[-1].value]}` is missing")


def check_neighbour(last: Token, token: Token) -> None:
    """The parser makes one text of two, and numbers with a point are texts to it."""
    if last.kind == token.kind == "text" and last.end == token.start:
        raise token.error("a quote inside a text is not doubled: write \"it's\"")
    if {last.kind, token.kind} in ({"number"}, {"number", "text"}):
        raise token.error(f"{OPERATOR} is missing between `{last.value}` and `{token.value}`")


def close(open_: list[Token], token: Token) -> None:
    if not open_ and token.value == "}":
        raise token.error(NO_BRACES)
    if not open_:
        raise token.error(f"the `{token.value}` closes nothing: remove it, or open a bracket in front of it")
    opened = open_.pop()
    if PARTNERS[opened.value] != token.value:
        partner = PARTNERS[opened.value]
        raise token.error(f"the `{opened.value}` of character {opened.start} is closed by `{token.value}`, not `{partner}`")


def explain(text: str, column: int, message: str) -> ExpressionSyntaxError:
    """Of a text whose brackets and quotes are in order: why the parser stopped at that character, and said so."""
    found = tokens(text)
    at = next((n for n, token in enumerate(found) if token.end > column), len(found))
    before, token = found[:at], found[at] if at < len(found) else None
    if before and before[0].value == "if":
        return before[0].error(f"`if` stands behind a value: {FOREIGN['if']}")
    return ended(before) if token is None else stopped(before, token, message)


def foreign_word(before: list[Token], token: Token | None) -> ExpressionSyntaxError | None:
    """A word of another language, at that place or just in front of it."""
    row = [*before, token] if token else before
    for n in range(len(row) - 1, max(len(row) - 3, -1), -1):
        word = row[n]
        if word.kind == "name" and word.value in FOREIGN and word.value not in WORDS and not (n and row[n - 1].value == "."):
            return word.error(f"`{word.value}` means nothing here: {FOREIGN[word.value]}")
    return None


def ended(before: list[Token]) -> ExpressionSyntaxError:
    last = before[-1]
    if last.value in SLIPS:
        return slipped(last)
    if (word := foreign_word(before, None)) is not None:
        return word
    return last.error(f"the expression ends too early: {missing_behind(before)} is missing after `{last.value}`")


def slipped(token: Token) -> ExpressionSyntaxError:
    sign = "a backtick" if token.value == "`" else f"`{token.value}`"
    return token.error(f"{sign} cannot stand here: {SLIPS[token.value]}")


def missing_behind(before: list[Token]) -> str:
    match [token.value for token in before]:
        case [*_, "."]:
            return "the name of a field"
        case [*_, "|"]:
            return "the name of a filter"
        case [*_, "is"] | [*_, "is", "not"]:
            return "`defined` or `none`"
    return "a value"


def stopped(before: list[Token], token: Token, message: str) -> ExpressionSyntaxError:
    last = before[-1] if before else None
    if last is not None and last.value == ".":
        return odd_field(last, token)
    if (word := foreign_word(before, token)) is not None:
        return word
    slip = next((t for t in (token, last) if t is not None and t.value in SLIPS), None)
    if slip is not None:
        return slipped(slip)
    if last is None and token.value in ("/", "//"):
        return token.error("a path into XML is no expression: write body | xpath('p:Store/text()')")
    if last is None:
        return token.error(f"a value is missing in front of `{token.value}`")
    if last.kind != "sign" or last.value in PARTNERS.values():
        return side_by_side(before, token, message)
    missing = missing_behind(before)
    return token.error(f"{missing} is missing between `{last.value}` and `{token.value}`")


def odd_field(dot: Token, token: Token) -> ExpressionSyntaxError:
    """Behind a dot stands what is no plain name."""
    if token.value == "[":
        return dot.error("write body['x'], without the dot in front of the bracket")
    if token.value in (*SLIPS, "*", "%", "/") or token.kind == "text":
        return token.error("a field whose name has other signs than letters, digits and _ is written body['a-b']")
    return dot.error(f"the name of a field is missing between `.` and `{token.value}`")


def side_by_side(before: list[Token], token: Token, message: str) -> ExpressionSyntaxError:
    last = before[-1]
    if last.value in WORDS and last.value != "not" and len(before) == 1:
        return last.error(f"a value is missing in front of `{last.value}`")
    if last.value in WORDS and before[-2:-1] and before[-2].value in WORDS:
        return last.error(f"a value is missing between `{before[-2].value}` and `{last.value}`")
    if last.value in WORDS:
        return token.error(f"{missing_behind(before)} is missing between `{last.value}` and `{token.value}`")
    if not token.is_value:
        return token.error(f"`{token.value}` is not expected after `{last.value}`: remove it, or write a value behind it")
    if token.kind == "text" and last.kind == "name" and last.end == token.start:
        return last.error(f"`{last.value}` in front of a text means nothing here: join with `~`, as in 'a' ~ body.x")
    if last.kind == "number" and token.kind == "name" and last.end == token.start:
        return last.error(f"a field whose name begins with a digit is written body['{last.value}{token.value}']")
    expected = re.match(r"expected token '([:,])'", message)
    sign = f"a `{expected[1]}` or an operator" if expected else OPERATOR
    return token.error(f"{sign} is missing between `{last.value}` and `{token.value}`")
