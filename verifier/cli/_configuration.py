"""Which policy is in force: the one named, else VERIFY_POLICY's, else the nearest, else the default."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli import _terminal
from verifier.errors import UsageError

if TYPE_CHECKING:
    from verifier.workflows.base import Base

VARIABLE = "VERIFY_POLICY"


@contextmanager
def base(revision: str | None) -> Iterator[Base | None]:
    """The commit whose policies and lock count instead of the working tree's; None where none is named.

    Raises:
        UsageError: there is no such commit here.
    """
    if revision is None:
        yield None
        return
    from verifier.workflows import base

    with base.at(revision) as found:
        yield found


def policies(
    named: Sequence[str] | None,
    references: Iterable[str] = (),
    *,
    isolated: bool = False,
    base: Base | None = None,
) -> tuple[str, ...]:
    """Names or paths of the policies in force.

    Args:
        named: those given by `--policy`.
        references: of the models under test, whose own files never decide about them.
        isolated: neither the environment nor files that nobody named count.
        base: the commit whose policies are meant; how those here differ is told.

    Raises:
        PolicyError: it cannot be told which policy is meant.
        UsageError: a named one is not in that commit.
    """
    given = _given(named, isolated=isolated)
    if base is None:
        return given or _found(references)
    files = [Path(name) for name in given or _found(references) if not _shipped(name)]
    _tell(list(base.edits(files)), base)
    if given:
        return tuple(name if _shipped(name) else str(base.counterpart(Path(name))) for name in given)
    from verifier.policy import discover

    models = [Path(text).expanduser() for text in references]
    found = discover(base.counterpart(Path.cwd()), [base.counterpart(one) for one in models if one.is_dir()])
    return ("default",) if found.policy is None else (str(found.policy),)


def _given(named: Sequence[str] | None, *, isolated: bool) -> tuple[str, ...]:
    """Those somebody named; empty where nobody did."""
    if named or isolated:
        return tuple(named or ("default",))
    variable = os.environ.get(VARIABLE)
    return (variable,) if variable else ()


def _found(references: Iterable[str]) -> tuple[str, ...]:
    """The nearest, or the default."""
    from verifier.policy import discover

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


def _shipped(name: str) -> bool:
    from verifier.policy import presets

    return name in presets()


def _tell(lines: Sequence[str], base: Base) -> None:
    if lines:
        _terminal.note(f"policies or the lock differ from those of {base.commit}, which count:")
        sys.stderr.write("".join(f"    {line}\n" for line in lines))


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
