"""The xml codec for large documents: one element after the other, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, BinaryIO

from lxml import etree

from router.errors import DecodeError
from router.ports import Bad, Cut
from transforms.codecs.charset import undecodable
from transforms.codecs.places import excerpt
from transforms.codecs.xml.codec import XmlCodec
from transforms.codecs.xml.cut import Cutter
from transforms.codecs.xml.encoding import Encoded, encoding_of
from transforms.codecs.xml.scan import TAG, Found, Name, Scanner, Scope, own_scope
from transforms.codecs.xml.tree import SAFE, told
from transforms.codecs.xml.window import Window, spot

NAME = "write the name of the element, such as Transaction, or p:Transaction where `namespaces` declares p"


class XmlRecordCodec(XmlCodec):
    """`records: p:Transaction`: each element of that name, the outermost where they are nested, is the body of a record:
    the root of a tree of its own, which has the namespaces of the elements around it."""

    smaller = "`keys` of the route and steps before the split need it whole: move them behind the split, as `keys` of it"

    def __init__(self, namespaces: Mapping[str, str] | None, records: str) -> None:
        super().__init__(namespaces)
        prefix, _, local = records.rpartition(":")
        if not is_name(local) or (":" in records and not is_name(prefix)):
            raise ValueError(f"records: {excerpt(records)} is not the name of an element; {NAME}")
        if prefix and prefix not in self.namespaces:
            reason = f"records: the prefix {excerpt(prefix)} of {excerpt(records)} is not among the namespaces"
            raise ValueError(f"{reason}; add it to 'namespaces'")
        self._name = Name(local, self.namespaces.get(prefix, ""))
        self._written = records
        self._parser = etree.XMLParser(**SAFE)
        self._declared: tuple[Scope, str] = ({}, "")

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        yield from self._cutter(stream).cuts(after, size)

    def _cutter(self, stream: BinaryIO) -> Cutter:
        encoded = encoding_of(stream)
        return Cutter(stream, encoded, self._name_in(encoded), self._written)

    def _name_in(self, encoded: Encoded) -> Name:
        """The name as the view of a document shows it."""
        try:
            local = self._name.local.encode(encoded.encoding)
        except UnicodeEncodeError:
            return self._name  # no document of this encoding can hold it
        return replace(self._name, local=local.decode("latin-1")) if encoded.bytewise else self._name

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        encoded = encoding_of(stream)
        window = Window(stream, encoded, cut.offset, cut.first_line, cut.offset + cut.length)
        scanner = self._scanner(stream, window)
        keep = None if wanted is None else set(wanted)
        found: list[tuple[int, Any]] = []
        number = cut.first_record
        for one in scanner:
            if one.record:
                if keep is None or number in keep:
                    found.append((number, self._body(window, one)))
                number += 1
        if number < cut.first_record + cut.records and (keep is None or number in keep):
            found.append((number, Bad(DecodeError(self._cutter(stream).broken()))))
        return found

    def _scanner(self, stream: BinaryIO, window: Window) -> Scanner:
        """A chunk begins with a record in the place of the first one, or with an element right below the root."""
        name = self._name_in(window.encoded)
        head = Scanner(Window(stream, window.encoded, window.encoded.start), name)
        first = next((one.scopes for one in head if one.record), ())
        window.more()
        tag = TAG.match(window.text)
        while tag is None and window.more():
            tag = TAG.match(window.text)
        own = tag is not None and tag[1].rpartition(":")[2] == name.local
        return Scanner(window, name, first if own else first[:1])

    # --- one record ---
    def _body(self, window: Window, found: Found) -> Any:
        view = window.text[found.start : found.stop]
        start = len(found.tag[1]) + 1
        declared = self._declarations(found)
        alone = f"{view[:start]}{declared}{view[start:]}" if declared else view
        try:
            text = window.encoded.raw(alone) if window.encoded.encoding == "utf-8" else window.encoded.text(alone).encode()
        except UnicodeDecodeError as wrong:
            return self._undecodable(window, found, wrong, len(declared))
        if not found.whole:
            return self._bad(window, found, (1, 1), f"<{found.tag[1]}> is opened here and never closed; was the file cut"
                             " short, or is an end tag missing?", text)  # fmt: skip
        try:
            return etree.fromstring(text, self._parser)
        except etree.XMLSyntaxError as error:
            line, column, reason = told(error)
            column -= len(declared) if line == 1 and column > start else 0
            return self._bad(window, found, (line, column), reason, text)

    def _declarations(self, found: Found) -> str:
        """What a record needs of the elements around it, to stand alone."""
        scope = found.scopes[-1] if found.scopes else {}
        own = own_scope(found.tag)
        if own:
            scope = {prefix: uri for prefix, uri in scope.items() if prefix not in own}
        elif scope is self._declared[0]:
            return self._declared[1]
        declared = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{uri.replace(chr(34), "&quot;")}"' for prefix, uri in scope.items()
        )
        if not own:
            self._declared = (scope, declared)
        return declared

    def _bad(self, window: Window, found: Found, at: tuple[int, int], reason: str, text: bytes) -> Bad:
        """`at`: line and column in the record."""
        line, column = window.place(found.start)
        column = at[1] if at[0] > 1 else column and max(1, column + at[1] - 1)
        error = DecodeError(f"{spot(line + at[0] - 1, column, window.byte(found.start))}: {reason}")
        return Bad(error, text.decode("utf-8", "replace"), window.encoded.raw(window.text[found.start : found.stop]))

    def _undecodable(self, window: Window, found: Found, wrong: UnicodeDecodeError, declared: int) -> Bad:
        line, _ = window.place(found.start)
        at = wrong.start - window.encoded.size(" " * declared)
        line += bytes(wrong.object[: wrong.start]).count(b"\n")
        byte = bytes(wrong.object[wrong.start : wrong.start + 1])
        reason = f"line {line} (byte {window.byte(found.start) + at}): {undecodable(byte, window.encoded.encoding)}"
        raw = window.encoded.raw(window.text[found.start : found.stop])
        return Bad(DecodeError(reason), bytes(wrong.object).decode(window.encoded.encoding, "replace"), raw)

    def records_of(self, body: Any) -> list[Any] | None:
        """The records of a root element that steps before the split needed; each a tree of its own."""
        if not isinstance(body, etree._Element):
            return None
        tag = f"{{{self._name.namespace}}}{self._name.local}" if self._name.namespace else self._name.local
        found = [one for one in body.iter(tag) if next(one.iterancestors(tag), None) is None]
        return [alone(one) for one in found]

    def cells_of(self, body: Any) -> Any:
        """A record as an operator edits it: the element as a text; of a group, each."""
        if isinstance(body, list):
            return [self.cells_of(one) for one in body]
        return str(etree.tostring(body, encoding="unicode", with_tail=False))

    def record_from_cells(self, cells: Any) -> Any:
        """A text is the element as XML."""
        if not isinstance(cells, str):
            raise DecodeError(f"an edited record is its element as a text, not {excerpt(cells)}")
        try:
            root = etree.fromstring(cells.encode(errors="surrogatepass"), self._parser)
        except etree.XMLSyntaxError as error:
            line, column, reason = told(error)
            raise DecodeError(f"the edited record is not XML: line {line}, column {column}: {reason}") from None
        if scope_name(root) != self._name:
            raise DecodeError(f"the edited record is {excerpt(root.tag)}, not an element {self._written}")
        return root


def alone(element: Any) -> Any:
    copied = deepcopy(element)
    copied.tail = None
    return copied


def scope_name(root: Any) -> Name:
    name = etree.QName(root)
    return Name(name.localname, name.namespace or "")


def is_name(text: str) -> bool:
    """Whether an element can have that name, or a namespace that prefix."""
    try:
        etree.QName(text)
    except ValueError:
        return False
    return "{" not in text
