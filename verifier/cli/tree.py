"""`verify tree`: what a model links to, and what becomes of each link."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cli import _terminal
from verifier.cli.model import Request
from verifier.records import Edge, Verdict, visible


def run(reference: str, request: Request) -> int:
    """Prints the tree and returns the verdict's exit code.

    Raises:
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model`.
    """
    verdict = request.verdict(reference)
    _terminal.write("".join(f"{line}\n" for line in lines(verdict)))
    return verdict.outcome.exit_code


def lines(verdict: Verdict) -> Iterator[str]:
    """The verdict's line, then one a link, indented below its repository."""
    yield f"{_name(verdict)}  {verdict.outcome.value}"
    yield from _links(verdict, "")


def _links(verdict: Verdict, indent: str) -> Iterator[str]:
    found = {one.dossier.snapshot.reference.location: one for one in verdict.dependencies}
    links = list(dict.fromkeys((edge.kind, edge.target, edge.revision) for edge in verdict.dossier.edges))
    edges = {(edge.kind, edge.target, edge.revision): edge for edge in verdict.dossier.edges}
    for number, link in enumerate(links):
        last = number == len(links) - 1
        edge = edges[link]
        target = found.pop(edge.target, None) if edge.kind.loads else None
        yield f"{indent}{'└── ' if last else '├── '}{edge.kind.value}  {_fate(edge, target)}"
        if target is not None:
            yield from _links(target, indent + ("    " if last else "│   "))


def _fate(edge: Edge, target: Verdict | None) -> str:
    if target is not None:
        return f"{_name(target)}  {target.outcome.value}"
    asked = visible(f"{edge.target}@{edge.revision}" if edge.revision else edge.target, 500)
    return f"{asked}  {'not verified here' if edge.kind.loads else 'a claim; not loaded'}"


def _name(verdict: Verdict) -> str:
    snapshot = verdict.dossier.snapshot
    return visible(f"{snapshot.id}@{snapshot.commit}" if snapshot.commit else snapshot.id, 500)
