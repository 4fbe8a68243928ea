"""The quick way to decode gives what Python's own gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.codecs.charset import charset, decoded, unlike_latin_1

NAMES = ["cp1252", "iso-8859-1", "iso-8859-15", "iso-8859-7", "cp850", "mac-roman", "utf-8", "shift_jis", "cp037", "ascii"]


@pytest.mark.parametrize("name", NAMES)
@given(raw=st.one_of(st.binary(max_size=8), st.text("aöÄ€é ", max_size=8).map(lambda t: t.encode("cp1252"))))
def test_decoding_is_what_python_says(name: str, raw: bytes) -> None:
    encoding = charset(name).name
    assert decoded(raw, encoding, "surrogateescape") == raw.decode(encoding, "surrogateescape")


def test_a_byte_that_the_encoding_does_not_have_is_an_error_as_ever() -> None:
    with pytest.raises(UnicodeDecodeError):
        decoded(b"a\x81", "cp1252")


def test_only_encodings_that_extend_ascii_by_one_byte_a_character_are_quick() -> None:
    assert unlike_latin_1("cp1252") == bytes(range(0x80, 0xA0))
    assert unlike_latin_1("cp037") is None
    assert unlike_latin_1("utf-16-le") is None
