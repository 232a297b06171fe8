"""`verify lock audit` as a person uses it: records in a folder and on the web, signed with `verify sign`."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.store.test_lock import MODEL
from verifier.claims._signing import keys
from verifier.cli import main
from verifier.store import lock
from verifier.store.lock import Lock

DIGEST = MODEL.files["model.safetensors"].sha256


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The test's folder on the web."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VERIFY_POLICY", raising=False)
    lock.write(tmp_path / "models.lock", Lock({MODEL.id: MODEL}))
    write_key(tmp_path, "key")
    return tmp_path


def write_key(folder: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(private)
    (folder / f"{name}.pub").write_bytes(keys.pem(key.public_key()))


def record(purl: str = "pkg:huggingface/org/other", age: int = 1, **more: Any) -> dict[str, Any]:
    modified = (datetime.now(UTC) - timedelta(days=age)).isoformat()
    entry = {"package": {"ecosystem": "Hugging Face", "purl": purl}, **more}
    return {"id": "BAD-1", "modified": modified, "summary": "It steals tokens", "affected": [entry]}


def kept(project: Path, *records: dict[str, Any], places: tuple[str, ...] = ("osv",)) -> None:
    """A signed folder of records, and a policy that names it."""
    folder = project / "osv"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "2026").mkdir(parents=True)
    for number, one in enumerate(records):
        (folder / "2026" / f"{number}.json").write_text(json.dumps(one))
    assert main(["sign", "osv", "--key", "key.pem"]) == 0
    key = (project / "key.pub").read_text()
    policy = f'version = 1\n[advisories]\nrecords = {json.dumps(places)}\nkey = """\n{key}"""\n'
    (project / "verify.toml").write_text(policy)


@pytest.mark.parametrize(
    ("found", "status", "told"),
    [
        (record(), 0, "1 locked models were held against 1 records"),
        (record("pkg:huggingface/Org/name"), 1, "known-bad  org/name  BAD-1: It steals tokens"),
        (record("pkg:huggingface/org/name", versions=[MODEL.commit]), 1, f"it names commit {MODEL.commit}"),
        (record("pkg:huggingface/org/name", versions=["ab" * 20]), 0, "against 1 records"),
        (record(database_specific={"sha256": [DIGEST]}), 1, "model.safetensors has a digest it names"),
        (
            record("pkg:huggingface/org/name", ranges=[{"type": "GIT", "events": [{"introduced": "ab" * 20}]}]),
            3,
            "only the history tells",
        ),
        ({**record("pkg:huggingface/org/name"), "withdrawn": "2026-01-01T00:00:00Z"}, 0, "against 0 records"),
    ],
)
def test_locked_models_are_held_against_records(
    project: Path, capsys: pytest.CaptureFixture[str], found: dict[str, Any], status: int, told: str
) -> None:
    kept(project, found)
    assert main(["lock", "audit"]) == status
    assert told in capsys.readouterr().out


def test_records_on_the_web_are_fetched_and_verified(
    project: Path, web: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(project, record("pkg:huggingface/org/name"), places=(f"{web}/osv",))
    assert main(["lock", "audit"]) == 1
    (project / "osv" / "2026" / "0.json").write_text(json.dumps(record()))
    assert main(["lock", "audit"]) == 3
    assert "are not signed by the key the policy names" in capsys.readouterr().err
    write_key(project, "other")
    assert main(["sign", "osv", "--key", "other.pem"]) == 0
    assert main(["lock", "audit"]) == 3
    assert "is not by the key the policy names" in capsys.readouterr().err
    (project / "osv" / "model.sig").write_text("{}")
    assert main(["lock", "audit"]) == 3
    assert "is no good" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["old", "unsigned", "added", "gone", "empty", "malformed"])
def test_records_nobody_can_rely_on_decide_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    kept(project, record("pkg:huggingface/org/name", age=40 if change == "old" else 1))
    folder = project / "osv"
    if change == "unsigned":
        (folder / "model.sig").unlink()
    elif change == "added":
        (folder / "more.json").write_text(json.dumps(record()))
    elif change == "gone":
        shutil.rmtree(folder)
    elif change in ("empty", "malformed"):
        (folder / "2026" / "0.json").rename(folder / "a.txt")
        if change == "malformed":
            (folder / "0.json").write_text('{"id": 3}')
        assert main(["sign", "osv", "--key", "key.pem"]) == 0
    assert main(["lock", "audit"]) == 3
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert error.count("\n") == 1


def test_a_policy_without_records_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", "audit"]) == 2
    assert "[advisories]" in capsys.readouterr().err
