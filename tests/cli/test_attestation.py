"""Attesting that a model passed, and holding it against that later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import reference_bundles as reference
from tests.builders import signing
from tests.cli.test_signature import key
from verifier.cli import main

__all__ = ["key"]

VERIFIER = {"id": "https://pypi.org/project/model-verify/"}


@pytest.fixture
def model(tmp_path: Path) -> str:
    reference.lay_out(tmp_path / "model")
    return str(tmp_path / "model")


@pytest.fixture
def attested(model: str, key: Path, tmp_path: Path) -> str:
    """A signed attestation that it passed; it stands among the model's files."""
    file = str(tmp_path / "model" / "model.att")
    assert main([model, "-q", "-o", f"attestation={file}", "--sign-key", str(key)]) == 0
    return file


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["attestation", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_passed_passes_again_until_it_changes(
    model: str, attested: str, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [attested, model, "--key", str(key.with_suffix(".pub"))]
    code, told = check(capsys, *given)
    assert (code, told["outcome"], told["signer"], told["policy"]) == (0, "accepted", "ana.pub", "default")
    assert check(capsys, *given, "--policy", "default")[0] == 0
    assert check(capsys, *given, "--policy", "strict")[0] == 1
    root = Path(model)
    (root / "config.json").write_bytes(b"{}")
    (root / "empty.txt").rename(root / "other.txt")
    code, told = check(capsys, *given)
    assert (code, told["differs"], told["missing"], told["added"]) == (1, ["config.json"], ["empty.txt"], ["other.txt"])
    for number in range(25):
        (root / f"{number}.txt").write_bytes(b"x")
    assert main(["attestation", *given]) == 1
    assert "added: 6 more" in capsys.readouterr().out


def test_a_simple_verification_result_is_checked_as_well(
    model: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.svr"
    assert main([model, "-q", "-o", f"svr={file}", "--sign-key", str(key)]) == 0
    given = [str(file), model, "--key", str(key.with_suffix(".pub"))]
    code, told = check(capsys, *given, "--policy", "default")
    assert (code, told["outcome"], told["signer"], told["policy"]) == (0, "accepted", "ana.pub", "default")
    assert check(capsys, *given, "--policy", "strict")[0] == 1
    assert main([model, "-q", "-o", f"svr={file}"]) == 0
    statement = json.loads(file.read_text())
    assert check(capsys, str(file), model, "--unsigned")[0] == 0
    for changes in ({"properties": ["MODEL_VERIFY_NOTHING_FOUND"]}, {"verifier": {**VERIFIER, "policies": []}}):
        file.write_text(json.dumps({**statement, "predicate": {**statement["predicate"], **changes}}))
        assert check(capsys, str(file), model, "--unsigned")[0] == 1


def test_somebody_trusted_must_have_signed_it(
    model: str, attested: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.pub"
    other.write_text(signing.holder().pem)
    assert check(capsys, attested, model, "--key", str(other))[0] == 1
    assert check(capsys, attested, model, "--key", str(other), "--unsigned")[0] == 0
    assert check(capsys, attested, model)[0] == 3
    plain = tmp_path / "plain.att"
    Path(attested).unlink()
    assert main([model, "-q", "-o", f"attestation={plain}"]) == 0
    assert check(capsys, str(plain), model, "--key", str(key.with_suffix(".pub")))[0] == 3
    assert check(capsys, str(plain), model, "--unsigned")[0] == 0


def test_a_policy_s_signers_count_unless_revoked(
    model: str, attested: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = tmp_path / "verify.toml"
    ours.write_text("version = 1\n")
    policy = ["--policy", str(ours)]
    assert main(["trust", "add", "gate", "--key", str(key.with_suffix(".pub")), *policy]) == 0
    own = str(tmp_path / "own.att")
    assert main([model, "-q", *policy, "-o", f"attestation={own}", "--sign-key", str(key)]) == 0
    Path(attested).unlink()
    assert main([model, "-q", *policy, "-o", f"attestation={own}", "--sign-key", str(key)]) == 0
    assert check(capsys, own, model, *policy)[0] == 0
    assert main(["trust", "revoke", "gate", *policy]) == 0
    assert check(capsys, own, model, *policy)[0] != 0


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(_type="x"),
        lambda told: told.update(predicateType="x"),
        lambda told: told["predicate"]["verifier"].update(id="x"),
        lambda told: told["predicate"].update(verificationResult="FAILED"),
        lambda told: told["subject"].append(told["subject"][0]),
        lambda told: told["subject"].pop(),
        lambda told: told["subject"][0]["digest"].update(sha256="0" * 64),
    ],
)
def test_what_is_no_attestation_that_it_passed_is_rejected(
    model: str, tmp_path: Path, change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plain.att"
    assert main([model, "-q", "-o", f"attestation={file}"]) == 0
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))
    assert check(capsys, str(file), model, "--unsigned")[0] == 1


def test_envelopes_of_other_things_are_rejected(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.att"
    contents: tuple[Any, ...] = (signing.envelope({}, kind="text/plain"), signing.bundle(), [], {})
    for content in contents:
        file.write_text(json.dumps(content))
        assert check(capsys, str(file), model, "--unsigned")[0] == 1


def test_files_that_cannot_be_read_leave_it_open(
    model: str, attested: str, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(model) / "gone").symlink_to("nowhere")
    assert check(capsys, attested, model, "--key", str(key.with_suffix(".pub")))[0] == 3


def test_bad_invocations(model: str, key: Path, tmp_path: Path) -> None:
    assert main([model, "-q", "--sign-key", str(key)]) == 2
    assert main([model, "-q", "-o", f"json={tmp_path / 'x.json'}", "--sign-key", str(key)]) == 2
    assert main([model, model, "-q", "-o", f"attestation={tmp_path / 'x.att'}"]) == 2
    assert main(["attestation", str(tmp_path / "none"), model]) == 2
    assert main(["attestation", str(tmp_path / "none"), model, "--format", "xml"]) == 2
