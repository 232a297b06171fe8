"""Python modules: calls that load models."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._python import finding

LANGUAGE = Language("python", suffixes=(".py", ".pyi", ".pyw"))


def find(text: str) -> Iterator[Mention]:
    """The models a module names.

    Raises:
        ValueError: it cannot be read.
    """
    return finding.find(text)
