"""Files beside an artifact are numbers where they are named, padding where they are zeros, and gaps elsewhere."""

from __future__ import annotations

import pytest

from verifier.errors import Malformed
from verifier.formats import Budget, Context
from verifier.formats import _neighbors as module
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, CoverageState, Reader

DATA, PARTIAL = CoverageState.DATA, CoverageState.PARTIAL


def told(content: bytes, *spans: tuple[int, int], remote: bool = False) -> list[tuple[CoverageState, int, int | None]]:
    context = Context(Budget(), {"w": len(content)}, lambda _: BytesReader(content), remote)
    found = module.coverage_beside(Artifact("m", 1), context, "w", spans, "tests/1", unchecked="padding")
    return [(record.state, record.offset, record.length) for record in found]


def test_named_bytes_and_zeros_are_numbers() -> None:
    assert told(b"x" * 8, (0, 8)) == [(DATA, 0, 8)]
    assert told(b"xxxx\0\0\0\0xx\0\0", (0, 4), (8, 10)) == [(DATA, 0, 12)]


def test_spans_may_touch_overlap_and_come_in_any_order() -> None:
    assert told(b"x" * 12, (8, 12), (0, 6), (4, 8), (0, 6)) == [(DATA, 0, 12)]


def test_other_bytes_are_gaps() -> None:
    assert told(b"x" * 12, (2, 4), (8, 10)) == [
        (DATA, 2, 2),
        (DATA, 8, 2),
        (PARTIAL, 0, 2),
        (PARTIAL, 4, 4),
        (PARTIAL, 10, 2),
    ]


def test_padding_is_not_fetched() -> None:
    assert told(b"x" * 12, (0, 4), remote=True) == [(DATA, 0, 12)]


def test_long_gaps_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PADDING", 3)
    assert told(bytes(12), (0, 8)) == [(DATA, 0, 8), (PARTIAL, 8, 4)]


def test_what_cannot_be_opened_is_a_gap() -> None:
    def closed(path: str) -> Reader:
        raise Malformed(path)

    context = Context(Budget(), {"a/w": 9}, closed)
    artifact = Artifact("x.zip", 1).member("a/m", 1)
    found = module.coverage_beside(artifact, context, "a/w", [(0, 8)], "tests/1", unchecked="padding")
    assert [(record.artifact, record.state) for record in found] == [("x.zip!a/w", DATA), ("x.zip!a/w", PARTIAL)]
