"""A certificate authority for one test session, and the certificate of 127.0.0.1 that it signed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.integration.servers.process import Absent


@dataclass(frozen=True)
class Certificate:
    """Files in PEM."""

    ca: Path
    cert: Path
    key: Path


def certify(folder: Path) -> Certificate:
    """Makes them in the folder. Raises Absent without openssl."""
    if shutil.which("openssl") is None:
        raise Absent("openssl is not installed (Debian: apt-get install openssl)")
    found = Certificate(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    ca_key, request, names = folder / "ca.key", folder / "request.pem", folder / "names"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", found.ca, "-days", "2", "-subj", "/CN=tests of Crossdock")
    _openssl("req", *curve, "-keyout", found.key, "-out", request, "-subj", "/CN=localhost")
    sign = ["-CA", found.ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2", "-extfile", names]
    _openssl("x509", "-req", "-in", request, *sign, "-out", found.cert)
    return found


def _openssl(*words: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
