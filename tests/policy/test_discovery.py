"""Which policy file is meant when none is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.errors import PolicyError
from verifier.policy import Discovery, discover, load
from verifier.policy.sections.severity import Severity
from verifier.records import Level

POLICY = "version = 1\n"
PROJECT = '[project]\nname = "x"\n[tool.verifier]\nversion = 1\n[tool.verifier.severity]\nlow = "deny"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = (tmp_path / "repository").resolve()
    (root / ".git").mkdir(parents=True)
    (root / "models" / "ours").mkdir(parents=True)
    (tmp_path / "verify.toml").write_text(POLICY)
    return root


def test_the_nearest_one_up_to_the_root_of_the_repository(repository: Path) -> None:
    assert discover(repository / "models") == Discovery(None)
    (repository / "verify.toml").write_text(POLICY)
    assert discover(repository / "models").policy == repository / "verify.toml"
    (repository / "models" / "verify.toml").write_text(POLICY)
    assert discover(repository / "models" / "ours").policy == repository / "models" / "verify.toml"


def test_outside_of_a_repository_nothing_above_counts(tmp_path: Path) -> None:
    (tmp_path / "verify.toml").write_text(POLICY)
    (tmp_path / "folder").mkdir()
    assert discover(tmp_path / "folder") == Discovery(None)
    assert discover(tmp_path).policy == tmp_path.resolve() / "verify.toml"


def test_what_came_with_a_model_is_passed_over(repository: Path) -> None:
    model = repository / "models" / "ours"
    for folder in (model, repository):
        (folder / "verify.toml").write_text(POLICY)
    assert discover(model, [model]) == Discovery(repository / "verify.toml", (model / "verify.toml",))
    assert discover(model, [repository]) == Discovery(None, (model / "verify.toml", repository / "verify.toml"))
    assert discover(model, [model / "elsewhere"]).policy == model / "verify.toml"


def test_a_project_s_table_is_a_policy(repository: Path) -> None:
    project = repository / "pyproject.toml"
    project.write_text("[tool.other]\n")
    assert discover(repository) == Discovery(None)
    project.write_text(PROJECT)
    assert discover(repository).policy == project
    assert load(str(project)).section(Severity).low is Level.DENY
    project.write_text(PROJECT.replace("low", "lo"))
    with pytest.raises(PolicyError, match=r"pyproject.toml:6: severity.lo is not known here. Did you mean 'low'"):
        load(str(project))


def test_two_in_one_place_and_what_cannot_be_read(repository: Path) -> None:
    (repository / "pyproject.toml").write_text(PROJECT)
    (repository / "verify.toml").write_text(POLICY)
    with pytest.raises(PolicyError, match="holds two policies"):
        discover(repository)
    (repository / "pyproject.toml").write_text("[")
    with pytest.raises(PolicyError, match="may hold a policy"):
        discover(repository)
