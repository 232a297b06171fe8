"""`cyclonedx`: the bill of materials of one model, CycloneDX 1.6."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.records import Verdict
from verifier.reports import _cyclonedx
from verifier.reports._failure import Failure


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for people only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """The bill of materials.

    Raises:
        UsageError: there is not one verdict.
    """
    return _cyclonedx.document(verdicts, failures, "1.6")
