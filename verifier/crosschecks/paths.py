"""Paths of a model against each other, and against the names that programs import."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from verifier.data.symbols import standard_modules
from verifier.records import Artifact, Dossier, Evidence, Finding, parameters

SHADOWS = "file-shadows-module"
COLLISION = "path-collision"
RULES = (SHADOWS, COLLISION)

HOW = "paths/1"

SHOWN = 20
"""Places a finding lists at most."""

PACKAGES = frozenset(
    {"accelerate", "datasets", "diffusers", "huggingface_hub", "jax", "keras", "numpy", "pandas", "peft", "PIL"}
    | {"requests", "safetensors", "scipy", "sentence_transformers", "sklearn", "tensorflow", "timm", "tokenizers"}
    | {"torch", "torchaudio", "torchvision", "tqdm", "transformers", "urllib3", "yaml"}
)
"""Packages that programs which load models import."""

USUAL = frozenset(
    {"__main__", "cmd", "code", "commands", "compiler", "compression", "exceptions", "formatter", "new", "parser"}
    | {"profile", "repr", "sets", "symbol", "test", "this", "thread", "token", "tokenize", "trace", "types"}
)
"""Modules of the standard library whose names projects commonly give to files and folders of their own."""

_HIDING = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
"""Characters that change the direction of text or take no room (UAX 9; UTS 55)."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields files that shadow modules, groups of paths that are one on some machines, and paths that hide."""
    artifacts = dossier.snapshot.artifacts
    yield from _shadows(artifacts)
    groups: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        groups.setdefault(unicodedata.normalize("NFC", artifact.path).casefold(), []).append(artifact)
        if _HIDING.intersection(artifact.path):
            place = Evidence(artifact.name, "characters that change or hide text", HOW)
            yield Finding(COLLISION, (place,), f"{artifact.name} is shown as another name than it is.")
    for group in groups.values():
        if len(group) > 1:
            first, second = group[0].name, group[1].name
            evidence = tuple(Evidence(artifact.name, "differs by case or form only", HOW) for artifact in group[:SHOWN])
            yield Finding(COLLISION, evidence, f"{first} and {second} are one file on machines that ignore case.")


def _shadows(artifacts: tuple[Artifact, ...]) -> Iterator[Finding]:
    found: dict[str, Artifact] = {}
    standard = standard_modules() - USUAL
    for artifact in artifacts:
        module = artifact.path.removesuffix("/__init__.py").removesuffix(".py")
        if module == artifact.path or "/" in module:
            continue
        if module in PACKAGES or module in standard:
            found.setdefault(module, artifact)
    if found:
        names = tuple(sorted(found))
        evidence = tuple(Evidence(found[name].name, f"has the name of {name}", HOW) for name in names[:SHOWN])
        message = f"Programs run in this folder that import {names[0]} get {found[names[0]].name} instead."
        yield Finding(SHADOWS, evidence, message, parameters(modules=names[:SHOWN]))
