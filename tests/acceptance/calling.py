"""Requests byte by byte, good and bad, and what came back for them."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from contextlib import suppress
from typing import Any

from examples.demo.crossdock import Crossdock

ACCEPTED = re.compile(r"^crossdock_messages_accepted_total\{.*\} ([\d.e+]+)$", re.MULTILINE)


def request(path: str, token: str = "") -> bytes:
    """The head of a POST that wants its connection closed, less its length and the empty line."""
    shown = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{shown}".encode()


def post(body: bytes, lines: bytes = b"", *, head: bytes) -> bytes:
    return head + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def call(crossdock: Crossdock, sent: bytes, half: bool = False) -> bytes:
    """All that comes back until the other side closes."""
    host, _, port = crossdock.url.removeprefix("http://").partition(":")
    came = b""
    with socket.create_connection((host, int(port)), 20) as calling:
        calling.sendall(sent)
        if half:
            calling.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):  # more was sent than it wanted to read
            while piece := calling.recv(65_536):
                came += piece
    return came


def parsed(answer: bytes) -> tuple[int, dict[str, str], Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, json.loads(body) if body else None


def status(crossdock: Crossdock, path: str, body: bytes = b"{}") -> int:
    """Of the answer to a JSON body."""
    return parsed(call(crossdock, post(body, b"Content-Type: application/json\r\n", head=request(path))))[0]


def stored(crossdock: Crossdock) -> int:
    """How many messages were ever stored, duplicates and refused ones among them."""
    with urllib.request.urlopen(f"{crossdock.admin}/metrics", timeout=10) as answer:
        return int(sum(float(n) for n in ACCEPTED.findall(answer.read().decode())))
