"""TOML: configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._tree import WORTH, Lines, find_in, plain

LANGUAGE = Language("toml", suffixes=(".toml",))


def find(text: str) -> Iterator[Mention]:
    """The models a file names.

    Raises:
        ValueError: it is no TOML.
    """
    if not WORTH.search(text):
        return
    try:
        tree = plain(tomllib.loads(text), Lines(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    yield from find_in(tree)
