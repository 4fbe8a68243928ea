"""A server that says what it is told to, whatever it hears: one answer for each thing that it reads."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType


class Saying:
    """After its last answer it says nothing more, and keeps the connection open."""

    def __init__(self, *answers: bytes, closes: bool = False) -> None:
        self.answers, self.closes = answers, closes
        self.heard: list[bytes] = []
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Saying:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            for answer in self.answers:
                self.heard.append(connection.recv(4096))
                connection.sendall(answer)
            if self.closes:
                connection.shutdown(socket.SHUT_RDWR)
