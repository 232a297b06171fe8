"""`verify run` with a program that knows nothing of it: transformers loads, trains a step and saves."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from huggingface_hub import constants

from tests.builders import certificates
from tests.builders.hub import Hub
from tests.workflows.conftest import hub, hub_cache, models
from verifier.cli import main
from verifier.cli import run as command

__all__ = ["hub", "hub_cache", "models"]

TRAIN = """
import sys, torch
from transformers import AutoModel
model = AutoModel.from_pretrained(sys.argv[1])
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = model(torch.tensor([[1, 2, 3]])).last_hidden_state.pow(2).mean()
loss.backward()
optimizer.step()
model.save_pretrained("trained")
"""

MAKE = """
import sys
from transformers import BertConfig, BertModel
sizes = dict(vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
BertModel(BertConfig(**sizes)).save_pretrained(sys.argv[1])
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT as transformers saves it."""
    folder = tmp_path_factory.mktemp("tiny")
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True, capture_output=True, timeout=200)
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path, hub: Hub, tiny: Path) -> Path:
    """The working folder with the program; the hub serves `org/tiny`, and `org/tampered`, which is longer."""
    for name in ("tiny", "tampered"):
        (models / "org" / name).mkdir()
        for file in tiny.iterdir():
            (models / "org" / name / file.name).write_bytes(file.read_bytes())
    with (models / "org" / "tampered" / "model.safetensors").open("ab") as weights:
        weights.write(b"x")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    monkeypatch.chdir(folder)
    for name, value in hub.environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HUB_CACHE": str(constants.HF_HUB_CACHE)}
    program = [sys.executable, "-m", "verifier", "run", *arguments]
    return subprocess.run(program, env=environment, capture_output=True, encoding="utf-8", timeout=250, check=False)


def test_locked_models_are_trained_on_without_any_network(project: Path, hub: Hub) -> None:
    assert main(["add", "org/tiny", "-q"]) == 0
    hub.requests.clear()
    done = run("--", sys.executable, "train.py", "org/tiny")
    assert done.returncode == 0, done.stderr
    assert (project / "trained" / "model.safetensors").is_file()
    assert hub.requests == []
    told = done.stderr.splitlines()[-3:]
    assert told[0].startswith("verify run: loaded org/tiny@")
    assert told[0].endswith(": config.json, model.safetensors")
    assert told[1] == "verify run: not mediated: local paths, data sets, torch.hub, other hosts"
    assert told[2].endswith("ended with exit code 0")


def test_a_model_is_resolved_when_it_is_asked_for(project: Path) -> None:
    done = run("--resolve", "--", sys.executable, "train.py", "org/tiny")
    assert done.returncode == 0, done.stderr
    assert (project / "trained" / "model.safetensors").is_file()
    assert "verify run: loaded org/tiny@" in done.stderr


def test_a_refused_model_ends_in_1_with_the_reason_in_the_programs_words_and_in_ours(project: Path) -> None:
    code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, 'train.py', 'org/tampered']) and 5)"
    done = run("--resolve", "--", sys.executable, "-c", code)
    assert done.returncode == 1
    assert "OSError: You are trying to access a gated repo." in done.stderr
    assert "verify run: model-verify refuses org/tampered@main: org/tampered is rejected" in done.stderr
    assert done.stderr.rstrip().endswith("ended with exit code 5")


def test_of_many_files_some_are_named() -> None:
    paths = [f"{number}.json" for number in range(10)]
    assert list(command._named(paths))[-2:] == ["7.json", "2 more"]


def test_the_programs_own_failure_is_its_own(project: Path) -> None:
    done = run("--resolve", "-q", "--", sys.executable, "-c", "raise SystemExit(9)")
    assert (done.returncode, done.stderr) == (9, "")


def test_nothing_runs_where_nothing_is_locked_or_what_is_locked_is_not_accepted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--", "touch", "ran"]) == 2
    assert "locks no models. Add those the program needs" in capsys.readouterr().err
    main(["add", "org/tiny", "-q"])
    (project / "none.toml").write_text('version = 1\n[formats]\ndeny = ["safetensors"]\n')
    assert main(["run", "--policy", "none.toml", "--", "touch", "ran"]) == 1
    assert not (project / "ran").exists()


def test_what_was_written_is_linked_to_what_was_read(project: Path) -> None:
    assert main(["add", "org/tiny", "-q"]) == 0
    (project / "key.pem").write_bytes(
        certificates.key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    copy = "shutil.copy(hf_hub_download('org/tiny', 'config.json'), 'out')"
    script = f"import os, shutil; from huggingface_hub import hf_hub_download; os.mkdir('out'); {copy}"
    command = [sys.executable, "-c", script]
    done = run("--attest", "out", "--sign-key", "key.pem", "--", *command)
    assert done.returncode == 0, done.stderr
    assert "attested in out/provenance.intoto.json" in done.stderr
    envelope = json.loads((project / "out" / "provenance.intoto.json").read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    digest = hashlib.sha256((project / "out" / "config.json").read_bytes()).hexdigest()
    assert statement["subject"] == [{"name": "config.json", "digest": {"sha256": digest}}]
    built = statement["predicate"]["buildDefinition"]
    (dependency,) = built["resolvedDependencies"]
    assert dependency["uri"] == f"pkg:huggingface/org/tiny@{dependency['digest']['gitCommit']}"
    assert dependency["annotations"] == {"policy": "default", "files": {"config.json": digest}}
    assert built["externalParameters"] == {"command": command}
    again = run("--attest", "out", "--", *command)
    assert (again.returncode, "out is there already" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "script", "status", "told"),
    [
        (("--attest", "out"), "raise SystemExit(7)", 7, "nothing is attested: it did not succeed"),
        (("--attest", "out"), "", 2, "wrote nothing to out"),
        (("--sign-key", "key.pem"), "", 2, "Add --attest OUT."),
    ],
)
def test_nothing_is_attested_otherwise(
    project: Path, arguments: tuple[str, ...], script: str, status: int, told: str
) -> None:
    assert main(["add", "org/tiny", "-q"]) == 0
    done = run(*arguments, "--", sys.executable, "-c", script)
    assert (done.returncode, told in done.stderr) == (status, True), done.stderr
    assert not (project / "out").exists()
