"""Golden vectors of one's own that the lock pins: a later revision is held against them without being asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.builders import tiny_models
from tests.builders.hub import Hub
from tests.sources.conftest import lay_out
from tests.workflows.conftest import hub, hub_cache, models
from verifier.cli import main
from verifier.store import lock

__all__ = ["hub", "hub_cache", "models"]

NAME = "org/double"


def publish(models: Path, factor: float) -> None:
    folder = lay_out(models / "org" / "double", {"README.md": b"---\nlicense: mit\n---\n# It doubles\n"})
    tiny_models.doubling(folder / "model.onnx", factor)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path, hub: Hub) -> Path:
    """A project that has the model locked, fetched and recorded."""
    publish(models, 2.0)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    np.save("in.npy", np.arange(4, dtype=np.float32))
    assert main(["lock", "add", NAME, "-q"]) == 0
    assert main(["fetch", NAME, "-q"]) == 0
    assert main(["record", NAME, "--to", "golden/double", "--inputs", "in.npy"]) == 0
    return folder


def told(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments]) == code
    shown = capsys.readouterr()
    return " ".join((shown.out + shown.err).split())


def test_a_later_revision_is_compared_by_itself(
    project: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = lock.read(project / "models.lock").models[NAME].golden
    assert before is not None
    assert before.path == "golden/double/behavior.yaml"
    assert told(capsys, 0, "lock", "check").startswith("ok ")
    assert "consistent recorded: all 4 numbers" in told(capsys, 0, "behavior", NAME, "--offline")
    assert "not-declared" in told(capsys, 0, "behavior", NAME, "--isolated")
    publish(models, 2.01)
    assert main(["lock", "update", "--allow-rollback", "-q"]) == 0
    assert lock.read(project / "models.lock").models[NAME].golden == before
    assert main(["fetch", NAME, "-q"]) == 0
    assert "contradicted recorded: worst at [3]: 6.03, and 6 is declared" in told(capsys, 1, "behavior", NAME)


def test_what_is_pinned_has_to_be_there_and_as_it_was(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save("golden/double/outputs-0.npy", np.zeros(4, np.float32))
    assert "outputs-0.npy is not the file that behavior.yaml beside it declares" in told(capsys, 2, "behavior", NAME)
    (project / "golden/double/outputs-0.npy").unlink()
    assert "Restore it from version control" in told(capsys, 2, "behavior", NAME, "--golden", "golden/double")
    with (project / "golden/double/behavior.yaml").open("a") as file:
        file.write("not_for: [anything]\n")
    assert "golden/double/behavior.yaml, which models.lock pins, is changed." in told(capsys, 2, "behavior", NAME)
    assert "changed golden/double/behavior.yaml" in told(capsys, 1, "lock", "check")
    shutil.rmtree(project / "golden")
    assert "missing golden/double/behavior.yaml" in told(capsys, 3, "lock", "check")


def test_vectors_outside_of_the_project_are_not_pinned(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / "models.lock").read_text()
    given = ["--to", str(tmp_path / "elsewhere"), "--inputs", "in.npy"]
    assert "compare with `verify behavior REF --golden" in told(capsys, 0, "record", NAME, *given)
    assert (project / "models.lock").read_text() == before
    given = ["--to", "golden/again", "--inputs", "in.npy"]
    assert "models.lock, which pins it: `verify behavior org/double`" in told(capsys, 0, "record", NAME, *given)
    assert "golden/again/behavior.yaml" in (project / "models.lock").read_text()


def test_a_revision_that_does_not_run_is_not_accepted(
    project: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (models / "org" / "double" / "model.onnx").rename(models / "org" / "double" / "a.onnx")
    tiny_models.doubling(models / "org" / "double" / "b.onnx", 2.0)
    assert main(["lock", "update", "--allow-rollback", "-q"]) == 0
    assert main(["fetch", NAME, "-q"]) == 0
    assert "undecided golden by behavior.require" in told(capsys, 3, "behavior", NAME)
