"""Keys by which the libraries of the hub find code: which files of a repository configurations name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from posixpath import dirname, join

from verifier.formats._json import Json

_CLASS = re.compile(r"\w+(\.\w+)+")
_MODULE = re.compile(r"\w+(\.\w+)*")

CODE_KEYS = ("auto_map", "custom_generate", "custom_pipelines")
"""Keys whose texts name classes that transformers loads with remote code (dynamic_module_utils.py, pipelines)."""

KNOWN_PARENTS = frozenset(
    {"__main__", "diffusers", "model", "open_clip", "peft", "sentence_transformers", "timm", "torch", "transformers"}
)
"""Packages that hold classes adapters were trained on (peft/auto.py imports `auto_mapping.parent_library`)."""


def code_file(folder: str, text: str) -> str | None:
    """The file of this repository that `module.Class` stands in; None for another repository's and for other texts."""
    if "--" in text or not _CLASS.fullmatch(text):
        return None
    return join(folder, *text.split(".")[:-1]) + ".py"


def pipeline_modules(path: str, index: dict[str, Json], siblings: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Component, text and file of each component of a diffusers pipeline that is code of the repository.

    Args:
        path: of the `model_index.json`.
        index: what it holds: component to `[library, class]` (diffusers/pipelines/pipeline_loading_utils.py).
        siblings: the paths beside it.
    """
    for component, value in index.items():
        library = value[0] if isinstance(value, list) and value else None
        if isinstance(library, str) and _MODULE.fullmatch(library):
            folder = "" if component == "_class_name" else component
            file = join(dirname(path), folder, *library.split(".")) + ".py"
            if file in siblings:
                yield component, library, file


def foreign_parent(config: dict[str, Json]) -> str | None:
    """The package PEFT would import for an adapter's base class, where it is none of the well-known ones."""
    mapping = config.get("auto_mapping")
    parent = mapping.get("parent_library") if isinstance(mapping, dict) else None
    known = isinstance(parent, str) and parent.partition(".")[0] in KNOWN_PARENTS
    return parent if isinstance(parent, str) and not known else None
