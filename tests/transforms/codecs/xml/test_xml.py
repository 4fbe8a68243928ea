"""XML record by record: which elements are records, what they keep of what is around them, in chunks of any size."""

from __future__ import annotations

import io
from typing import Any

import pytest
from lxml import etree

from router.errors import DecodeError
from router.ports import Bad, Codec, RecordCodec
from tests.contracts.codec import ENVELOPE, RecordContract
from tests.transforms.codecs.memory import measured
from transforms.codecs import CODECS

SHOP = {"p": "urn:shop"}
DOCUMENT = """<?xml version="1.0"?>
<!-- <p:T id="no"/> --><r xmlns:p="urn:shop" xmlns="urn:other"><store a=">"><p:T id="1"><x/></p:T>
<p:T id="2"><p:T id="inner"/><![CDATA[</p:T>]]><!-- </p:T> --></p:T><T id="no"/></store>
<q:T xmlns:q="urn:shop" id="3"/><p:T id="4">&nbsp;</p:T><store xmlns:p="urn:z"><p:T id="no"/><T xmlns="urn:shop" id="5"/>
</store><p:T id="6" b='>'>
\u00fc</p:T><?p </p:T> ?></r>
"""


def made(records: str = "p:T", **namespaces: str) -> Any:
    codec = CODECS["xml"]({"namespaces": namespaces or SHOP, "records": records}, None)  # type: ignore[arg-type]
    return codec


def read(codec: Any, raw: bytes, size: int = 262_144) -> list[Any]:
    stream = io.BytesIO(raw)
    return [body for cut in codec.cut(stream, None, size) for _, body in codec.records(stream, cut)]


def shown(body: Any) -> Any:
    return (body.error.reason, body.cells, body.raw) if isinstance(body, Bad) else etree.tostring(body)


class TestXmlRecords(RecordContract):
    stream = DOCUMENT.encode()
    count = 6
    refused = (b"", b"<a>", b"<!DOCTYPE a><a/>")
    unwritable = ("<a>", {"a": 1}, 7)

    def codec(self) -> Codec:
        codec: Codec = made()
        return codec

    def shown(self, body: Any) -> str:
        return str(shown(body))


def test_which_elements_are_records() -> None:
    found = read(made(), DOCUMENT.encode())
    assert [body.get("id") for body in found if not isinstance(body, Bad)] == ["1", "2", "3", "5", "6"]
    assert found[1].xpath("//p:T/@id", namespaces=SHOP) == ["2", "inner"]
    assert found[5].text == "\n\u00fc"
    bad = found[3]
    assert bad.error.reason == "line 4, column 51: Entity 'nbsp' not defined"
    assert bad.cells == '<p:T xmlns:p="urn:shop" xmlns="urn:other" id="4">&nbsp;</p:T>'
    assert bad.raw == b'<p:T id="4">&nbsp;</p:T>'


def test_each_record_is_a_tree_of_its_own_with_the_namespaces_around_it() -> None:
    first, _, third, _, fifth, _ = read(made(), DOCUMENT.encode())
    assert first.getparent() is None
    assert first.xpath("/p:T/o:x", namespaces={**SHOP, "o": "urn:other"}) == [first[0]]
    assert first.nsmap == {"p": "urn:shop", None: "urn:other"}
    assert third.nsmap == {"p": "urn:shop", None: "urn:other", "q": "urn:shop"}
    assert fifth.nsmap == {"p": "urn:z", None: "urn:shop"}
    written = made().encode(first)
    assert written.endswith(b'<p:T xmlns:p="urn:shop" xmlns="urn:other" id="1"><x/></p:T>')
    assert made().decode(written, ENVELOPE).tag == "{urn:shop}T"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-1",
                                      "cp1252", "cp037", "shift_jis"])  # fmt: skip
@pytest.mark.parametrize("size", [1, 200, 262_144])
def test_any_encoding(encoding: str, size: int) -> None:
    letter = "\u00fc\U0001f6d2" if encoding.startswith("utf") else "\u30bd" if encoding == "shift_jis" else "\u00fc"
    name = encoding.removesuffix("-sig")
    document = DOCUMENT.replace('"1.0"', f'"1.0" encoding="{name}"').replace("\u00fc", letter)
    found = read(made(), document.encode(encoding), size)
    assert [body.get("id") for body in found if not isinstance(body, Bad)] == ["1", "2", "3", "5", "6"]
    assert found[5].text == f"\n{letter}"
    assert found[3].error.reason.startswith("line 4, column 51:")


def test_names_that_are_not_ascii() -> None:
    raw = '<r xmlns="urn:laden"><Verk\u00e4ufe>\u00fc</Verk\u00e4ufe></r>'
    for encoding in ("utf-8", "iso-8859-1", "utf-16"):
        document = f'<?xml version="1.0" encoding="{encoding}"?>{raw}'.encode(encoding)
        (body,) = read(made("l:Verk\u00e4ufe", l="urn:laden"), document)
        assert body.text == "\u00fc"
    assert read(made("p:\u30bd"), b'<?xml version="1.0" encoding="iso-8859-1"?><a/>') == []


@pytest.mark.parametrize(
    ("records", "raw", "count"),
    [
        ("T", b"<r><T/><T/></r>", 2), ("p:T", b'<T xmlns="urn:shop"><T/></T>', 1), ("T", b"<T/>", 1), ("T", b"<r/>", 0),
        ("p:T", b'<r xmlns="urn:&#115;hop"><T/></r>', 1), ("T", b'<r><Ta/><aT/><a:T xmlns:a="u"/><T\n/></r>', 1),
        ("T", b'<r xmlns="urn:a"><T/><T xmlns=""/></r>', 1), ("T", b"<r><T></T ><T></Ta></T></r>", 2),
    ],
)  # fmt: skip
def test_the_name_of_the_records(records: str, raw: bytes, count: int) -> None:
    assert len(read(made(records), raw)) == count


@pytest.mark.parametrize("records", ["//T", "p:T/p:U", "1 T", "T ", "*", "p:*", "{urn:shop}T", "p:", ":T", "a:p:T"])
def test_what_is_no_name_of_an_element_is_refused(records: str) -> None:
    with pytest.raises(ValueError, match=r"^records: '.*' is not the name of an element; write the name"):
        made(records)


@pytest.mark.parametrize("records", ["T", "p:T", "Größe", "T.x-1_", "e\u0301"])
def test_names_of_elements(records: str) -> None:
    assert made(records).name == "xml"


def test_a_namespace_that_was_forgotten_is_told() -> None:
    with pytest.raises(DecodeError, match="no element is T, but there are such of the namespace 'urn:shop'; declare it"):
        read(made("T"), b'<r xmlns="urn:shop"><T/></r>')
    with pytest.raises(DecodeError, match="no element is p:T, but there are such of no namespace"):
        read(made("p:T"), b"<r><T/></r>")
    with pytest.raises(ValueError, match="the prefix 'x' of 'x:T' is not among the namespaces"):
        made("x:T")


def test_a_prefix_that_nobody_declared_is_said_of_its_record() -> None:
    good, bad = read(made(), b'<r><p:T xmlns:p="urn:shop"/><p:T/></r>')
    assert good.tag == "{urn:shop}T"
    assert "Namespace prefix p on T is not defined" in bad.error.reason


@pytest.mark.parametrize("size", [1, 30, 80, 262_144])
def test_elements_around_records_may_have_namespaces_of_their_own(size: int) -> None:
    stores = "".join(f'<s xmlns:v="urn:{n}"><p:T a="v:x"/><p:T>{n}</p:T></s><foot/>' for n in range(4))
    found = read(made(), f'<r xmlns:p="urn:shop">{stores}<p:T>last</p:T></r>'.encode(), size)
    assert [body.nsmap.get("v") for body in found] == [f"urn:{n // 2}" for n in range(8)] + [None]
    assert [body.text for body in found[1::2]] == ["0", "1", "2", "3"]


def test_a_file_that_ends_too_early_keeps_what_came_before() -> None:
    raw = DOCUMENT.replace("&nbsp;", "").encode().rstrip()
    whole = [shown(body) for body in read(made(), raw)]
    for end in range(len(raw)):
        try:
            found = read(made(), raw[:end], 1)
        except DecodeError:
            assert end < raw.index(b"<x/>") + 10, end
            continue
        assert found, f"nothing is said of a file that ends at byte {end}"
        *good, last = found
        assert [shown(body) for body in good] == whole[: len(good)], end
        assert isinstance(last, Bad), end
        assert last.error.reason.startswith("line "), end


@pytest.mark.parametrize(
    ("raw", "count", "what"),
    [
        (b"<r><T/></s>", 2, "line 1, column 8: mismatched tag"),
        (b"<r><T/>\n<T>1</T></r><T/>", 3, "line 2, column 13: junk after document element"),
        (b"<r><T/><T><T></T></r>", 2, "line 1, column 8: <T> is opened here and never closed; was the file cut short,"),
        (b"<r><T/><a></r>", 2, "line 1, column 11: mismatched tag"),
        (b"<r><T/>\n &x; </r>", 2, "line 1, column 8: undefined entity"),
        (b"<r><T/>\n<a b=1/></r>", 2, "line 2, column 1: not well-formed (invalid token)"),
        (b"<r><T/>\n<a <b/></r>", 2, "line 2, column 1: this is no tag, or it has no end"),
        (b"<r><T/>\n<!-- ", 2, "line 2, column 1: no --> closes what begins here"),
        (b"<r><T/>\n<!ELEMENT a></r>", 2, "line 2, column 1: this is no markup of XML"),
        (b"<r><T/>\n\xff</r>", 2, "line 1, column 8: the byte ff is not utf-8; set `encoding` to what the sender writes"),
        (b"<r><T/>" + b"<a>" * 300, 2, "elements are nested deeper than 256 levels"),
        (b"<r><T/><T>\n<b></T></r>", 2, "line 2, column 8: Opening and ending tag mismatch: b line 2 and T"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 262_144])
def test_what_is_not_well_formed_is_one_record_at_its_place(raw: bytes, count: int, what: str, size: int) -> None:
    *good, bad = read(made("T"), raw, size)
    assert len(good) == count - 1
    assert what in bad.error.reason
    assert (bad.error.stage, bad.error.error) == ("decode", "undecodable")


def test_steps_before_the_split_see_the_document_and_the_split_its_records() -> None:
    codec = made()
    raw = DOCUMENT.replace("&nbsp;", "").encode()
    found = codec.records_of(codec.decode(raw, ENVELOPE))
    assert [etree.tostring(one, method="c14n", exclusive=True) for one in found] == [
        etree.tostring(one, method="c14n", exclusive=True) for one in read(codec, raw)
    ]
    assert found[1].xpath("//p:T/@id", namespaces=SHOP) == ["2", "inner"]
    assert codec.records_of("text") is None
    assert made("T").records_of(codec.decode(b"<r><T/><T/></r>", ENVELOPE))[1].getparent() is None


def test_a_good_record_is_edited_as_text_too() -> None:
    codec = made()
    first = read(codec, DOCUMENT.encode())[0]
    assert codec.cells_of(first) == '<p:T xmlns:p="urn:shop" xmlns="urn:other" id="1"><x/></p:T>'
    assert shown(codec.record_from_cells(codec.cells_of(first))) == shown(first)


def test_a_broken_record_is_edited_as_text() -> None:
    codec = made()
    bad = read(codec, DOCUMENT.encode())[3]
    assert codec.record_from_cells(bad.cells.replace("&nbsp;", "\u00a0")).text == "\u00a0"
    for cells, what in ((bad.cells, "line 1, column"), ("<a/>", "'a', not an element p:T"), ({}, "as a text"), ("", "XML")):
        with pytest.raises(DecodeError, match=what):
            codec.record_from_cells(cells)


def test_a_byte_of_another_encoding_is_named() -> None:
    raw = b'<?xml version="1.0" encoding="shift_jis"?>\n<r><T/><T>\n \x81\xff</T><T/></r>'
    one, bad, three = read(made("T"), raw)
    assert bad.error.reason.startswith(f"line 3 (byte {raw.index(0x81)}): 81 is not shift-jis")
    one, bad, three = read(made("T"), b"<r><T/><T>\n \xff</T><T/></r>")
    assert bad.error.reason == "line 2, column 2: Invalid bytes in character encoding"
    assert (one.tag, three.tag) == ("T", "T")


def test_without_records_it_is_no_codec_of_records() -> None:
    assert not isinstance(CODECS["xml"]({}, None), RecordCodec)  # type: ignore[arg-type]
    assert isinstance(made(), RecordCodec)


def test_200_megabytes_pass_in_little_memory() -> None:
    code = """
    line = b'<Line><Sku>4006381333931</Sku><Quantity Unit="EA">3</Quantity><Amount>12.50</Amount></Line>'
    stream = Long(b'<r xmlns="urn:shop">', b'<T>' + line * 30 + b'</T>\\n', 74_000, b'</r>')
    assert stream.size > 200_000_000
    codec = made("xml", namespaces={"p": "urn:shop"}, records="p:T")
    cuts = list(codec.cut(stream))
    last = codec.records(stream, cuts[-1])
    answer = [sum(cut.records for cut in cuts), cuts[-1].first_line + cuts[-1].records - 1, len(last[-1][1])]
    """
    answer, mib = measured(code)
    assert answer == [74_000, 74_000, 30]
    assert mib < 40


@pytest.mark.parametrize("letter", ["\u00e0", "\u0145", "\u2003", "\u00a0"])
def test_bytes_that_look_like_blanks_are_none(letter: str) -> None:
    name = "T" if letter.isspace() else f"T{letter}"
    raw = f'<r><{name} a="{letter}>">{letter}</{name}><{name}/></r>'.encode()
    first, second = read(made(name), raw)
    assert (first.text, first.get("a"), second.tag) == (letter, f"{letter}>", name)
