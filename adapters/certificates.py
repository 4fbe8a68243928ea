"""The files of TLS that a connection names: the first that cannot be used, by its option and its path."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import NoReturn

TRUSTED = ("ca", "cacertfile", "ssl_ca_certs")
FOLDERS = ("ssl_ca_path",)
OURS = (("cert", "key"), ("certfile", "keyfile"), ("ssl_certfile", "ssl_keyfile"))
"""The options of http connections and of the addresses of AMQP and Redis."""


class UnusableFile(OSError):
    """`cacertfile /etc/ca.pem: no such file or directory`."""


def check(files: Mapping[str, str]) -> None:
    """`files` are paths by their options. The clients load them without a word of which one is wrong, and ask a terminal for
    the password of a key. Raises UnusableFile."""
    for option, path in files.items():
        _readable(option, path)
    for option in TRUSTED:
        if option in files:
            _certificates(option, files[option])
    for cert, key in OURS:
        if cert in files:
            _certificates(cert, files[cert])
            _pair(cert, files[cert], key, files.get(key))


def missing(files: Mapping[str, str]) -> str:
    """The first that cannot be read, in words; '' where all can."""
    try:
        for option, path in files.items():
            _readable(option, path)
    except UnusableFile as error:
        return str(error)
    return ""


def _readable(option: str, path: str) -> None:
    try:
        if option in FOLDERS:
            os.scandir(path).close()
        else:
            with open(path, "rb") as file:
                file.read(1)
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
        raise UnusableFile(f"{option} {path}: {why}") from None


def _certificates(option: str, path: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise UnusableFile(f"{option} {path}: it holds no certificate in PEM, or a broken one") from None


def _pair(cert: str, path: str, key: str, key_path: str | None) -> None:
    """A key stands in the file of its certificate where it has none of its own."""
    named = f"{cert} {path}" if key_path is None else f"{key} {key_path}"

    def locked() -> NoReturn:
        raise UnusableFile(f"{named}: the key has a password; give one without")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(path, key_path, password=locked)
    except ssl.SSLError as error:
        other = getattr(error, "reason", "") == "KEY_VALUES_MISMATCH"
        why = f"it is the key of another certificate than {path}" if other else "it holds no key in PEM, or a broken one"
        raise UnusableFile(f"{named}: {why}") from None
