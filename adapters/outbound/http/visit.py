"""Whether an HTTP server listens, and each side takes the other's certificate."""

from __future__ import annotations

import os
import socket
import ssl

from yarl import URL

from adapters.certificates import UnusableFile
from adapters.outbound.http.alerts import alert_of, in_words
from adapters.outbound.http.options import HttpOptions
from router.errors import Unreachable

LISTEN = 0.5
"""Seconds in which a server of TLS 1.3 says that it does not take our certificate: it says so after the handshake."""


def visit(options: HttpOptions, seconds: float) -> str:
    """See router.ports.Visits."""
    url = URL(options.base)
    host, port = str(url.host), int(url.port or 0)
    place = f"{f'[{host}]' if ':' in host else host}:{port}"
    try:
        context = options.ssl_context() if url.scheme == "https" else None
        with socket.create_connection((host, port), seconds) as plain:
            if context is not None:
                shake_hands(plain, context, host)
    except (OSError, UnicodeError, UnusableFile) as error:
        raise Unreachable(why(error, place, options, seconds)) from None
    return place


def shake_hands(plain: socket.socket, context: ssl.SSLContext, host: str) -> None:
    with context.wrap_socket(plain, server_hostname=host) as shaken:
        shaken.settimeout(LISTEN)
        try:
            shaken.recv(1)
        except TimeoutError:
            return


def why(error: Exception, place: str, options: HttpOptions, seconds: float) -> str:
    if alert := alert_of(error):
        return f"{place}: tls: {in_words(alert, bool(options.tls.get('cert')))}"
    match error:
        case UnusableFile():
            return f"tls: {error}"
        case TimeoutError():
            return f"{place} gave no answer within {seconds:g} s"
        case UnicodeError():
            return f"could not find {place}: no host has such a name"
        case socket.gaierror():
            return f"could not find {place}: {(error.strerror or 'unknown').lower()}"
        case ssl.SSLCertVerificationError():
            return f"{place} has a wrong certificate: {error.verify_message}"
        case ssl.SSLError():
            return f"{place}: tls: {(error.reason or 'the handshake failed').replace('_', ' ').lower()}"
        case OSError() if error.errno:
            return f"could not connect to {place}: {os.strerror(error.errno).lower()}"
    return f"could not connect to {place}: {type(error).__name__}"
