"""What Jinja says of a template that it cannot read, in our words: what, in which line, and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable

import jinja2

from router.config.nearest import did_you_mean
from router.config.parting import parted
from transforms.expressions.hints import unknown_filter

BLOCK = re.compile(r"\{%[-+]?\s*(\w+)")
OPENING = ("for", "if", "macro", "call", "filter", "block", "with", "autoescape", "raw")
TAGS = (*OPENING, "set", "else", "elif", "include", "import", "from", "extends", *(f"end{tag}" for tag in OPENING))
VALUE = "a value stands in {{ }}, a tag in {% %}, a comment in {# #}"
SENTENCES = (
    (re.compile(r"Missing end of comment tag"), "a comment that begins with {{# is not closed", "close it with #}}"),
    (re.compile(r"Missing end of raw"), "what begins with {{% raw %}} is not closed", "close it with {{% endraw %}}"),
    (re.compile(r"[Tt]ag name expected"), "there is no tag in {{% %}}", VALUE.replace("{", "{{").replace("}", "}}")),
    (re.compile(r"unexpected 'end of template'"), "the template ends inside of braces", "close each {{{{ with }}}}"),
    (re.compile(r"unexpected '([^']*)'"), "'{0}' is not expected here", "each {{{{ is closed by }}}}, each ( by )"),
    (
        re.compile(r"[Ee]xpected an expression, got 'end of (print statement|statement block)'"), "a value is missing",
        "write one, such as body.x, or remove the braces",
    ),
    (
        re.compile(r"expected token 'end of (?:print statement|statement block)', got '([^']*)'"),
        "'{0}' is not expected behind a whole value", "write an operator between two values, such as ~, or close the braces",
    ),
    (re.compile(r"expected token '([^']*)', got '([^']*)'"), "'{0}' is expected here, not '{1}'", "write '{0}'"),
    (re.compile(r"unexpected char '?(.)'? at \d+"), "the character {0} is not possible here", "put a text in plain quotes"),
)  # fmt: skip


def explained(error: jinja2.TemplateSyntaxError, text: str, filters: Iterable[str] = ()) -> tuple[str, str, int]:
    """Message, hint and line."""
    said, line = error.message or str(error), error.lineno
    if found := re.search(r"innermost block that needs to be closed is '(\w+)'", said):
        return unclosed(said, found[1], text, line)
    if found := re.search(r"unknown tag '(\w+)'", said):
        hint = f"remove it, or open {found[1][3:]} above it" if found[1].startswith("end") else instead(found[1])
        return f"unknown tag '{found[1]}'", hint, line
    if found := re.search(r"(?:No filter named|unknown filter) '(\w+)'", said):
        return *parted(unknown_filter(found[1], filters)), line
    for pattern, message, hint in SENTENCES:
        if found := pattern.search(said):
            return message.format(*found.groups()), hint.format(*found.groups()), line
    return said.rstrip("."), VALUE, line


def instead(tag: str) -> str:
    return did_you_mean("elif" if tag in ("elseif", "elsif", "elsef") else tag, TAGS)


def unclosed(said: str, tag: str, text: str, line: int) -> tuple[str, str, int]:
    """A block without its end is wrong where it begins; another tag in it where that stands."""
    found = re.search(r"unknown tag '(\w+)'", said)
    begins = opened(text, tag, line)
    if found is None:
        return f"what begins with {{% {tag} %}} here is not closed", f"close it with {{% end{tag} %}}", begins
    if not found[1].startswith("end") and found[1] not in TAGS:
        return f"unknown tag '{found[1]}'", instead(found[1]), line
    message = f"'{found[1]}' stands here, while {{% {tag} %}} of line {begins} is open"
    return message, f"close it with {{% end{tag} %}} first", line


def opened(text: str, tag: str, line: int) -> int:
    """The line in which the innermost open block of that tag begins."""
    open_: list[tuple[str, int]] = []
    for number, content in enumerate(text.splitlines()[:line], 1):
        for found in BLOCK.finditer(content):
            if found[1] in OPENING:
                open_.append((found[1], number))
            elif found[1].startswith("end") and open_ and open_[-1][0] == found[1][3:]:
                open_.pop()
    return next((number for name, number in reversed(open_) if name == tag), line)
