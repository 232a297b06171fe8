from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders.dossiers import comparison
from tests.builders.verdicts import (
    COMMIT,
    MEMBER,
    PICKLE,
    denial,
    everything,
    finding,
    rejected,
    snapshot,
    undecided,
    verdict,
)
from verifier.records import (
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    Level,
    Outcome,
    Result,
    SourceKind,
    Stage,
    Verdict,
)
from verifier.reports import Failure
from verifier.reports._view import size
from verifier.reports.plain import render


def test_the_verdict_comes_first() -> None:
    first, second, *_ = render([verdict()]).splitlines()
    assert first == f"accepted  org/name@{COMMIT}"
    assert second == "  pre-download: digests are as the source claims them · policy default"


def test_an_ordinary_model_takes_one_screen() -> None:
    for ordinary in (verdict(), rejected(), undecided()):
        assert len(render([ordinary]).splitlines()) <= 24


def test_an_accepted_model_is_pinned_next() -> None:
    text = render([verdict()])
    assert "nothing was found that the policy denies" in text
    assert f'revision="{COMMIT}"' in text
    local = render([verdict(of=snapshot("/models/x", kind=SourceKind.FOLDER), stage=Stage.CONFIRMED)])
    assert "Next" not in local
    assert "confirmed: digests were computed from the bytes" in local


def test_a_reason_tells_place_sight_consequence_rule_and_next_step() -> None:
    lines = [line.strip() for line in render([rejected()]).splitlines()]
    assert "deny  npy-malformed  by severity.critical" in lines
    assert "pytorch_model.bin → archive/data.pkl, byte 77: posix.system('id')" in lines
    assert "Loading the file would run a shell command." in lines
    assert any(line.startswith("Next: Ask the publisher") for line in lines)
    assert "verify explain npy-malformed" in " ".join(lines)
    assert "do not download or load this model" in lines


def test_a_sight_that_is_the_message_is_said_once() -> None:
    said = replace(finding("npy-malformed", "The header is cut short"), message="The header is cut short.")
    text = render([replace(rejected(), decisions=(denial(said), denial(said)))])
    assert text.count("The header is cut short.") == 1
    assert text.count("pytorch_model.bin → archive/data.pkl") == 2


def test_what_was_read_and_what_was_not() -> None:
    text = render([undecided()])
    assert "66.8 kB of 90.9 MB in 2 files, 3 requests" in text
    assert "not inspected: 1 unknown-format" in text
    assert "only checked once downloaded: sha256" in text
    assert "model.gguf: GGUF is not inspected yet" in text
    taken_back = Coverage(PICKLE, CoverageState.UNKNOWN, "not my format after all", "pickle/1")
    plain = verdict()
    plain = replace(plain, dossier=replace(plain.dossier, coverage=(*plain.dossier.coverage, taken_back)))
    assert "not inspected" not in render([plain])


def test_other_decisions_loads_and_waivers_show() -> None:
    text = render([everything()])
    assert "waived by W-7" in text
    assert "formats.deny\n    pytorch_model.bin: the policy forbids torch-zip files" in text
    assert f"Loads\n  accepted  org/base@{COMMIT}" in text
    assert "card.require" not in text
    assert "by card.require" in render([everything()], verbose=1)


def test_a_contradiction_that_is_a_finding_too_shows_once() -> None:
    found = finding("digest-mismatch")
    compared = Comparison("digest", None, (), Result.CONTRADICTED, found.message)
    twice = [Decision("integrity.mismatch", level, compared, found.message) for level in (Level.DENY, Level.UNDECIDED)]
    text = render([verdict(Outcome.REJECTED, (denial(found), *twice))])
    assert text.count(found.message) == 2
    assert "undecided  digest  by integrity.mismatch" in text


def test_a_rejected_dependency_says_why() -> None:
    loading = verdict(Outcome.REJECTED, dependencies=(rejected(of=snapshot("org/code")),))
    text = render([loading])
    assert (
        f"rejected  org/code@{COMMIT}\n    npy-malformed: pytorch_model.bin → archive/data.pkl, byte 77: Loading"
        in text
    )
    named = Decision("sources.pinned", Level.DENY, "org/code", "the policy wants a commit")
    unpinned = verdict(Outcome.REJECTED, (named,), of=snapshot("org/code"))
    assert "sources.pinned: the policy wants a commit" in render([replace(loading, dependencies=(unpinned,))])


def many_reasons() -> Verdict:
    places = [denial(finding(offset=offset)) for offset in range(50)]
    gaps = [Coverage(f"file{n}", state, "why not", "x/1") for n, state in enumerate(CoverageState) for _ in range(2)]
    other = [Decision(f"clause{n}", Level.NOTE, gap, "why") for n, gap in enumerate(gaps)]
    return verdict(Outcome.REJECTED, (*places, *other))


def test_many_reasons_are_cut_and_verbose_shows_all() -> None:
    short, long = render([many_reasons()]), render([many_reasons()], verbose=1)
    assert "and at 47 more places" in short
    assert "and 2 more reasons" in short
    assert MEMBER.split("!")[0] + " → archive/data.pkl, byte 49" in long
    assert "more places" not in long
    assert "more reasons" not in long
    assert "model.safetensors 8192-  data: numbers only" in long


def test_quiet_is_one_line_a_model() -> None:
    failure = Failure("org/gone", "not-found", "There is no org/gone.", "Check.")
    lines = render([verdict(), rejected()], failures=[failure], verbose=-1).splitlines()
    assert lines == [f"accepted  org/name@{COMMIT}", f"rejected  org/name@{COMMIT}", "no verdict  org/gone"]


def test_several_models_are_set_apart() -> None:
    assert f"\n\nrejected  org/name@{COMMIT}\n" in render([verdict(), rejected()])


@pytest.mark.parametrize("width", [20, 40, 80])
def test_narrow_terminals_wrap(width: int) -> None:
    text = render([everything()], width=width)
    assert max(map(len, text.splitlines())) <= width


def test_color_is_only_used_when_asked_for() -> None:
    assert "\x1b[" not in render([everything()])
    assert "\x1b[1;31mrejected\x1b[0m" in render([everything()], color=True)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (5 * 10**9, "5.0 GB"),
        (2 * 10**15, "2000.0 TB"),
    ],
)
def test_sizes_are_decimal(count: int, shown: str) -> None:
    assert size(count) == shown


def test_claims_are_counted_in_one_line_and_those_that_are_wrong_are_named() -> None:
    results = (Result.CONSISTENT, Result.CONTRADICTED, Result.INCONCLUSIVE, Result.CONSISTENT)
    held = tuple(comparison(f"kind-{i}", result) for i, result in enumerate(results))
    plain = verdict()
    told = replace(plain, dossier=replace(plain.dossier, comparisons=(*held, comparison("digest", Result.CONSISTENT))))
    line = "claims: 2 consistent, 1 contradicted (kind-1), 1 inconclusive; `verify card` shows them"
    assert line in [one.strip() for one in render([told]).splitlines()]
    assert "claims:" not in render([plain])
