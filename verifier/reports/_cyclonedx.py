"""A verdict as a CycloneDX bill of materials (ECMA-424, https://cyclonedx.org): the model, its files, what was found.

What somebody asserts (the model card) goes where the format has claims; what was computed goes where it has facts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from verifier import rules
from verifier._version import __version__
from verifier.data.licenses import spdx
from verifier.errors import UsageError
from verifier.records import Artifact, Claim, Decision, Finding, SourceKind, Standing, Value, Verdict
from verifier.records.canonical import Plain, canonical_bytes
from verifier.records.card import CardField
from verifier.reports._failure import Failure
from verifier.reports._package import name, purl
from verifier.reports._view import safe

HUB = "https://huggingface.co"

Object = dict[str, Plain]

_SAYING = {"attestation": "attestation", "signature": "digital-signature"}
"""Types of external references by kind of the claim."""


def document(verdicts: Sequence[Verdict], failures: Sequence[Failure], version: str) -> str:
    """The bill of materials as one line of JSON; the same verdict gives the same bytes.

    Args:
        verdicts: the one on the model.
        failures: none.
        version: of CycloneDX: 1.6 or 1.7.

    Raises:
        UsageError: there is not one verdict.
    """
    if len(verdicts) != 1 or failures:
        raise UsageError("A bill of materials is about one model that has a verdict.", "Write one for each model.")
    verdict = verdicts[0]
    model = _model(verdict)
    loads = [_dependency(one) for one in verdict.dependencies]
    files = [_file(artifact) for artifact in verdict.dossier.snapshot.artifacts]
    refs: list[Plain] = [one["bom-ref"] for one in (*loads, *files)]
    bill: Object = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"urn:model-verify:{verdict.snapshot_digest}").urn,
        "version": 1,
        "metadata": {"tools": {"components": [_tool()]}, "component": model},
        "components": [*loads, *files],
        "dependencies": [{"ref": model["bom-ref"], "dependsOn": refs}],
        "vulnerabilities": [*_findings(verdict)],
    }
    return canonical_bytes(bill).decode("ascii") + "\n"


def _tool() -> Object:
    return {"type": "application", "name": "model-verify", "version": __version__}


def _model(verdict: Verdict) -> Object:
    snapshot = verdict.dossier.snapshot
    declared = _declared(verdict)
    said: Object = {
        "outcome": verdict.outcome.value,
        "stage": verdict.stage.value,
        "policy": f"{verdict.policy.name} sha256:{verdict.policy.digest}",
        "snapshot": verdict.snapshot_digest,
        **{key: ", ".join(declared[key]) for key in (CardField.LANGUAGE, CardField.LIBRARY_NAME) if key in declared},
    }
    model: Object = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": safe(name(snapshot)) or "model",
        "purl": purl(snapshot),
        "modelCard": _card(verdict, declared),
        "properties": _properties(said),
        "externalReferences": [*_references(verdict)],
    }
    if snapshot.commit is not None:
        model |= {"version": snapshot.commit, "group": snapshot.id.partition("/")[0]}
    if licenses := [*_licenses(declared.get(CardField.LICENSE, ()))]:
        model["licenses"] = licenses
    if bases := declared.get(CardField.BASE_MODEL):
        model["pedigree"] = {"ancestors": [_ancestor(base) for base in bases]}
    if tags := declared.get(CardField.TAGS):
        model["tags"] = [*tags]
    return model


def _declared(verdict: Verdict) -> Mapping[str, tuple[str, ...]]:
    """What the model's own card declares, by field."""
    found: dict[str, tuple[str, ...]] = {}
    for claim in verdict.dossier.claims:
        if claim.channel == "model-card" and claim.subject == "." and claim.standing is not Standing.ABSENT:
            found[claim.kind] = _texts(claim)
    return found


def _texts(claim: Claim) -> tuple[str, ...]:
    values: tuple[Value, ...] = claim.value if isinstance(claim.value, tuple) else (claim.value,)
    return tuple(safe(str(value)) for value in values)


def _card(verdict: Verdict, declared: Mapping[str, tuple[str, ...]]) -> Object:
    card: Object = {"modelParameters": _parameters(verdict, declared)}
    if metrics := [*_metrics(verdict)]:
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    return card


def _metrics(verdict: Verdict) -> Iterator[Plain]:
    """What the publisher claims to have measured: metric, value, and on which part of which data."""
    for claim in verdict.dossier.claims:
        if claim.kind == "metric" and isinstance(claim.value, tuple):
            metric, value, *data = _texts(claim)
            yield {"type": metric, "value": value, "slice": " ".join(part for part in data if part)}


def _parameters(verdict: Verdict, declared: Mapping[str, tuple[str, ...]]) -> Object:
    parameters: Object = {}
    if task := declared.get(CardField.PIPELINE_TAG):
        parameters["task"] = task[0]
    for fact in verdict.dossier.facts:
        if fact.kind == "architecture":
            parameters.setdefault("architectureFamily", safe(str(fact.value)))
    if datasets := declared.get(CardField.DATASETS):
        parameters["datasets"] = [{"type": "dataset", "name": dataset} for dataset in datasets]
    return parameters


def _licenses(names: Iterable[str]) -> Iterator[Plain]:
    for text in names:
        known = spdx(text)
        yield {"license": {"name": text, "acknowledgement": "declared"} if known is None else _known(known)}


def _known(identifier: str) -> Object:
    return {"id": identifier, "acknowledgement": "declared"}


def _ancestor(base: str) -> Object:
    return {"type": "machine-learning-model", "name": base, "purl": f"pkg:huggingface/{quote(base, safe='/')}"}


def _references(verdict: Verdict) -> Iterator[Plain]:
    snapshot = verdict.dossier.snapshot
    if snapshot.reference.kind is SourceKind.HUB:
        hub = dict(snapshot.metadata).get("endpoint", HUB)
        place = f"{hub.rstrip('/')}/{quote(snapshot.id, safe='/')}"
        yield {"type": "distribution", "url": f"{place}/tree/{snapshot.commit}"}
        yield {"type": "model-card", "url": place}
    for claim in verdict.dossier.claims:
        if kind := _SAYING.get(claim.kind):
            comment = f"{claim.standing.value}: {safe(claim.who)}"
            yield {"type": kind, "url": quote(claim.evidence.artifact), "comment": comment}


def _dependency(verdict: Verdict) -> Object:
    snapshot = verdict.dossier.snapshot
    component: Object = {
        "type": "machine-learning-model",
        "bom-ref": f"model:{snapshot.id}@{snapshot.commit}",
        "name": safe(name(snapshot)) or "model",
        "purl": purl(snapshot),
        "properties": _properties({"outcome": verdict.outcome.value, "snapshot": verdict.snapshot_digest}),
    }
    return {**component, "version": snapshot.commit} if snapshot.commit else component


def _file(artifact: Artifact) -> Object:
    hashes: list[Plain] = [{"alg": "SHA-256", "content": one} for one in _sha256(artifact)]
    said: Object = {"size": str(artifact.size), "formats": ", ".join(artifact.formats)}
    component: Object = {
        "type": "file",
        "bom-ref": _ref(artifact.name),
        "name": artifact.name,
        "properties": _properties(said),
    }
    return {**component, "hashes": hashes} if hashes else component


def _sha256(artifact: Artifact) -> tuple[str, ...]:
    """The file's SHA-256: computed, else as somebody claims it."""
    ranked = sorted(artifact.digests, key=lambda one: one.by != "computed")
    return tuple(one.value for one in ranked if one.algorithm == "sha256")[:1]


def _ref(artifact: str) -> str:
    return f"file:{artifact}"


def _findings(verdict: Verdict) -> Iterator[Plain]:
    made = {decision.cites: decision for decision in verdict.decisions if isinstance(decision.cites, Finding)}
    known = {artifact.name for artifact in verdict.dossier.snapshot.artifacts}
    for number, finding in enumerate(verdict.dossier.findings):
        yield {"bom-ref": f"finding:{number}", **_vulnerability(finding, made.get(finding), known)}


def _vulnerability(finding: Finding, decision: Decision | None, known: Iterable[str]) -> Object:
    rule = rules.rule(finding.rule)
    files = dict.fromkeys(place.artifact.partition("!")[0] for place in finding.evidence)
    affected: list[Plain] = [{"ref": _ref(file)} for file in files if file in known]
    places = ", ".join(dict.fromkeys(place.artifact for place in finding.evidence))
    said: Object = {"decision": "" if decision is None else decision.level.value, "places": safe(places)}
    return {
        "id": finding.rule,
        "source": {"name": "model-verify"},
        "ratings": [{"source": {"name": "model-verify"}, "severity": rule.severity.value, "method": "other"}],
        "cwes": [int(weakness.removeprefix("CWE-")) for weakness in rule.cwe],
        "description": rule.title,
        "detail": safe(finding.message),
        "recommendation": rule.sections["What to do"],
        "affects": affected or [{"ref": "model"}],
        "properties": _properties(said),
    }


def _properties(said: Mapping[str, Plain]) -> list[Plain]:
    return [{"name": f"model-verify:{key}", "value": str(value)} for key, value in said.items() if value]
