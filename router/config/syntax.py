"""What is wrong with a text that is no YAML: where, what, and what to write instead. The parser stops where it can go on no
more, which is often behind the mistake: a quote that is not closed swallows lines, a template without quotes ends a mapping."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

from router.config.indentation import deeper, first_of_block, interrupted
from router.config.stop import BLOCK_END, NO_VALUE, Explained, Stop

QUOTE = "put the text in quotes"
ODD_SPACE = re.compile(r"^[ \t]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])|[:-]([\u00a0\u2000-\u200b\u202f\u3000])")
PARTNERS = {"{": "}", "[": "]"}
OPEN = re.compile(r"expected ',' or '([\]}])'")
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


def explain(text: str, error: MarkedYAMLError) -> Explained:
    stop = Stop(text, error)
    return next((found for look in LOOKS if (found := look(stop)) is not None), None) or sentence(stop)


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
    if not (OPEN.search(stop.said) or BLOCK_END in stop.said or "parsing a flow" in str(stop.error.context)):
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


def same_line(stop: Stop) -> Explained | None:
    """`{a: b} c: d`"""
    before = stop.at(stop.line)[: stop.column].rstrip()
    if BLOCK_END not in stop.said or not before.endswith(("}", "]")):
        return None
    message = "the value ends in front of this, and more follows in its line"
    return Explained(stop.line + 1, stop.column + 1, message, f"begin a new line for what follows, or {QUOTE} as a whole")


def closing(stop: Stop) -> Explained | None:
    """`{a: b}}`"""
    if stop.here[:1] in ("}", "]") and not OPEN.search(stop.said):
        hint = f"remove it, or {QUOTE} if it belongs to it"
        return Explained(stop.line + 1, stop.column + 1, f"this '{stop.here[0]}' closes nothing", hint)
    return None


def mismatch(stop: Stop) -> Explained | None:
    """`[a, b}`"""
    opened = stop.at(stop.first)[stop.first_column : stop.first_column + 1]
    if not OPEN.search(stop.said) or stop.here[:1] not in ("}", "]") or opened not in PARTNERS:
        return None
    message = f"what begins here with '{opened}' is closed by '{stop.here[0]}'"
    return Explained(stop.first + 1, stop.first_column + 1, message, f"close it with '{PARTNERS[opened]}'")


def glued(stop: Stop) -> Explained | None:
    """`key:value`"""
    if not (NO_COLON.search(stop.said) or NO_VALUE.search(stop.said)):
        return None
    for number in (stop.first, stop.line - 1):
        equals = re.match(r"\s*(?:- +)?([\w.-]+) *= *([\w\"'].*)", stop.at(number))
        if equals is not None and number >= 0:
            hint = f"write '{equals[1]}: {equals[2].strip()}'"
            return Explained(number + 1, equals.start(1) + 1, "a ':' is missing after this key", hint)
        found = re.match(r"\s*(?:- +)?([\w.-]+):[^\s:/]", stop.at(number))
        if found is not None and number >= 0:
            message = "the ':' after this key has no space behind it"
            return Explained(number + 1, found.start(1) + 1, message, "put a space behind the ':'")
    return None


def dash(stop: Stop) -> Explained | None:
    """`-key: value` among items."""
    if not re.match(r"-[\w'\"{\[]", stop.here) or BLOCK_END not in stop.said:
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
    foreign, odd_space, template, reference, many_lines, behind_quote, closing, same_line, mismatch, glued, deeper, dash,
    interrupted, first_of_block,
)  # fmt: skip
"""In this order: what is sure comes first."""
