"""Two models, or a model and the one it was made from: verdicts on both, what differs, and what that shows.

What the comparison finds is judged by the policy as everything else is, so that the second verdict tells whether the
change may be taken. Files with equal digests are not read again; tensors only where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from posixpath import basename, dirname, splitext
from typing import Final

from verifier import formats, sources
from verifier.behavior.screens import edits
from verifier.behavior.screens.anatomy import Side
from verifier.behavior.screens.delta import delta, summary
from verifier.behavior.screens.edits import Tokens
from verifier.errors import InspectionError, SourceError, UsageError
from verifier.formats import Budget, tokenizer
from verifier.pipeline import decide_again, load_policy, verify_source
from verifier.pipeline.examination import Progress
from verifier.pipeline.pins import Pins
from verifier.policy import Combined, Policy
from verifier.records import Artifact, Dossier, EdgeKind, Finding, Reference, SourceKind, Verdict, visible
from verifier.records.canonical import digest_of
from verifier.records.delta import Became, Delta
from verifier.records.diff import Diff
from verifier.sources import Source
from verifier.sources.local import LocalSource
from verifier.store.memory import Memory
from verifier.workflows.differences import digests, same, sections

WEIGHTS: Final = ("safetensors", "gguf", "torch-zip")
"""Formats whose tensors are compared; the first that both models have counts."""

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")

TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Comparing:
    """How models are to be compared.

    Args:
        offline: use no network.
        tensors: read tensors that differ; None does so where both models lie on this machine.
        pins: what the project's lock says.
        memory: of digests.
        progress: told how far reading is.
    """

    offline: bool = False
    tensors: bool | None = None
    pins: Pins = field(default_factory=Pins)
    memory: Memory | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Model:
    """A model and the verdict on it alone."""

    source: Source
    verdict: Verdict

    @classmethod
    def judged(cls, reference: Reference, chosen: Policy | Combined, how: Comparing) -> _Model:
        """Verifies a model.

        Raises:
            UsageError, SourceError: it cannot be resolved.
        """
        source = sources.resolve(reference, offline=how.offline)
        if isinstance(source, LocalSource):
            source.memory = how.memory
        resolve = partial(sources.resolve, offline=how.offline)
        return cls(source, verify_source(source, chosen, resolve=resolve, progress=how.progress, pins=how.pins))

    @property
    def dossier(self) -> Dossier:
        """What is known of it."""
        return self.verdict.dossier

    def readable(self, how: Comparing) -> Source:
        """The same bytes without the bound on what inspection may fetch."""
        if not self.source.remote:
            return self.source
        pinned = replace(self.source.snapshot.reference, revision=self.source.snapshot.commit)
        total = sum(artifact.size for artifact in self.source.snapshot.artifacts)
        return sources.resolve(pinned, offline=how.offline, fetched=total)


def compare(before: str | None, after: str, named: str | tuple[str, ...], how: Comparing) -> Diff:
    """What differs between two models, and the verdict on the second with what that shows.

    Args:
        before: reference to the first; None is the model the second says it was made from.
        after: reference to the second.
        named: names or paths of policies that must all accept.
        how: to compare them.

    Raises:
        UsageError: a reference is none, or the second model names no one base.
        PolicyError: the policy cannot be loaded.
        SourceError: a model cannot be obtained.
    """
    chosen = load_policy(named)
    model = _Model.judged(sources.parse(after), chosen, how)
    base = _Model.judged(_base(model.dossier) if before is None else sources.parse(before), chosen, how)
    found, untold = _tensors(base, model, how)
    findings = (
        *_findings(base, model),
        *(edits.weights(found, model.dossier, base.dossier.snapshot.id) if found else ()),
    )
    dossier = replace(model.dossier, findings=(*model.dossier.findings, *findings))
    verdict = decide_again(chosen, model.verdict, dossier)
    return Diff(base.verdict, verdict, before is None, sections(base.dossier, dossier), found, untold)


def _base(dossier: Dossier) -> Reference:
    """The one model the card says it was made from.

    Raises:
        UsageError: it names none, or several.
    """
    named = list(dict.fromkeys(edge.target for edge in dossier.edges if edge.kind is EdgeKind.DERIVED_FROM))
    who = visible(dossier.snapshot.id)
    if len(named) != 1:
        said = f"several base models: {', '.join(named)}" if named else "no base model"
        raise UsageError(f"The card of {who} names {said}.", f"Name the one to compare with: verify diff BASE {who}.")
    return Reference(f"hf://{named[0]}", SourceKind.HUB, named[0], None)


def _findings(base: _Model, model: _Model) -> Iterator[Finding]:
    yield from edits.edits(base.dossier, model.dossier)
    ours, theirs = digests(model.dossier), digests(base.dossier)
    for path in sorted(ours.keys() & theirs.keys()):
        if basename(path) == TOKENIZER and not same(theirs[path], ours[path]):
            both = [_learned(side.source, path) for side in (base, model)]
            if both[0] is not None and both[1] is not None:
                yield from edits.tokenizers(both[0], both[1], base.dossier.snapshot.id)


def _learned(source: Source, path: str) -> Tokens | None:
    """A tokenizer; None where it cannot be read, which its verdict says."""
    try:
        with source.open(path) as reader:
            ids, parts = tokenizer.learned(reader, Budget())
    except (InspectionError, SourceError):
        return None
    return Tokens(path, ids, parts)


def _tensors(base: _Model, model: _Model, how: Comparing) -> tuple[Delta | None, str]:
    """What became of the tensors, or why that is not known."""
    if how.tensors is False:
        return None, "tensors were not asked for"
    pairs = list(_pairs(base, model))
    if not pairs:
        return None, f"they have no weights in common whose tensors are read ({', '.join(WEIGHTS)})"
    theirs, ours = digests(base.dossier), digests(model.dossier)
    differ = [(old, new) for old, new in pairs if not _all_same(theirs, ours, old, new)]
    equal = sum(_count(model.dossier, new) for old, new in pairs if (old, new) not in differ)
    if differ and how.tensors is None and (base.source.remote or model.source.remote):
        size = sum(one.size for pair in differ for group in pair for one in group)
        return None, f"{size} bytes of weights differ and are not on this machine; --tensors reads them"
    return _delta(base, model, differ, equal, how)


Group = tuple[Artifact, ...]
"""The shards of one set of weights."""

Known = Mapping[str, Mapping[str, str]]
"""By path, what is known of a file's bytes."""


def _delta(
    base: _Model, model: _Model, pairs: list[tuple[Group, Group]], equal: int, how: Comparing
) -> tuple[Delta | None, str]:
    try:
        found = _read(base, model, pairs, how)
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        return None, "comparing them needs numpy: pip install 'model-verify[screens]'"
    except (InspectionError, SourceError) as error:
        return None, f"they cannot be read: {error}"
    if found.changes and not found.equal and {one.became for one in found.changes} <= {Became.ADDED, Became.REMOVED}:
        return None, "their tensors have no names in common"
    equal += found.equal
    return replace(found, equal=equal, told=summary(equal, found.changes)), ""


def _read(base: _Model, model: _Model, pairs: list[tuple[Group, Group]], how: Comparing) -> Delta:
    seed = int(digest_of([base.verdict.snapshot_digest, model.verdict.snapshot_digest])[:16], 16)
    with ExitStack() as opened:
        before, after = dict[str, Side](), dict[str, Side]()
        theirs, ours = base.readable(how), model.readable(how)
        for old, new in pairs:
            prefix = f"{_stem(new[0].path)}: " if len(pairs) > 1 else ""
            before |= _placed(theirs, old, prefix, opened)
            after |= _placed(ours, new, prefix, opened)
        return delta(before, after, seed, how.progress)


def _placed(source: Source, group: Group, prefix: str, opened: ExitStack) -> Mapping[str, Side]:
    modules = {module.FORMAT.id: module for module in formats.modules()}
    found = {}
    for artifact in group:
        reader = opened.enter_context(source.open(artifact.path))
        family = next(name for name in WEIGHTS if name in artifact.formats)
        for one in modules[family].placed(reader, Budget()):  # type: ignore[attr-defined]
            found[prefix + one.name] = Side(one, reader, artifact.path)
    return found


def _pairs(base: _Model, model: _Model) -> Iterator[tuple[Group, Group]]:
    """Yields weights that belong together: by their paths, or because each model has only these."""
    theirs, ours = _families(base.dossier), _families(model.dossier)
    shared = next((name for name in WEIGHTS if name in theirs and name in ours), "")
    if shared:
        old, new = theirs[shared], ours[shared]
    elif theirs and ours:
        old, new = next(iter(theirs.values())), next(iter(ours.values()))
    else:
        return
    common = sorted(old.keys() & new.keys())
    if not common and len(old) == len(new) == 1:
        yield tuple(*old.values()), tuple(*new.values())
    for key in common:
        yield tuple(old[key]), tuple(new[key])


def _families(dossier: Dossier) -> dict[str, dict[str, list[Artifact]]]:
    """By format, in order of `WEIGHTS`, the files of each set of weights."""
    found: dict[str, dict[str, list[Artifact]]] = {}
    for name in WEIGHTS:
        for artifact in dossier.snapshot.artifacts:
            if name in artifact.formats:
                found.setdefault(name, {}).setdefault(_stem(artifact.path), []).append(artifact)
    return found


def _stem(path: str) -> str:
    return f"{dirname(path)}/{_SHARD.sub('', splitext(basename(path))[0])}".lstrip("/")


def _all_same(theirs: Known, ours: Known, old: Group, new: Group) -> bool:
    return len(old) == len(new) and all(same(theirs[a.path], ours[b.path]) for a, b in zip(old, new, strict=True))


def _count(dossier: Dossier, group: Group) -> int:
    names = {artifact.name for artifact in group}
    facts = [one for one in dossier.facts if one.kind == "tensor-count"]
    counted = [one.value for one in facts if one.evidence.artifact.partition("!")[0] in names]
    return sum(value for value in counted if isinstance(value, int))
