from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.safetensors import model_bytes
from tests.builders.torches import torch_zip
from tests.sources.conftest import hub, hub_cache, lay_out

__all__ = ["hub", "hub_cache", "models"]

LFS = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
CARD = b"---\nlicense: mit\n---\n# A model\n"
CONFIG = b'{"model_type": "bert", "architectures": ["BertModel"]}'


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of repositories: a sound model, a poisoned one, and adapters on both."""
    root = tmp_path / "models"
    sound = {".gitattributes": LFS, "README.md": CARD, "config.json": CONFIG, "model.safetensors": model_bytes(3)}
    lay_out(root / "org" / "sound", sound)
    lay_out(root / "org" / "torch", {"README.md": CARD, "pytorch_model.bin": torch_zip()})
    for base in ("org/sound", "org/poisoned", "org/missing", "org/on-sound"):
        adapter = b'{"base_model_name_or_path": "%s", "peft_type": "LORA"}' % base.encode()
        name = "on-" + base.removeprefix("org/")
        lay_out(root / "org" / name, {"adapter_config.json": adapter, "adapter_model.safetensors": model_bytes(1)})
    return root
