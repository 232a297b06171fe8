"""TOML: configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._tree import WORTH, find_in, placed, plain

LANGUAGE = Language("toml", suffixes=(".toml",))


def find(text: str) -> Iterator[Mention]:
    """The models a file names.

    Raises:
        ValueError: it is no TOML.
    """
    if not WORTH.search(text):
        return
    try:
        tree = plain(tomllib.loads(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    yield from placed(find_in(tree), text)
