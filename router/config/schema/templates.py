"""Short templates in routes.yaml: what their fixed text already shows to be wrong."""

from __future__ import annotations

import re
from typing import Any

from router.config.schema.fields import Pattern
from router.config.schema.mistakes import wrong

VALUE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
LONE = re.compile(r"(?<![{$])\{([A-Za-z_][\w.]*)\}(?!\})")
LONGEST_NAME = 200


def fixed(text: str) -> str:
    """The text without what is only known at run time."""
    return VALUE.sub("", text)


def lone_word(text: str) -> str | None:
    """A `{word}` that was probably meant as `{{ word }}`."""
    found = LONE.search(fixed(text))
    return found[1] if found else None


ROOTS = frozenset(("body", "headers", "message", "file", "record", "target", "reply", "out"))
FILE_WORDS = frozenset(("name", "stem", "suffix", "size"))


def value_of(word: str) -> str:
    """The expression that a lone word was probably meant as."""
    if word.partition(".")[0] in ROOTS:
        return word
    if word in ("date", "today"):
        return "message.received_at | date"
    return f"file.{word}" if word in FILE_WORDS else f"body.{word}"


def better_path(value: str) -> str:
    """What a path that does not begin with a slash was probably meant as."""
    plain = value.strip("\u201c\u201d\u201e\u2018\u2019'\" ")
    address = re.match(r"\w+://[^/]+", plain)
    if address:
        return f"write {plain[address.end() :] or '/'}, without scheme and host"
    return f"write {plain}" if plain.startswith("/") else f"write /{plain}"


class UrlPath(Pattern):
    """`path` of an http send: begins with a slash."""

    examples = ("/orders/{{ body.order_no }}",)

    def check(self, value: str) -> Any:
        if not value.startswith(("/", "{{", "{%")):
            raise wrong(value, "a path begins with '/'", better_path(value) if value else "")
        text = fixed(value)
        if "{{" not in text and re.search(r"[\s?#]", text):  # a brace that is not closed is said by the template
            raise wrong(value, "a path holds no spaces, '?' or '#'", "parameters stand in 'query'")
        return value


class FileNamePattern(Pattern):
    """`name` of a folder send: one segment, no leading dot, at most 200 bytes."""

    examples = ("{{ file.stem }}.ndjson", "{{ message.id }}.json")

    def check(self, value: str) -> Any:
        text = fixed(value)
        if not value.strip():
            raise wrong(value, "a name that is not empty is expected", "for example {{ message.id }}.json")
        if "/" in text or "\0" in text:
            raise wrong(value, "a name is one segment, without '/'", "the folder is the connection's 'path'")
        if value.startswith("."):
            raise wrong(value, "a name does not begin with a dot", f"write {value.lstrip('.') or 'another name'}")
        if len(text.encode("utf-8", "replace")) > LONGEST_NAME:
            raise wrong(value, f"a name has at most {LONGEST_NAME} bytes", "make it shorter")
        return value


class InsideFolder(Pattern):
    """`done` and `failed`: a folder inside the connection's path."""

    def check(self, value: str) -> Any:
        text = fixed(value)
        if value.startswith("/") or ".." in text.split("/"):
            raise wrong(value, "this is a folder inside the connection's path", "for example archive")
        if not value.strip() or set(value.split("/")) <= {"", "."}:
            raise wrong(value, "this must be another folder than the one that files come from", "for example archive")
        return value
