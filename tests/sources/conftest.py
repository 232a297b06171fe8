from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

from tests.builders.hub import Hub
from verifier.sources.web import Patience

WEIGHTS = bytes(range(256)) * 8192
"""2 MiB: kept in LFS, and served from another address than the one it is asked for at."""

FILES = {"README.md": b"---\nlicense: mit\n---\n", "config.json": b"{}", "empty.txt": b"", "weights.bin": WEIGHTS}

HASTY = Patience(wait=0.01, longest_wait=0.05, stall=10.0, grace=10.0)
"""Waits little between attempts, and bears with a busy machine."""

IMPATIENT = Patience(wait=0.01, longest_wait=0.05, stall=0.3)
"""For servers that stall."""


def lay_out(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache."""
    cache = tmp_path / "hub-cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub the client is set to, with one repository, `org/name`."""
    lay_out(tmp_path / "models" / "org" / "name")
    with Hub(tmp_path / "models") as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield hub
        huggingface_hub.close_session()
