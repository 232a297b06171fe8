"""Writing down whom to trust."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.builders import certificates, fulcio, signing, timestamps
from tests.builders import reference_bundles as reference
from tests.cli.test_signature import key
from verifier.cli import main

__all__ = ["key"]

MADE = Path(__file__).parents[1] / "data" / "signatures"


@pytest.fixture
def ours(tmp_path: Path) -> str:
    (tmp_path / "ours.toml").write_text('version = 1\n\n[signatures]  # who\nrequire = "always"\n')
    return str(tmp_path / "ours.toml")


def test_a_signer_is_trusted_until_revoked(
    ours: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference.lay_out(tmp_path / "model")
    model = str(tmp_path / "model")
    public = str(key.with_suffix(".pub"))
    assert main(["sign", model, "--key", str(key)]) == 0
    assert main([model, "--policy", ours, "-q"]) == 1
    limits = ["--models", "*/model", "--not-before", "2026-01-01", "--not-after", "2099-01-01"]
    assert main(["trust", "add", "ana", "--key", public, *limits, "--policy", ours]) == 0
    assert main([model, "--policy", ours, "-q"]) == 0
    assert main(["signature", model, "--policy", ours]) == 0
    capsys.readouterr()
    assert main(["trust", "list", "--policy", ours]) == 0
    assert "ana  key  */model from 2026-01-01 until 2099-01-01  " in capsys.readouterr().out
    assert main(["trust", "revoke", "ana", "--policy", ours]) == 0
    assert main(["trust", "revoke", "ana", "--policy", ours]) == 0
    assert main(["trust", "revoke", "0" * 64, "--policy", ours]) == 0
    assert Path(ours).read_text().count("revoked = [") == 1
    assert main([model, "--policy", ours, "-q"]) == 1
    assert main(["signature", model, "--policy", ours]) == 1


def test_certificates_are_trusted_by_their_root_and_name(ours: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--root", str(MADE / "root.pem"), "--identity", "*@example.org", "--policy", ours]
    assert main(["trust", "add", 'a "ca"', *given]) == 0
    assert main(["trust", "list", "--policy", ours]) == 0
    assert 'a "ca"  certificate as *@example.org  *  ' in capsys.readouterr().out
    assert main(["trust", "add", 'a "ca"', *given]) == 2
    assert main(["trust", "revoke", 'a "ca"', "--policy", ours]) == 2


def test_every_certificate_a_file_brings_is_shown(
    ours: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two.pem").write_bytes((MADE / "root.pem").read_bytes() + (MADE / "intermediate.pem").read_bytes())
    (tmp_path / "time.pem").write_bytes(certificates.pem(timestamps.root()))
    clocks = ["--timestamp-authority", str(tmp_path / "time.pem")]
    assert main(["trust", "add", "ca", "--root", str(tmp_path / "two.pem"), *clocks, "--policy", ours]) == 0
    told = capsys.readouterr().out
    assert len(re.findall(r"\b[0-9a-f]{64}\b", told)) == 3
    assert "Compare the fingerprints with theirs." in told
    assert Path(ours).read_text().count("BEGIN CERTIFICATE") == 3
    assert main(["trust", "add", "cb", "--issuer", "https://a.example", *clocks, "--policy", ours]) == 2


def test_a_file_with_a_key_brings_nothing_else(ours: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = certificates.public(certificates.key("p256", 9))
    entry = f"'''\n[[signers]]\nname = 'mallory'\npem = '''{other}"
    (tmp_path / "ana.pub").write_text(certificates.public(certificates.key()) + entry)
    assert main(["trust", "add", "ana", "--key", str(tmp_path / "ana.pub"), "--policy", ours]) == 0
    root = json.loads(fulcio.trusted_root()) | {"more": entry}
    (tmp_path / "root.json").write_text(json.dumps(root, indent=1))
    who = ["--identity", "*", "--issuer", "https://a.example", "--trusted-root", str(tmp_path / "root.json")]
    main(["trust", "add", "release", *who, "--policy", ours])
    capsys.readouterr()
    assert main(["trust", "list", "--policy", ours]) == 0
    assert "mallory" not in capsys.readouterr().out


def test_a_signer_nobody_can_be_is_the_policy_s_fault(
    ours: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(ours).open("a") as file:
        file.write('\n[[signers]]\nname = "ana"\npem = "-----BEGIN PUBLIC KEY----- ?"\n')
    reference.lay_out(tmp_path / "model")
    for command in ([], ["signature"], ["policy", "check", "--"]):
        given = [*command, ours if command[:1] == ["policy"] else str(tmp_path / "model")]
        assert main([*given, *([] if command[:1] == ["policy"] else ["--policy", ours])]) == 2
        assert "Nobody is ana of [[signers]]: the public key cannot be read as PEM" in capsys.readouterr().err


def test_what_makes_no_entry_is_a_bad_invocation(ours: str, key: Path, tmp_path: Path) -> None:
    public = str(key.with_suffix(".pub"))
    assert main(["trust", "add", "ana", "--policy", ours]) == 2
    assert main(["trust", "add", "ana", "--key", public, "--root", public, "--policy", ours]) == 2
    assert main(["trust", "add", "ana", "--root", public, "--policy", ours]) == 2
    assert main(["trust", "add", "ana", "--key", public]) == 2
    bare = tmp_path / "bare.toml"
    bare.write_text("version = 1\n")
    assert main(["trust", "revoke", "0" * 64, "--policy", str(bare)]) == 0
    assert bare.read_text() == f'version = 1\n\n[signatures]\nrevoked = ["{"0" * 64}"]\n'


def test_keyless_signers_are_an_identity_and_its_issuer(
    ours: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, content in signing.FILES.items():
        (tmp_path / "model" / path).parent.mkdir(exist_ok=True)
        (tmp_path / "model" / path).write_bytes(content)
    (tmp_path / "model" / "model.sig").write_text(json.dumps(fulcio.bundle()))
    root = tmp_path / "trusted_root.json"
    root.write_text(fulcio.trusted_root())
    who = ["--identity", fulcio.IDENTITY, "--issuer", fulcio.ISSUER]
    model = str(tmp_path / "model")
    assert main(["signature", model, *who, "--trusted-root", str(root)]) == 0
    assert main(["signature", model, *who]) == 3
    assert main(["signature", model, "--issuer", fulcio.ISSUER]) == 2
    assert main(["trust", "add", "release", *who, "--policy", ours]) == 0
    assert "the public trusted root\n" in capsys.readouterr().out
    limits = ["--workflow", "ref=refs/heads/*", "--trusted-root", str(root), "--policy", ours]
    assert main(["trust", "add", "ours", *who, *limits]) == 0
    assert main(["signature", model, "--policy", ours]) == 0
    assert main(["trust", "list", "--policy", ours]) == 0
    assert f"by {fulcio.ISSUER} ref=refs/heads/*  *" in capsys.readouterr().out
    assert main(["trust", "add", "more", "--key", str(key.with_suffix(".pub")), *limits]) == 2
