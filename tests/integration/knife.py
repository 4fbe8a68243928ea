"""A TCP proxy in front of a server that cuts the connection at a chosen moment: for what a network does at the worst one."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

ASKING, ANSWERING = "before the question arrives", "before the answer arrives"


class Knife:
    """`url` leads through it. `cut(n, where)` cuts at the nth piece of data from now on, once; pieces of either direction
    are counted by `pieces`."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._left: int | None = None
        self._where = ""
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, n: int, where: str) -> None:
        with self._lock:
            self._left, self._where = n, where

    @property
    def armed(self) -> bool:
        return self._left is not None

    def calm(self) -> None:
        with self._lock:
            self._left = None

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._behind))
                for end in (here, there):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for source, sink, where in ((here, there, ASKING), (there, here, ANSWERING)):
                    threading.Thread(target=self._pass, args=(source, sink, where), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, where: str) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._is_time(where):
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()  # the other direction's thread closes the other one

    def _is_time(self, where: str) -> bool:
        with self._lock:
            if self._left is None or where != self._where:
                return False
            self._left -= 1
            if self._left:
                return False
            self._left = None
            self.cuts += 1
            return True
