"""A first policy, from models in use."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.builders import dossiers
from tests.builders.dossiers import artifact, claim, clean, decide, finding, gap, inspected, snapshot
from verifier.records import CoverageState, Dossier, Outcome, SourceKind, Verdict
from verifier.workflows import starting
from verifier.workflows.waiving import Signature

TODAY = dossiers.TODAY
SIGNED = Signature("ana", "in use", date(2026, 4, 1))


def start(*verdicts: Verdict) -> starting.Start:
    return starting.start("here", verdicts, SIGNED, TODAY)


def test_models_of_the_hub_are_waived_at_the_commit_they_have() -> None:
    dossier = clean(findings=(finding("pickle-unsafe-call"),), claims=(claim("license", ("mit", "gemma")),))
    made = start(decide(dossier), decide(clean()))
    assert [verdict.outcome for verdict in made.verdicts] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert made.left == ()
    written = tomllib.loads(made.text)
    assert written["sources"] == {"names": ["org"]}
    assert written["waive"] == [
        {
            "rule": "pickle-unsafe-call",
            "model": f"org/name@{'a' * 40}",
            "reason": "in use",
            "owner": "ana",
            "expires": date(2026, 4, 1),
        }
    ]
    assert '# licenses = ["gemma", "mit"]' in made.text
    assert '# allow = ["safetensors"]' in made.text


def test_what_runs_code_or_cannot_be_waived_is_left_to_people() -> None:
    verdict = decide(clean(findings=(finding("digest-mismatch"), finding("pickle-dangerous-symbol"))))
    made = start(verdict, decide(Dossier(snapshot())))
    assert {decision.clause for _, decision in made.left} == {"severity.critical", "coverage.nothing-inspected"}
    assert [verdict.outcome for verdict in made.verdicts] == [Outcome.REJECTED, Outcome.UNDECIDED]
    assert "waive" not in tomllib.loads(made.text)


def test_what_a_model_loads_is_waived_under_its_own_name() -> None:
    base = replace(snapshot(artifact("a"), artifact("b")), id="org/base")
    inner = decide(Dossier(base, coverage=(inspected("a"), gap(CoverageState.ERROR, "b"))))
    made = start(decide(clean(), "default", inner))
    assert [waiver["model"] for waiver in tomllib.loads(made.text)["waive"]] == [f"org/base@{'a' * 40}"]
    assert made.verdicts[0].outcome is Outcome.ACCEPTED


def test_folders_are_named_by_their_bytes() -> None:
    asked = dossiers.reference(SourceKind.FOLDER)
    two = replace(snapshot(artifact("a"), artifact("b"), asked=asked), id="/models/x")
    verdict = decide(Dossier(two, coverage=(inspected("a"), gap(CoverageState.ERROR, "b"))))
    made = start(verdict)
    (waiver,) = tomllib.loads(made.text)["waive"]
    assert waiver["digest"] == verdict.snapshot_digest
    assert "\n# x\n[[waive]]" in made.text
    assert "sources" not in tomllib.loads(made.text)


def test_models_are_noticed_by_their_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("a.pt", "m/x/model.safetensors", "m/x/deep/w.bin", "code/a.py", ".cache/w.bin", "env/w.bin"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert starting.models_below(tmp_path) == [tmp_path / "a.pt", tmp_path / "m" / "x"]
    monkeypatch.setattr(starting, "MAX_FOLDERS", 1)
    assert starting.models_below(tmp_path) == [tmp_path / "a.pt"]
