"""`verify signature`: who signed a model, and whether it is what they signed."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cli import _terminal
from verifier.errors import UsageError
from verifier.records import Standing, visible
from verifier.records.canonical import Plain, canonical_bytes, to_plain
from verifier.workflows.signature import Answer, Question, Signed, ask

FORMAT = "signature-v1"

SHOWN = 20
"""Files listed at most after one word."""


def run(reference: str, question: Question, text_or_json: str) -> int:
    """Prints the answer and returns its exit code: accepted, rejected or undecided.

    Raises:
        UsageError, SourceError: see `verifier.workflows.signature.ask`.
    """
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)!r} here.", "Use plain or json.")
    progress = _terminal.Progress(quiet=False)
    try:
        answer = ask(reference, question, progress)
    finally:
        progress.clear()
    if text_or_json == "json":
        _terminal.write(canonical_bytes(_plain(answer)).decode("ascii") + "\n")
    else:
        _terminal.write("".join(f"{line}\n" for line in lines(answer)))
    return answer.outcome.exit_code


def _plain(answer: Answer) -> Plain:
    plain = to_plain(answer)
    signatures = [{**_object(signed), "outcome": signed.outcome.value} for signed in answer.signatures]
    return {**_object(plain), "format": FORMAT, "outcome": answer.outcome.value, "signatures": [*signatures]}


def _object(value: object) -> dict[str, Plain]:
    plain = to_plain(value)
    return plain if isinstance(plain, dict) else {}


def lines(answer: Answer) -> Iterator[str]:
    """The answer for people: its line, then each signature with what is wrong with it."""
    yield f"{visible(answer.model, 500)}  {answer.outcome.value}{'' if answer.signatures else ': it is not signed'}"
    for signed in answer.signatures:
        yield f"  {signed.bundle}  {_standing(signed)}"
        if signed.covered:
            yield f"    covers {signed.covered} {'file' if signed.covered == 1 else 'files'}, digest {signed.binding}"
        for word, paths in (
            ("differs", signed.differs),
            ("digest as listed, bytes not read", signed.claimed),
            ("not compared", signed.unread),
            ("missing", signed.missing),
            ("not covered", signed.uncovered),
            ("left out", signed.left_out),
        ):
            yield from (f"    {word}: {visible(path, 500)}" for path in paths[:SHOWN])
            if len(paths) > SHOWN:
                yield f"    {word}: {len(paths) - SHOWN} more"
    yield from (f"  {sentence}" for sentence in (*answer.links, *answer.gaps))


def _standing(signed: Signed) -> str:
    by = f"{signed.method} {signed.fingerprint}"
    if signed.standing is Standing.VERIFIED:
        name = f", in the name of {signed.names[0]}" if signed.names else ""
        return visible(f"verified: {signed.who} ({by}){name}", 1000)
    if signed.standing is Standing.CONTRADICTED:
        return visible(f"no good: {signed.reason}", 1000)
    return visible(f"unverified: {signed.reason} ({signed.who}, {by})", 1000)
