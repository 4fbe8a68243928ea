"""What is wrong with a text that is no YAML: where, what, and what to write instead. The parser stops where it can go on no
more, which is often behind the mistake: a quote that is not closed swallows lines, a template without quotes ends a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.tokens import ScalarToken, Token

QUOTE = "put the text in quotes"
ODD_SPACE = re.compile(r"^[ \t]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])|[:-]([\u00a0\u2000-\u200b\u202f\u3000])")
PARTNERS = {"{": "}", "[": "]"}
OPEN = re.compile(r"expected ',' or '([\]}])'")
NO_VALUE = re.compile(r"mapping values are not allowed")
NO_COLON = re.compile(r"could not find expected ':'")
ENDED = re.compile(r"unexpected end of stream")
SENTENCES = (
    (NO_VALUE, "a ': ' is not possible here", QUOTE + " if the ': ' belongs to it"),
    (re.compile(r"character '\\t'"), "a tab stands where YAML wants spaces", "write spaces instead of the tab"),
    (re.compile(r"character '([^'])' that cannot start"), "a text cannot begin with '{0}'", QUOTE),
    (ENDED, "the quote that begins here is not closed", "close it"),
    (
        re.compile(r"found undefined alias '(.*)'"), "there is no anchor '&{0}' above this line",
        "a text that begins with '*' stands in quotes; an anchor is defined above its use",
    ),
    (re.compile(r"another document"), "a second document begins here", "one file holds one document: remove the '---'"),
    (
        re.compile(r"unknown escape character '(.*)'"), "'\\{0}' is not an escape in double quotes",
        "use single quotes, or write two backslashes",
    ),
    (NO_COLON, "a ':' is missing after this key", "write 'key: value'"),
    (re.compile(r"sequence entries are not allowed"), "a list cannot begin here", "begin it on the next line, or use [ ]"),
    (
        re.compile(r"expected <block end>"), "this line is indented unlike the lines it belongs to",
        "align it with its neighbours",
    ),
    (OPEN, "a ',' or '{0}' is missing in what begins here", "close it, or put a text with ':' or braces in quotes"),
)  # fmt: skip


class Explained(NamedTuple):
    """Line and column count from 1."""

    line: int
    column: int
    message: str
    hint: str


def explain(text: str, error: MarkedYAMLError) -> Explained:
    stop = Stop(text, error)
    return next((found for look in LOOKS if (found := look(stop)) is not None), None) or sentence(stop)


class Stop:
    """Where the parser stopped, and why; `first` is where it began what it was reading. Lines and columns count from 0."""

    def __init__(self, text: str, error: MarkedYAMLError) -> None:
        self.text, self.error = text, error
        mark: Any = error.problem_mark or error.context_mark
        context: Any = error.context_mark or mark
        self.line: int = mark.line if mark else 0
        self.column: int = mark.column if mark else 0
        self.first: int = context.line if context else 0
        self.first_column: int = context.column if context else 0
        self.said = str(error.problem or error)

    @cached_property
    def lines(self) -> list[str]:
        return re.split(r"\r\n|[\r\n\x85\u2028\u2029]", self.text)

    def at(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    @property
    def here(self) -> str:
        """From where it stopped to the end of the line."""
        return self.at(self.line)[self.column :]

    @cached_property
    def quoted(self) -> Token | None:
        """The last text in quotes that begins in front of where it stopped."""
        last: Token | None = None
        try:
            for token in YAML(typ="safe", pure=True).scan(self.text):
                if (token.start_mark.line, token.start_mark.column) >= (self.line, self.column):
                    break
                if isinstance(token, ScalarToken) and token.style in ("'", '"'):
                    last = token
        except (YAMLError, ValueError):
            pass
        return last


def odd_space(stop: Stop) -> Explained | None:
    for number in range(max(0, stop.line - 2), stop.line + 1):
        found = ODD_SPACE.search(stop.at(number))
        if found:
            at = found.start(1) if found[1] else found.start(2)
            name = f"U+{ord(found[1] or found[2]):04X}"
            message = f"a space that is none for YAML ({name}) stands where it wants plain ones"
            return Explained(number + 1, at + 1, message, "write plain spaces instead of it")
    return None


def template(stop: Stop) -> Explained | None:
    """`name: {{ file.stem }}.csv`"""
    if not (OPEN.search(stop.said) or "<block end>" in stop.said or "parsing a flow" in str(stop.error.context)):
        return None
    for number in range(stop.line, max(stop.first, stop.line - 2) - 1, -1):
        line = stop.at(number)
        for found in re.finditer(r"\{[{%]", line):
            before = line[: found.start()]
            if before.count('"') % 2 == 0 and before.count("'") % 2 == 0 and "#" not in before:
                start = max((m.end() for m in re.finditer(r"(?:: |- |, |\[|\{)\s*", before)), default=0)
                message = "a text with {{ }} stands without quotes: YAML takes the braces for its own"
                return Explained(number + 1, start + 1, message, f'{QUOTE}: "{{{{ … }}}}"')
    return None


def reference(stop: Stop) -> Explained | None:
    """`{url: ${env:ERP_URL}}`"""
    for number in range(stop.first, stop.line + 1) if OPEN.search(stop.said) else ():
        found = re.search(r"(?:: |, |\[|\{)\s*(\$\{\w+:)", stop.at(number))
        if found:
            message = "a reference stands without quotes inside of braces, which YAML takes for its own"
            return Explained(number + 1, found.start(1) + 1, message, QUOTE)
    return None


def foreign(stop: Stop) -> Explained | None:
    """Comments of other languages, and what a version control leaves where two changed the same."""
    for number in range(max(0, min(stop.first, stop.line) - 1), stop.line + 1):
        found = re.match(r"\s*(//|/\*|--(?!-)|<<<<<<< |=======$|>>>>>>> )", stop.at(number))
        if found and found[1][0] in "<=>":
            message = "two versions of these lines stand here: a merge was not finished"
            return Explained(number + 1, found.start(1) + 1, message, "keep one of them, and remove the lines that mark them")
        if found:
            return Explained(number + 1, found.start(1) + 1, f"'{found[1]}' begins no comment", "a comment begins with '#'")
    return None


def many_lines(stop: Stop) -> Explained | None:
    """A quote that is closed by one of a later line: what follows is taken for something else."""
    token = stop.quoted
    if token is None or not token.start_mark.line < token.end_mark.line == stop.line or ENDED.search(stop.said):
        return None
    message = f"the quote that begins here is closed in line {token.end_mark.line + 1} only"
    return Explained(token.start_mark.line + 1, token.start_mark.column + 1, message, "close it where its text ends")


def behind_quote(stop: Stop) -> Explained | None:
    """`'the shop's orders'`"""
    token = stop.quoted
    if token is None or token.end_mark.line != stop.line or ENDED.search(stop.said):
        return None
    between = stop.at(stop.line)[token.end_mark.column : stop.column + 1]
    if not between.strip() or len(between.split()) > 1 or between.strip()[0] in ",]}:#&*":
        return None
    single = stop.at(token.start_mark.line)[token.start_mark.column : token.start_mark.column + 1] == "'"
    inside = "write '' for a single quote inside of it" if single else 'write \\" for a double quote inside of it'
    hint = f"{inside}, or {QUOTE} of the other kind as a whole"
    return Explained(stop.line + 1, token.end_mark.column + 1, "the text in quotes ends here, and more follows", hint)


def closing(stop: Stop) -> Explained | None:
    """`{a: b}}`"""
    if stop.here[:1] in ("}", "]") and not OPEN.search(stop.said):
        hint = f"remove it, or {QUOTE} if it belongs to it"
        return Explained(stop.line + 1, stop.column + 1, f"this '{stop.here[0]}' closes nothing", hint)
    return None


def first_of_block(stop: Stop) -> Explained | None:
    """A block whose first line is indented deeper than those below it, and is nearly alone in that."""
    if "<block end>" not in stop.said or indent_of(stop.at(stop.line)) != stop.column:
        return None
    block = list(lines_while(stop, range(stop.line - 1, -1, -1), stop.column + 1))
    if not block:
        return None
    first, depth = block[-1], indent_of(stop.at(block[-1])) or 0
    above = sum(indent_of(stop.at(n)) == depth for n in block)
    below = sum(indent_of(stop.at(n)) == stop.column for n in lines_while(stop, range(stop.line, len(stop.lines)), stop.column))
    if above >= below:
        return None
    message = f"this line is indented unlike line {stop.line + 1} and those behind it"
    return Explained(first + 1, depth + 1, message, "align it with them")


def interrupted(stop: Stop) -> Explained | None:
    """A line that is indented less than the block which it stands in, so that the block seems to end with it. Where it could
    stand there, the block must go on behind it: else what is wrong is where the parser stopped."""
    if "<block end>" not in stop.said or indent_of(stop.at(stop.line)) != stop.column:
        return None
    above = [(n, depth) for n in range(stop.line - 1, -1, -1) if (depth := indent_of(stop.at(n))) is not None]
    culprit, at = next(((n, depth) for n, depth in above if depth < stop.column), (-1, 0))
    before = [depth for n, depth in above if n < culprit]
    if next((depth for depth in before if depth <= stop.column), -1) != stop.column:
        return None
    goes_on = list(lines_while(stop, range(stop.line, len(stop.lines)), stop.column))
    many = sum(indent_of(stop.at(n)) == stop.column for n in goes_on) > 1
    may_stand = next((depth for depth in before if depth < stop.column), 0) == at
    if may_stand and (not many or first_of_block(stop) is not None):
        return None
    message = f"this line is indented less than those above it and line {stop.line + 1}"
    return Explained(culprit + 1, at + 1, message, "align it with them")


def lines_while(stop: Stop, numbers: Iterable[int], least: int) -> Iterator[int]:
    """The full lines among these until one is indented less."""
    for n in numbers:
        depth = indent_of(stop.at(n))
        if depth is not None and depth < least:
            return
        if depth is not None:
            yield n


def indent_of(line: str) -> int | None:
    """Blanks in front of a line; None where it is empty or a comment."""
    text = line.lstrip(" ")
    return len(line) - len(text) if text and not text.startswith("#") else None


def mismatch(stop: Stop) -> Explained | None:
    """`[a, b}`"""
    opened = stop.at(stop.first)[stop.first_column : stop.first_column + 1]
    if not OPEN.search(stop.said) or stop.here[:1] not in ("}", "]") or opened not in PARTNERS:
        return None
    message = f"what begins here with '{opened}' is closed by '{stop.here[0]}'"
    return Explained(stop.first + 1, stop.first_column + 1, message, f"close it with '{PARTNERS[opened]}'")


def deeper(stop: Stop) -> Explained | None:
    """A key that is indented below one which has its value already."""
    before = stop.at(stop.line)[: stop.column]
    if not NO_VALUE.search(stop.said) or not re.fullmatch(r"\s+[\w.-]+", before):
        return None
    indent = len(before) - len(before.lstrip())
    message = "this key is indented deeper than the line above, which has its value already"
    return Explained(stop.line + 1, indent + 1, message, "align it with its neighbours")


def glued(stop: Stop) -> Explained | None:
    """`key:value`"""
    if not (NO_COLON.search(stop.said) or NO_VALUE.search(stop.said)):
        return None
    for number in (stop.first, stop.line - 1):
        found = re.match(r"\s*(?:- +)?([\w.-]+):[^\s:/]", stop.at(number))
        if found is not None and number >= 0:
            message = "the ':' after this key has no space behind it"
            return Explained(number + 1, found.start(1) + 1, message, "put a space behind the ':'")
    return None


def dash(stop: Stop) -> Explained | None:
    """`-key: value` among items."""
    if not re.match(r"-[\w'\"{\[]", stop.here) or "<block end>" not in stop.said:
        return None
    return Explained(stop.line + 1, stop.column + 1, "this '-' has no space behind it", "put a space behind the '-'")


def sentence(stop: Stop) -> Explained:
    """By what the parser says."""
    begins = ENDED.search(stop.said) or "expected ':'" in stop.said or OPEN.search(stop.said)
    # what is not closed is a mistake where it begins, not at the end of the file
    line, column = (stop.first, stop.first_column) if begins else (stop.line, stop.column)
    for pattern, message, hint in SENTENCES:
        found = pattern.search(stop.said)
        if found:
            return Explained(line + 1, column + 1, message.format(*found.groups()), hint)
    return Explained(line + 1, column + 1, f"the file cannot be read as YAML: {stop.said}", QUOTE)


LOOKS = (
    foreign, odd_space, template, reference, many_lines, behind_quote, closing, mismatch, glued, deeper, dash, interrupted,
    first_of_block,
)  # fmt: skip
"""In this order: what is sure comes first."""
