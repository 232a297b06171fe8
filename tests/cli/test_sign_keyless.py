"""Signing without a key, with an instance of Sigstore on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import fulcio
from tests.builders.sigstore_instance import Instance, token
from tests.cli.test_signature import key, model
from verifier.claims._signing import keyless
from verifier.cli import main

__all__ = ["key", "model"]

WHO = ["--identity", fulcio.IDENTITY, "--issuer", fulcio.ISSUER]


def config(instance: Instance, folder: Path, version: int = 2) -> str:
    path = folder / "trust.json"
    path.write_text(instance.config(version))
    return str(path)


@pytest.mark.parametrize("version", [1, 2])
def test_somebody_with_a_token_signs_and_is_verified(
    version: int, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "token").write_text(token() + "\n")
    with Instance() as instance:
        trust = config(instance, tmp_path, version)
        given = ["--keyless", "--identity-token", str(tmp_path / "token"), "--trust-config", trust]
        assert main(["sign", str(model), *given]) == 0
    told = capsys.readouterr()
    assert "model.sig  covers 5 files, digest " in told.out
    assert f"  in the name of {fulcio.IDENTITY}, by {fulcio.ISSUER}\n" in told.out
    assert main(["signature", str(model), *WHO, "--trusted-root", trust]) == 0
    made = json.loads((model / "model.sig").read_text())
    assert made["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    (model / "config.json").write_bytes(b"{}")
    assert main(["signature", str(model), *WHO, "--trusted-root", trust]) == 1


def test_a_ci_job_signs_with_its_own_token(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "any")
    with Instance() as instance:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{instance.url}/token?")
        trust = config(instance, tmp_path)
        assert main(["sign", str(model), "--keyless", "--trust-config", trust]) == 0
    assert main(["signature", str(model), *WHO, "--trusted-root", trust]) == 0


@pytest.mark.parametrize(
    ("wrong", "version", "told"),
    [
        ("refused", 2, "Sigstore did not sign it: FulcioClientError: 403 Client Error"),
        ("unlogged", 1, "Sigstore did not sign it: Rekor returned an unknown error with HTTP 500"),
        ("unlogged", 2, "Sigstore did not sign it: Rekor returned an unknown error with HTTP 500"),
        ("other", 1, "What came back is no good: Sigstore does not vouch for it: "),
        ("other", 2, "What came back is no good: Sigstore does not vouch for it: "),
        ("clockless", 2, "bundle must contain an inclusion promise or signed timestamp"),
    ],
)
def test_what_no_instance_vouches_for_is_not_written(
    wrong: str, version: int, told: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Instance(wrong) as instance:
        given = ["--keyless", "--identity-token", token(), "--trust-config", config(instance, tmp_path, version)]
        assert main(["sign", str(model / "weights"), *given]) == 3
    error = capsys.readouterr().err
    assert told in error
    assert "Nothing was written." in error
    assert not (model / "model.sig").exists()
    if wrong == "clockless":
        assert main(["sign", str(model / "weights"), *given]) == 3
        assert "Sigstore did not sign it: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "with a key or without"),
        (["--keyless", "--key", "any"], "with a key or without"),
        (["--keyless", "--certificate", "any"], "goes with its key"),
        (["--key", "any", "--identity-token", "any"], "go with --keyless"),
        (["--keyless"], "Nothing says who signs"),
        (["--keyless", "--identity-token", "none"], "cannot be read"),
        (["--keyless", "--identity-token", "eyJ"], "token is no good: Identity token is malformed"),
        (["--keyless", "--identity-token", token(exp=1)], "Signature has expired"),
        (["--keyless", "--identity-token", token(), "--trust-config", __file__], "no client trust configuration"),
        (["--keyless", "--identity-token", token(), "--trust-config", "/dev/null"], "no client trust configuration"),
    ],
)
def test_what_cannot_sign_is_a_bad_invocation(
    given: list[str], told: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", str(model), *given]) == 2
    assert told in capsys.readouterr().err


def test_without_the_extra_nobody_signs_without_a_key(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keyless, "available", lambda: False)
    assert main(["sign", str(model), "--keyless"]) == 2
    assert "pip install 'model-verify[sigstore]'" in capsys.readouterr().err


def test_a_trusted_root_that_is_none_is_a_bad_invocation(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = fulcio.trusted_root(mediaType="application/vnd.dev.sigstore.trustedroot.v0.2+json")
    for text in ("", "x", "[]", "{}", later, '{"mediaType": "application/vnd.dev.sigstore.clienttrustconfig"}'):
        (tmp_path / "root.json").write_text(text)
        assert main(["signature", str(model), *WHO, "--trusted-root", str(tmp_path / "root.json")]) == 2, text
        assert "is no trusted root" in capsys.readouterr().err
