"""Drafts of `behavior.yaml` for a model on this machine: what its bytes show, with room for what its author knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from verifier.claims._declaration.own import VERSION, declaration
from verifier.claims._tree import tree
from verifier.errors import UsageError
from verifier.pipeline import verify_model
from verifier.pipeline.examination import Progress
from verifier.records import Asserter, Dossier, Verdict, visible
from verifier.records.canonical import Plain
from verifier.records.terms import Dtype, Risk
from verifier.store.files import publish

FILE = "behavior.yaml"

LEFT_OUT = frozenset({FILE, "README.md", "model.sig", ".gitattributes", ".gitignore"})
"""Files that say something of the model, or nothing, and change without it."""

_DTYPES = {"F32": Dtype.F32, "F16": Dtype.F16, "BF16": Dtype.BF16, "I8": Dtype.INT8, "U8": Dtype.INT8}
"""As safetensors names them."""

HEAD = """\
# What this model is and does, as its author declares it; schema: behavior-v1.json of model-verify.
# The draft holds what the bytes show. Add what you know: golden vectors, metrics with their data and recipe,
# the controls you put in place (or leave none-declared), and uses you advise against (not_for).
"""


def draft(folder: Path, progress: Progress | None = None, measured: Mapping[str, Plain] | None = None) -> str:
    """The text of a declaration.

    Args:
        folder: the model's.
        progress: told how far reading is.
        measured: `regime` and `metrics` that a run showed.

    Raises:
        UsageError: it is no folder, or a file of it was not read.
        SourceError: it cannot be read.
    """
    import yaml

    if not folder.is_dir():
        raise UsageError(f"{visible(str(folder), 500)} is not a folder.", "Name the folder of a model.")
    verdict = verify_model(folder, policy="permissive", progress=progress)
    shown = measured or {}
    regime = shown.get("regime")
    content: dict[str, Plain] = {
        "behavior": int(VERSION),
        "subject": {"sha256": dict(_digests(verdict))},
        "regime": {"dtype": _dtype(verdict.dossier).value, **(regime if isinstance(regime, dict) else {})},
        "claims": {"parameters": _sum(verdict.dossier, "parameter-count")},
        "golden": [],
        "metrics": shown.get("metrics", []),
        "controls": [{"risk": risk.value, "control": "none-declared"} for risk in Risk],
        "not_for": [],
    }
    text = HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    declaration(tree(text), FILE, "behavior")
    return text


def write(folder: Path, text: str, *, force: bool) -> Path:
    """Writes a declaration into its model's folder, and returns its path.

    Raises:
        UsageError: there is one already, or it cannot be written.
    """
    path = folder / FILE
    if path.exists() and not force:
        raise UsageError(f"There is a {FILE} already.", "Replace it with --force, or print the draft without --write.")
    try:
        publish(path, text)
    except OSError as error:
        raise UsageError(f"{visible(str(path), 500)} cannot be written: {error.strerror}.") from error
    return path


def _digests(verdict: Verdict) -> Iterator[tuple[str, Plain]]:
    for artifact in verdict.dossier.snapshot.artifacts:
        if artifact.path in LEFT_OUT:
            continue
        found = [one.value for one in artifact.digests if (one.algorithm, one.by) == ("sha256", Asserter.COMPUTED)]
        if not found:
            raise UsageError(f"{artifact.name} was not read, and cannot be declared.", "See why: verify model DIR.")
        yield artifact.path, found[0]


def _dtype(dossier: Dossier) -> Dtype:
    """What most tensors are kept in; 32 bits where nothing says so."""
    counts: Counter[str] = Counter()
    for fact in dossier.facts:
        if fact.kind == "tensor-dtypes" and isinstance(fact.value, tuple):
            pairs = [one for one in fact.value if isinstance(one, tuple)]
            counts.update({str(name): int(str(count)) for name, count in pairs})
    return next((_DTYPES[name] for name, _ in counts.most_common() if name in _DTYPES), Dtype.F32)


def _sum(dossier: Dossier, kind: str) -> int:
    return sum(fact.value for fact in dossier.facts if fact.kind == kind and isinstance(fact.value, int))
