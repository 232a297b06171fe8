"""`verify behavior`: what models do, measured in a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.cli import _terminal
from verifier.cli import model as models
from verifier.records import Verdict


@dataclass(frozen=True, slots=True)
class Request(models.Request):
    """How models are to be verified and run.

    Args:
        allow_unsandboxed: run them where no sandbox works.
        keep: folder for what comes out.
        seconds: that a run may take.
    """

    allow_unsandboxed: bool = False
    keep: Path | None = None
    seconds: int = 600

    def verdict(self, reference: str) -> Verdict:
        """The verdict on a model on this machine, with what running it shows.

        Raises:
            UsageError, PolicyError, SourceError: see `verifier.workflows.measuring.measure`.
        """
        from verifier.behavior.sandbox import Bounds
        from verifier.store.memory import Memory, place
        from verifier.workflows.measuring import Measurement, measure

        progress = _terminal.Progress(quiet=self.quiet)
        how = Measurement(
            offline=self.offline,
            allow_unsandboxed=self.allow_unsandboxed,
            keep=self.keep,
            bounds=Bounds(wall=self.seconds, cpu=8 * self.seconds),
            pins=self._pins(),
            memory=Memory(place()) if self.memory else None,
            progress=progress,
        )
        try:
            return measure(reference, self.policy, how, revision=self.revision)
        finally:
            progress.clear()


def run(references: Sequence[str], request: Request, report_format: str, files: Sequence[models.Target]) -> int:
    """Verifies, runs what may run, reports, and returns the exit code; see `verifier.cli.model.run`."""
    return models.run(references, request, report_format, files, verbose=-1 if request.quiet else 0)
