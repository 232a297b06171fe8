"""Which policy is in force: the one named, else VERIFY_POLICY's, else the nearest, else the default."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from verifier.cli import _terminal
from verifier.errors import UsageError

VARIABLE = "VERIFY_POLICY"


def policies(named: Sequence[str] | None, references: Iterable[str] = (), *, isolated: bool = False) -> tuple[str, ...]:
    """Names or paths of the policies in force.

    Args:
        named: those given by `--policy`.
        references: of the models under test, whose own files never decide about them.
        isolated: neither the environment nor files that nobody named count.

    Raises:
        PolicyError: it cannot be told which policy is meant.
    """
    if named:
        return tuple(named)
    if isolated:
        return ("default",)
    from verifier.policy import discover

    if variable := os.environ.get(VARIABLE):
        return (variable,)
    models = [Path(text).expanduser() for text in references]
    found = discover(Path.cwd(), [model for model in models if model.is_dir()])
    for path in found.passed_over:
        _terminal.note(f"{path} is part of the model and does not decide about it; name it with --policy if it should.")
    if found.policy is None:
        return ("default",)
    nearest = os.path.relpath(found.policy)
    if any(model.is_file() and model.resolve().parent == found.policy.parent for model in models):
        _terminal.note(f"{nearest} may have come with the file beside it: default counts too. Name one with --policy.")
        return nearest, "default"
    return (nearest,)


def own_file(chosen: str | Sequence[str]) -> Path | None:
    """The policy file entries are written to; None where only shipped policies are in force.

    Raises:
        UsageError: there are several.
    """
    from verifier.policy import presets

    names = [chosen] if isinstance(chosen, str) else chosen
    files = [name for name in names if name not in presets()]
    if len(files) > 1:
        raise UsageError(f"Entries go into one policy, not into {' and '.join(files)}.", "Name one with --policy.")
    return Path(files[0]) if files else None
