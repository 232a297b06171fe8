"""A repository that uses models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.opcodes import call, pickled

HEADER = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER + b"\0"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an accepted model, one of bytes nobody knows, and one that runs code."""
    root = (tmp_path / "project").resolve()
    for folder in (".git", "models/good", "models/gap", "models/bad"):
        (root / folder).mkdir(parents=True)
    (root / "models/good/model.safetensors").write_bytes(WEIGHTS)
    (root / "models/good/README.md").write_text("---\nlicense: mit\n---\n")
    (root / "models/gap/weights.bin").write_bytes(b"\1\2\3\4 unheard of")
    (root / "models/bad/model.pkl").write_bytes(pickled(call("os", "system", "echo inert")))
    monkeypatch.chdir(root)
    monkeypatch.delenv("VERIFY_POLICY", raising=False)
    return root
