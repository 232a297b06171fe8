"""Licenses of base models, looked up when a policy asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.hub import Hub
from tests.builders.safetensors import model_bytes
from tests.sources.conftest import lay_out
from verifier import verify_model
from verifier.pipeline import lineage
from verifier.records import Outcome


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "ours.toml"
    file.write_text('version = 1\n[card]\nlicenses = ["MIT", "apache-2.0"]\nlineage = true\n')
    return file


def publish(models: Path, name: str, license_name: str, *bases: str) -> None:
    base = f"base_model: [{', '.join(bases)}]\n" if bases else ""
    text = f"---\nlicense: {license_name}\n{base}---\n# It\n"
    lay_out(models / "org" / name, {"README.md": text.encode(), "model.safetensors": model_bytes(1)})


def told(name: str, policy: Path) -> list[str]:
    made = verify_model(name, policy=policy).decisions
    return [one.reason for one in made if one.clause != "card.licenses"]


def test_the_whole_line_needs_a_license(models: Path, hub: Hub, policy: Path) -> None:
    publish(models, "tuned", "mit", "org/middle")
    publish(models, "middle", "mit", "org/root")
    publish(models, "root", "apache-2.0")
    verdict = verify_model("org/tuned", policy=policy)
    assert verdict.outcome is Outcome.ACCEPTED
    assert told("org/tuned", policy) == [
        "org/middle is under mit (declared, not tested)",
        "org/root is under apache-2.0 (declared, not tested)",
    ]
    assert [edge.target for edge in verdict.dossier.edges] == ["org/middle", "org/root"]
    publish(models, "root", "gemma")
    assert verify_model("org/tuned", policy=policy).outcome is Outcome.REJECTED


def test_nothing_is_looked_up_for_a_policy_that_does_not_ask(models: Path, hub: Hub) -> None:
    publish(models, "tuned", "mit", "org/gone")
    assert verify_model("org/tuned").outcome is Outcome.ACCEPTED
    assert not any("gone" in request.path for request in hub.requests)


def test_a_base_that_is_not_there_leaves_it_open(models: Path, hub: Hub, policy: Path) -> None:
    publish(models, "tuned", "mit", "org/gone")
    verdict = verify_model("org/tuned", policy=policy)
    assert verdict.outcome is Outcome.UNDECIDED
    reasons = [one.reason for one in verdict.decisions]
    assert "no license of org/gone is declared" in reasons
    assert any("hf://org/gone: its license matters, but: " in reason for reason in reasons)


def test_lines_are_followed_a_bounded_way(
    models: Path, hub: Hub, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "MAX_BASES", 2)
    publish(models, "one", "mit", "org/two")
    publish(models, "two", "mit", "org/three", "org/one")
    publish(models, "three", "mit", "org/one", "org/two")
    verdict = verify_model("org/one", policy=policy)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "it derives from more models than are followed" in verdict.decisions[0].reason
