"""Tells whether a third-party pretrained model may be used, and proves it.

    from verifier import verify_model

    verdict = verify_model("org/name")
    if verdict.outcome != "accepted":
        raise SystemExit(verdict.decisions[0].reason)

Names are loaded when first used, so that `import verifier` stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier._version import __version__

if TYPE_CHECKING:
    from verifier.errors import PolicyError, RefusedError, SourceError, UsageError, VerifierError
    from verifier.pipeline import verify_model
    from verifier.records import Decision, Finding, Outcome, Stage, Verdict
    from verifier.workflows.require import require

_HOME = {
    "Decision": "verifier.records",
    "Finding": "verifier.records",
    "Outcome": "verifier.records",
    "PolicyError": "verifier.errors",
    "RefusedError": "verifier.errors",
    "SourceError": "verifier.errors",
    "Stage": "verifier.records",
    "UsageError": "verifier.errors",
    "Verdict": "verifier.records",
    "VerifierError": "verifier.errors",
    "require": "verifier.workflows.require",
    "verify_model": "verifier.pipeline",
}

__all__ = [
    "Decision",
    "Finding",
    "Outcome",
    "PolicyError",
    "RefusedError",
    "SourceError",
    "Stage",
    "UsageError",
    "Verdict",
    "VerifierError",
    "__version__",
    "require",
    "verify_model",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
