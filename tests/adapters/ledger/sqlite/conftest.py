from __future__ import annotations

from tests.adapters.ledger.sql.conftest import stock

__all__ = ["stock"]
