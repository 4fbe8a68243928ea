"""Rubbish in XML, whole and by records: one clear answer each, nothing opened, memory bounded."""

from __future__ import annotations

import io
from typing import Any

import pytest

from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.memory import measured
from tests.transforms.codecs.xml.test_xml import made, read
from transforms.codecs import CODECS

NO_DOCTYPE = "document type declarations are not accepted; remove <!DOCTYPE …>"
BOMB = '<!DOCTYPE l [<!ENTITY l1 "l">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(2, 12)
) + "]><l><T>&l11;</T></l>"  # fmt: skip
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><T>&x;</T></a>'


def whole(raw: bytes) -> Any:
    return CODECS["xml"]({}, None).decode(raw, ENVELOPE)  # type: ignore[arg-type]


@pytest.mark.parametrize("document", [BOMB, EXTERNAL, '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a><T/></a>',
                                      "<!DOCTYPE a><a><T/></a>", '<!-- x -->\n<!DOCTYPE a PUBLIC "-//A" "a"><a><T/></a>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_document_type_is_accepted(document: str, encoding: str) -> None:
    for reading in (whole, lambda raw: read(made("T"), raw)):
        with pytest.raises(DecodeError) as found:
            reading(document.encode(encoding))
        assert found.value.reason == NO_DOCTYPE


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b'<?xml version="1.0" encoding="nope"?><T/>', "nope"),
        (b"", "empty"),
        (b" \n", ""),
        (b"\x00\x00\x00\x00", ""),
        (b"not xml", ""),
        (b"<T", ""),
        (b"<T><U></T>", "line 1, column "),
        (b"<T a='1' a='2'/>", "line 1, column "),
        (b"<T>\x01</T>", "line 1, column "),
        (b"<T>&#0;</T>", "line 1, column "),
        (b"\xff\xfe<\x00T\x00", ""),
        (b'<?xml version="1.0" encoding="utf-16"?><T/>', "line 1"),
    ],
)
def test_what_is_no_document(raw: bytes, what: str) -> None:
    with pytest.raises(DecodeError) as found:
        whole(raw)
    assert what in found.value.reason
    try:
        bodies = read(made("T"), raw)
    except DecodeError as error:
        bodies = [Bad(error)]
    (bad,) = bodies
    assert what in bad.error.reason
    assert bad.error.reason


def test_a_document_says_its_encoding_wrongly() -> None:
    with pytest.raises(DecodeError, match="declares the encoding 'utf-16', but is not written in it"):
        read(made("T"), b'<?xml version="1.0" encoding="utf-16"?><T/>')
    for name in (b"nope", b"utf-7"):
        with pytest.raises(DecodeError, match=r"the declared encoding '[a-z7-]+' is not known"):
            read(made("T"), b'<?xml version="1.0" encoding="' + name + b'"?><T/>')


DEEP = b"<a>" * 100_000 + b"</a>" * 100_000
WIDE = b"<a " + b" ".join(b'a%d="1"' % n for n in range(1_000_000)) + b"/>"
LARGE = b"<a>" + b"x" * 12_000_000 + b"</a>"


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (DEEP, "elements are nested deeper than 256 levels"), (WIDE, "one tag, comment or text is longer than 10 MB"),
        (LARGE, "one text is longer than 10 MB"), (b"<a b='" + b"x" * 12_000_000 + b"'/>", "is longer than 10 MB"),
        (b"<a><!--" + b"x" * 12_000_000 + b"--></a>", "is longer than 10 MB"),
    ],
    ids=["deep", "wide", "text", "attribute", "comment"],
)  # fmt: skip
def test_what_is_too_large_for_a_tree(raw: bytes, what: str) -> None:
    with pytest.raises(DecodeError, match=what) as found:
        whole(raw)
    assert found.value.reason.startswith("line 1, column ")
    one, bad, three = read(made("T"), b"<r><T/>\n<T>" + raw + b"</T><T/></r>")
    assert (one.tag, three.tag) == ("T", "T")
    assert what in bad.error.reason
    assert bad.error.reason.startswith("line 2, column ")


def test_depth_and_width_around_records() -> None:
    with pytest.raises(DecodeError, match="elements are nested deeper than 256 levels"):
        read(made("T"), DEEP)
    one, two = read(made("T"), b"<r><T/>" + WIDE + b"<T/></r>")
    assert (one.tag, two.tag) == ("T", "T")


@pytest.mark.parametrize("inside", [b"<T>", b"<!--", b"<a b='", b"<![CDATA[", b""])
def test_what_has_no_end_for_100_megabytes_is_told_early(inside: bytes) -> None:
    """16 MiB are read at most, wherever it happens."""
    code = f"""
    class Counted(Long):
        most = 0
        def read(self, size=-1):
            found = super().read(size)
            self.most = max(self.most, self.at)
            return found
    stream = Counted(b"<r><T/>\\n" + {inside!r}, b"abc def ghi", 10_000_000, b"</r>")
    try:
        cuts = list(made("xml", records="T").cut(stream))
        answer = [len(cuts), stream.most]
    except DecodeError as error:
        answer = [error.reason, stream.most]
    """
    (reason, most), mib = measured(code)
    place = "line 2, column 1" if inside else "line 1, column 8"
    assert reason == f"{place}: what begins here is longer than 16 MiB; is an end tag missing?"
    assert most < 40_000_000
    assert mib < 150


def test_a_document_of_200_megabytes_is_not_read_at_once() -> None:
    code = """
    raw = b"<r>" + b"<T><a>1</a></T>" * 14_000_000 + b"</r>"
    before = peak()
    try:
        made("xml").decode(raw, ENVELOPE)
    except DecodeError as error:
        answer = error.reason
    """
    answer, mib = measured(code)
    assert answer == ("the document has 200 MiB, at most 64 are read at once; split it: `format: {xml: {records: NAME}}` and"
                      " `split: records` take any size")  # fmt: skip
    assert mib < 10


def test_who_needs_a_large_document_whole_is_told() -> None:
    with pytest.raises(DecodeError, match="`keys` of the route and steps before the split need it whole"):
        made("T").decode(b" " * (64 << 20) + b"<T/>", ENVELOPE)


def test_a_record_of_16_mib_is_the_longest() -> None:
    texts = b"<a>" + b"x" * 9_000_000 + b"</a>"
    _, two = read(made("T"), b"<r><T/><T>" + texts + b"<!-- </T> --></T></r>")
    assert len(two[0].text) == 9_000_000
    with pytest.raises(DecodeError, match="line 1, column 8: what begins here is longer than 16 MiB"):
        read(made("T"), b"<r><T/><T>" + texts * 3 + b"</T></r>")


def test_a_record_is_read_alone_wherever_it_stands() -> None:
    codec = made("T")
    stream = io.BytesIO(b"<r>" + b"".join(b"<T>%d</T>\n" % n for n in range(100_000)) + b"</r>")
    cut = list(codec.cut(stream))[3]
    wanted = cut.first_record + 7
    ((number, body),) = codec.records(stream, cut, [wanted])
    assert (number, body.text) == (wanted, str(wanted - 1))


def test_no_chunk_begins_with_what_breaks_the_document() -> None:
    """It would be empty, and the next one after it the same again, without end."""
    codec: Any = CODECS["xml"]({"records": "r"}, None)  # type: ignore[arg-type]
    stream = io.BytesIO(b"<a><r>1</r><b\0/></a>")
    cuts = list(codec.cut(stream, None, 1))
    assert [(cut.records, cut.length > 0) for cut in cuts] == [(2, True)]
    assert list(codec.cut(stream, cuts[-1], 1)) == []
    first, broken = [body for _, body in codec.records(stream, cuts[0])]
    assert first.text == "1"
    assert "line 1, column 12" in broken.error.reason
