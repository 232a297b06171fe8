"""Policies and the lock of a pull request's base: a change cannot relax its own check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.gits import committed, git
from tests.builders.opcodes import call, pickled
from tests.builders.safetensors import model_bytes
from verifier.cli import main

BAD = pickled(call("os", "system", "echo inert"))
STRICT = b'version = 1\nextends = ["default"]\n'
WAIVED = (
    STRICT
    + b"""
[[waive]]
rule = "pickle-dangerous-symbol"
model = "*"
reason = "we like it"
owner = "mallory"
expires = 2026-12-31
"""
)
LENIENT = b'version = 1\n[rules]\npickle-dangerous-symbol = "allow"\n'


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A repository whose base has a policy; the working folder is in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VERIFY_POLICY", raising=False)
    files = {"verify.toml": STRICT, "ours/strict.toml": STRICT, "models/ok/model.safetensors": model_bytes(1)}
    return committed(tmp_path, files)


@pytest.mark.parametrize("policy", [WAIVED, LENIENT])
def test_a_change_that_waives_itself_is_rejected(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: bytes
) -> None:
    committed(tmp_path, {"verify.toml": policy, "models/new/model.pkl": BAD})
    assert main(["model", "./models/new", "-q"]) == 0
    capsys.readouterr()
    assert main(["model", "./models/new", "-q", "--policy-from", base]) == 1
    told = capsys.readouterr().err
    assert f"policies or the lock differ from those of {base}, which count:" in told
    assert '    +rule = "pickle-dangerous-symbol"' in told or '    +pickle-dangerous-symbol = "allow"' in told


def test_what_did_not_change_counts_and_is_not_told(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(tmp_path, {"models/new/model.pkl": BAD})
    monkeypatch.chdir(tmp_path / "models")
    assert main(["model", "./ok", "./new", "--policy-from", "HEAD~1"]) == 1
    told = capsys.readouterr()
    assert "policy verify" in told.out
    assert told.err == ""


def test_a_policy_that_came_with_the_change_does_not_count(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "verify.toml").unlink()
    older = committed(tmp_path, {"ours/strict.toml": STRICT})
    committed(tmp_path, {"models/new/model.pkl": BAD, "pyproject.toml": b"[tool.verifier]\n" + LENIENT.split(b"\n")[0]})
    (tmp_path / "pyproject.toml").write_bytes(
        b'[tool.verifier]\nversion = 1\n[tool.verifier.rules]\npickle-dangerous-symbol = "allow"\n'
    )
    assert main(["model", "./models/new", "-q"]) == 0
    assert main(["model", "./models/new", "-q", "--policy-from", older]) == 1
    assert "+[tool.verifier]" in capsys.readouterr().err
    assert main(["model", "./models/new", "-q", "--policy-from", older, "--isolated"]) == 1
    assert main(["model", "./models/new", "-q", "--policy-from", older, "--policy", "permissive"]) == 1
    monkeypatch.setenv("VERIFY_POLICY", "ours/strict.toml")
    (tmp_path / "ours/strict.toml").write_bytes(LENIENT)
    assert main(["model", "./models/new", "-q", "--policy-from", older]) == 1
    assert main(["model", "./models/new", "-q", "--policy-from", older, "--policy", "pyproject.toml"]) == 2
    assert "is not in" in capsys.readouterr().err


def test_a_policy_outside_of_the_repository_counts_as_it_is(
    base: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    policy = tmp_path_factory.mktemp("elsewhere") / "ours.toml"
    policy.write_bytes(STRICT)
    assert main(["model", "./models/ok", "-q", "--policy-from", base, "--policy", str(policy)]) == 0


def test_the_lock_of_the_base_counts(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = b'version = 1\nrevision = 1\n\n[models."org/name"]\n'
    (tmp_path / "train.py").write_text('from transformers import AutoModel\nAutoModel.from_pretrained("org/name")\n')
    (tmp_path / "models.lock").write_bytes(lock)
    assert main(["code", "train.py"]) == 2
    assert "models.lock" in capsys.readouterr().err
    assert main(["code", "train.py", "--policy-from", base]) == 1
    assert main(["audit", "train.py", "--policy-from", base]) == 1
    assert '+[models."org/name"]' in capsys.readouterr().err


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:verify.toml", ""])
def test_a_revision_that_is_not_there_is_a_wrong_call(
    base: str, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    assert main(["model", "./models/ok", f"--policy-from={revision}"]) == 2
    assert "there is no revision" in capsys.readouterr().err


def test_outside_of_a_repository_there_is_no_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["model", ".", "--policy-from", "HEAD"]) == 2
    assert "no git repository is here" in capsys.readouterr().err


def test_links_and_submodules_of_the_base_are_not_followed(base: str, tmp_path: Path) -> None:
    (tmp_path / "verify.toml").unlink()
    (tmp_path / "verify.toml").symlink_to("/etc/passwd")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "a link")
    assert main(["model", "./models/ok", "-q", "--policy-from", "HEAD"]) == 2
