"""The alert by which a server of TLS refuses this side, in words."""

from __future__ import annotations

import re
from ssl import SSLError

ALERT = re.compile(r"ALERT_(\w+)")
HANDSHAKE_FAILURE = "HANDSHAKE_FAILURE"
"""What TLS 1.2 says of a certificate that is missing, among other things."""
OF_CERTIFICATES = frozenset({
    "CERTIFICATE_REQUIRED", "NO_CERTIFICATE", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED",
})  # fmt: skip
"""RFC 8446, 6.2. In TLS 1.3 they come when this side has sent its request already: they say that it was not taken."""


def alert_of(error: BaseException) -> str:
    """The name of the alert behind an error of the client, '' where there is none of these."""
    for one in (error, getattr(error, "os_error", None), error.__cause__):
        found = ALERT.search(one.reason or "") if isinstance(one, SSLError) and hasattr(one, "reason") else None
        if found is not None and found[1] in {*OF_CERTIFICATES, HANDSHAKE_FAILURE}:
            return found[1]
    return ""


def in_words(alert: str, shown: bool) -> str:
    """What the server said, and what to do; `shown`: this side has shown a certificate."""
    said = f"the server said '{alert.replace('_', ' ').lower()}'"
    if shown:
        return f"{said} of the certificate that tls.cert names" if alert in OF_CERTIFICATES else said
    perhaps = "" if alert in OF_CERTIFICATES else "perhaps "
    return f"{said}: {perhaps}it wants a certificate of this side, add tls: {{cert, key}} to the connection"
