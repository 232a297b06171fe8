from __future__ import annotations

from tests.builders.verdicts import COMMIT, denial, everything, finding, undecided, verdict
from verifier.records import Outcome
from verifier.reports import Failure
from verifier.reports.github import render


def test_denials_are_errors_and_gaps_are_warnings() -> None:
    error, *_, warning = render([everything(), undecided()]).splitlines()
    assert error == (
        f"::error title=rejected%3A npy-malformed::org/name@{COMMIT}: "
        "pytorch_model.bin → archive/data.pkl, byte 77: Loading the file would run a shell command."
    )
    assert warning.startswith("::warning title=undecided%3A unknown-format::")


def test_what_is_waived_or_noted_is_not_annotated() -> None:
    text = render([everything()])
    assert "limit-hit" not in text
    assert "dependencies" not in text


def test_percent_signs_are_escaped() -> None:
    text = render([], failures=[Failure("a%0Ab,c", "x", "100 %0A", "")])
    assert text == "::error title=no verdict on a%250Ab%2Cc::100 %250A\n"


def test_no_more_are_made_than_are_shown() -> None:
    many = verdict(Outcome.REJECTED, tuple(denial(finding(offset=n)) for n in range(60)))
    assert len(render([many]).splitlines()) == 10
