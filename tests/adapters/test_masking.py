from __future__ import annotations

from adapters.masking import MASK, Masked, error_id


def test_known_secrets_and_passwords_in_addresses_are_replaced() -> None:
    masked = Masked(["s3cr3t", "s3cr3t-token", "abc"])
    assert masked.text("s3cr3t-token and s3cr3t, abc") == f"{MASK} and {MASK}, abc", "what is too short stays"
    assert masked.text("amqps://u:p@bus/x") == f"amqps://{MASK}@bus/x"
    assert masked.value({"Api_Key": "x", "n": [1, "s3cr3t", None]}) == {"Api_Key": MASK, "n": [1, MASK, None]}


def test_ids_of_errors_are_short_and_differ() -> None:
    assert len({error_id() for _ in range(100)}) == 100
    assert len(error_id()) == 8
