"""What goes wrong with a broker, in words. None of them shows a user or a password."""

from __future__ import annotations

import os
import socket
import ssl

from amqp.exceptions import AMQPError, UnexpectedFrame

from adapters.certificates import UnusableFile


def while_connecting(error: Exception, where: str, timeout: float) -> tuple[str, str]:
    """(class of `retry.errors`, reason) of an error of `dial`."""
    match error:
        case TimeoutError():
            return "timeout", f"{where} did not answer within {timeout:g} s"
        case socket.gaierror():
            return "connect", f"could not find the host of {where}: {(error.strerror or 'unknown').lower()}"
        case ssl.SSLError():
            return "connect", f"tls: {where}: {words_of(error)}"
        case UnusableFile():
            return "connect", f"tls: {error}"
        case UnexpectedFrame():
            return "connect", f"{where} does not speak AMQP 0-9-1; check the port"
        case AMQPError():
            return "connect", f"{where} refused: {said(error)}"
        case ConnectionRefusedError():
            return "connect", f"could not connect to {where}: connection refused"
        case ConnectionError() | OSError():
            return "connect", f"{where} closed the connection while it was opened; check the port and TLS ({words_of(error)})"
    return "connect", f"could not connect to {where}: {type(error).__name__}"


def while_open(error: Exception) -> tuple[str, str]:
    """The same for a connection that was open."""
    match error:
        case TimeoutError():
            return "timeout", "the broker does not answer any more"
        case UnexpectedFrame():
            return "reset", "the broker sent what is not AMQP"
        case AMQPError():
            return "reset", f"the broker closed the connection: {said(error)}"
        case OSError():
            return "reset", f"the connection was cut ({words_of(error)})"
    return "reset", f"the connection failed: {type(error).__name__}"


def said(error: AMQPError) -> str:
    """The broker's own text (`NOT_FOUND - no exchange 'x' in vhost '/'`)."""
    return str(error.reply_text or type(error).__name__)


def words_of(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"wrong certificate: {getattr(error, 'verify_message', '') or 'not verified'}"
    if isinstance(error, ssl.SSLError):
        return (getattr(error, "reason", "") or "handshake failed").replace("_", " ").lower()
    if error.errno:
        return os.strerror(error.errno).lower()
    return str(error) or type(error).__name__
