"""`tokenizer.json` of the tokenizers library: which ids words get, and what is rewritten on the way in and out.

That the file is sound JSON is judged elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Context, Probe, Yield
from verifier.formats._json import Json, parse, pointer
from verifier.formats._text import read_whole
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, Value, visible

FORMAT = Format("tokenizer", 1, "tokenizer")
HIJACKED = "tokenizer-hijacked-token"
AMBIGUOUS = "tokenizer-ambiguous-vocabulary"
REWRITES = "tokenizer-rewrites-words"
RULES: tuple[str, ...] = (HIJACKED, AMBIGUOUS, REWRITES)

MAX_BYTES = 128 << 20
"""Bytes that are parsed at once; the largest tokenizers have about 50 million."""

MAX_DEPTH = 8
"""Sequences of steps within sequences."""

MAX_ADDED = 500
"""Added tokens that are told; the models that have most have some hundreds."""

MAX_TOLD = 160
"""Characters of a part that are told whole."""

MAX_PLACES = 20
"""Places a finding lists at most."""

_STAGES = ("normalizer", "pre_tokenizer", "decoder")
_WORD = re.compile(r"[^\W\d_]{3}")

_SYNTAX = re.compile(
    r"\\[pPxuN]\{[^}]*\}|\[:\^?\w+:\]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.|\(\?[a-z-]+[:)]", re.DOTALL
)
"""Letters in a regular expression that stand for themselves nowhere."""


class _Odd(NamedTuple):
    """Something no genuine tokenizer has: rule, JSON pointer, words."""

    rule: str
    where: str
    what: str


def recognize(probe: Probe) -> bool:
    """An object under the name the library gives."""
    return probe.name == "tokenizer.json" and probe.head.lstrip(b" \t\r\n").startswith(b"{")


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Parses the file and holds tokens against each other."""
    try:
        document = parse(read_whole(reader, context.budget, MAX_BYTES), exact=False).value
    except Malformed as error:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, error.message, FORMAT.how)
        return
    tokenizer = document if isinstance(document, dict) else {}
    model = tokenizer.get("model")
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    ids, odd = _ids(vocabulary)
    yield from _facts(artifact, tokenizer, ids)
    odd += _added(tokenizer.get("added_tokens"), ids)
    for stage in _STAGES:
        odd += _rewrites(tokenizer.get(stage), "/" + stage, 0)
    odd += _surrounded(tokenizer.get("post_processor"), tokenizer.get("added_tokens"), "/post_processor", 0)
    yield from _findings(artifact, odd)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _facts(artifact: Artifact, tokenizer: dict[str, Json], ids: dict[str, int]) -> Iterator[Fact]:
    parts = tuple(_parts(tokenizer, ids).items())
    yield Fact("tokenizer-parts", parts, Evidence(artifact.name, f"{len(parts)} parts", FORMAT.how))
    yield Fact("vocabulary-size", len(ids), Evidence(artifact.name, f"{len(ids)} tokens", FORMAT.how))
    added = _added_tokens(tokenizer)
    reached = 1 + max([*ids.values(), *(number for _, number in added)], default=-1)
    yield Fact("token-ids", reached, Evidence(artifact.name, f"numbers up to {reached - 1}", FORMAT.how))
    named: Value = tuple((visible(content), number) for content, number in added[:MAX_ADDED])
    yield Fact("added-tokens", named, Evidence(artifact.name, f"{len(added)} added tokens", FORMAT.how))
    truncation = tokenizer.get("truncation")
    length = truncation.get("max_length") if isinstance(truncation, dict) else None
    if type(length) is int:
        place = Evidence(artifact.name, f"max_length: {length}", FORMAT.how, pointer="/truncation/max_length")
        yield Fact("truncation-length", length, place)


def learned(reader: Reader, budget: Budget) -> tuple[dict[str, int], dict[str, str]]:
    """Tokens with their numbers, added ones too, and what the tokenizer does besides, by part, as text.

    Raises:
        Malformed: it is no such file.
        BudgetExceeded: it is too large.
    """
    document = parse(read_whole(reader, budget, MAX_BYTES), exact=False).value
    tokenizer = document if isinstance(document, dict) else {}
    model = tokenizer.get("model")
    ids, _ = _ids(model.get("vocab") if isinstance(model, dict) else None)
    return {**dict(_added_tokens(tokenizer)), **ids}, _parts(tokenizer, ids)


def _parts(tokenizer: dict[str, Json], ids: dict[str, int]) -> dict[str, str]:
    """Each part as JSON, a long one cut and with its digest; merges as texts, as newer versions write pairs."""
    model = tokenizer.get("model")
    merges = _listed(model.get("merges")) if isinstance(model, dict) else []
    found: dict[str, Json] = {name: tokenizer[name] for name in (*_STAGES, "post_processor") if tokenizer.get(name)}
    found["merges"] = [one if isinstance(one, str) else " ".join(map(str, _listed(one))) for one in merges]
    found["vocabulary"] = {**ids}
    return {name: _told(value) for name, value in sorted(found.items()) if value}


def _told(value: Json) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    if len(text) <= MAX_TOLD:
        return visible(text)
    digest = hashlib.sha256(text.encode("ascii")).hexdigest()
    return f"{visible(text, MAX_TOLD // 2)} {len(text)} characters, {digest[:16]}"


def _added_tokens(tokenizer: dict[str, Json]) -> list[tuple[str, int]]:
    return [
        (content, number)
        for entry in _listed(tokenizer.get("added_tokens"))
        if isinstance(entry, dict)
        and isinstance(content := entry.get("content"), str)
        and type(number := entry.get("id")) is int
    ]


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _ids(vocabulary: Json) -> tuple[dict[str, int], list[_Odd]]:
    """The id of each token: written beside it, or its place in a list of tokens and scores."""
    if isinstance(vocabulary, list):
        pairs = ((entry[0] if isinstance(entry, list) and entry else None, i) for i, entry in enumerate(vocabulary))
        tokens: Iterator[tuple[Json, Json]] = iter(pairs)
    else:
        tokens = iter(vocabulary.items() if isinstance(vocabulary, dict) else ())
    ids: dict[str, int] = {}
    owners: dict[int, str] = {}
    odd: list[_Odd] = []
    for token, number in tokens:
        if not isinstance(token, str) or type(number) is not int or number < 0:
            odd.append(_Odd(AMBIGUOUS, "/model/vocab", f"the token {visible(str(token), 60)} has no number"))
            continue
        if token in ids:
            odd.append(_Odd(AMBIGUOUS, "/model/vocab", f"the token {visible(token, 60)} stands twice"))
        other = owners.setdefault(number, token)
        if other != token:
            what = f"{visible(token, 60)} and {visible(other, 60)} both have the number {number}"
            odd.append(_Odd(AMBIGUOUS, "/model/vocab", what))
        ids.setdefault(token, number)
    return ids, odd


def _added(entries: Json, ids: dict[str, int]) -> list[_Odd]:
    """Added tokens are matched before everything else: each must be new, or what the vocabulary says it is."""
    owners = {number: token for token, number in ids.items()}
    seen: dict[str, int] = {}
    odd: list[_Odd] = []
    for i, entry in enumerate(entries if isinstance(entries, list) else []):
        content = entry.get("content") if isinstance(entry, dict) else None
        number = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(content, str) or type(number) is not int:
            continue
        shown = f"the added token {visible(content, 60)}"
        known = seen.get(content, ids.get(content, number))
        owner = owners.setdefault(number, content)
        if known != number:
            odd.append(_Odd(HIJACKED, pointer("added_tokens", i), f"{shown} has the number {number}, not {known}"))
        elif owner != content:
            what = f"{shown} has the number {number} of {visible(owner, 60)}"
            odd.append(_Odd(HIJACKED, pointer("added_tokens", i), what))
        seen[content] = number
    return odd


def _rewrites(step: Json, where: str, depth: int) -> list[_Odd]:
    """Steps that put words in place of others, or before everything; genuine ones deal in spaces and marks."""
    if not isinstance(step, dict):
        return []
    if depth > MAX_DEPTH:
        raise BudgetExceeded("the tokenizer's steps are nested too deeply")
    odd: list[_Odd] = []
    if step.get("type") == "Replace":
        odd += _words(step.get("content"), where, "is put in")
        odd += _words(_matched(step.get("pattern")), where, "is replaced")
    elif step.get("type") == "Split" and step.get("behavior") == "Removed" and step.get("invert") is not True:
        odd += _words(_matched(step.get("pattern")), where, "is left out")
    elif step.get("type") == "Prepend":
        odd += _words(step.get("prepend"), where, "is put before what people write")
    for key in ("normalizers", "pretokenizers", "decoders"):
        within = step.get(key)
        for i, inner in enumerate(within if isinstance(within, list) else []):
            odd += _rewrites(inner, f"{where}/{key}/{i}", depth + 1)
    return odd


def _matched(pattern: Json) -> Json:
    """What a pattern matches, as far as it is written out."""
    if not isinstance(pattern, dict):
        return pattern
    expression = pattern.get("Regex")
    return _SYNTAX.sub(" ", expression) if isinstance(expression, str) else pattern.get("String")


def _surrounded(step: Json, added: Json, where: str, depth: int) -> list[_Odd]:
    """Templates put tokens around every text; genuine ones put the special tokens that they name, and no words."""
    if not isinstance(step, dict):
        return []
    if depth > MAX_DEPTH:
        raise BudgetExceeded("the tokenizer's steps are nested too deeply")
    special = {entry.get("id") for entry in _listed(added) if isinstance(entry, dict) and type(entry.get("id")) is int}
    odd: list[_Odd] = []
    tokens = step.get("special_tokens") if step.get("type") == "TemplateProcessing" else None
    for name, token in tokens.items() if isinstance(tokens, dict) else ():
        numbers = _listed(token.get("ids")) if isinstance(token, dict) else []
        if words := [number for number in numbers if type(number) is not int or number not in special]:
            what = f"the tokens with the numbers {visible(str(words), 60)} are put around every text"
            odd.append(_Odd(REWRITES, where + pointer("special_tokens", name), what))
    for i, inner in enumerate(_listed(step.get("processors"))):
        odd += _surrounded(inner, added, f"{where}/processors/{i}", depth + 1)
    return odd


def _words(text: Json, where: str, what: str) -> list[_Odd]:
    if isinstance(text, str) and _WORD.search(text):
        return [_Odd(REWRITES, where, f"the text {visible(text, 80)} {what}")]
    return []


def _findings(artifact: Artifact, odd: list[_Odd]) -> Iterator[Finding]:
    for rule in RULES:
        found = [one for one in odd if one.rule == rule]
        if found:
            evidence = tuple(
                Evidence(artifact.name, one.what, FORMAT.how, pointer=one.where) for one in found[:MAX_PLACES]
            )
            yield Finding(rule, evidence, f"In the tokenizer, {found[0].what}.")
