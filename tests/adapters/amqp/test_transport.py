"""Frames read off a socket, however they are cut on their way."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from struct import pack

import pytest
from amqp.exceptions import UnexpectedFrame
from hypothesis import given
from hypothesis import strategies as st

from adapters.amqp.transport import Frame, PlainTransport

FRAMES = st.lists(st.tuples(st.sampled_from([1, 2, 3, 8]), st.integers(0, 65535), st.binary(max_size=300)), max_size=20)


def packed(frames: list[Frame]) -> bytes:
    return b"".join(pack(">BHI", kind, channel, len(body)) + body + b"\xce" for kind, channel, body in frames)


class Fed:
    """A socket that gives what it was given, in pieces of the sizes that are asked for."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self.data, self.sizes = data, sizes

    def recv(self, most: int) -> bytes:
        size = min(most, next(self.sizes, 7))
        piece, self.data = self.data[:size], self.data[size:]
        return piece


def transport(sock: object) -> PlainTransport:
    made = PlainTransport("127.0.0.1:1")
    made.sock, made.connected = sock, True
    return made


@given(FRAMES, st.lists(st.integers(1, 200)))
def test_frames_come_out_as_they_went_in(frames: list[Frame], sizes: list[int]) -> None:
    reading = transport(Fed(packed(frames), iter(sizes)))
    assert [reading.read_frame() for _ in frames] == frames
    assert reading.next_frame() is None
    with pytest.raises(ConnectionResetError):
        reading.fill()
    assert not reading.connected


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad Request\r\n", b"AMQP\0\0\x09\x01", b"\x01\0\0\0\0\0\x01xX"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(UnexpectedFrame):
        transport(Fed(data, iter([100]))).read_frame()


def test_a_wait_ends_with_the_sockets_timeout_and_loses_nothing() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(0.01)
        reading = transport(here)
        whole = packed([(1, 1, b"abc")])
        there.sendall(whole[:5])
        with pytest.raises(TimeoutError):
            reading.read_frame()
        there.sendall(whole[5:])
        assert reading.read_frame() == (1, 1, b"abc")
