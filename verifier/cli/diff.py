"""`verify diff`: what changed between two models, and whether the second may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.cli import _terminal
from verifier.cli import model as models
from verifier.records.diff import Diff
from verifier.reports import _diff


@dataclass(frozen=True, slots=True)
class Request(models.Request):
    """How models are to be compared.

    Args:
        tensors: read tensors that differ; None where both models lie here.
    """

    tensors: bool | None = None

    def diff(self, before: str | None, after: str) -> Diff:
        """What differs; progress shows on standard error.

        Raises:
            UsageError, PolicyError, SourceError: see `verifier.workflows.comparing.compare`.
        """
        from verifier.store.memory import Memory, place
        from verifier.workflows.comparing import Comparing, compare

        progress = _terminal.Progress(quiet=self.quiet)
        memory = Memory(place()) if self.memory else None
        try:
            how = Comparing(self.offline, self.tensors, self._pins(), memory, progress)
            return compare(before, after, self.policy, how)
        finally:
            progress.clear()


def run(references: Sequence[str], request: Request, report_format: str, output: Sequence[str], *, verbose: int) -> int:
    """Compares, reports, and returns the exit code of the verdict on the last model.

    Args:
        references: one or two.
        request: how.
        report_format: of what is printed.
        output: `FORMAT=FILE` of further reports.
        verbose: see `reports._diff.render`.

    Raises:
        UsageError, PolicyError, SourceError: see `Request.diff`.
    """
    _diff.check(report_format)
    targets: list[tuple[str, Path]] = [models.destination(one) for one in output]
    for name, _ in targets:
        _diff.check(name)
    found = request.diff(references[0] if len(references) == 2 else None, references[-1])
    _terminal.write(_diff.render(report_format, found, verbose=verbose))
    for name, path in targets:
        models.publish_report(path, _diff.render(name, found, verbose=1))
    return found.after.outcome.exit_code
