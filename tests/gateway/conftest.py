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


def lay_out(root: Path) -> Path:
    for path, content in FILES.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub whose files no test changes."""
    with Hub(lay_out(tmp_path_factory.mktemp("models"))) as hub:
        yield hub


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub whose files below `root`, and whose lies, are the test's own."""
    with Hub(lay_out(tmp_path / "models")) as hub:
        yield hub
        huggingface_hub.close_session()
