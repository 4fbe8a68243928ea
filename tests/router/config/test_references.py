from __future__ import annotations

from pathlib import Path

import pytest

from router.config.references import DotenvError, Resolved, Resolver, Unset, read_dotenv, resolver_for, spoken


def resolve(text: str, **environ: str) -> str:
    value, complaints = Resolver(environ).resolve(text)
    assert complaints == []
    return value


def test_an_environment_variable_is_put_in() -> None:
    value = resolve("http://${env:HOST}/x", HOST="erp")
    assert value == "http://erp/x"
    assert isinstance(value, Resolved)
    assert not value.whole
    assert not value.secret


def test_one_reference_alone_is_whole() -> None:
    value = resolve("${env:N}", N="5")
    assert isinstance(value, Resolved)
    assert value.whole


@pytest.mark.parametrize(("environ", "value"), [({}, "d"), ({"X": ""}, "d"), ({"X": "x"}, "x")])
def test_a_default_stands_in_for_what_is_unset_or_empty(environ: dict[str, str], value: str) -> None:
    assert resolve("${env:X:-d}", **environ) == value


def test_an_empty_default_is_possible() -> None:
    assert resolve("a${env:X:-}b") == "ab"


def test_two_dollars_are_a_literal() -> None:
    assert resolve("$${env:X} and $5 and {x}") == "${env:X} and $5 and {x}"


def test_what_a_variable_holds_is_not_resolved_again() -> None:
    assert resolve("${env:A}", A="${env:B}") == "${env:B}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${HOME}", "does not say where"),
        ("${secret:A:-x}", "a secret has no default"),
        ("${file:x}", "not a reference"),
        ("${env:A B}", "not a reference"),
        ("${env:A", "no closing brace"),
        ("${}", "not a reference"),
    ],
)
def test_any_other_reference_is_wrong(text: str, message: str) -> None:
    value, [complaint] = Resolver({"A": "1", "HOME": "/"}).resolve(text)
    assert message in complaint.message
    assert complaint.hint
    assert not complaint.unset
    assert isinstance(value, Unset)


def test_what_is_not_set_is_named() -> None:
    _, [complaint] = Resolver({"ERP_URI": "x"}).resolve("${env:ERP_URL}")
    assert complaint.unset
    assert complaint.message == "the environment variable ERP_URL is not set"
    assert "did you mean 'ERP_URI'?" in complaint.hint


def test_a_secret_comes_from_its_file_first(tmp_path: Path) -> None:
    (tmp_path / "TOKEN").write_text("from file\n\n")
    value, _ = Resolver({"TOKEN": "env"}, {"TOKEN": "dotenv"}, tmp_path).resolve("${secret:TOKEN}")
    assert value == "from file\n"
    assert isinstance(value, Resolved)
    assert value.secret


def test_then_from_the_environment_then_from_dotenv(tmp_path: Path) -> None:
    resolver = Resolver({"A": "env"}, {"A": "dotenv", "B": "dotenv"}, tmp_path)
    assert resolver.resolve("${secret:A} ${secret:B}")[0] == "env dotenv"


def test_a_secret_that_is_not_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "T").write_bytes(b"\xff")
    _, [complaint] = Resolver({}, {}, tmp_path).resolve("${secret:T}")
    assert "cannot be read" in complaint.message


def test_dotenv_lines(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# x\nA=1\nexport B = two words # no\nC='a # b'\nD=\"x\"\nE=\n\n  # y\nF=a#b\nG=\"x\" # z")
    assert read_dotenv(tmp_path) == {"A": "1", "B": "two words", "C": "a # b", "D": "x", "E": "", "F": "a#b", "G": "x"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"A=1\nERP_TOKEN: s3cr3t\n", "line 2: it is not NAME=value"),
        (b"=s3cr3t\n", "line 1: it is not NAME=value"),
        (b"A=1\n\nB=\"s3cr3t\nC=2\n", "line 3: the quote of B is not closed"),
        (b"A='s3cr3t' rest\n", "line 1: the quote of A is not closed"),
        (b"A=1\nB=\xffs3cr3t\n", "line 2: byte 0xff is not UTF-8"),
    ],
)
def test_a_dotenv_that_is_wrong_is_refused_by_its_line_without_what_stands_there(
    tmp_path: Path, raw: bytes, said: str
) -> None:
    (tmp_path / ".env").write_bytes(raw)
    with pytest.raises(DotenvError, match=said) as refused:
        read_dotenv(tmp_path)
    assert "s3cr3t" not in refused.value.reason


def test_a_folder_named_dotenv_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert read_dotenv(tmp_path) == {}


def test_the_secrets_folder_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "T").write_text("x\r\n")
    (tmp_path / ".env").write_text("CROSSDOCK_SECRETS=s\n")
    assert resolver_for({}, tmp_path).resolve("${secret:T}")[0] == "x"


def test_references_are_spoken_without_braces() -> None:
    assert spoken("/${env:AREA}/${secret:my.key-1}/{{ body.n }}") == "/$AREA/$my.key-1/{{ body.n }}"
    assert spoken("${env:A:-d}") == "$A"
