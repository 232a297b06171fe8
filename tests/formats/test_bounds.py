"""Collections that grow with a file do so up to a limit."""

from __future__ import annotations

import pytest

from verifier.errors import BudgetExceeded
from verifier.formats._bounds import MOST, bounded


def test_what_is_remembered_is_bounded() -> None:
    bounded(range(MOST), "things")
    with pytest.raises(BudgetExceeded, match="more than 200000 things"):
        bounded(range(MOST + 1), "things")
