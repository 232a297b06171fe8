"""Which policy file is meant when none is named: the nearest one, never one that came with a model."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import PolicyError
from verifier.policy._load import PYPROJECT

FILE = "verify.toml"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Args:
        policy: the file; None where there is none.
        passed_over: files that are part of a model under test.
    """

    policy: Path | None
    passed_over: tuple[Path, ...] = ()


def discover(start: Path, models: Collection[Path] = ()) -> Discovery:
    """The nearest `verify.toml`, or `pyproject.toml` with a table `tool.verifier`, up to the root of the repository.

    Outside of a repository only `start` itself is looked at, as anybody may write above it.

    Args:
        start: the folder to begin in.
        models: folders of models under test; what lies in one of them is passed over.

    Raises:
        PolicyError: a folder holds both, or a `pyproject.toml` that is not TOML.
    """
    here = start.resolve()
    above = [here, *here.parents]
    root = next((number for number, folder in enumerate(above) if (folder / ".git").exists()), 0)
    inside = [model.resolve() for model in models]
    passed_over: list[Path] = []
    for folder in above[: root + 1]:
        found = _policy_in(folder)
        if found is not None and any(folder.is_relative_to(model) for model in inside):
            passed_over.append(found)
        elif found is not None:
            return Discovery(found, tuple(passed_over))
    return Discovery(None, tuple(passed_over))


def _policy_in(folder: Path) -> Path | None:
    file, project = folder / FILE, folder / PYPROJECT
    holds = project.is_file() and _has_table(project)
    if file.is_file() and holds:
        raise PolicyError(f"{folder} holds two policies, {FILE} and the table tool.verifier.", "Keep one of them.")
    return file if file.is_file() else project if holds else None


def _has_table(project: Path) -> bool:
    try:
        return "verifier" in tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        raise PolicyError(
            f"{project} cannot be read, and may hold a policy: {error}.", "Correct it, or name one with --policy."
        ) from error
