"""Files of TLS that cannot be used are named with their options."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.certificates import UnusableFile, check, missing
from tests.integration.conftest import unavailable

NAMES = (("ca", "cert", "key"), ("cacertfile", "certfile", "keyfile"), ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two certificates with their keys, one whose key has a password, and what is none."""
    if shutil.which("openssl") is None:
        unavailable("openssl is not installed")
    folder = tmp_path_factory.mktemp("certs")
    for name, how in (("ours", ["-nodes"]), ("other", ["-nodes"]), ("locked", ["-passout", "pass:s3cret"])):
        made = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", "-subj", f"/CN={name}"]
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *how, *made]
        subprocess.run(make, check=True, capture_output=True)
    (folder / "both.pem").write_bytes((folder / "ours.key").read_bytes() + (folder / "ours.pem").read_bytes())
    (folder / "junk.pem").write_text("hello")
    (folder / "empty.pem").write_bytes(b"")
    (folder / "begin.pem").write_text("-----BEGIN CERTIFICATE-----\nxx\n")
    return folder


def fault(folder: Path, names: tuple[str, str, str], *files: str) -> str:
    """What is said of the files of authorities, certificate and key; '-': there is none."""
    named = {option: str(folder / file) for option, file in zip(names, files, strict=False) if file != "-"}
    with pytest.raises(UnusableFile) as caught:
        check(named)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("names", NAMES)
def test_what_can_be_used_is_not_spoken_of(shelf: Path, names: tuple[str, str, str]) -> None:
    for files in (("ours.pem",), ("-", "ours.pem", "ours.key"), ("other.pem", "both.pem"), ("-", "-", "ours.key"), ()):
        check({option: str(shelf / file) for option, file in zip(names, files, strict=False) if file != "-"})
    check({"ssl_ca_path": str(shelf)})


@pytest.mark.parametrize("names", NAMES)
def test_the_file_that_cannot_be_used_is_named(shelf: Path, names: tuple[str, str, str]) -> None:
    ca, cert, key = names
    assert fault(shelf, names, "no.pem") == f"{ca} no.pem: no such file or directory"
    assert fault(shelf, names, "ours.pem", "no.pem", "ours.key") == f"{cert} no.pem: no such file or directory"
    assert fault(shelf, names, "ours.pem", "ours.pem", "no.key") == f"{key} no.key: no such file or directory"
    for file in ("junk.pem", "empty.pem", "begin.pem", "ours.key"):
        assert fault(shelf, names, file) == f"{ca} {file}: it holds no certificate in PEM, or a broken one"
    assert fault(shelf, names, "-", "junk.pem", "ours.key").startswith(f"{cert} junk.pem: it holds no certificate")
    assert fault(shelf, names, "-", "ours.pem", "junk.pem") == f"{key} junk.pem: it holds no key in PEM, or a broken one"
    assert fault(shelf, names, "-", "ours.pem").startswith(f"{cert} ours.pem: it holds no key")
    another = f"{key} other.key: it is the key of another certificate than ours.pem"
    assert fault(shelf, names, "-", "ours.pem", "other.key") == another


def test_a_key_with_a_password_asks_no_terminal_for_it(shelf: Path) -> None:
    said = fault(shelf, NAMES[0], "-", "locked.pem", "locked.key")
    assert said == "key locked.key: the key has a password; give one without"


def test_folders_are_folders(shelf: Path) -> None:
    for path, why in (("no", "no such file or directory"), ("ours.pem", "not a directory")):
        with pytest.raises(UnusableFile, match=f"ssl_ca_path {re.escape(str(shelf / path))}: {why}"):
            check({"ssl_ca_path": str(shelf / path)})
    assert fault(shelf, NAMES[0], "") == f"ca {shelf}: is a directory"


def test_what_is_missing_is_said_in_words(shelf: Path) -> None:
    assert missing({"sslrootcert": str(shelf / "junk.pem")}) == ""
    assert missing({"sslrootcert": str(shelf / "junk.pem"), "sslkey": "/no.key"}) == "sslkey /no.key: no such file or directory"
    assert missing({"sslcert": "/a\0b"}) == "sslcert /a\0b: embedded null byte"
