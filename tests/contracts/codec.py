"""What every codec must do. Subclass, give `codec()` and `bodies` that it can write; `reads` where it can read them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from router.errors import DecodeError, EncodeError
from router.message import Envelope, utc_now
from router.ports import Codec, JoinCodec, RecordCodec

ENVELOPE = Envelope("id", "route", "source", utc_now())


class CodecContract:
    bodies: tuple[Any, ...] = ()
    reads = True
    refused: tuple[bytes, ...] = ()
    unwritable: tuple[Any, ...] = ()

    def codec(self) -> Codec:
        raise NotImplementedError

    def same(self, found: Any, body: Any) -> bool:
        return bool(found == body)

    def test_it_is_named(self) -> None:
        codec = self.codec()
        assert codec.name
        assert codec.content_type.count("/") == 1

    def test_what_was_written_is_read_as_it_was(self) -> None:
        codec = self.codec()
        for body in self.bodies:
            raw = codec.encode(body)
            assert isinstance(raw, bytes)
            if self.reads:
                assert self.same(codec.decode(raw, ENVELOPE), body)

    def test_what_cannot_be_read_is_an_error_of_its_own(self) -> None:
        for raw in self.refused:
            with pytest.raises(DecodeError) as found:
                self.codec().decode(raw, ENVELOPE)
            assert found.value.stage == "decode"
            assert found.value.reason

    def test_what_cannot_be_written_is_an_error_of_its_own(self) -> None:
        for body in self.unwritable:
            with pytest.raises(EncodeError):
                self.codec().encode(body)


class JoinContract(CodecContract):
    """A codec that writes many bodies into one output."""

    def test_joined_at_once_or_piece_by_piece_is_the_same(self) -> None:
        codec = self.codec()
        assert isinstance(codec, JoinCodec)
        bodies = list(self.bodies)
        at_once = codec.begin(bodies[0]) + codec.join(bodies, True) + codec.end()
        pieces = [codec.begin(bodies[0]), *(codec.join([b], n == 0) for n, b in enumerate(bodies)), codec.end()]
        assert at_once == b"".join(pieces)


class RecordContract(CodecContract):
    """A codec that reads record by record."""

    stream = b""
    count = 0

    def shown(self, body: Any) -> str:
        """Alike for bodies that are alike."""
        return repr(body)

    @pytest.mark.parametrize("size", [1, 7, 64, 1000, 262_144])
    def test_whatever_the_chunk_the_records_are_the_same(self, size: int) -> None:
        codec = self.codec()
        assert isinstance(codec, RecordCodec)
        stream = io.BytesIO(self.stream)
        found: list[tuple[int, Any]] = []
        end = None
        for cut in codec.cut(stream, None, size):
            assert cut.first_record == len(found) + 1
            assert end is None or cut.offset == end
            end = cut.offset + cut.length
            records = codec.records(stream, cut)
            assert len(records) == cut.records
            found.extend(records)
        whole = [pair for cut in codec.cut(stream) for pair in codec.records(stream, cut)]
        assert [n for n, _ in found] == list(range(1, self.count + 1))
        assert [self.shown(b) for _, b in found] == [self.shown(b) for _, b in whole]

    def test_cutting_goes_on_after_any_chunk(self) -> None:
        codec = self.codec()
        assert isinstance(codec, RecordCodec)
        stream = io.BytesIO(self.stream)
        cuts = list(codec.cut(stream, None, 40))
        for n, cut in enumerate(cuts):
            assert list(codec.cut(stream, cut, 40)) == cuts[n + 1 :]

    def test_only_the_wanted_records_are_given(self) -> None:
        codec = self.codec()
        assert isinstance(codec, RecordCodec)
        stream = io.BytesIO(self.stream)
        (cut,) = codec.cut(stream)
        everything = dict(codec.records(stream, cut))
        assert [n for n, _ in codec.records(stream, cut, [2])] == [2]
        assert self.shown(codec.records(stream, cut, [2])[0][1]) == self.shown(everything[2])
