"""Signing a model and asking who signed it, as people do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.builders import certificates
from tests.builders import reference_bundles as reference
from tests.builders.hub import Hub
from tests.sources.conftest import hub, hub_cache, lay_out
from verifier.cli import main

__all__ = ["hub", "hub_cache"]

MADE = Path(__file__).parents[1] / "data" / "signatures"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The model the reference tool signed."""
    reference.lay_out(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A private key; its public half stands beside it."""
    private = certificates.key("p384", 3)
    (tmp_path / "ana.key").write_bytes(certificates.private_pem(private))
    (tmp_path / "ana.pub").write_text(certificates.public(private))
    return tmp_path / "ana.key"


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code = main(["signature", *map(str, arguments), "--format", "json"])
    return code, json.loads(shown(capsys).splitlines()[-1])


def test_a_signed_model_is_accepted_until_it_changes(
    model: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trusted = ["--key", str(key.with_suffix(".pub"))]
    assert main(["sign", str(model), "--key", str(key)]) == 0
    assert "covers 5 files" in shown(capsys)
    assert main(["signature", str(model), *trusted]) == 0
    assert "verified: signer ana.pub (key " in shown(capsys)
    (model / "config.json").write_bytes(b"{}")
    (model / "empty.txt").unlink()
    (model / "modeling.py").write_bytes(b"x")
    assert main(["signature", str(model), *trusted]) == 1
    told = shown(capsys)
    assert all(line in told for line in ("differs: config.json", "missing: empty.txt", "not covered: modeling.py"))


def test_the_reference_tool_s_signatures_are_judged_from_elsewhere(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--bundle", str(MADE / "1.1.1-certificate.sig"), "--root", str(MADE / "root.pem")]
    code, told = answer(capsys, model, *given, "--identity", "*@example.org")
    assert (code, told["outcome"], told["format"]) == (0, "accepted", "signature-v1")
    (one,) = told["signatures"]
    assert (one["standing"], one["covered"], one["names"]) == ("verified", 5, ["models@example.org", "CN=models"])
    assert answer(capsys, model, *given, "--identity", "*@example.com")[0] == 3
    assert answer(capsys, model, *given[:2])[0] == 3


def test_the_outcome_says_what_is_wrong(model: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signature", str(model)]) == 3
    assert "it is not signed" in shown(capsys)
    (model / "model.sig").write_bytes(b"{}")
    assert main(["signature", str(model)]) == 1
    assert "no good: bundle.mediaType is not a string" in shown(capsys)


def test_files_need_not_be_signed_where_somebody_says_so(
    model: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (model / "notes").mkdir()
    for number in range(25):
        (model / "notes" / f"{number}.txt").write_bytes(b"x")
    given = [str(model), "--key", str(key.with_suffix(".pub"))]
    assert main(["sign", str(model), "--key", str(key), "--ignore", str(model / "weights"), "--ignore", "notes"]) == 0
    assert main(["signature", *given]) == 0
    assert "left out: 6 more" in shown(capsys)
    (model / "weights" / "a:b.bin").write_bytes(b"\x80\x04N.")
    assert main(["signature", *given]) == 1
    assert main(["signature", *given, "--ignore", "weights"]) == 0
    (model / "added.py").write_bytes(b"x")
    assert main(["signature", *given, "--ignore", str(model / "weights")]) == 1
    assert main(["signature", *given, "--ignore", "."]) == 0


def test_what_no_loader_reads_is_signed_too_but_for_version_control(
    model: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (".git/config", "part/.git/config", ".cache/huggingface/notes", ".hidden/a.py"):
        lay_out(model, {path: b"x"})
    given = ["signature", str(model), "--key", str(key.with_suffix(".pub"))]
    assert main(["sign", str(model), "--key", str(key)]) == 0
    assert "covers 8 files" in shown(capsys)
    assert main(given) == 0
    (model / "part" / ".git" / "config").write_bytes(b"y")
    assert main(given) == 1


def test_one_file_is_signed_beside_it(model: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = model / "config.json"
    assert main(["sign", str(file), "--key", str(key)]) == 0
    bundle = ["--bundle", str(model / "config.json.sig")]
    assert main(["signature", str(file), *bundle, "--key", str(key.with_suffix(".pub"))]) == 0
    assert main(["signature", str(file), "--bundle", str(MADE / "1.1.1-one-file.sig")]) == 3
    assert main(["sign", str(model), "--key", str(key)]) == 0
    assert "covers 5 files" in shown(capsys)


def test_a_certificate_signs_with_its_chain(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, own = certificates.key("p384", 5), certificates.key("p521")
    anchor = certificates.certificate("root", root, "root", root, authority=True)
    leaf = certificates.certificate("ana", own, "root", root)
    (tmp_path / "own.key").write_bytes(certificates.private_pem(own))
    (tmp_path / "own.pem").write_bytes(certificates.pem(leaf))
    (tmp_path / "root.pem").write_bytes(certificates.pem(anchor))
    given = ["sign", str(model), "--key", str(tmp_path / "own.key"), "--certificate"]
    assert main([*given, str(tmp_path / "own.pem")]) == 0
    assert main(["signature", str(model), "--root", str(tmp_path / "root.pem"), "--identity", "ana@*"]) == 0
    assert main([*given, str(tmp_path / "root.pem")]) == 2
    (tmp_path / "other.pem").write_bytes(certificates.pem(certificates.certificate("bob", root, "root", root)))
    assert main([*given, str(tmp_path / "other.pem")]) == 2
    late = certificates.certificate("ana", own, "root", root, dates=(certificates.BORN, certificates.BORN))
    (tmp_path / "own.pem").write_bytes(certificates.pem(late))
    assert main([*given, str(tmp_path / "own.pem")]) == 2
    assert "expired on 2026-01-01" in capsys.readouterr().err


def test_what_no_verifier_would_accept_is_not_signed(
    model: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (model / "link").symlink_to(model)
    assert main(["sign", str(model), "--key", str(key)]) == 2
    assert "symbolic links: link" in capsys.readouterr().err
    (model / "link").unlink()
    (model / "link").symlink_to("/etc/hostname")
    assert main(["sign", str(model), "--key", str(key)]) == 2
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".gitignore").write_bytes(b"")
    assert main(["sign", str(tmp_path / "empty"), "--key", str(key)]) == 2
    assert "covers no file" in capsys.readouterr().err
    assert main(["sign", "hf://org/name", "--key", str(key)]) == 2
    assert main(["sign", str(model / "weights"), "--key", str(tmp_path / "none.key")]) == 2
    assert main(["sign", str(model / "weights"), "--key", str(key.with_suffix(".pub"))]) == 2
    assert main(["sign", str(model / "weights"), "--key", str(key), "--signature", str(tmp_path / "no/x.sig")]) == 2
    (tmp_path / "koblitz.key").write_bytes(certificates.private_pem(certificates.key("koblitz")))
    assert main(["sign", str(model / "weights"), "--key", str(tmp_path / "koblitz.key")]) == 2
    assert not list(model.rglob("*.sig"))


def test_links_no_signature_allows_for_are_rejected(model: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", str(model), "--key", str(key)]) == 0
    (model / "more").symlink_to(model / "weights")
    assert main(["signature", str(model), "--key", str(key.with_suffix(".pub"))]) == 1
    assert "followed no symbolic links" in shown(capsys)
    (model / "more").unlink()
    (model / "more").symlink_to(model.parent)
    assert main(["signature", str(model), "--key", str(key.with_suffix(".pub"))]) == 1
    assert "lies outside the model" in shown(capsys)


def test_what_cannot_be_trusted_is_a_bad_invocation(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option, file in (("--key", "root.pem"), ("--root", "p256.pub"), ("--bundle", "none.sig")):
        assert main(["signature", str(model), option, str(MADE / file)]) == 2
    assert main(["signature", str(model), "--format", "xml"]) == 2


def test_a_signature_is_held_against_what_a_hub_lists(
    hub: Hub, tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "models" / "org" / "name"
    assert main(["sign", str(folder), "--key", str(key)]) == 0
    shutil.copytree(folder, tmp_path / "models" / "org" / "changed")
    lay_out(tmp_path / "models" / "org" / "changed", {"weights.bin": b"other" * 1_000_000})
    trusted = ["--key", str(key.with_suffix(".pub"))]
    code, told = answer(capsys, "hf://org/name", *trusted)
    assert (code, told["signatures"][0]["covered"], told["signatures"][0]["claimed"]) == (0, 4, ["weights.bin"])
    assert main(["signature", "hf://org/name", *trusted]) == 0
    assert "digest as listed, bytes not read: weights.bin" in shown(capsys)
    code, told = answer(capsys, "hf://org/changed", *trusted)
    assert (code, told["signatures"][0]["differs"]) == (1, ["weights.bin"])
