"""References against a lock: how each stands, and the source in which those that can be are pinned."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from verifier.codebase._mention import COMMIT, Edit, Kind
from verifier.codebase._scan import Place, source
from verifier.errors import InternalError, UsageError
from verifier.records import Outcome
from verifier.store.files import publish
from verifier.store.lock import Lock


class Standing(StrEnum):
    """How a mention stands to the lock."""

    LOCKED = "locked"
    UNPINNED = "unpinned"
    NOT_LOCKED = "not-locked"
    OTHER_COMMIT = "other-commit"
    RUN_TIME = "run-time"
    ELSEWHERE = "elsewhere"
    UNREAD = "unread"
    UNSAFE = "unsafe"

    @property
    def rule(self) -> str | None:
        """Id of the rule of the catalogue; None where all is well."""
        return None if self is Standing.LOCKED else f"reference-{self.value}"

    @property
    def outcome(self) -> Outcome:
        """What it amounts to: calls that are only unsafe are told and decide nothing."""
        if self in (Standing.LOCKED, Standing.UNSAFE):
            return Outcome.ACCEPTED
        undecided = self in (Standing.RUN_TIME, Standing.ELSEWHERE, Standing.UNREAD)
        return Outcome.UNDECIDED if undecided else Outcome.REJECTED


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention and how it stands.

    Args:
        place: the mention.
        standing: to the lock.
        commit: the locked one of that model; None where the lock does not have it.
    """

    place: Place
    standing: Standing
    commit: str | None

    @property
    def fixable(self) -> bool:
        """Whether `pinned` writes the locked commit there."""
        mention = self.place.mention
        return self.standing is Standing.UNPINNED and self.commit is not None and mention.edit is not None

    def next_step(self) -> str:
        """What the person can do; empty where nothing is to be done."""
        mention = self.place.mention
        revision = f"@{mention.revision}" if mention.revision else ""
        if self.fixable:
            return "verify code --fix"
        if self.standing in (Standing.UNPINNED, Standing.NOT_LOCKED):
            return f"name commit {self.commit}" if self.commit else f"verify lock add {mention.name}{revision}"
        if self.standing is Standing.OTHER_COMMIT:
            return f"locked is {self.commit}: name it, or verify lock update {mention.name}"
        return "verify run -- PROGRAM refuses what is not locked" if self.standing is Standing.RUN_TIME else ""


_LIMIT = 1 << 30
"""Bytes of a file that was read before."""

_KINDS = {
    Kind.RUN_TIME: Standing.RUN_TIME,
    Kind.ELSEWHERE: Standing.ELSEWHERE,
    Kind.UNSAFE: Standing.UNSAFE,
    Kind.UNREAD: Standing.UNREAD,
}


def judged(place: Place, lock: Lock) -> Judged:
    """How a mention stands to a lock."""
    mention = place.mention
    if (kind := _KINDS.get(mention.kind)) is not None:
        return Judged(place, kind, None)
    model = lock.models.get(mention.name)
    commit = model.commit if model else None
    if mention.revision is None or not COMMIT.fullmatch(mention.revision):
        return Judged(place, Standing.UNPINNED, commit)
    if commit is None:
        return Judged(place, Standing.NOT_LOCKED, None)
    return Judged(place, Standing.LOCKED if commit == mention.revision else Standing.OTHER_COMMIT, commit)


def fix(found: Iterable[Judged]) -> dict[Path, int]:
    """Writes the locked commit where it can be written; each file to how many places.

    Raises:
        UsageError: a file cannot be read or written, or changed meanwhile.
    """
    edits: dict[Path, dict[Edit, str]] = {}
    for one in found:
        if one.fixable and one.place.mention.edit and one.commit:
            edits.setdefault(one.place.file, {})[one.place.mention.edit] = one.commit
    for file, changes in edits.items():
        text = source(file, _LIMIT)
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        try:
            publish(file.resolve(), mark + pinned(text.removeprefix(mark), changes))
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}.", "Check its permissions.") from error
    return {file: len(changes) for file, changes in edits.items()}


def pinned(text: str, changes: Mapping[Edit, str]) -> str:
    """A module's source with commits written into it; all else stays.

    Raises:
        InternalError: the result would not be Python any more.
    """
    for edit, commit in sorted(changes.items(), key=lambda item: item[0].start, reverse=True):
        text = f"{text[: edit.start]}{edit.before}{commit}{edit.after}{text[edit.end :]}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        raise InternalError(f"a revision was about to break line {error.lineno}", "Nothing was written.") from error
    return text
