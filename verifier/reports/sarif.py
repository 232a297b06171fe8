"""SARIF 2.1.0 (OASIS standard) for code scanning: one run, one result a decision that is not `allow`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from verifier import rules
from verifier._version import __version__
from verifier.records import Evidence, Level, Snapshot, SourceKind, Verdict
from verifier.records.canonical import Plain, canonical_bytes
from verifier.reports._failure import Failure
from verifier.reports._view import GAPS, Item, closure, fingerprint, items, model, safe
from verifier.rules import Confidence, Rule, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Level.DENY: "error", Level.UNDECIDED: "warning", Level.NOTE: "note"}
_SCORE = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
"""`security-severity` by which GitHub code scanning ranks alerts (its documentation of SARIF support)."""

_PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for people only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """A SARIF log on one line; canonical bytes."""
    everything = [one for verdict in verdicts for one in closure(verdict)]
    told = [(verdict, item) for verdict in everything for item in items(verdict) if item.decision.level in _LEVEL]
    ids = sorted({item.subject for _, item in told})
    driver: Plain = {
        "name": "model-verify",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/model-verify/",
        "rules": [_descriptor(subject) for subject in ids],
    }
    run: Plain = {
        "tool": {"driver": driver},
        "invocations": [_invocation(failures)],
        "results": [_result(verdict, item, ids.index(item.subject)) for verdict, item in told],
        "properties": {"verdicts": [_summary(verdict) for verdict in everything]},
    }
    return canonical_bytes({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).decode("ascii") + "\n"


def _descriptor(subject: str) -> Plain:
    if subject not in rules.rule_ids():
        title, advice = GAPS.get(subject, (f"Policy decision on {safe(subject)}", "See the result's message."))
        text: Plain = {"text": f"{title}."}
        return {"id": safe(subject), "shortDescription": text, "fullDescription": text, "help": {"text": advice}}
    return descriptor(rules.rule(subject))


def descriptor(rule: Rule) -> dict[str, Plain]:
    """A rule of the catalogue as SARIF's reportingDescriptor."""
    markdown = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in rule.sections.items())
    tags: list[Plain] = ["security", *(f"external/cwe/{cwe.lower()}" for cwe in rule.cwe), *rule.atlas]
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.sections["What it sees"]},
        "help": {"text": markdown, "markdown": markdown},
        "properties": {
            "tags": tags,
            "precision": _PRECISION[rule.confidence],
            "security-severity": _SCORE[rule.severity],
        },
    }


def _invocation(failures: Iterable[Failure]) -> Plain:
    notifications: list[Plain] = [
        {
            "level": "error",
            "descriptor": {"id": failure.kind},
            "message": {"text": safe(f"{failure.reference}: {failure.message} {failure.next_step}".strip())},
        }
        for failure in failures
    ]
    return {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}


def _result(verdict: Verdict, item: Item, index: int) -> Plain:
    snapshot = verdict.dossier.snapshot
    result: dict[str, Plain] = {
        "ruleId": safe(item.subject),
        "ruleIndex": index,
        "level": _LEVEL[item.decision.level],
        "message": {"text": f"{model(snapshot)}: {item.message}"},
        "locations": [_location(snapshot, item.evidence)],
        "partialFingerprints": {"modelVerify/v1": fingerprint(item, snapshot)},
        "properties": {
            "model": safe(snapshot.id),
            "commit": snapshot.commit,
            "verdict": verdict.outcome.value,
            "stage": verdict.stage.value,
            "clause": item.decision.clause,
            "evidence": _evidence(item.evidence),
        },
    }
    if item.decision.waiver:
        result["suppressions"] = [{"kind": "external", "justification": safe(item.decision.waiver)}]
    return result


def _location(snapshot: Snapshot, evidence: Evidence | None) -> Plain:
    file, *members = evidence.artifact.split("!") if evidence else ["."]
    physical: dict[str, Plain] = {"artifactLocation": {"uri": _uri(snapshot, file)}}
    if evidence is not None and evidence.offset is not None and not members:
        physical["region"] = {"byteOffset": evidence.offset, "byteLength": evidence.length or 0}
    else:
        sizes = {artifact.name: artifact.size for artifact in snapshot.artifacts}
        physical["region"] = {"byteOffset": 0, "byteLength": sizes.get(file, 0)}
    if evidence is None or not members:
        return {"physicalLocation": physical}
    logical: Plain = [{"fullyQualifiedName": evidence.artifact, "name": members[-1], "kind": "member"}]
    return {"physicalLocation": physical, "logicalLocations": logical}


def _evidence(evidence: Evidence | None) -> Plain:
    if evidence is None:
        return None
    fields = {"artifact": evidence.artifact, "what": evidence.what, "how": evidence.how}
    return {**fields, "offset": evidence.offset, "length": evidence.length, "pointer": evidence.pointer}


def _uri(snapshot: Snapshot, file: str) -> str:
    """A file's place: as typed if local, else `org/name/file`, since code scanning takes no scheme but `file`."""
    reference = snapshot.reference
    if reference.kind in (SourceKind.FOLDER, SourceKind.FILE):
        base = PurePosixPath(reference.text.replace("\\", "/"))
        path = base if reference.kind is SourceKind.FILE else base / file
        scheme = "file://" if path.is_absolute() else ""
        return scheme + quote(str(path), errors="surrogatepass")
    return quote(f"{snapshot.id.rpartition('://')[2]}/{file}".lstrip("/"), errors="surrogatepass")


def _summary(verdict: Verdict) -> Plain:
    return {
        "model": safe(verdict.dossier.snapshot.id),
        "commit": verdict.dossier.snapshot.commit,
        "verdict": verdict.outcome.value,
        "stage": verdict.stage.value,
        "snapshot": verdict.snapshot_digest,
        "policy": {"name": verdict.policy.name, "digest": verdict.policy.digest},
        "tool": {"version": verdict.tool.version, "digest": verdict.tool.digest},
    }
