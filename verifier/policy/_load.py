"""Policies from files and from the package."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from verifier.errors import PolicyError
from verifier.policy._document import MAX_BYTES, Document, extended, read
from verifier.policy._policy import Policy
from verifier.policy._table import Table, near

PYPROJECT = "pyproject.toml"
"""The one other name a policy's file may have; there it is the table `tool.verifier`."""

_BELOW = "tool.verifier"


@cache
def presets() -> tuple[str, ...]:
    """Names of the shipped policies, sorted."""
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in _shipped().iterdir() if file.name.endswith(".toml"))
    )


def _shipped() -> Path:
    """The folder of shipped policies: inside the package when installed, `policies/` at the top of a checkout."""
    inside = Path(__file__).parent / "presets"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "policies"


def load(name_or_path: str, *, formats: Collection[str] | None = None, today: date | None = None) -> Policy:
    """The policy of that name, or in that file; a shipped name goes before a file of the same name.

    Args:
        name_or_path: one of `presets()`, or the path of a TOML file; of a `pyproject.toml` its table `tool.verifier`.
        formats: ids of the formats there are, to tell slips of the pen in `[formats]`; None leaves them unchecked.
        today: the day waivers are measured by; None is the present one.

    Raises:
        PolicyError: there is none, or it is malformed; the message names file, line, key and cause.
    """
    return _policy(resolved(name_or_path), formats, today)


def parse(content: bytes, file: str, *, formats: Collection[str] | None = None, today: date | None = None) -> Policy:
    """Reads a policy from text.

    Args:
        content: the file's bytes.
        file: its name, for messages; what it extends is looked for beside it.
        formats: as for `load`.
        today: as for `load`.

    Raises:
        PolicyError: it is malformed.
    """
    return _policy(extended(written(content, file), _beside), formats, today)


def resolved(name_or_path: str) -> Document:
    """The policy of that name or path as written, with all it extends.

    Raises:
        PolicyError: as for `load`, but nothing is checked against the vocabulary.
    """
    return extended(_beside(name_or_path, ""), _beside)


def _policy(written: Document, formats: Collection[str] | None, today: date | None) -> Policy:
    return Policy.read(Table(written, today or datetime.now(UTC).date(), formats))


def _beside(name_or_path: str, asking: str) -> Document:
    """The document a file extends: a shipped one, or one whose path starts where the asking file lies."""
    if name_or_path in presets():
        return read((_shipped() / f"{name_or_path}.toml").read_bytes(), f"{name_or_path}.toml (shipped)")
    path = Path(asking).parent / name_or_path
    if not path.exists() and path.suffix != ".toml":
        raise PolicyError(f"There is no policy named {name_or_path!r}.", near(name_or_path, presets()))
    if path.exists() and not path.is_file():
        raise PolicyError(f"The policy {path} is not a file.", "Name a file.")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"The policy {path} cannot be read: {error.strerror}.", "Check the path.") from error
    return written(content, str(path))


def written(content: bytes, file: str) -> Document:
    """A file as it stands, without what it extends and unchecked.

    Raises:
        PolicyError: it is not TOML.
    """
    return read(content, file, _BELOW if Path(file).name == PYPROJECT else "")
