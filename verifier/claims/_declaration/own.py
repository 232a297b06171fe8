"""Reading `behavior.yaml`, and the same document under the key `behavior` of a model card's front matter."""

from __future__ import annotations

from dataclasses import replace

from verifier.claims._declaration import SPELLINGS
from verifier.claims._declaration.typed import read
from verifier.claims._tree import Tree
from verifier.errors import Malformed
from verifier.records.declaration import Declaration

VERSION = "1"
"""The version of this vocabulary, as the document's own key `behavior` gives it."""


def declaration(document: Tree, path: str, spelling: str) -> Declaration:
    """What a document declares.

    Args:
        document: the tree of the file, or of the key of the front matter.
        path: the file it stands in.
        spelling: `behavior`, or what others spell it.

    Raises:
        Malformed: it is of another version, or a key holds something else than it may.
    """
    if not isinstance(document, dict):
        raise Malformed("it is not a table of keys and values")
    version = document.get(spelling)
    if not isinstance(version, str | int) or str(version) != VERSION:
        raise Malformed(f"it does not say `{spelling}: {VERSION}`, the version that is read here")
    return replace(read(Declaration, document), source=path, dialect=SPELLINGS[spelling])
