"""Reading frames off the socket many at a time: the driver's own way costs three system calls a frame."""

from __future__ import annotations

import ssl
from struct import Struct
from typing import Any

from amqp import transport
from amqp.exceptions import UnexpectedFrame

HEAD = Struct(">BHI")
"""Type, channel, size of the payload; then the payload and one byte 0xCE (AMQP 0-9-1, 4.2.3)."""
AROUND = HEAD.size + 1
END = 0xCE
TYPES = frozenset({1, 2, 3, 8})
READ = 262_144

Frame = tuple[int, int, bytes]
"""Type, channel, payload."""


class Reading:
    """Mixed into the driver's transports: they open, write and close; this one reads."""

    sock: Any
    connected: bool
    _held = b""
    _at = 0

    def next_frame(self) -> Frame | None:
        """A whole frame that was read already. Raises UnexpectedFrame for what is not AMQP."""
        held, at = self._held, self._at
        if len(held) - at < HEAD.size:
            return None
        kind, channel, size = HEAD.unpack_from(held, at)
        if kind not in TYPES:
            raise UnexpectedFrame("what came is not AMQP 0-9-1")
        start = at + HEAD.size
        end = start + size
        if len(held) <= end:
            return None
        if held[end] != END:
            raise UnexpectedFrame("a frame does not end where it should")
        self._at = end + 1
        return kind, channel, held[start:end]

    def fill(self) -> None:
        """Reads once, as long as the socket's timeout lets it. Raises OSError where the other side has gone."""
        try:
            more = self.sock.recv(READ)
            while self._pending():
                more += self.sock.recv(READ)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            raise TimeoutError from None
        except OSError:
            self.connected = False
            raise
        if not more:
            self.connected = False
            raise ConnectionResetError("the broker closed the connection")
        self._held = self._held[self._at :] + more
        self._at = 0

    def read_frame(self, *_: Any) -> Frame:
        """As the driver asks for it: waits for the next one."""
        while (frame := self.next_frame()) is None:
            self.fill()
        return frame

    def _pending(self) -> int:
        """Bytes that TLS holds decrypted: select does not see them."""
        pending = getattr(self.sock, "pending", None)
        return pending() if pending is not None else 0


class PlainTransport(Reading, transport.TCPTransport):  # type: ignore[misc]
    """Without TLS."""


class TlsTransport(Reading, transport.SSLTransport):  # type: ignore[misc]
    """With TLS."""
