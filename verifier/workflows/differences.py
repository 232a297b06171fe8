"""From two dossiers to what differs between them, kind by kind; a pure function of what inspection showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from posixpath import basename
from typing import Final

from verifier.records import Claim, Dossier, Standing, Value, visible
from verifier.records.diff import Difference

SHOWN: Final = 200
"""Characters of a value that are told."""

SYMBOLS: Final = {"pickle-symbols": "", "skops-types": "skops ", "python-imports": "import "}
"""Facts that list names, and what stands before a name where it is told."""

_TOKENS: Final = {"special_tokens_map.json", "tokenizer_config.json"}
_COUNTS: Final = ("vocabulary-size", "token-ids", "truncation-length")


def sections(before: Dossier, after: Dossier) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
    """What differs, by kind of thing, in order of what a reader must not miss; empty kinds are left out."""
    kinds: dict[str, Callable[[Dossier], Mapping[str, str]]] = {
        "findings": _findings,
        "symbols": _symbols,
        "templates": _templates,
        "tokenizer": _tokenizer,
        "generation": lambda one: _settings(one, lambda name: name == "generation_config.json"),
        "license": lambda one: _card(one, wanted=True),
        "card": lambda one: _card(one, wanted=False),
        "configuration": lambda one: _settings(one, lambda name: name not in {*_TOKENS, "generation_config.json"}),
    }
    found = [(name, tuple(_between(told(before), told(after)))) for name, told in kinds.items()]
    return tuple((name, differences) for name, differences in [*found, ("files", files(before, after))] if differences)


def _between(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Difference(name, before.get(name), after.get(name))


def _findings(dossier: Dossier) -> dict[str, str]:
    return {f"{one.rule} in {one.evidence[0].artifact}": one.message for one in dossier.findings}


def _symbols(dossier: Dossier) -> dict[str, str]:
    """Each name with the files that have it."""
    found: dict[str, list[str]] = {}
    for fact in dossier.facts:
        if fact.kind in SYMBOLS and isinstance(fact.value, tuple):
            for name in fact.value:
                found.setdefault(f"{SYMBOLS[fact.kind]}{name}", []).append(fact.evidence.artifact)
    return {name: ", ".join(sorted(files)) for name, files in found.items()}


def _templates(dossier: Dossier) -> dict[str, str]:
    found = {}
    for fact in dossier.facts:
        if fact.kind == "chat-template" and isinstance(fact.value, tuple):
            name, digest = map(str, fact.value)
            found[f"{name} in {fact.evidence.artifact}"] = f"{fact.evidence.what.rpartition(', ')[2]}, {digest[:12]}"
    return found


def _tokenizer(dossier: Dossier) -> dict[str, str]:
    """Parts and counts of the tokenizer's own file, added and special tokens."""
    found = _settings(dossier, lambda name: name in _TOKENS)
    for fact in dossier.facts:
        where = fact.evidence.artifact
        if fact.kind in _COUNTS:
            found[f"{fact.kind} in {where}"] = str(fact.value)
        elif fact.kind in ("added-tokens", "tokenizer-parts"):
            found |= {f"{_said(name)} in {where}": _said(value) for name, value in pairs(fact.value)}
    return found


def _settings(dossier: Dossier, wanted: Callable[[str], bool]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in dossier.facts:
        if fact.kind == "configuration" and wanted(basename(fact.evidence.artifact)):
            found |= {f"{name} in {fact.evidence.artifact}": _said(value) for name, value in pairs(fact.value)}
    return found


def pairs(value: Value) -> Iterator[tuple[Value, Value]]:
    """Yields the pairs of a fact that lists names with values."""
    for pair in value if isinstance(value, tuple) else ():
        if isinstance(pair, tuple) and len(pair) == 2:
            yield pair[0], pair[1]


def _card(dossier: Dossier, *, wanted: bool) -> dict[str, str]:
    """What the card claims of the license, or everything else."""
    claims = [one for one in dossier.claims if one.channel == "model-card" and one.standing is not Standing.ABSENT]
    return {_about(one): _said(one.value) for one in claims if one.kind.startswith("license") == wanted}


def _about(claim: Claim) -> str:
    return claim.kind if claim.subject == "." else f"{claim.kind} of {claim.subject}"


def _said(value: Value) -> str:
    return visible(", ".join(map(str, value)) if isinstance(value, tuple) else str(value), SHOWN)


def files(before: Dossier, after: Dossier) -> tuple[Difference, ...]:
    """Files that are new, gone or other, told by size and digest."""
    old, new = digests(before), digests(after)
    found = []
    for path in sorted({*old, *new}):
        if path not in old or path not in new or not same(old[path], new[path]):
            told = [None if path not in side else _digested(side[path]) for side in (old, new)]
            found.append(Difference(path, *told))
    return tuple(found)


def digests(dossier: Dossier) -> dict[str, dict[str, str]]:
    """By path, what is known of a file's bytes: algorithm to digest, and its `size`."""
    found = {
        one.path: {digest.algorithm: digest.value for digest in one.digests} | {"size": str(one.size)}
        for one in dossier.snapshot.artifacts
    }
    names = {one.name: one.path for one in dossier.snapshot.artifacts}
    for fact in dossier.facts:
        if fact.kind == "digest" and isinstance(fact.value, tuple) and fact.evidence.artifact in names:
            found[names[fact.evidence.artifact]][str(fact.value[0])] = str(fact.value[1])
    return found


def same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether all that is known of both is equal, and a digest is."""
    common = old.keys() & new.keys()
    return len(common) > 1 and all(old[name] == new[name] for name in common)


def _digested(known: Mapping[str, str]) -> str:
    digest = next((f"{name} {known[name][:12]}" for name in ("sha256", "git-blob-sha1") if name in known), "no digest")
    return f"{known['size']} bytes, {digest}"
