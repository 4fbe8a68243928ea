"""Alerts of TLS in words."""

from __future__ import annotations

from ssl import SSLError

import aiohttp
import pytest

from adapters.outbound.http.alerts import alert_of, in_words


def said(reason: str) -> SSLError:
    error = SSLError(1, f"[SSL: {reason}] (_ssl.c:1)")
    error.reason = reason
    return error


def caused(by: BaseException) -> aiohttp.ClientOSError:
    error = aiohttp.ClientOSError(*by.args)
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("reason", "alert"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "CERTIFICATE_REQUIRED"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "HANDSHAKE_FAILURE"),
        ("TLSV1_ALERT_UNKNOWN_CA", "UNKNOWN_CA"),
        ("TLSV1_ALERT_INTERNAL_ERROR", ""),
        ("SSLV3_ALERT_BAD_RECORD_MAC", ""),
        ("CERTIFICATE_VERIFY_FAILED", ""),
        ("", ""),
    ],
)
def test_alerts_that_refuse_this_side(reason: str, alert: str) -> None:
    """Others may end a connection whose request was taken."""
    assert alert_of(said(reason)) == alert
    assert alert_of(caused(said(reason))) == alert


def test_no_alert() -> None:
    assert alert_of(SSLError("handshake")) == ""
    assert alert_of(caused(ConnectionResetError(104, "reset"))) == ""
    assert alert_of(aiohttp.ServerDisconnectedError()) == ""
    cut = aiohttp.ClientPayloadError()
    cut.__cause__ = caused(said("TLSV13_ALERT_CERTIFICATE_REQUIRED"))
    assert alert_of(cut) == "", "the answer had begun"


def test_words() -> None:
    assert in_words("UNKNOWN_CA", True) == "the server said 'unknown ca' of the certificate that tls.cert names"
    assert in_words("HANDSHAKE_FAILURE", True) == "the server said 'handshake failure'"
    assert in_words("BAD_CERTIFICATE", False).startswith("the server said 'bad certificate': it wants a certificate of this")
