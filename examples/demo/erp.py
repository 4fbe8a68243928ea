"""The ERP behind the shop: it starts late, takes orders, credit notes and returns, and knows which it has had already."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from examples.demo.shop import NO_SUCH_PRODUCT

PATHS = ("/salesorders", "/creditnotes", "/returns")


@dataclass(slots=True)
class Books:
    """What the ERP holds: bodies by path, first arrivals in order; and what it turned away."""

    taken: dict[str, list[bytes]] = field(default_factory=lambda: {path: [] for path in PATHS})
    keys: set[str] = field(default_factory=set)
    again: int = 0
    unavailable: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str, key: str, body: bytes) -> int:
        """The status: 201, or 200 for what it has had already under this key."""
        with self.lock:
            if key in self.keys:
                self.again += 1
                return 200
            self.keys.add(key)
            self.taken[path].append(body)
            return 201


class Desk(BaseHTTPRequestHandler):
    """One connection to the ERP."""

    protocol_version = "HTTP/1.1"
    server: Erp

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.down():
            self.answer(503, {"error": "starting"})
        elif self.path not in self.server.books.taken:
            self.answer(404, {"error": f"there is no {self.path}"})
        elif f"<Product>{NO_SUCH_PRODUCT}<".encode() in body:
            self.answer(422, {"error": f"product {NO_SUCH_PRODUCT} is not in the catalogue"})
        else:
            self.answer(self.server.books.take(self.path, self.headers["Idempotency-Key"], body), {"taken": True})

    def do_GET(self) -> None:
        _, _, sku = self.path.rpartition("/")
        self.answer(503, {}) if self.server.down() else self.answer(200, {"sku": sku, "on_hand": 7})

    def answer(self, status: int, body: Any) -> None:
        if status == 503:
            with self.server.books.lock:
                self.server.books.unavailable += 1
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """The demo's terminal is for people."""


class Erp(ThreadingHTTPServer):
    """Serves in a thread of its own; answers 503 until `down_for` seconds after the first request."""

    daemon_threads = True

    def __init__(self, down_for: float) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.books = Books()
        self.down_for = down_for
        self.first: float | None = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def down(self) -> bool:
        if self.first is None:
            self.first = time.monotonic()
        return time.monotonic() - self.first < self.down_for
