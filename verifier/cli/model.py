"""`verify model`: verdicts on models, and their reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verifier import reports, sources
from verifier.cli import _terminal
from verifier.errors import SourceError, UsageError
from verifier.records import Outcome, Verdict
from verifier.reports import Failure
from verifier.store import publish

if TYPE_CHECKING:
    from verifier.cli._baseline import Baseline
    from verifier.pipeline.pins import Pins


@dataclass(frozen=True, slots=True)
class Request:
    """How models are to be verified.

    Args:
        policy: name or path; of several all must accept.
        revision: of the one hub reference asked for, or None.
        offline: use no network.
        quiet: show no progress.
        memory: take digests of files that have not changed from memory.
        pinned: hold models against the project's lock.
        lock: the file that is it; None is the nearest.
        pinning: what is accepted will be locked, and need not be yet.
    """

    policy: str | tuple[str, ...]
    revision: str | None
    offline: bool
    quiet: bool
    memory: bool = False
    pinned: bool = False
    lock: Path | None = None
    pinning: bool = False

    def verdict(self, reference: str) -> Verdict:
        """The verdict on a reference; progress shows on standard error.

        Raises:
            UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model`.
        """
        from verifier.pipeline import verify_model
        from verifier.store.memory import Memory, place

        memory = Memory(place()) if self.memory else None
        progress = _terminal.Progress(quiet=self.quiet)
        try:
            return verify_model(
                reference,
                policy=self.policy,
                revision=self.revision,
                offline=self.offline,
                progress=progress,
                memory=memory,
                pins=self._pins(),
            )
        finally:
            progress.clear()

    def _pins(self) -> Pins:
        from verifier.pipeline.pins import Pins
        from verifier.store import lock

        file = self.lock or lock.nearest(Path.cwd())
        locked = lock.read(file) if self.pinned else lock.Lock()
        return Pins(locked.models, self.pinning, file)


@dataclass(frozen=True, slots=True)
class Target:
    """A report to write.

    Args:
        report: name of its format.
        path: its file.
        finish: what is done to its text.
    """

    report: str
    path: Path
    finish: Callable[[str], str]


def targets(output: Iterable[str], sign_key: Path | None) -> tuple[Target, ...]:
    """The reports that `-o` asks for; attestations are signed where there is a key.

    Raises:
        UsageError: one names no file or format, or the key cannot sign, or there is nothing to sign.
    """
    files = tuple(_target(text, sign_key) for text in output)
    if sign_key is not None and all(file.finish is _unchanged for file in files):
        raise UsageError(
            "--sign-key signs attestations, and none is asked for.", "Add -o attestation=FILE or -o svr=FILE."
        )
    return files


def run(
    references: Sequence[str],
    request: Request,
    report_format: str,
    files: Sequence[Target],
    *,
    verbose: int,
    baseline: Baseline | None = None,
) -> int:
    """Verifies, reports, and returns the exit code of the worst answer: rejected, undecided (or none), accepted.

    With a baseline the reports that show rather than record, and the exit code, are about what it does not know.

    Raises:
        UsageError, PolicyError: nothing was verified, or a report could not be written.
        InternalError: a bug of ours.
    """
    if request.revision is not None and len(references) > 1:
        raise UsageError("--revision is for one model.", "Write org/name@revision for each.")
    reports.load(report_format)
    for reference in references:
        with suppress(SourceError):  # told beside the others' verdicts
            sources.parse(reference, revision=request.revision)
    verdicts: list[Verdict] = []
    failures: list[Failure] = []
    for reference in references:
        try:
            verdicts.append(request.verdict(reference))
        except SourceError as error:
            failures.append(Failure.of(reference, error))
            _terminal.complain(str(error))
    told = () if report_format == "plain" else failures
    color, width = _terminal.colored(), _terminal.width()
    rendered = partial(_rendered, verdicts, baseline)
    _terminal.write(rendered(report_format, failures=told, color=color, width=width, verbose=verbose))
    if report_format == "plain" and verbose >= 0 and len(references) > 1:
        _terminal.write(f"\n{tally(verdicts, len(failures))}\n")
    for file in files:
        publish_report(file.path, file.finish(rendered(file.report, failures=failures, verbose=1)))
    outcomes = (baseline.outcome(verdict) if baseline else verdict.outcome for verdict in verdicts)
    return exit_code(outcomes) or (3 if failures else 0)


def _rendered(
    verdicts: Sequence[Verdict],
    baseline: Baseline | None,
    report: str,
    *,
    failures: Sequence[Failure],
    verbose: int,
    color: bool = False,
    width: int = 100,
) -> str:
    from verifier.cli._baseline import RECORDS

    if baseline is not None and report not in RECORDS:
        verdicts = [baseline.shown(verdict) for verdict in verdicts]
    return reports.load(report).render(verdicts, failures=failures, color=color, width=width, verbose=verbose)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """The exit code of the worst outcome; 0 for none."""
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.ACCEPTED).exit_code


def tally(verdicts: Sequence[Verdict], failed: int) -> str:
    """How many models there are, and how many of each outcome; `failed` ones have none."""
    counted = {outcome.value: sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome}
    counted["without a verdict"] = failed
    return (
        f"{len(verdicts) + failed} models: {', '.join(f'{count} {kind}' for kind, count in counted.items() if count)}"
    )


@contextmanager
def told_why() -> Iterator[None]:
    """Reports the verdict on a model that is not accepted where it must be."""
    from verifier.workflows.refusal import NotAcceptedError

    try:
        yield
    except NotAcceptedError as error:
        color, width = _terminal.colored(), _terminal.width()
        _terminal.write(reports.load("plain").render([error.verdict], color=color, width=width))
        raise


def _unchanged(text: str) -> str:
    return text


def destination(text: str) -> tuple[str, Path]:
    """The format and the file of `FORMAT=FILE`.

    Raises:
        UsageError: it names no file, or one that cannot be written.
    """
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(f"-o {text} names no file.", "Write -o FORMAT=FILE, as -o json=verdict.json.")
    path = Path(file).resolve()
    if (Path(file).exists() and not path.is_file()) or not path.parent.is_dir():
        raise UsageError(f"No file can be written at {file}.", "Name a file in a folder that exists.")
    return name, path


def _target(text: str, sign_key: Path | None = None) -> Target:
    name, path = destination(text)
    reports.load(name)
    if sign_key is None or name not in ("attestation", "svr"):
        return Target(name, path, _unchanged)
    from verifier.workflows import attestation, sign

    return Target(name, path, partial(attestation.seal, hand=sign.hand(sign_key)))


def publish_report(path: Path, text: str) -> None:
    """Writes a report.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        publish(path, text)
    except OSError as error:
        raise UsageError(f"The report {path} cannot be written: {error.strerror}.", "Name another file.") from error
