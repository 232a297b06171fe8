"""JSON files, and what configurations in them make a loader fetch or run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._json import Json, parse, pointer
from verifier.formats._names import code_gap
from verifier.records import (
    Artifact,
    Coverage,
    CoverageState,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
    Finding,
    Format,
    Reader,
    Value,
    visible,
)

FORMAT = Format("json", 1, "JSON", suffixes=(".json",), refines=("text",))
DUPLICATE = "json-duplicate-key"
MALFORMED = "json-malformed"
REMOTE_CODE = "config-remote-code"
HUB_KERNEL = "config-hub-kernel"
FOREIGN_MODULE = "config-foreign-module"
RULES: tuple[str, ...] = (DUPLICATE, MALFORMED, REMOTE_CODE, HUB_KERNEL, FOREIGN_MODULE)

MAX_BYTES = 128 << 20
"""Bytes of JSON parsed at once; the largest tokenizers have about 50 MB."""

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_KERNEL = re.compile(r"(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>[\w./-]+))?")
_ATTENTION = ("_attn_implementation_internal", "_attn_implementation", "attn_implementation")
_FACTS = {"architectures": "architectures", "model_type": "model-type", "torch_dtype": "dtype", "dtype": "dtype"}


def recognize(probe: Probe) -> bool:
    """An object or array as far as can be told from a text's beginning, under a name that promises JSON or none."""
    return probe.name.endswith((".json", ".ipynb", ".webmanifest")) and probe.head.lstrip(b"\xef\xbb\xbf \t\r\n")[
        :1
    ] in (
        b"{",
        b"[",
    )


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Parses the file as Python does and looks for what a loader would act on."""
    if reader.size > MAX_BYTES:
        raise BudgetExceeded(f"the file has {reader.size} bytes, more JSON than the {MAX_BYTES} that are parsed")
    context.budget.spend_steps(1 + reader.size // 10)
    raw = reader.read_at(0, reader.size)
    name = (artifact.members or (artifact.path,))[-1].rpartition("/")[2].lower()
    see = _Seer(artifact)
    try:
        document = parse(raw, exact=False)
    except Malformed as error:
        yield from _not_json(see, raw, error)
        return
    for key in document.duplicates[:10]:
        yield see.finding(DUPLICATE, (), key, f"The key {visible(key, 80)} stands twice in one object.")
    yield from _walk(see, document.value)
    if isinstance(document.value, dict):
        yield from _facts(see, name, document.value)
    if name == "modules.json":
        yield from _modules(see, document.value)
    gap = code_gap(name, raw[:2])
    yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap or "", FORMAT.how)


@dataclass(frozen=True, slots=True)
class _Seer:
    """Makes records about places in one document."""

    artifact: Artifact

    def evidence(self, steps: tuple[str | int, ...], what: object) -> Evidence:
        return Evidence(self.artifact.name, str(what), FORMAT.how, pointer=pointer(*steps))

    def finding(self, rule: str, steps: tuple[str | int, ...], what: object, message: str) -> Finding:
        return Finding(rule, (self.evidence(steps, what),), message)


def _not_json(see: _Seer, raw: bytes, error: Malformed) -> Iterator[Yield]:
    """A file that only its name calls JSON: JSON lines, commented JSON, or something else entirely."""
    name = see.artifact.name
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        yield Coverage(name, CoverageState.UNKNOWN, "it is named as JSON but is no text", FORMAT.how)
        return
    evidence = Evidence(name, error.message, FORMAT.how, error.offset)
    yield Finding(MALFORMED, (evidence,), f"The file is named as JSON, but {error.message}.")
    yield Coverage(name, CoverageState.INSPECTED, "", FORMAT.how)


def _walk(see: _Seer, root: Json) -> Iterator[Yield]:
    """Every object of the document, without recursion."""
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), root)]
    while stack:
        steps, value = stack.pop()
        if isinstance(value, dict):
            yield from _object(see, steps, value)
            stack.extend(((*steps, key), item) for key, item in value.items() if isinstance(item, dict | list))
        elif isinstance(value, list):
            stack.extend(((*steps, i), item) for i, item in enumerate(value) if isinstance(item, dict | list))


def _object(see: _Seer, steps: tuple[str | int, ...], value: dict[str, Json]) -> Iterator[Yield]:
    for key in ("auto_map", "custom_pipelines"):
        if isinstance(value.get(key), dict):
            yield from _remote_code(see, (*steps, key), value[key])
    if value.get("trust_remote_code") is True:
        message = "The configuration switches trust_remote_code on: loaders that heed it run the repository's code."
        yield see.finding(REMOTE_CODE, (*steps, "trust_remote_code"), "true", message)
    for key in _ATTENTION:
        if key in value:
            yield from _kernels(see, (*steps, key), value[key])


def _remote_code(see: _Seer, steps: tuple[str | int, ...], value: Json) -> Iterator[Yield]:
    classes = list(_texts(steps, value))
    if not classes:
        return
    evidence = tuple(see.evidence(where, text) for where, text in classes[:20])
    message = f"Loading with trust_remote_code=True runs {visible(classes[0][1], 100)} from a repository."
    yield Finding(REMOTE_CODE, evidence, message)
    for where, text in classes:
        repo, dashes, _ = text.partition("--")
        if dashes and HUB_ID.fullmatch(repo):
            yield Edge(EdgeKind.LOADS_CODE, repo, None, see.evidence(where, text))


def _kernels(see: _Seer, steps: tuple[str | int, ...], value: Json) -> Iterator[Yield]:
    """Attention kernels by hub id are fetched and imported without asking (CVE-2026-4372)."""
    for where, text in _texts(steps, value):
        match = _KERNEL.search(text)
        if match:
            message = (
                f"The attention kernel {visible(text, 80)} names a repository whose code loading the model imports."
            )
            yield see.finding(HUB_KERNEL, where, text, message)
            yield Edge(EdgeKind.LOADS_CODE, match["repo"], match["revision"], see.evidence(where, text))


def _texts(steps: tuple[str | int, ...], value: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All strings in a value, with their places."""
    stack = [(steps, value)]
    while stack:
        where, item = stack.pop()
        if isinstance(item, str):
            yield where, item
        elif isinstance(item, dict):
            stack.extend(((*where, key), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend(((*where, i), inner) for i, inner in reversed(list(enumerate(item))))


def _facts(see: _Seer, name: str, value: dict[str, Json]) -> Iterator[Yield]:
    if name == "config.json":
        for key, kind in _FACTS.items():
            if isinstance(value.get(key), str | list):
                found = tuple(text for _, text in _texts((), value[key]))
                fact: Value = found if key == "architectures" else ", ".join(found)
                yield Fact(kind, fact, see.evidence((key,), value[key]))
    weights = value.get("weight_map")
    if name.endswith(".index.json") and isinstance(weights, dict):
        shards: Value = tuple(sorted({shard for shard in weights.values() if isinstance(shard, str)}))
        yield Fact("weight-index", shards, see.evidence(("weight_map",), f"{len(weights)} tensors"))
    base = value.get("base_model_name_or_path")
    if name == "adapter_config.json" and isinstance(base, str) and HUB_ID.fullmatch(base):
        revision = value.get("revision")
        pinned = revision if isinstance(revision, str) and revision else None
        yield Edge(EdgeKind.LOADS_WEIGHTS, base, pinned, see.evidence(("base_model_name_or_path",), base))


def _modules(see: _Seer, value: Json) -> Iterator[Yield]:
    """sentence-transformers imports the class each entry of `modules.json` names."""
    for i, entry in enumerate(value if isinstance(value, list) else []):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and not kind.startswith("sentence_transformers."):
            message = f"Loading imports {visible(kind, 100)}, which is not part of sentence-transformers."
            yield see.finding(FOREIGN_MODULE, (i, "type"), kind, message)
