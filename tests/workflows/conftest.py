from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.safetensors import model_bytes, safetensors_bytes, tensor
from tests.sources.conftest import hub, hub_cache, lay_out

__all__ = ["CONFIG", "hub", "hub_cache", "large", "models"]

LFS = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.bin filter=lfs diff=lfs merge=lfs -text\n"
CARD = b"---\nlicense: mit\n---\n# A model\n"
CONFIG = b'{"model_type": "bert", "architectures": ["BertModel"]}'

SOUND = {".gitattributes": LFS, "README.md": CARD, "config.json": CONFIG, "model.safetensors": model_bytes(3)}


@pytest.fixture
def models(tmp_path: Path, hub_cache: Path) -> Path:
    """What the hub serves: `org/sound`, and `org/adapter`, which loads it."""
    root = tmp_path / "models"
    lay_out(root / "org" / "sound", SOUND)
    adapter = b'{"base_model_name_or_path": "org/sound", "peft_type": "LORA"}'
    lay_out(root / "org" / "adapter", {"adapter_config.json": adapter, "adapter_model.safetensors": model_bytes(1)})
    return root


def large(root: Path) -> Path:
    """`org/large`: a model of 2 MiB, more than is read of it before the download."""
    size = 2 << 20
    weights = safetensors_bytes({"layer.weight": tensor("U8", (size,), (0, size))}, bytes(range(256)) * (size // 256))
    return lay_out(root / "org" / "large", {**SOUND, "model.safetensors": weights})
