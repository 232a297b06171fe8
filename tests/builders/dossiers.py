"""Records by hand: the smallest snapshot, dossier and verdict a test can ask questions about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from verifier import policy
from verifier.errors import NotFoundError
from verifier.records import (
    Artifact,
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Evidence,
    Fact,
    Finding,
    Reader,
    Reference,
    Result,
    Snapshot,
    SourceKind,
    Stage,
    Standing,
    ToolIdentity,
    Verdict,
)
from verifier.records.evidence import Value

TODAY = date(2026, 1, 1)
TOOL = ToolIdentity("0.0.0", "0" * 64)
COMMIT = "a" * 40


def reference(kind: SourceKind = SourceKind.HUB, revision: str | None = None, sha256: str | None = None) -> Reference:
    return Reference("org/name", kind, "org/name", revision, sha256)


def artifact(path: str = "model.safetensors", size: int = 10, *formats: str) -> Artifact:
    return Artifact(path, size, formats=formats or ("safetensors",))


def snapshot(*artifacts: Artifact, asked: Reference | None = None, **more: object) -> Snapshot:
    ordered = tuple(sorted(artifacts, key=lambda item: item.path))
    values: dict[str, object] = {"commit": COMMIT, "local": True, "metadata": (), **more}
    return Snapshot(asked or reference(), "org/name", artifacts=ordered, **values)  # type: ignore[arg-type]


def inspected(name: str = "model.safetensors", how: str = "safetensors/1") -> Coverage:
    return Coverage(name, CoverageState.INSPECTED, "", how)


def gap(state: CoverageState, name: str = "model.safetensors", how: str = "safetensors/1") -> Coverage:
    return Coverage(name, state, f"because of {state}", how)


def finding(rule: str, name: str = "model.safetensors") -> Finding:
    return Finding(rule, (Evidence(name, "seen", "test/1"),), f"{name} shows {rule}")


def clean(**more: object) -> Dossier:
    """A model whose one file was inspected, and what else is known of it."""
    values: dict[str, object] = {"coverage": (inspected(),), **more}
    return Dossier(snapshot(artifact()), **values)  # type: ignore[arg-type]


def written(text: str) -> policy.Policy:
    """A policy of some sections."""
    return policy.parse(f"version = 1\n{text}".encode(), "test.toml")


def digest_fact(name: str, value: str, algorithm: str = "sha256") -> Fact:
    return Fact("digest", (algorithm, value), Evidence(name, value, "test/1"))


def claim(kind: str, value: Value, *, standing: Standing = Standing.UNVERIFIED, subject: str = ".") -> Claim:
    return Claim(kind, value, "publisher", "model-card", subject, standing, Evidence("README.md", str(value), "test/1"))


def comparison(kind: str, result: Result) -> Comparison:
    return Comparison(kind, claim(kind, "said"), (), result, f"{kind} is {result}")


def decide(
    dossier: Dossier, rules: policy.Policy | policy.Combined | str = "default", *dependencies: Verdict
) -> Verdict:
    chosen = policy.load(rules) if isinstance(rules, str) else rules
    return policy.decide(chosen, dossier, stage=Stage.CONFIRMED, tool=TOOL, dependencies=dependencies, today=TODAY)


@dataclass(frozen=True)
class BytesReader:
    """A Reader over bytes in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def opener(**files: bytes) -> Callable[[str], Reader]:
    """Opens files by path, `__` in a keyword standing for a dot."""
    by_path = {name.replace("__", "."): content for name, content in files.items()}

    def open_file(path: str) -> Reader:
        if path not in by_path:
            raise NotFoundError(f"there is no {path}")
        return BytesReader(by_path[path])

    return open_file
