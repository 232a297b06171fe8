"""Records in the OSV schema, and what is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.store import osv
from verifier.store.osv import Affected

COMMIT = "5c" * 20
DIGEST = "ab" * 32


def record(*affected: dict[str, Any], **more: Any) -> bytes:
    entries = [
        {"package": {"ecosystem": "Hugging Face", "purl": "pkg:huggingface/Org/Name"}, **one} for one in affected
    ]
    return json.dumps({"id": "X-1", "modified": "2026-05-01T00:00:00Z", "affected": entries, **more}).encode()


def git(*events: dict[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "GIT", "repo": "https://huggingface.co/org/name", "events": list(events)}]}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, Affected("org/name", frozenset(), every=True, some=False)),
        ({"versions": [COMMIT.upper()]}, Affected("org/name", frozenset({COMMIT}), every=False, some=False)),
        (git({"introduced": "0"}), Affected("org/name", frozenset(), every=True, some=False)),
        (
            git({"introduced": "0"}, {"fixed": COMMIT}),
            Affected("org/name", frozenset(), every=False, some=True),
        ),
        (git({"introduced": COMMIT}), Affected("org/name", frozenset({COMMIT}), every=False, some=True)),
        (
            {"package": {"purl": f"pkg:huggingface/org/n%2Ex@{COMMIT}"}},
            Affected("org/n.x", frozenset({COMMIT}), every=False, some=False),
        ),
    ],
)
def test_models_and_commits_are_read(entry: dict[str, Any], expected: Affected) -> None:
    assert osv.read(record(entry)).affected == (expected,)


def test_the_rest_is_read() -> None:
    known = osv.read(
        record(
            {"ecosystem_specific": {"sha256": [DIGEST.upper(), "short"]}},
            {"package": {"ecosystem": "PyPI", "purl": "pkg:pypi/x"}},
            {"package": "x", "ranges": [3, {"type": "SEMVER"}]},
            database_specific={"sha256": ["cd" * 32]},
            details="A bad one.\nMore.",
            withdrawn="2026-05-02T00:00:00Z",
        )
    )
    assert (known.id, known.summary, known.withdrawn) == ("X-1", "A bad one.", True)
    assert known.modified == datetime(2026, 5, 1, tzinfo=UTC)
    assert known.digests == {DIGEST, "cd" * 32}
    assert len(known.affected) == 1
    assert osv.read(b'{"id": "a", "modified": "2026-05-01"}').modified.tzinfo is UTC


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "has an id"),
        (b"{}", "has an id"),
        (b'{"id": "a"}', "is no time"),
        (b" " * (osv.MAX_BYTES + 1), "more than 1 MiB"),
    ],
)
def test_what_is_no_record_is_told(raw: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        osv.read(raw)


ANY = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["id", "modified", "affected", "database_specific", "summary"]), ANY), ANY)
def test_any_json_is_a_record_or_is_not(table: dict[str, Any], entry: Any) -> None:
    raw = json.dumps({"id": "X", "modified": "2026-05-01T00:00:00Z", "affected": [entry], **table}).encode()
    try:
        found = osv.read(raw)
    except ValueError:
        return
    assert found.id
