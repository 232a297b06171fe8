"""Shell scripts and makefiles: commands that download or serve models."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.codebase._commands import script
from verifier.codebase._language import Language
from verifier.codebase._mention import Mention

LANGUAGE = Language(
    "shell", suffixes=(".sh", ".bash", ".zsh", ".sbatch", ".slurm", ".mk"), names="(gnu)?makefile|justfile"
)


def find(text: str) -> Iterator[Mention]:
    """The models a script names."""
    yield from script(text, 1)
