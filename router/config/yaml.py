"""YAML 1.2 text to a tree of nodes that know their places; what cannot be read becomes problems."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from router.config.problems import ERROR, Problem
from router.config.quickyaml import quick_nodes

ENCODING, SYNTAX = "E0102", "E0103"
BLOCK_END, OPEN = re.compile(r"expected <block end>"), re.compile(r"expected ',' or '([\]}])'")

QUOTE = "put the text in quotes"
SENTENCES = (
    (
        re.compile(r"mapping values are not allowed"),
        "a ': ' is not possible here",
        QUOTE + " if the ': ' belongs to it",
    ),
    (re.compile(r"character '\\t'"), "a tab stands where YAML wants spaces", "indent with spaces"),
    (re.compile(r"character '([^'])' that cannot start"), "a text cannot begin with '{0}'", QUOTE),
    (re.compile(r"unexpected end of stream"), "the quote that begins here is not closed", "close it"),
    (
        re.compile(r"found undefined alias '(.*)'"),
        "there is no anchor '&{0}' above this line",
        "define it before its use",
    ),
    (re.compile(r"another document"), "a second document begins here", "one file holds one document: remove the '---'"),
    (re.compile(r"unknown escape character '(.*)'"), "'\\{0}' is not an escape in double quotes", "use single quotes"),
    (re.compile(r"could not find expected ':'"), "a ':' is missing after this key", "write 'key: value'"),
    (
        re.compile(r"sequence entries are not allowed"),
        "a list cannot begin here",
        "begin it on the next line, or use [ ]",
    ),
    (BLOCK_END, "this line is indented unlike the lines it belongs to", "align it with its neighbours"),
    (OPEN, "a ',' or '{0}' is missing in what begins here", "close it, or put a text with ':' or braces in quotes"),
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file: its nodes (None where it is empty or cannot be read) and what the parser said."""

    file: str
    root: Any
    problems: tuple[Problem, ...] = ()


def parse(raw: bytes, file: str) -> Parsed:
    """Never raises. A byte order mark and CRLF are fine; the text is UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Parsed(file, None, (_undecodable(raw, error, file),))
    quick = quick_nodes(text)
    if quick is not None:
        return Parsed(file, quick)
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False  # YAML 1.2 allows it: the last one counts
    try:
        return Parsed(file, reader.compose(text))
    except MarkedYAMLError as error:
        return Parsed(file, None, (_syntax(error, file),))
    except ReaderError as error:
        return Parsed(file, None, (_character(text, error, file),))
    except RecursionError:
        return Parsed(file, None, (_problem(file, 1, 1, SYNTAX, "the file is nested too deep", "use fewer levels"),))
    except Exception as error:  # the parser itself stumbles over some texts (an escape that is no character)
        return Parsed(file, None, (_problem(file, 1, 1, SYNTAX, f"the file cannot be read as YAML: {error}", ""),))


def values(raw: bytes) -> Any:
    """The plain values of a file without mistakes."""
    return read_values(raw.decode("utf-8-sig"))


def read_values(text: str, constructor: type[SafeConstructor] = SafeConstructor) -> Any:
    """The values of a text. Raises what the parser in Python raises, which reads again what the quick one does not."""

    def reader() -> Any:
        yaml = YAML(typ="safe", pure=True)
        yaml.Constructor = constructor
        return yaml

    node = quick_nodes(text)
    if node is not None:
        with suppress(YAMLError, ValueError):
            return reader().constructor.construct_document(node)
    return reader().load(text)


def _problem(file: str, line: int, column: int, code: str, message: str, hint: str) -> Problem:
    return Problem(ERROR, code, file, line, column, "", message, hint)


def _undecodable(raw: bytes, error: UnicodeDecodeError, file: str) -> Problem:
    before = raw[: error.start].decode("utf-8-sig", "replace")
    message = f"byte 0x{error.object[error.start]:02x} at offset {error.start} is not UTF-8"
    return _problem(file, *_place(before), ENCODING, message, "save the file as UTF-8")


def _character(text: str, error: ReaderError, file: str) -> Problem:
    at = int(error.position or 0)
    message = f"the character U+{ord(text[at]):04X} is not allowed in YAML" if at < len(text) else str(error)
    return _problem(file, *_place(text[:at]), ENCODING, message, "remove it, or write it as an escape in double quotes")


def _place(before: str) -> tuple[int, int]:
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1


def _syntax(error: MarkedYAMLError, file: str) -> Problem:
    said = error.problem or str(error)
    mark = error.problem_mark or error.context_mark
    begins = error.context_mark and ("end of stream" in said or "expected ':'" in said or OPEN.search(said))
    if begins:  # what is not closed is a mistake where it begins, not at the end of the file
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for pattern, message, hint in SENTENCES:
        found = pattern.search(said)
        if found:
            return _problem(file, line, column, SYNTAX, message.format(*found.groups()), hint)
    return _problem(file, line, column, SYNTAX, f"the file cannot be read as YAML: {said}", QUOTE)
