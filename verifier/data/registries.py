"""The files of the registries, each held against the list of their digests that stands for all of them.

`SHA256SUMS` is written by `make registries` and lists what was reviewed. A registry that is not as listed cannot be
read, and one that is not listed is none, so that the digest of the list binds every entry a verdict rests on, although
a process reads no registry that it does not need. Whoever changes one without the list is told; whoever changes both
gets another digest.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from verifier.errors import InternalError

FOLDER: Final = Path(__file__).parent
SUMS: Final = FOLDER / "SHA256SUMS"
"""In the form of `sha256sum`, which checks it too."""


def is_listed(name: str) -> bool:
    """Whether there is a registry of that name: its path in the folder."""
    return name in _listed()


@cache
def read(name: str) -> dict[str, Any]:
    """The table of a registry.

    Raises:
        InternalError: its file is not the one that is listed.
    """
    path = FOLDER / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != _listed().get(name):
        raise InternalError(f"the registry {name} is not the one that is listed", "Install again, or: make registries")
    return tomllib.loads(content.decode("utf-8"))


def digest() -> str:
    """SHA-256 over the list: changes whenever a reviewed entry does."""
    return hashlib.sha256(SUMS.read_bytes()).hexdigest()


def sums() -> str:
    """The list, as it has to be for the registries that are there."""
    files = sorted(FOLDER.rglob("*.toml"))
    digests = ((hashlib.sha256(file.read_bytes()).hexdigest(), file.relative_to(FOLDER).as_posix()) for file in files)
    return "".join(f"{digest}  {name}\n" for digest, name in digests)


def refresh() -> None:
    """Writes the list anew, after a review."""
    SUMS.write_text(sums(), encoding="ascii")


@cache
def _listed() -> Mapping[str, str]:
    lines = SUMS.read_text(encoding="ascii").splitlines()
    return MappingProxyType({name: digest for digest, _, name in (line.partition("  ") for line in lines)})
