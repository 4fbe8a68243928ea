"""A config version is kept whole, and once."""

from __future__ import annotations

from router.ledger import Ledger
from tests.contracts.ledger.case import LedgerCase


class VersionRules(LedgerCase):
    def test_config_versions_are_kept_whole(self, ledger: Ledger) -> None:
        one = ledger.store_version({"routes.yaml": b"version: 1"}, "me", "first")
        assert ledger.store_version({"routes.yaml": b"version: 1"}, "me", "again") == one
        two = ledger.store_version({"routes.yaml": b"version: 1 # x"}, "me", "edit")
        assert two == one + 1
        first = ledger.version(one)
        assert first is not None
        assert first.files == {"routes.yaml": b"version: 1"}
        newest = ledger.version(0)
        assert newest is not None
        assert newest.number == two
