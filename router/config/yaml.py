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
from router.config.syntax import explain

ENCODING, SYNTAX = "E0102", "E0103"


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file: its nodes (None where it is empty or cannot be read) and what the parser said. `anchors`: a node may stand
    in several places."""

    file: str
    root: Any
    problems: tuple[Problem, ...] = ()
    anchors: bool = True


def parse(raw: bytes, file: str) -> Parsed:
    """Never raises. A byte order mark and CRLF are fine; the text is UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Parsed(file, None, (_undecodable(raw, error, file),))
    try:
        return Parsed(file, nodes_of(text), anchors="&" in text)
    except MarkedYAMLError as error:
        return Parsed(file, None, (_syntax(text, error, file),))
    except ReaderError as error:
        return Parsed(file, None, (_character(text, error, file),))
    except RecursionError:
        return Parsed(file, None, (_problem(file, 1, 1, SYNTAX, "the file is nested too deep", "use fewer levels"),))
    except Exception as error:  # the parser itself stumbles over some texts (an escape that is no character)
        message = f"the file cannot be read as YAML: {error}"
        return Parsed(file, None, (_problem(file, 1, 1, SYNTAX, message, "look for a backslash in double quotes"),))


def nodes_of(text: str) -> Any:
    """The node of the one document; None where there is nothing. Raises what the parser in Python raises."""
    quick = quick_nodes(text)
    if quick is not None:
        return quick
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False  # YAML 1.2 allows it: the last one counts
    return reader.compose(text)


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


def _syntax(text: str, error: MarkedYAMLError, file: str) -> Problem:
    line, column, message, hint = explain(text, error)
    return _problem(file, line, column, SYNTAX, message, hint)
