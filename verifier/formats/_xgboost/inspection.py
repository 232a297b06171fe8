"""A file in either encoding, and what is said of the model in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from verifier.errors import Malformed
from verifier.formats._account import accounted
from verifier.formats._context import Budget
from verifier.formats._cursor import Cursor
from verifier.formats._json import parse
from verifier.formats._text import read_whole
from verifier.formats._xgboost import MALFORMED, OLD
from verifier.formats._xgboost.booster import check
from verifier.formats._xgboost.ubj import Document
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader

_MAX_TEXT: Final = 128 << 20
"""Bytes of JSON parsed at once."""


def inspect_model(artifact: Artifact, reader: Reader, budget: Budget, how: str) -> Iterator[Finding | Fact | Coverage]:
    """What the model in a file is, and which of its numbers lead astray."""
    if reader.read_at(0, len(OLD)) == OLD:
        reason = "a model in XGBoost's old binary format, which is not read"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    try:
        if reader.read_at(0, 2) == b"{L":
            cursor = Cursor(reader, budget, ">")
            document = Document(cursor)
            value, payloads, end = document.read(), document.payloads, cursor.position
        else:
            value, payloads, end = _text(reader, budget), [], reader.size
        yield from inspect_booster(artifact, value, how)
    except Malformed as error:
        yield _finding(artifact, error, how)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be read to its end", how)
        return
    yield from accounted(artifact.name, how, payloads, end, "weights, thresholds and statistics of nodes")
    if end < reader.size:
        reason = "bytes behind the model, which XGBoost does not read"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, end)


def inspect_booster(artifact: Artifact, value: object, how: str) -> Iterator[Finding | Fact]:
    """What a document says of its model: a finding, or facts.

    Args:
        artifact: that holds it.
        value: the document, or a snapshot of a booster, which holds one.
        how: the module that asks.
    """
    try:
        summary = check(value.get("Model", value) if isinstance(value, dict) else {})
    except Malformed as error:
        yield _finding(artifact, error, how)
        return
    shown = f"{summary.booster} with {summary.trees} trees"
    for kind, count in (("tree-count", summary.trees), ("node-count", summary.nodes)):
        yield Fact(kind, count, Evidence(artifact.name, shown, how))


def _text(reader: Reader, budget: Budget) -> Any:
    document = parse(read_whole(reader, budget, _MAX_TEXT), exact=False)
    if document.duplicates:
        raise Malformed(f"the key {document.duplicates[0]} stands twice in one object")
    return document.value


def _finding(artifact: Artifact, error: Malformed, how: str) -> Finding:
    message = f"XGBoost would read past its arrays, or not at all: {error.message}."
    return Finding(MALFORMED, (Evidence(artifact.name, error.message, how, error.offset),), message)
