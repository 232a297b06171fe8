"""From a JSON document to what a loader would act on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._config import DUPLICATE, EXPRESSION, FOREIGN_MODULE, HUB_KERNEL, JSON_MALFORMED, REMOTE_CODE
from verifier.formats._config.files import named_files
from verifier.formats._config.interpolation import interpolated
from verifier.formats._config.loading import expression, loading
from verifier.formats._config.repository import CODE_KEYS, code_file, foreign_parent, pipeline_modules
from verifier.formats._config.settings import settings_of
from verifier.formats._json import Document, Json, Place, parse, pointer_of, within
from verifier.formats._keras.config import inspect_config, looks_like_keras
from verifier.formats._mxnet import looks_like_symbol
from verifier.formats._names import code_gap
from verifier.formats._requirements.lines import judge_requirement
from verifier.formats._secrets.search import find_secrets
from verifier.formats._templates.inspection import inspect_templates
from verifier.formats._text import is_text, read_whole
from verifier.formats._xgboost import looks_like_booster
from verifier.records import (
    Artifact,
    Coverage,
    CoverageState,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
    Finding,
    Reader,
    Value,
    visible,
)

MAX_BYTES = 128 << 20
"""Bytes of JSON parsed at once; the largest tokenizers have about 50 MB."""

MAX_RECORDS = 1000
"""Findings and links of one file; genuine files have a handful."""

MAX_POINTER = 1000
"""Characters of a JSON pointer that are shown; a place that takes more is not named."""

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
HUB_ID = re.compile(rf"{_NAME}(/{_NAME})?")
_REVISION = re.compile(r"[\w./+-]{1,256}", re.ASCII)
_KERNEL = re.compile(rf"(?P<repo>{_NAME}/{_NAME})(@(?P<revision>{_REVISION.pattern}))?", re.ASCII)
_ATTENTION = ("_attn_implementation_internal", "_attn_implementation", "attn_implementation")
_FACTS = {"architectures": "architectures", "model_type": "model-type", "torch_dtype": "dtype", "dtype": "dtype"}


def inspect_json(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Parses the file as Python does and looks for what a loader would act on."""
    raw = read_whole(reader, context.budget, MAX_BYTES)
    name = artifact.file_name.lower()
    see = _Seer(artifact, context.siblings, how)
    try:
        document = parse(raw, exact=False)
    except Malformed as error:
        yield from _not_json(see, raw, error)
        return
    for count, record in enumerate(_records(see, name, document)):
        if count == MAX_RECORDS:
            raise BudgetExceeded(f"the file has more than {MAX_RECORDS} findings and links to other repositories")
        yield record
    yield from find_secrets(artifact, raw, how)
    gap = code_gap(name, raw[:2])
    yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap or "", how)


@dataclass(frozen=True, slots=True)
class _Seer:
    """Makes records about places in one document."""

    artifact: Artifact
    siblings: Mapping[str, int]
    how: str

    def evidence(self, place: Place, what: object) -> Evidence:
        shown = pointer_of(place)
        known = shown if len(shown) <= MAX_POINTER else None
        return Evidence(self.artifact.name, str(what), self.how, pointer=known)

    def finding(self, rule: str, place: Place, what: object, message: str) -> Finding:
        return Finding(rule, (self.evidence(place, what),), message)


def _not_json(see: _Seer, raw: bytes, error: Malformed) -> Iterator[Yield]:
    """A file that only its name calls JSON: JSON lines, commented JSON, or something else entirely."""
    name = see.artifact.name
    if not is_text(raw[:4], [raw]):
        yield Coverage(name, CoverageState.UNKNOWN, "it is named as JSON but is no text", see.how)
        return
    evidence = Evidence(name, error.message, see.how, error.offset)
    yield Finding(JSON_MALFORMED, (evidence,), f"The file is named as JSON, but {error.message}.")
    yield Coverage(name, CoverageState.INSPECTED, "", see.how)


def _records(see: _Seer, name: str, document: Document) -> Iterator[Yield]:
    for key in document.duplicates[:10]:
        yield see.finding(DUPLICATE, None, key, f"The key {visible(key, 80)} stands twice in one object.")
    instantiates = False
    for place, value in within(None, document.value):
        if isinstance(value, dict):
            instantiates = instantiates or "_target_" in value
            yield from _object(see, place, value)
        elif isinstance(value, str):
            yield from (see.finding(seen.rule, place, seen.text, seen.message) for seen in interpolated(value))
    yield from _expressions(see, document.value, instantiates=instantiates)
    if isinstance(document.value, dict):
        yield from _facts(see, name, document.value)
    if looks_like_keras(document.value):
        yield from inspect_config(see.artifact, document.value, see.how)
    yield from _models(see, document.value)
    if wanted := named_files(see.artifact.own_path, document.value):
        yield Fact("file-reference", tuple(wanted), see.evidence(None, f"names {len(wanted)} files"))
    if name in ("modules.json", "router_config.json"):
        yield from _modules(see, document.value)
    if isinstance(document.value, dict):
        yield from _named(see, name, document.value)


def _models(see: _Seer, value: Json) -> Iterator[Finding | Fact]:
    """What a document says that is a model itself."""
    if looks_like_booster(value):
        from verifier.formats._xgboost.inspection import inspect_booster

        yield from inspect_booster(see.artifact, value, see.how)
    if looks_like_symbol(value):
        from verifier.formats._mxnet.symbol import inspect_symbol

        yield from inspect_symbol(see.artifact, value, see.how)


def _object(see: _Seer, place: Place, value: dict[str, Json]) -> Iterator[Yield]:
    for seen in loading(value):
        yield see.finding(seen.rule, (place, seen.key), seen.text, seen.message)
    for key in CODE_KEYS:
        if key in value:
            yield from _remote_code(see, (place, key), value[key])
    if value.get("trust_remote_code") in (True, "true", "True"):
        message = "The configuration switches trust_remote_code on: loaders that heed it run the repository's code."
        yield see.finding(REMOTE_CODE, (place, "trust_remote_code"), value["trust_remote_code"], message)
    for key in _ATTENTION:
        if key in value:
            yield from _kernels(see, (place, key), value[key])


def _remote_code(see: _Seer, place: Place, value: Json) -> Iterator[Yield]:
    classes = list(_texts(place, value))
    if not classes:
        return
    evidence = tuple(see.evidence(where, text) for where, text in classes[:20])
    message = f"Loading with trust_remote_code=True runs {visible(classes[0][1], 100)} from a repository."
    yield Finding(REMOTE_CODE, evidence, message)
    files = {file for _, text in classes if (file := code_file(dirname(see.artifact.own_path), text))}
    if files:
        yield Fact("code-reference", tuple(sorted(files)), evidence[0])
    for where, text in classes:
        repo, dashes, _ = text.partition("--")
        if dashes and HUB_ID.fullmatch(repo):
            yield Edge(EdgeKind.LOADS_CODE, repo, None, see.evidence(where, text))


def _kernels(see: _Seer, place: Place, value: Json) -> Iterator[Yield]:
    """Attention kernels by hub id are fetched and imported without asking (CVE-2026-4372)."""
    for where, text in _texts(place, value):
        match = _KERNEL.search(text)
        if match:
            message = (
                f"The attention kernel {visible(text, 80)} names a repository whose code loading the model imports."
            )
            yield see.finding(HUB_KERNEL, where, text, message)
            yield Edge(EdgeKind.LOADS_CODE, match["repo"], match["revision"], see.evidence(where, text))


def _texts(place: Place, value: Json) -> Iterator[tuple[Place, str]]:
    """All strings in a value, with their places."""
    return ((where, item) for where, item in within(place, value) if isinstance(item, str))


def _facts(see: _Seer, name: str, value: dict[str, Json]) -> Iterator[Yield]:
    if name == "config.json":
        for key, kind in _FACTS.items():
            if isinstance(value.get(key), str | list):
                found = tuple(text for _, text in _texts(None, value[key]))
                fact: Value = found if key == "architectures" else ", ".join(found)
                yield Fact(kind, fact, see.evidence((None, key), value[key]))
    weights = value.get("weight_map")
    if name.endswith(".index.json") and isinstance(weights, dict):
        shards = sorted(Counter(shard for shard in weights.values() if isinstance(shard, str)).items())
        evidence = see.evidence((None, "weight_map"), f"{len(weights)} tensors")
        yield Fact("weight-index", tuple(shard for shard, _ in shards), evidence)
        yield Fact("weight-index-tensors", tuple(shards), evidence)
    if settings := settings_of(name, value):
        yield Fact("configuration", settings, see.evidence(None, "configuration"))
    base = value.get("base_model_name_or_path")
    if name == "adapter_config.json" and isinstance(base, str) and HUB_ID.fullmatch(base):
        revision = value.get("revision")
        pinned = revision if isinstance(revision, str) and _REVISION.fullmatch(revision) else None
        yield Edge(EdgeKind.LOADS_WEIGHTS, base, pinned, see.evidence((None, "base_model_name_or_path"), base))


def _modules(see: _Seer, value: Json) -> Iterator[Yield]:
    """sentence-transformers imports the classes that `modules.json` and the `types` of its routers name."""
    types = value.get("types") if isinstance(value, dict) else None
    places: list[tuple[Place, Json]] = [
        ((None, i), entry) for i, entry in enumerate(value if isinstance(value, list) else [])
    ]
    kinds = [((place, "type"), entry.get("type")) for place, entry in places if isinstance(entry, dict)]
    routed = [(((None, "types"), key), kind) for key, kind in (types.items() if isinstance(types, dict) else ())]
    for place, kind in (*kinds, *routed):
        if isinstance(kind, str) and not kind.startswith("sentence_transformers."):
            message = f"Loading imports {visible(kind, 100)}, which is not part of sentence-transformers."
            yield see.finding(FOREIGN_MODULE, place, kind, message)
            if file := code_file(dirname(see.artifact.own_path), kind):
                yield Fact("code-reference", (file,), see.evidence(place, kind))


def _named(see: _Seer, name: str, value: dict[str, Json]) -> Iterator[Yield]:
    """What files of certain names make their libraries import or install."""
    if name == "model_index.json":
        for component, library, file in pipeline_modules(see.artifact.own_path, value, see.siblings):
            evidence = see.evidence((None, component), library)
            yield Finding(REMOTE_CODE, (evidence,), f"Loading the pipeline with remote code runs {visible(file, 100)}.")
            yield Fact("code-reference", (file,), evidence)
    if name == "adapter_config.json" and (parent := foreign_parent(value)):
        message = f"PEFT imports {visible(parent, 100)} to find the class the adapter belongs to."
        yield see.finding(FOREIGN_MODULE, ((None, "auto_mapping"), "parent_library"), parent, message)
    if "chat_template" in value and name != "chat_template.json":
        yield from inspect_templates(see.artifact.name, value["chat_template"], see.how, "/chat_template")
    wanted = value.get("requirements") if name == "meta.json" else None
    for i, line in enumerate(wanted if isinstance(wanted, list) else []):
        rule = judge_requirement(line) if isinstance(line, str) else None
        if rule is not None:
            message = f"The package requires {visible(str(line), 100)}."
            yield see.finding(rule, ((None, "requirements"), i), line, message)


def _expressions(see: _Seer, value: Json, *, instantiates: bool) -> Iterator[Yield]:
    """MONAI evaluates texts that begin with `$`; elsewhere such texts are ordinary, but for those that run programs."""
    found = [(place, text) for place, text in _texts(None, value) if text.startswith("$")][:MAX_RECORDS]
    judged = [(place, seen) for place, text in found for seen in expression("$", text)]
    harmless = tuple(see.evidence(place, seen.text) for place, seen in judged if seen.rule == EXPRESSION)
    yield from (
        see.finding(seen.rule, place, seen.text, seen.message) for place, seen in judged if seen.rule != EXPRESSION
    )
    if harmless and instantiates:
        message = f"The loader evaluates {len(harmless)} expressions, {visible(harmless[0].what, 80)} among them."
        yield Finding(EXPRESSION, harmless[:20], message)
