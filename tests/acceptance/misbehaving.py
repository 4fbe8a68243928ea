"""The other side of an HTTP target that behaves as it was told to, badly at first: bytes, silence, or the end."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

Behaviour = Callable[["socket.socket", threading.Event], None]
TAKEN = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"taken\":true}"


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    key: str
    body: bytes
    at: float
    """Seconds of the monotonic clock."""


class Misbehaving:
    """Each path follows its list in `scripts`, one behaviour a request, and takes what comes then. A connection serves one
    request."""

    def __init__(self, place: socket.socket | None = None) -> None:
        """`place` is bound already: until now it refused who called."""
        self.scripts: dict[str, list[Behaviour]] = {}
        self.asked: dict[str, list[Asked]] = defaultdict(list)
        self._over = threading.Event()
        self._listening = place if place is not None else bound()
        self._listening.listen(128)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listening.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                calling, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(calling,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, calling: socket.socket) -> None:
        with calling, suppress(OSError):
            calling.settimeout(10)
            asked = read(calling)
            if asked is None:
                return
            self.asked[asked.path].append(asked)
            script = self.scripts.get(asked.path, [])
            turn = len(self.asked[asked.path]) - 1
            behave = script[turn] if turn < len(script) else saying(TAKEN)
            behave(calling, self._over)


def bound() -> socket.socket:
    """A port of this machine that is taken and refuses whoever calls, until its owner listens."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    return place


def read(calling: socket.socket) -> Asked | None:
    came = b""
    while b"\r\n\r\n" not in came:
        piece = calling.recv(65_536)
        if not piece:
            return None
        came += piece
    head, _, body = came.partition(b"\r\n\r\n")
    length = int(found(rb"content-length: *(\d+)", head) or 0)
    while len(body) < length:
        body += calling.recv(65_536)
    path = head.split(b" ")[1].decode()
    return Asked(path, found(rb"idempotency-key: *(\S+)", head).decode(), body, time.monotonic())


def found(pattern: bytes, head: bytes) -> bytes:
    match = re.search(pattern, head, re.IGNORECASE)
    return match[1] if match else b""


def saying(raw: bytes) -> Behaviour:
    """These bytes, then the end of the connection."""

    def behave(calling: socket.socket, over: threading.Event) -> None:
        calling.sendall(raw)
        calling.shutdown(socket.SHUT_WR)

    return behave


def status(line: str, headers: str = "", body: bytes = b"") -> Behaviour:
    return saying(f"HTTP/1.1 {line}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def resetting(raw: bytes = b"") -> Behaviour:
    def behave(calling: socket.socket, over: threading.Event) -> None:
        calling.sendall(raw)
        calling.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return behave


def hanging(calling: socket.socket, over: threading.Event) -> None:
    calling.settimeout(0.1)
    while not over.is_set():
        try:
            if not calling.recv(1):
                return
        except TimeoutError:
            continue


def dripping(head: bytes, each: float) -> Behaviour:
    """One byte after the other, as long as somebody listens."""

    def behave(calling: socket.socket, over: threading.Event) -> None:
        calling.sendall(head)
        while not over.wait(each):
            calling.sendall(b"x")

    return behave


def flooding(head: bytes) -> Behaviour:
    """A body without end, as fast as it is taken."""

    def behave(calling: socket.socket, over: threading.Event) -> None:
        calling.sendall(head)
        while not over.is_set():
            calling.sendall(b"x" * 65_536)

    return behave
