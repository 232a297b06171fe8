"""Unmodified clients of the hub, against the gateway."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import HfApi, HfFileSystem, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.builders.hub import Hub, Lie
from tests.gateway.conftest import FILES, WEIGHTS

HF = Path(sys.executable).with_name("hf")
OFFERED = {path.removeprefix("org/name/"): content for path, content in FILES.items() if path.startswith("org/name/")}


@pytest.fixture(autouse=True)
def _no_open_connections() -> Iterator[None]:
    yield
    huggingface_hub.close_session()


def run(hub: Hub, home: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        command, env=inherited | hub.environment(home), capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and ".cache" not in file.parts)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_snapshot_download_gets_every_byte(hub: Hub, tmp_path: Path) -> None:
    folder = Path(snapshot_download("org/name", endpoint=hub.url, cache_dir=tmp_path))
    assert contents(folder) == OFFERED
    assert folder.name == HfApi(hub.url).model_info("org/name").sha


def test_the_command_line_downloads_and_verifies(hub: Hub, tmp_path: Path) -> None:
    downloaded = run(hub, tmp_path, HF, "download", "org/name")
    assert downloaded.returncode == 0, downloaded.stderr
    verified = run(hub, tmp_path, HF, "cache", "verify", "org/name")
    assert verified.returncode == 0, verified.stderr
    blobs = list((tmp_path / "hub" / "models--org--name" / "blobs").iterdir())
    assert len(blobs) == len(OFFERED)
    largest = max(blobs, key=lambda blob: blob.stat().st_size)
    largest.write_bytes(b"other" + WEIGHTS[5:])
    tampered = run(hub, tmp_path, HF, "cache", "verify", "org/name")
    assert tampered.returncode == 1
    assert "weights.bin" in tampered.stdout + tampered.stderr


def test_the_file_system_reads_ranges(own_hub: Hub) -> None:
    hub = own_hub
    files = HfFileSystem(endpoint=hub.url, skip_instance_cache=True)
    assert sorted(map(str, files.ls("org/name", detail=False))) == [
        "org/name/README.md",
        "org/name/config.json",
        "org/name/empty.txt",
        "org/name/nested",
        "org/name/weights.bin",
    ]
    assert sorted(files.find("org/name")) == sorted(f"org/name/{path}" for path in OFFERED)
    with files.open("org/name/weights.bin", block_size=1024) as stream:
        stream.seek(-10, 2)
        assert stream.read() == WEIGHTS[-10:]
    assert hub.sent("*/blobs/*") < len(WEIGHTS) / 10
    assert files.cat_file("org/name/nested/deep/more.json") == b"[]"


def test_the_library_sees_what_the_hub_would_tell(hub: Hub) -> None:
    api = HfApi(hub.url)
    info = api.model_info("org/name", files_metadata=True, securityStatus=True)
    assert {sibling.rfilename: sibling.size for sibling in info.siblings or ()} == {
        path: len(content) for path, content in OFFERED.items()
    }
    assert api.list_repo_refs("org/name").branches[0].target_commit == info.sha
    assert [commit.commit_id for commit in api.list_repo_commits("org/name")] == [info.sha]
    (entry,) = api.get_paths_info("org/name", ["weights.bin"], expand=True)
    assert entry.last_commit is not None
    assert api.file_exists("org/name", "config.json")
    assert not api.file_exists("org/name", "missing.json")
    assert api.model_info("legacy").id == "legacy"


def test_a_tree_of_many_pages_is_whole(own_hub: Hub) -> None:
    many = own_hub.root / "org" / "many"
    many.mkdir()
    for number in range(1100):
        (many / f"{number:04}.json").write_bytes(b"{}")
    assert len(list(HfApi(own_hub.url).list_repo_tree("org/many"))) == 1100
    assert len(own_hub.seen("*/tree/*")) == 2


def test_the_library_names_what_is_missing(own_hub: Hub, tmp_path: Path) -> None:
    api = HfApi(own_hub.url)
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("org/missing")
    with pytest.raises(RevisionNotFoundError):
        api.model_info("org/name", revision="other")
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download("org/name", "missing.json", cache_dir=tmp_path)
    own_hub.tell(Lie.refused("/api/*", 403, code="GatedRepo", message="Ask its owner first."))
    with pytest.raises(GatedRepoError, match="Ask its owner first"):
        api.model_info("org/name")


TRANSFORMERS = """
from transformers import AutoModel
model = AutoModel.from_pretrained("org/bert")
weight = model.embeddings.word_embeddings.weight
print(sum(parameter.numel() for parameter in model.parameters()), float(weight.detach().sum()))
"""


def test_transformers_loads_a_model(own_hub: Hub, tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    shape: dict[str, Any] = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    model = BertModel(BertConfig(vocab_size=16, max_position_embeddings=8, **shape))
    model.save_pretrained(own_hub.root / "org" / "bert")
    expected = sum(parameter.numel() for parameter in model.parameters())
    loaded = run(own_hub, tmp_path / "home", sys.executable, "-c", TRANSFORMERS)
    assert loaded.returncode == 0, loaded.stderr
    count, total = loaded.stdout.split()
    assert int(count) == expected
    assert float(total) == pytest.approx(float(model.embeddings.word_embeddings.weight.detach().sum()), abs=1e-4)
    assert own_hub.sent("*model.safetensors") > 0
