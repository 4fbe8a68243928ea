from __future__ import annotations

import io
import json as standard
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from router.config.content import StoredContent
from router.errors import DecodeError, EncodeError
from router.ports import Bad, Codec
from tests.contracts.codec import ENVELOPE, CodecContract, JoinContract, RecordContract
from tests.transforms.codecs import test_ndjson
from tests.transforms.codecs.fixed import test_fixed
from transforms.codecs import CODECS, codec_for, codec_of_body

NOTHING = StoredContent()


def made(name: str, **options: Any) -> Any:
    return CODECS[name](options, NOTHING)


class TestJson(JoinContract):
    bodies = ({"a": 1, "b": [Decimal("1.10"), None, True, "ü"]}, [], "x", 10**40, Decimal("0.10"))
    refused = (
        b"", b"{", b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b" : 2}}', b"NaN", b"[1] x", b"\xff", b'"\\ud800"',
        b"[" * 300 + b"]" * 300,
        b"[" * 100_000,
    )  # fmt: skip
    unwritable = (Decimal("NaN"), {"a": b"bytes"}, {1: 2}, {"a": [Decimal("Infinity")]})

    def codec(self) -> Codec:
        return made("json")

    def test_a_doubled_key_is_named_with_its_place(self) -> None:
        with pytest.raises(DecodeError) as found:
            self.codec().decode(b'{"a": 1,\n "qty": 2,\n "qty": 3}', ENVELOPE)
        assert "'qty'" in found.value.reason
        assert "line 3" in found.value.reason

    def test_numbers_keep_their_digits(self) -> None:
        raw = b'{"a":1.10,"b":123456789012345678901234567890.5,"c":1E+3}'
        body = self.codec().decode(raw, ENVELOPE)
        assert body["b"] == Decimal("123456789012345678901234567890.5")
        assert self.codec().encode({"a": body["a"], "b": body["b"]}) == b'{"a":1.10,"b":123456789012345678901234567890.5}'

    @given(st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4), max_leaves=12,
    ))  # fmt: skip
    def test_everything_that_is_json_comes_back(self, body: Any) -> None:
        codec = self.codec()
        try:
            raw = codec.encode(body)
        except EncodeError:
            return
        assert codec.decode(raw, ENVELOPE) == body

    @given(st.lists(st.sampled_from('ab":\\ '), min_size=1, max_size=6).map("".join), st.integers(0, 2))
    def test_a_key_twice_is_found_whatever_it_looks_like(self, key: str, spaces: int) -> None:
        quoted = standard.dumps(key)
        raw = f"{{{quoted}{' ' * spaces}: 1, {quoted}: {quoted}}}".encode()
        with pytest.raises(DecodeError):
            self.codec().decode(raw, ENVELOPE)


TABLE = (
    'sku;qty;note\r\nA1;1;"Müsli; ""fein"""\r\n\r\nB2;2;"two\r\nlines"\r\nC3;x;bad\r\nD4;4\r\nE5;5;5" pipe\r\nF6;6;end'
).encode("cp1252")


class TestCsv(JoinContract, RecordContract):
    bodies = ({"sku": "A", "qty": 1}, {"sku": 'B;"x"\n', "qty": 2})
    stream = TABLE
    count = 6
    refused = (b"sku;sku\r\n1;2\r\n", b"sku;qty\r\n1\r\n", b"sku;qty\r\n1;x\r\n", b"sku\r\n\x81\r\n", b"a\r\n1\r\n")
    unwritable = ("text", {"sku": "A"}, {"sku": "A", "qty": [1]})

    def codec(self) -> Codec:
        return made("csv", delimiter=";", encoding="cp1252", decimal=",", columns={"qty": "int"})

    def same(self, found: Any, body: Any) -> bool:
        return bool(found == [body])

    def codec_for_writing(self) -> Any:
        return made("csv", delimiter=";", encoding="cp1252")

    def test_what_was_written_is_read_as_it_was(self) -> None:
        plain = self.codec_for_writing()
        for body in self.bodies:
            assert self.codec().decode(plain.encode(body), ENVELOPE) == [body]

    def test_joined_at_once_or_piece_by_piece_is_the_same(self) -> None:
        plain = self.codec_for_writing()
        bodies = list(self.bodies)
        at_once = plain.begin(bodies[0]) + plain.join(bodies, True)
        assert at_once == plain.begin(bodies[0]) + b"".join(plain.join([b], False) for b in bodies)
        assert at_once == b'sku;qty\nA;1\n"B;""x""\n";2\n'

    def test_records_and_their_mistakes(self) -> None:
        codec: Any = self.codec()
        stream = io.BytesIO(TABLE)
        found = dict(pair for cut in codec.cut(stream) for pair in codec.records(stream, cut))
        assert found[1] == {"sku": "A1", "qty": 1, "note": 'Müsli; "fein"'}
        assert found[2] == {"sku": "B2", "qty": 2, "note": "two\r\nlines"}
        assert found[5] == {"sku": "E5", "qty": 5, "note": '5" pipe'}
        assert found[6] == {"sku": "F6", "qty": 6, "note": "end"}
        bad = found[3]
        assert isinstance(bad, Bad)
        assert bad.error.reason == "line 6, column qty: 'x' is not a whole number"
        assert bad.cells == {"sku": "C3", "qty": "x", "note": "bad"}
        assert found[4].error.reason == (
            "line 7: too few fields: 2, the header has 3; is a delimiter missing, or a quote?"
        )
        assert codec.record_from_cells({**bad.cells, "qty": "3"}) == {"sku": "C3", "qty": 3, "note": "bad"}
        typed_in = codec.record_from_cells({"sku": 4711, "qty": 3, "note": True})
        assert typed_in == {"sku": "4711", "qty": 3, "note": "true"}, "a column without a type holds texts"

    @pytest.mark.parametrize(
        ("options", "raw", "records"),
        [
            ({}, b"", []),
            ({}, b"a,b\n", []),
            ({}, b"a,b\r1,2\r3,4\r", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
            ({}, b"\xef\xbb\xbfa\n1\n", [{"a": "1"}]),
            ({"encoding": "utf-16"}, "a\nü\n".encode("utf-16"), [{"a": "ü"}]),
            ({"encoding": "cp037"}, "a,b\n1,2\n".encode("cp037"), [{"a": "1", "b": "2"}]),
            ({"skip": 2}, b"x\ny\na\n1\n", [{"a": "1"}]),
            ({"header": False, "columns": ["a", "b"]}, b"1,2\n3,4", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
            ({}, b"a\n1\n\x1a", [{"a": "1"}]),
            ({"columns": {"a": "int", "b": "bool"}}, b"a,b\n,\n", [{"a": None, "b": None}]),
        ],
    )
    def test_a_file(self, options: dict[str, Any], raw: bytes, records: list[Any]) -> None:
        assert made("csv", **options).decode(raw, ENVELOPE) == records

    @pytest.mark.parametrize(
        ("type_", "text", "expected"),
        [
            ("int", "-7", -7),
            ("int", "1_000", None),
            ("int", "1.0", None),
            ("decimal", "1,50", Decimal("1.50")),
            ("decimal", "1.50", None),
            ("decimal", "1.000,50", None),
            ("decimal", "NaN", None),
            ("bool", "YES", True),
            ("bool", "x", None),
            ("date", "2026-03-01", "2026-03-01"),
            ({"date": "%d.%m.%Y"}, "01.03.2026", "2026-03-01"),
            ({"date": "%d.%m.%Y"}, "31.02.2026", None),
            ({"datetime": "%d.%m.%Y %H:%M:%S"}, "01.03.2026 10:15:32", "2026-03-01T10:15:32"),
            ({"datetime": "%Y%m%d%H%M"}, "202603011015", "2026-03-01T10:15:00"),
            ({"datetime": "%d %b %Y"}, "01 Mar 2026", "2026-03-01T00:00:00"),
        ],
    )
    def test_a_typed_cell(self, type_: Any, text: str, expected: Any) -> None:
        codec = made("csv", delimiter=";", decimal=",", columns={"c": type_})
        stream = io.BytesIO(f"c;d\n{text};x\n".encode())
        ((_, body),) = [pair for cut in codec.cut(stream) for pair in codec.records(stream, cut)]
        if expected is None:
            assert isinstance(body, Bad)
            assert repr(text) in body.error.reason
        else:
            found = body["c"]
            assert (found.isoformat() if hasattr(found, "isoformat") else found) == expected

    @given(
        st.lists(st.lists(st.text("aü;,\"\r\n x", max_size=4), min_size=2, max_size=2), max_size=12),
        st.sampled_from(["cp1252", "utf-8", "utf-16"]), st.integers(1, 80),
    )  # fmt: skip
    def test_any_table_is_read_alike_in_chunks_of_any_size(self, rows: list[list[str]], encoding: str, size: int) -> None:
        rows = [r for r in rows if any(r)]
        writer = made("csv", delimiter=";", encoding=encoding)
        bodies = [{"a": a, "b": b} for a, b in rows]
        raw = writer.begin({"a": "", "b": ""}) + writer.join(bodies, True)
        stream = io.BytesIO(raw)
        found = [body for cut in writer.cut(stream, None, size) for _, body in writer.records(stream, cut)]
        assert found == bodies


class TestXml(CodecContract):
    refused = (
        b"", b"<a>", b"<a></b>", b"<!DOCTYPE a><a/>", b'<?xml version="1.0" encoding="nope"?><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', b"<a>" * 100_000,
    )  # fmt: skip
    unwritable = ("<a>", {"a": 1}, 7)

    def codec(self) -> Codec:
        return made("xml", namespaces={"p": "urn:p"})

    def test_an_element_tree_comes_back(self) -> None:
        codec: Any = self.codec()
        raw = codec.encode(codec.decode(b'<a xmlns="urn:p">\xc3\xbc<b/></a>', ENVELOPE))
        assert raw.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
        assert etree.fromstring(raw).text == "ü"
        assert codec.namespaces == {"p": "urn:p"}

    def test_an_error_says_where(self) -> None:
        with pytest.raises(DecodeError, match="line 2, column"):
            self.codec().decode(b"<a>\n<b></a>", ENVELOPE)

    def test_a_record_is_written_without_what_follows_it(self) -> None:
        root = etree.fromstring("<a><b>1</b>tail</a>")
        assert made("xml").encode(root[0]).endswith(b"<b>1</b>")


class TestText(JoinContract):
    bodies = ("one", "two\n", "ü")
    refused = (b"\xff",)
    unwritable = (1, {"a": 1})

    def codec(self) -> Codec:
        return made("text")


class TestBytes(JoinContract):
    bodies = (b"a", b"\x00\xff")
    unwritable = ("text", 1)

    def codec(self) -> Codec:
        return made("bytes")


def test_every_codec_has_its_contract() -> None:
    classes = (TestJson, test_ndjson.TestNdjson, TestCsv, test_fixed.TestFixed, TestXml, TestText, TestBytes)
    held = {c.__name__.removeprefix("Test").lower() for c in classes}
    assert held == set(CODECS)


@pytest.mark.parametrize(
    ("media", "file", "name"),
    [
        ("application/json; charset=utf-8", None, "json"), ("application/vnd.x+json", None, "json"),
        ("text/xml", None, "xml"), (None, "A.CSV", "csv"), ("application/x-ndjson", "a.json", "ndjson"),
        ("application/ndjson", None, "ndjson"), ("application/jsonl; charset=utf-8", None, "ndjson"),
        (None, "a.ndjson", "ndjson"), (None, "A.JSONL", "ndjson"),
        ("application/octet-stream", "a.json", "json"),
        (None, None, "bytes"), ("text/plain", "a.csv", "text"),
    ],
)  # fmt: skip
def test_the_default_codec(media: str | None, file: str | None, name: str) -> None:
    assert codec_for(media, file) == name


def test_the_codec_of_a_body() -> None:
    assert codec_of_body(etree.fromstring("<a/>")) == "xml"
    assert codec_of_body({"a": 1}) == "json"


@pytest.mark.parametrize("name", ["nope", "rot13", "hex"])
def test_an_encoding_that_cannot_be_used(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        made("csv", encoding=name)
