from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest

from tests.builders.hub import Hub

WEIGHTS = bytes(range(256)) * 8192
"""2 MiB: kept in LFS."""

FILES = {
    "org/name/README.md": b"---\nlicense: mit\n---\n",
    "org/name/config.json": b"{}",
    "org/name/weights.bin": WEIGHTS,
    "org/name/nested/deep/more.json": b"[]",
    "org/name/empty.txt": b"",
    "legacy/config.json": b'{"legacy": true}',
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, content in FILES.items():
        file = tmp_path / "models" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "models"


@pytest.fixture
def hub(root: Path) -> Iterator[Hub]:
    with Hub(root) as hub:
        yield hub
        huggingface_hub.close_session()
