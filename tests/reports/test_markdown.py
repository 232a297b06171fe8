from __future__ import annotations

from dataclasses import replace

from tests.builders.dossiers import comparison
from tests.builders.verdicts import denial, everything, finding, verdict
from verifier.records import Outcome, Result
from verifier.reports import Failure
from verifier.reports.markdown import render


def test_each_model_is_a_row_and_dependencies_too() -> None:
    text = render([everything(), verdict()])
    assert text.count("| ❌ rejected |") == 1
    assert text.count("| ✅ accepted |") == 2


def test_reasons_name_place_and_waiver() -> None:
    text = render([everything()])
    assert "| deny | npy-malformed | pytorch&#95;model.bin → archive/data.pkl, byte 77 |" in text
    assert "| undecided (waived by W-7) | limit-hit |" in text


def test_markup_from_a_model_stays_text() -> None:
    link = finding(rule="[x](javascript:x)<img>|")
    text = render([verdict(Outcome.REJECTED, (denial(link),))])
    assert "&#91;x&#93;&#40;javascript&#58;x&#41;&lt;img&gt;&#124;" in text


def test_many_reasons_are_cut() -> None:
    many = replace(everything(), decisions=tuple(denial(finding(offset=n)) for n in range(60)))
    assert "and 10 more reasons." in render([many])


def test_failures_are_rows() -> None:
    assert "| ❔ no verdict | org/gone | There is no org/gone. | | | |" in render(
        [], failures=[Failure("org/gone", "not-found", "There is no org/gone.", "")]
    )


def test_claims_are_counted() -> None:
    told = verdict()
    held = (comparison("layers", Result.CONTRADICTED),)
    row = render([replace(told, dossier=replace(told.dossier, comparisons=held))]).splitlines()[2]
    assert row.endswith("| 1 contradicted &#40;layers&#41; |")
