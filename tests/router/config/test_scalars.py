from __future__ import annotations

from decimal import Decimal

import pytest

from router.config import scalars


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("10s", 10.0), ("5m", 300.0), ("2h", 7200.0), ("7d", 604_800.0)]
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert scalars.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "0s", "-1s", "1.5s", "10 s", "10S", "s", "1w", "١s", "9999999999s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole positive number with a unit"):
        scalars.duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("500B", 500), ("64KiB", 65_536), ("16MiB", 16_777_216), ("2GiB", 2_147_483_648)]
)
def test_sizes_are_bytes(text: str, size: int) -> None:
    assert scalars.size(text) == size


@pytest.mark.parametrize("text", ["16MB", "16", "0B", "1.5MiB", "16mib"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="64KiB"):
        scalars.size(text)


@pytest.mark.parametrize(("text", "rate"), [("20/s", 20.0), ("600/min", 10.0), ("1000/h", 1000 / 3600)])
def test_rates_are_per_second(text: str, rate: float) -> None:
    assert scalars.rate(text) == rate


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), ("0%", 0.0), ("100%", 1.0), ("2.5%", 0.025)])
def test_shares_are_fractions(text: str, share: float) -> None:
    assert scalars.share(text) == share


@pytest.mark.parametrize("text", ["101%", "20", "0.2", "-1%"])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="percentage"):
        scalars.share(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("12:30", "12:30"),
        ("0042", 42),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1.50", Decimal("1.50")),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ("2020-01-01", "2020-01-01"),
        (".nan", ".nan"),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert scalars.plain(text) == value
    assert type(scalars.plain(text)) is type(value)


@pytest.mark.parametrize("text", ["whsec_MDEyMw==", "MDEyMw==", "whsec_MDEyMw", " whsec_MDEyMw==\n"])
def test_a_key_of_standard_webhooks(text: str) -> None:
    assert scalars.signing_key(text) == b"0123"


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_?", "whsec_MDEyM", "pass word", "ü", "whsk_MDEyMw=="])
def test_a_key_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="whsec_ and base64"):
        scalars.signing_key(text)
