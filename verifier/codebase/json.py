"""JSON: configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator

from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._tree import WORTH, find_in, placed, plain

LANGUAGE = Language("json", suffixes=(".json",))


def find(text: str) -> Iterator[Mention]:
    """The models a file names.

    Raises:
        ValueError: it is no JSON.
    """
    if not WORTH.search(text):
        return
    try:
        tree = plain(json.loads(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    yield from placed(find_in(tree), text)
