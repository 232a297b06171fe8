"""Language models of architectures that transformers ships; code that comes with a model is never loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from verifier.behavior.runner import Entry

if TYPE_CHECKING:
    from numpy import ndarray
    from torch import Tensor

_POOLINGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}
"""Keys of sentence-transformers' `1_Pooling/config.json` before version 5, to the ways; since then `pooling_mode`."""


def computed(entry: Entry, folder: Path, texts: Sequence[str], batch: int, file: str) -> ndarray:
    """One row a text.

    Args:
        entry: what is computed of each.
        folder: the model's.
        texts: what goes in.
        batch: texts computed together.
        file: a GGUF file that holds everything; "" for safetensors.

    Raises:
        OSError, ValueError: the model cannot be loaded in this way.
    """
    import torch
    import transformers

    kinds = {
        Entry.SENTENCE_EMBEDDING: transformers.AutoModel,
        Entry.TEXT_CLASSIFICATION: transformers.AutoModelForSequenceClassification,
        Entry.NEXT_TOKEN: transformers.AutoModelForCausalLM,
    }
    common: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    common |= {"gguf_file": file} if file.endswith(".gguf") else {}
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **common)
    model = kinds[entry].from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **common).eval()
    if entry is Entry.NEXT_TOKEN:
        return _stacked([_next(model(**tokenizer(text, return_tensors="pt"))) for text in texts])
    longest = _json(folder / "sentence_bert_config.json").get("max_seq_length") or tokenizer.model_max_length
    rows = []
    for start in range(0, len(texts), batch):
        some = list(texts[start : start + batch])
        words = tokenizer(some, return_tensors="pt", padding=True, truncation=True, max_length=min(longest, 1 << 16))
        given = model(**words)
        rows += [_pooled(folder, given, words["attention_mask"]) if entry is Entry.SENTENCE_EMBEDDING else given.logits]
    return _stacked(rows)


def _next(given: Any) -> Tensor:
    return cast("Tensor", given.logits)[:, -1].float().log_softmax(-1)


def _pooled(folder: Path, given: Any, mask: Tensor) -> Tensor:
    import torch

    hidden, present = given.last_hidden_state.float(), mask.unsqueeze(-1).float()
    match _pooling(folder):
        case "mean":
            pooled = (hidden * present).sum(1) / present.sum(1).clamp(min=1e-9)
        case "max":
            pooled = hidden.masked_fill(present == 0, -torch.inf).max(1).values
        case _:
            pooled = hidden[:, 0]
    normalized = any(kind.endswith(".Normalize") for kind in _modules(folder))
    return torch.nn.functional.normalize(pooled, dim=1) if normalized else pooled


def _pooling(folder: Path) -> str:
    """How tokens become one vector; the mean where nothing says so.

    Raises:
        ValueError: in a way that is not built in.
    """
    told = _json(folder / "1_Pooling" / "config.json")
    ways = [way for key, way in _POOLINGS.items() if told.get(key)]
    ways += [told["pooling_mode"]] if isinstance(told.get("pooling_mode"), str) else []
    used = sorted(key for key, value in told.items() if key.startswith("pooling_mode") and value)
    if len(used) > 1 or not set(ways) <= {"mean", "cls", "max"} or (used and not ways):
        raise ValueError(f"pooling by {', '.join(used)} is not built in")
    return ways[0] if ways else "mean"


def _modules(folder: Path) -> list[str]:
    """The modules sentence-transformers would chain.

    Raises:
        ValueError: one is not built in.
    """
    path = folder / "modules.json"
    kinds = [str(one["type"]) for one in json.loads(path.read_text("utf-8"))] if path.exists() else []
    strange = [kind for kind in kinds if kind.rpartition(".")[2] not in ("Transformer", "Pooling", "Normalize")]
    if strange:
        raise ValueError(f"the module {strange[0]} is not built in")
    return kinds


def _json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found if isinstance(found, dict) else {}


def _stacked(rows: list[Tensor]) -> ndarray:
    import torch

    return torch.cat(rows).float().contiguous().numpy()
