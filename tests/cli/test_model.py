from __future__ import annotations

from pathlib import Path

import pytest

from verifier.cli import model
from verifier.errors import UsageError
from verifier.records import Outcome


def test_the_worst_outcome_decides() -> None:
    assert model.exit_code([]) == 0
    assert model.exit_code([Outcome.ACCEPTED, Outcome.UNDECIDED]) == 3
    assert model.exit_code([Outcome.UNDECIDED, Outcome.REJECTED, Outcome.ACCEPTED]) == 1


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        model.publish_report(taken, "x")
    assert list(tmp_path.iterdir()) == [taken]


@pytest.mark.parametrize("text", ["json", "json=", "json=.", "json=nowhere/x", "json=/dev/null"])
def test_targets_are_checked_before_anything_is_verified(text: str) -> None:
    with pytest.raises(UsageError):
        model._target(text)


def test_a_report_goes_where_a_link_leads(tmp_path: Path) -> None:
    link = tmp_path / "latest.json"
    link.symlink_to("report.json")
    assert model._target(f"json={link}").path == (tmp_path / "report.json").resolve()
