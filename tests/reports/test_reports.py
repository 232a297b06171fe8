from __future__ import annotations

import pytest

from tests.builders.verdicts import everything, finding, rejected, snapshot, undecided, verdict
from verifier import reports
from verifier.errors import NotFoundError, RateLimitedError, UsageError
from verifier.records import SourceKind
from verifier.reports import Failure

SEVERAL = [name for name in reports.names() if not name.startswith(("attestation", "cyclonedx", "svr"))]
"""Formats that tell of any number of models."""

FAILURE = Failure("org/gone", "not-found", "There is no org/gone.", "Check the name.")
HOSTILE = "\x1b[2J\x1b]8;;http://x\x07[bold]red[/bold]\n::error::x\r\u202e| <script>`*_\udcff"


def test_formats_are_discovered() -> None:
    assert reports.names() == (
        "attestation",
        "cyclonedx",
        "cyclonedx17",
        "github",
        "html",
        "json",
        "junit",
        "markdown",
        "plain",
        "sarif",
        "svr",
    )


def test_unknown_formats_are_named_with_those_there_are() -> None:
    with pytest.raises(
        UsageError,
        match=r"'yaml'.*attestation, cyclonedx, cyclonedx17, github, html, json, junit, markdown, plain, sarif, svr",
    ):
        reports.load("yaml")


@pytest.mark.parametrize("name", SEVERAL)
def test_reports_are_pure_functions_of_verdicts(name: str) -> None:
    verdicts = [verdict(), rejected(), undecided(), everything()]
    report = reports.load(name)
    text = report.render(verdicts, failures=[FAILURE])
    assert text == report.render(verdicts, failures=[FAILURE])
    assert text.endswith("\n")
    assert "There is no org/gone." in text


@pytest.mark.parametrize("name", SEVERAL)
def test_no_verdicts_make_a_report_too(name: str) -> None:
    assert isinstance(reports.load(name).render([]), str)


@pytest.mark.parametrize("name", SEVERAL)
def test_text_from_a_model_is_shown_and_never_obeyed(name: str) -> None:
    of = snapshot(HOSTILE, kind=SourceKind.FOLDER, text=HOSTILE)
    hostile = rejected(finding(what=HOSTILE), of=of)
    text = reports.load(name).render([hostile], failures=[Failure(HOSTILE, "not-found", HOSTILE, HOSTILE)], verbose=1)
    text.encode("utf-8")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not any(line.startswith("::error::x") for line in text.splitlines())


def test_failures_name_the_kind_of_error() -> None:
    assert Failure.of("org/gone", NotFoundError("There is no org/gone.", "Check the name.")) == FAILURE
    assert Failure.of("x", RateLimitedError("later")).kind == "rate-limited"
