"""Whether what stands around the records of a document is well-formed."""

from __future__ import annotations

from xml.parsers import expat

from transforms.codecs.charset import undecodable
from transforms.codecs.xml.encoding import Encoded

NO_ELEMENT = "no element found"


class Outside:
    """Gets a document piece by piece, with an empty element in the place of each record."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._started = False

    def _start(self, name: str, attributes: object) -> None:
        self._started, self._parser.StartElementHandler = True, None

    def feed(self, view: str) -> None:
        """Raises ValueError with what is wrong."""
        try:
            self._parse(self._encoded.text(view).encode(), False)
        except UnicodeDecodeError as wrong:
            raise ValueError(f"the byte {undecodable(wrong.object[wrong.start:][:1], self._encoded.encoding)}") from None

    def close(self) -> None:
        """Raises ValueError where the document is not at its end."""
        self._parse(b"", True)

    def _parse(self, raw: bytes, last: bool) -> None:
        try:
            self._parser.Parse(raw, last)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            if not self._started and said == NO_ELEMENT:
                said = "no element begins here: the body is empty, not XML"
            elif last or said == NO_ELEMENT:
                said = "the document ends before all its elements are closed; was the file cut short?"
            raise ValueError(said) from None
