from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from verifier.cli import model
from verifier.errors import UsageError
from verifier.records import Outcome


def test_the_worst_outcome_decides() -> None:
    assert model.exit_code([]) == 0
    assert model.exit_code([Outcome.ACCEPTED, Outcome.UNDECIDED]) == 3
    assert model.exit_code([Outcome.UNDECIDED, Outcome.REJECTED, Outcome.ACCEPTED]) == 1


def test_reports_replace_whole_files(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")
    model._publish(target, "→ new\n")
    assert target.read_bytes() == "→ new\n".encode()
    assert list(tmp_path.iterdir()) == [target]
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~model._umask()


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        model._publish(taken, "x")
    assert list(tmp_path.iterdir()) == [taken]


@pytest.mark.parametrize("text", ["json", "json=", "json=.", "json=nowhere/x"])
def test_targets_are_checked_before_anything_is_verified(text: str) -> None:
    with pytest.raises(UsageError):
        model._target(text)
