"""Who is there: says a few bytes to a port and looks at the answer, to tell what is wrong with an address."""

from __future__ import annotations

import socket
import ssl

HELLO = b"PING\r\n\r\n"
"""A Redis answers it; to a RabbitMQ it is eight bytes of a wrong protocol, which it answers with the right one."""
ENOUGH = 16
SERVICES = {b"+PONG": "redis", b"-": "redis", b"AMQP": "amqp", b"HTTP/": "http"}


def sniff(host: str, port: int, timeout: float = 1.0) -> tuple[str, bool]:
    """(`redis`, `amqp`, `http` or '' where it cannot be told, whether it speaks TLS). Never raises."""
    if plain := _answer(host, port, timeout, None):
        return plain, False
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is said there but HELLO
    try:
        with socket.create_connection((host, port), timeout) as raw, context.wrap_socket(raw):
            pass
    except (OSError, ValueError):
        return "", False
    return _answer(host, port, timeout, context), True


def _answer(host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> str:
    try:
        with socket.create_connection((host, port), timeout) as raw, _secured(raw, tls) as connection:
            connection.sendall(HELLO)
            said = connection.recv(ENOUGH)
    except (OSError, ValueError):
        return ""
    return next((name for start, name in SERVICES.items() if said.startswith(start)), "")


def _secured(raw: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return raw if tls is None else tls.wrap_socket(raw)
