"""Finds the records of a document, and what stands around them, without building a tree (XML 1.0, Namespaces in XML)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple

from router.errors import DecodeError
from transforms.codecs.xml.tree import NO_DOCTYPE
from transforms.codecs.xml.window import Window

LONGEST_RECORD = 16 * 1024 * 1024
DEEPEST = 256
POSSESSIVE = "+" if sys.version_info >= (3, 11, 5) else ""
"""Before, Python goes on from where a possessive group failed half-way (gh-106052)."""
REST = rf"""([^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+){{0,2097152}}{POSSESSIVE})>"""
"""The rest of a start tag; a `>` may stand inside of an attribute."""
TAG = re.compile(r"<([^\s/>!?<]+)" + REST, re.ASCII)
CLOSING = re.compile(r"</([^\s>]+)\s*>", re.ASCII)
NO_TAG = re.compile(r"""<[^<>"']*[<>]""")
"""What begins so is no tag, however it goes on, where it is none yet."""
NAMESPACE = re.compile(r"""\sxmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.ASCII)
SKIPPED = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))

Scope = dict[str, str]
"""Prefixes and their namespaces as they are written; `''` is the default one."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of the elements that are records; `local` as the view of the document shows it."""

    local: str
    namespace: str


class Found(NamedTuple):
    """A record, or the start tag of another element around records: characters `start` to `stop` of the window, until
    the next one is asked for. `whole`: its end was there."""

    start: int
    stop: int
    record: bool
    tag: re.Match[str]
    scopes: tuple[Scope, ...]
    """Of the elements around it, the outermost first."""
    whole: bool = True


class Broken(Exception):
    """What stands around the records is not well-formed."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class Scanner:
    """Walks over a window. `outside` gets all that is no record, in order, and an empty element for each record."""

    def __init__(
        self, window: Window, name: Name, scopes: tuple[Scope, ...] = (), outside: Callable[[str], None] | None = None
    ) -> None:
        self.window, self._name, self._outside = window, name, outside
        self.at = 0
        self._scopes = scopes
        self.strange: str | None = None
        """The namespace of an element that has the name of the records, but is of another one."""

    def __iter__(self) -> Iterator[Found]:
        """Raises Broken, and DecodeError for what makes the document unreadable."""
        while (start := self._next_mark()) >= 0:
            text = self.window.text
            if text.startswith("</", start):
                self._closing(start)
            elif text.startswith(("<!", "<?"), start):
                self._skip(start)
            else:
                yield from self._opening(start)
        self._pass(len(self.window.text))

    # --- moving on ---
    def _next_mark(self) -> int:
        while (start := self.window.text.find("<", self.at)) < 0 and self._more():
            pass
        return start

    def _more(self) -> bool:
        """Reads on; what was passed is forgotten, so characters are counted anew."""
        if self.at:
            self.window.forget(self.at)
            self.at = 0
        if len(self.window.text) > LONGEST_RECORD:
            raise self._too_long(0)
        return self.window.more()

    def _too_long(self, at: int) -> DecodeError:
        return DecodeError(f"{self.window.where(at)}: what begins here is longer than 16 MiB; is an end tag missing?")

    def _pass(self, stop: int) -> None:
        """Leaves behind what is around records. Raises Broken where it is not well-formed."""
        if stop > self.at:
            self._feed(self.window.text[self.at : stop])
        self.at = stop

    def _feed(self, text: str) -> None:
        if self._outside is not None:
            try:
                self._outside(text)
            except ValueError as error:
                raise Broken(self.at, str(error)) from None

    def _match(self, pattern: re.Pattern[str], start: int) -> re.Match[str]:
        """The tag that begins at `start`. Raises Broken where none does."""
        self._pass(start)
        while (found := pattern.match(self.window.text, self.at)) is None:
            if NO_TAG.match(self.window.text, self.at) or not self._more():
                raise Broken(self.at, "this is no tag, or it has no end")
        return found

    def _skip(self, start: int) -> None:
        self._pass(start)
        while len(self.window.text) - self.at < 9 and self._more():
            pass
        text = self.window.text
        if text.startswith("<!DOCTYPE", self.at):
            raise DecodeError(NO_DOCTYPE, "invalid")
        end = next((end for opening, end in SKIPPED if text.startswith(opening, self.at)), None)
        if end is None:
            raise Broken(self.at, "this is no markup of XML")
        while (stop := self.window.text.find(end, self.at)) < 0:
            if not self._more():
                raise Broken(self.at, f"no {end} closes what begins here")
        self._pass(stop + len(end))

    # --- elements ---
    def _closing(self, start: int) -> None:
        found = self._match(CLOSING, start)
        if self._scopes:
            self._scopes = self._scopes[:-1]
        self._pass(found.end())

    def _opening(self, start: int) -> Iterator[Found]:
        tag = self._match(TAG, start)
        scope = scope_of(tag, self._scopes[-1] if self._scopes else {})
        if self._is_record(tag, scope):
            yield self._record(tag)
            yield from self._alike(tag)
        else:
            outer = self._scopes
            self._pass(tag.end())  # before it is shown: no chunk may begin with what breaks the document
            if not tag[2].endswith("/"):
                self._scopes = (*outer, scope)
                if len(self._scopes) > DEEPEST:
                    raise Broken(tag.start(), f"elements are nested deeper than {DEEPEST} levels")
            yield Found(tag.start(), tag.end(), False, tag, outer)

    def _alike(self, first: re.Match[str]) -> Iterator[Found]:
        """The records behind one that look like it and stand close together: the usual ones, quickly."""
        text, scopes, name = self.window.text, self._scopes, first[1]
        if not scopes or "xmlns" in first[2] or "<!" in text or "<?" in text:
            return
        opening, closing = f"<{name}", f"</{name}>"
        next_tag = re.compile(rf"\s*+<({re.escape(name)})(?=[\s/>])" + REST, re.ASCII).match
        while (tag := next_tag(text, self.at)) is not None and "xmlns" not in tag[2]:
            stop = tag.end()
            if not tag[2].endswith("/"):
                end = text.find(closing, stop)
                if end < 0 or text.find(opening, stop, end) >= 0:
                    return
                stop = end + len(closing)
            self.at = stop
            yield Found(tag.start(1) - 1, stop, True, tag, scopes)

    def _is_record(self, tag: re.Match[str], scope: Scope) -> bool:
        prefix, _, local = tag[1].rpartition(":")
        if local != self._name.local:
            return False
        namespace = scope.get(prefix)
        if namespace is None and prefix:
            return True  # an unknown prefix: the parser says so of the record
        namespace = self._said(namespace or "")
        if namespace != self._name.namespace:
            self.strange = namespace
        return namespace == self._name.namespace

    def _said(self, written: str) -> str:
        """What an attribute says."""
        try:
            return unescape(self.window.encoded.text(written))
        except UnicodeDecodeError:
            return written

    def _record(self, tag: re.Match[str]) -> Found:
        if not self._scopes:
            self._feed("<record/>")  # below the root it can do no harm
        stop = self._end_of(tag) if not tag[2].endswith("/") else tag.end()
        while stop is None:
            if not self._more():
                tag = self._again(tag)
                self.at = len(self.window.text)
                return Found(tag.start(), self.at, True, tag, self._scopes, False)
            tag = self._again(tag)
            stop = self._end_of(tag)
        if stop - tag.start() > LONGEST_RECORD:
            raise self._too_long(tag.start())
        self.at = stop
        return Found(tag.start(), stop, True, tag, self._scopes)

    def _again(self, tag: re.Match[str]) -> re.Match[str]:
        """The same tag, where it stands now."""
        return TAG.match(self.window.text, self.at) or tag

    def _end_of(self, tag: re.Match[str]) -> int | None:
        """Behind the end tag that closes a start tag; None where it is not there (yet)."""
        text, name, start = self.window.text, tag[1], tag.end()
        closing = closing_of(text, name, start)
        if closing is None:
            return None
        for opening in (f"<{name}", "<!--", "<![CDATA[", "<?"):
            if text.find(opening, start, closing.start()) >= 0:
                return end_among(text, name, start)
        return closing.end()


def scope_of(tag: re.Match[str], outer: Scope) -> Scope:
    """The prefixes inside of an element."""
    own = own_scope(tag)
    return {**outer, **own} if own else outer


def own_scope(tag: re.Match[str]) -> Scope:
    """The prefixes that a start tag declares."""
    if "xmlns" not in tag[2]:
        return {}
    return {found[1] or "": found[2] if found[2] is not None else found[3] for found in NAMESPACE.finditer(tag[2])}


def closing_of(text: str, name: str, at: int) -> re.Match[str] | None:
    """The first end tag of that name."""
    while (at := text.find(f"</{name}", at)) >= 0:
        found = CLOSING.match(text, at)
        if found is not None and found[1] == name:
            return found
        at += 1
    return None


def end_among(text: str, name: str, start: int) -> int | None:
    """The end of an element that holds others of its name, or texts in which such could stand."""
    quoted = re.escape(name)
    marks = re.compile(rf"<!--|<!\[CDATA\[|<\?|</{quoted}\s*>|<{quoted}(?=[\s/>])", re.ASCII)
    ends = dict(SKIPPED)
    depth, at = 1, start
    while depth:
        mark = marks.search(text, at)
        if mark is None:
            return None
        if mark[0] in ends:
            at = text.find(ends[mark[0]], mark.end()) + len(ends[mark[0]])
            if at < mark.end():
                return None
        elif mark[0].startswith("</"):
            depth, at = depth - 1, mark.end()
        else:
            tag = TAG.match(text, mark.start())
            if tag is None:
                return None
            depth, at = depth + (not tag[2].endswith("/")), tag.end()
    return at
