"""One module an output format. Modules are discovered; underscore modules hold what they share.

A module's name is the format's. It holds `render`, as `Report` describes it: a pure function of its arguments.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Protocol, cast

from verifier.errors import UsageError
from verifier.records import Verdict, visible
from verifier.reports._failure import Failure

__all__ = ["Failure", "Report", "load", "names"]


class Report(Protocol):
    """The shape of a report module."""

    def render(
        self,
        verdicts: Sequence[Verdict],
        *,
        failures: Sequence[Failure] = (),
        color: bool = False,
        width: int = 100,
        verbose: int = 0,
    ) -> str:
        """The report's whole text.

        Args:
            verdicts: in the order asked for.
            failures: references without a verdict.
            color: use ANSI colors; only where people read.
            width: columns; only where people read.
            verbose: -1 for the verdict line only, 0, or 1 for everything; only where people read.

        Returns:
            Lines, the last one ended too.
        """


def names() -> tuple[str, ...]:
    """The formats there are, found without importing any."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")))


def load(name: str) -> Report:
    """The module of a format.

    Raises:
        UsageError: there is no such format.
    """
    if name not in names():
        raise UsageError(f"There is no report format {visible(name)!r}.", f"Use one of {', '.join(names())}.")
    return cast(Report, importlib.import_module(f"{__name__}.{name}"))
