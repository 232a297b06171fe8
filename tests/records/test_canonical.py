"""Records as bytes: one text for one value."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import artifact, finding, snapshot
from tests.builders.verdicts import everything
from verifier.records import Artifact, Asserter, Digest, Level, Outcome, parameters
from verifier.records.canonical import Plain, canonical_bytes, digest_of, snapshot_digest, to_plain, verdict_digest

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain)
def test_canonical_bytes_say_what_was_said(value: Plain) -> None:
    text = canonical_bytes(value)
    assert json.loads(text) == value
    assert canonical_bytes(json.loads(text)) == text
    assert to_plain(value) == value


def test_the_order_of_keys_does_not_matter() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 2, "b": 1})


def test_a_lone_surrogate_has_bytes_and_nan_has_none() -> None:
    assert canonical_bytes("\udc80") == b'"\\udc80"'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_bytes(float("nan"))


def test_records_enums_and_named_pairs_as_plain_data() -> None:
    found = replace(finding("some-rule"), parameters=parameters(sizes=(1, 2), level=None))
    assert to_plain({"level": Level.DENY, Level.NOTE: found}) == {
        "level": "deny",
        "note": {
            "rule": "some-rule",
            "evidence": [
                {
                    "artifact": "model.safetensors",
                    "what": "seen",
                    "how": "test/1",
                    "offset": None,
                    "length": None,
                    "pointer": None,
                }
            ],
            "message": "model.safetensors shows some-rule",
            "parameters": {"sizes": [1, 2], "level": None},
        },
    }


@pytest.mark.parametrize("value", [b"bytes", Artifact, {1, 2}])
def test_what_has_no_plain_form(value: object) -> None:
    with pytest.raises(TypeError, match="has no plain form"):
        to_plain(value)


def digested(*digests: Digest, path: str = "a", size: int = 1) -> str:
    return snapshot_digest(snapshot(replace(artifact(path, size), digests=digests)))


def test_a_snapshot_s_digest_follows_its_strongest_digests() -> None:
    computed = Digest("sha256", "1" * 64, Asserter.COMPUTED)
    claimed = Digest("sha256", "2" * 64, Asserter.HUB)
    git = Digest("git-blob-sha1", "3" * 40, Asserter.HUB)
    assert digested(claimed, computed, git) == digested(computed)
    assert digested(git, claimed) == digested(claimed)
    alternatives = {
        digested(),
        digested(computed),
        digested(claimed),
        digested(git),
        digested(size=2),
        digested(path="b"),
    }
    assert len(alternatives) == 6
    assert snapshot_digest(snapshot()) != snapshot_digest(snapshot(commit=None))


def test_a_verdict_is_named_by_what_it_says_and_not_by_what_was_read() -> None:
    whole = everything()
    assert verdict_digest(whole) == verdict_digest(replace(whole, dossier=replace(whole.dossier, reads=())))
    assert verdict_digest(whole) != verdict_digest(replace(whole, outcome=Outcome.ACCEPTED))
    assert verdict_digest(whole) != verdict_digest(replace(whole, dependencies=(whole,)))
