"""`verify behavior`: what models do, measured in a sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli import _terminal
from verifier.cli import model as models
from verifier.errors import UsageError
from verifier.records import Verdict

if TYPE_CHECKING:
    from verifier.records.canonical import Plain
    from verifier.workflows.measuring import Measurement


@dataclass(frozen=True, slots=True)
class Request(models.Request):
    """How models are to be verified and run.

    Args:
        allow_unsandboxed: run them where no sandbox works.
        keep: folder for what comes out.
        own: folder of golden vectors that `verify record` made.
        data: `NAME=PATH` of data sets that lie here.
        screens: look at the weights, too, for files hidden in them.
        seconds: that a run may take.
        observed: do nothing but load them, and see what that does.
    """

    allow_unsandboxed: bool = False
    keep: Path | None = None
    own: Path | None = None
    data: tuple[str, ...] = ()
    screens: bool = False
    seconds: int = 600
    observed: bool = False

    def verdict(self, reference: str) -> Verdict:
        """The verdict on a model on this machine, with what running it shows.

        Raises:
            UsageError, PolicyError, SourceError: see `verifier.workflows.measuring.measure`.
        """
        from verifier.workflows.measuring import measure, observe

        with self._how() as how:
            return (observe if self.observed else measure)(reference, self.policy, how, revision=self.revision)

    def record(self, reference: str, to: Path, inputs: Path | None, entry: str) -> tuple[str, str]:
        """Records what a model on this machine gives, and says what was recorded and for which locked model.

        Raises:
            UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.recording.record`.
        """
        from verifier.workflows.recording import record

        with self._how() as how, models.told_why():
            return record(reference, self.policy, how, to, inputs=inputs, entry=entry, revision=self.revision)

    def evaluate(self, folder: Path, entry: str, recipe: str) -> dict[str, Plain]:
        """What a model scores on the data that lies here, as its declaration would say it.

        Raises:
            UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.evaluating.evaluate`.
        """
        from verifier.workflows.evaluating import evaluate

        with self._how() as how, models.told_why():
            return evaluate(folder, self.policy, how, entry=entry, recipe=recipe)

    @contextmanager
    def _how(self) -> Iterator[Measurement]:
        from verifier.behavior.sandbox import Bounds
        from verifier.store.memory import Memory, place
        from verifier.workflows.measuring import Measurement

        progress = _terminal.Progress(quiet=self.quiet)
        try:
            yield Measurement(
                offline=self.offline,
                allow_unsandboxed=self.allow_unsandboxed,
                keep=self.keep,
                own=self.own,
                data=dict(map(_named, self.data)),
                screens=self.screens,
                bounds=Bounds(wall=self.seconds, cpu=8 * self.seconds),
                pins=self._pins(),
                memory=Memory(place()) if self.memory else None,
                progress=progress,
            )
        finally:
            progress.clear()


def _named(text: str) -> tuple[str, Path]:
    """Name and file of `NAME=PATH`.

    Raises:
        UsageError: it is not that.
    """
    name, _, path = text.rpartition("=")
    if not name or not path:
        raise UsageError(f"--data {text} names no data set.", "Write --data NAME=PATH, the name as it is declared.")
    return name, Path(path)


def run(references: Sequence[str], request: Request, report_format: str, files: Sequence[models.Target]) -> int:
    """Verifies, runs what may run, reports, and returns the exit code; see `verifier.cli.model.run`."""
    return models.run(references, request, report_format, files, verbose=-1 if request.quiet else 0)


def record(reference: str, request: Request, to: Path, inputs: Path | None, entry: str) -> int:
    """Records what a model gives and tells what to do with it.

    Raises:
        UsageError, PolicyError, SourceError, RefusedError: see `verifier.workflows.recording.record`.
    """
    told, model = request.record(reference, to, inputs, entry)
    step = (
        f"commit it with models.lock, which pins it: `verify behavior {model}` compares later revisions with it"
        if model
        else f"keep it, and compare with `verify behavior REF --golden {to}`"
    )
    _terminal.write(f"recorded  {told}\n    in {to}: {step}\n")
    return 0
