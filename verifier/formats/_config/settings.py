"""What configurations of well-known names say of the model they lie beside, as pairs that can be held against it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from verifier.formats._json import Json
from verifier.records import Value, visible

FILES = frozenset(
    {"adapter_config.json", "config.json", "generation_config.json", "sentence_bert_config.json"}
    | {"special_tokens_map.json", "tokenizer_config.json"}
)
"""Names by which transformers, peft and sentence-transformers find them."""

MOST = 400
"""Pairs that are told of a file; genuine configurations have some dozens."""

DEPTH = 3
"""Objects within objects that are looked into, as `text_config.rope_scaling.factor`."""

LONGEST = 32
"""Items of a list or object that are told one by one; of a longer one only how many there are, as `key#`."""

_COUNTED = frozenset({"id2label", "label2id"})


def settings_of(name: str, document: Json) -> Value:
    """Key and value of each setting, nested keys joined by a dot; nothing for files of other names.

    Args:
        name: of the file.
        document: what it holds.
    """
    if not isinstance(document, dict):
        return ()
    if name.endswith(".safetensors.index.json"):
        document = {key: value for key, value in document.items() if key == "metadata"}
    elif name not in FILES:
        return ()
    return tuple(pair for pair, _ in zip(_pairs("", document, 1), range(MOST), strict=False))


def _pairs(prefix: str, value: dict[str, Json], depth: int) -> Iterator[Value]:
    for key, item in value.items():
        name = visible(prefix + key)
        if isinstance(item, dict | list) and (len(item) > LONGEST or key in _COUNTED):
            yield f"{name}#", len(item)
        elif isinstance(item, dict):
            if depth < DEPTH:
                yield from _pairs(f"{name}.", item, depth + 1)
        elif isinstance(item, list):
            plain = all(not isinstance(one, dict | list) for one in item)
            yield (name, tuple(_plain(one) for one in item)) if plain else (f"{name}#", len(item))
        else:
            yield name, _plain(item)


def _plain(value: Json) -> Value:
    """A text that is safe to show, or a number that is one; nothing for others, as Python reads `NaN` in JSON."""
    if isinstance(value, str):
        return visible(value)
    return value if isinstance(value, int | float) and math.isfinite(value) else None
