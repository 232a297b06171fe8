"""The files of a source tree, and what the finder of each one's language sees in it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from verifier.codebase._language import Language
from verifier.codebase._mention import Kind, Mention
from verifier.errors import UsageError
from verifier.records import visible
from verifier.records.discovery import discover

PASSED_OVER = frozenset(
    (
        *(".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", ".mypy_cache", ".ruff_cache", ".pytest_cache"),
        *(".ipynb_checkpoints", ".eggs", ".idea", ".vscode", "__pycache__", "node_modules", "site-packages"),
    )
)
"""Folders that hold others' code, or none."""

_TELLING = re.compile(
    r"from_pretrained|hf_hub_download|snapshot_download|huggingface|hf://|model_name_or_path|model[-_]id"
)
"""What an unreadable file holds if it matters."""


class LanguageModule(Protocol):
    """The shape of a language's module."""

    LANGUAGE: Language

    def find(self, text: str, /) -> Iterator[Mention]:
        """Yields the models a file names."""


@dataclass(frozen=True, slots=True)
class Place:
    """A mention and the file it stands in, as the path was given."""

    file: Path
    mention: Mention


@cache
def modules() -> tuple[LanguageModule, ...]:
    """All languages."""
    return cast(tuple[LanguageModule, ...], discover(sys.modules[__package__ or ""]))


def scan(paths: Iterable[Path]) -> Iterator[Place]:
    """The models that files and folders name, in order of files and lines.

    Raises:
        UsageError: a path does not exist or cannot be read.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {visible(str(path))}.", "Name what holds the code.")
        for file in sorted(_files(path)) if path.is_dir() else [path]:
            yield from _read(file)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if name not in PASSED_OVER and not Path(place, name, "pyvenv.cfg").exists()
        ]
        for name in files:
            if _language(name) is not None and not (file := Path(place, name)).is_symlink():
                yield file


def _language(name: str) -> LanguageModule | None:
    return next((module for module in modules() if module.LANGUAGE.holds(name)), None)


def source(file: Path, limit: int) -> str:
    """A file's text, line ends as they are.

    Raises:
        UsageError: it cannot be read.
        ValueError: it is larger than the limit, or no UTF-8.
    """
    try:
        if file.stat().st_size > limit:
            raise ValueError(f"it is larger than {limit} bytes")
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Check its permissions.") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _TELLING.search(raw.decode("latin-1")):
            raise ValueError("it is no UTF-8") from error
        return ""


def _read(file: Path) -> Iterator[Place]:
    module = _language(file.name)
    if module is None or not file.is_file():
        return
    found: dict[tuple[object, ...], Mention] = {}
    text = None
    try:
        text = source(file, module.LANGUAGE.limit)
        for mention in module.find(text.removeprefix("\ufeff")):
            found.setdefault((mention.line, mention.kind, mention.name, mention.revision), mention)
    except ValueError as error:
        if _TELLING.search(text) if text is not None else module.LANGUAGE.id != "json":  # large ones hold data
            why = f"it cannot be read: {visible(str(error))}"
            found[()] = Mention(Kind.UNREAD, 1, module.LANGUAGE.id, file.name, why=why)
    for mention in sorted(found.values(), key=lambda one: (one.line, one.name)):
        yield Place(file, mention)
