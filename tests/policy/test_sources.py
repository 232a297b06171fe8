"""Where models come from, and names made to be taken for others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import artifact, decide, inspected, reference, snapshot, written
from verifier.policy._names import edits, resembles
from verifier.records import Dossier, Level, SourceKind


def judged(sources: str, kind: SourceKind = SourceKind.HUB, name: str = "org/name", hub: str = "") -> list[str]:
    metadata = (("endpoint", hub),) if hub else ()
    found = replace(snapshot(artifact(), asked=reference(kind), metadata=metadata), id=name)
    verdict = decide(Dossier(found, coverage=(inspected(),)), written(f"[sources]\n{sources}"))
    return [f"{decision.level} {decision.clause}" for decision in verdict.decisions]


HUBS = 'hubs = ["https://hub.example"]'
OURS = 'organizations = ["org"]'


@pytest.mark.parametrize(
    ("sources", "kind", "name", "hub", "expected"),
    [
        (HUBS, SourceKind.HUB, "org/name", "https://hub.example", []),
        (HUBS, SourceKind.HUB, "org/name", "https://hub.example/", []),
        (HUBS, SourceKind.HUB, "org/name", "https://hub.example.org", ["deny sources.hubs"]),
        (HUBS, SourceKind.CACHE, "org/name", "", ["undecided sources.hubs"]),
        (HUBS, SourceKind.FOLDER, "/x", "", []),
        (OURS, SourceKind.HUB, "org/name", "", ["allow sources.organizations"]),
        (OURS, SourceKind.CACHE, "org/name", "", ["allow sources.organizations"]),
        (OURS, SourceKind.HUB, "Org/name", "", ["deny sources.organizations"]),
        (OURS, SourceKind.HUB, "org", "", ["deny sources.organizations"]),
        (OURS, SourceKind.FOLDER, "/org/name", "", ["undecided sources.organizations"]),
        ('names = ["google-bert"]', SourceKind.HUB, "g00gle-bert/x", "", ["deny sources.names"]),
        ('names = ["google-bert"]', SourceKind.FOLDER, "g00gle-bert/x", "", []),
        ('names = ["bert-base-uncased"]', SourceKind.HUB, "bert-base-uncasd", "", ["deny sources.names"]),
    ],
)
def test_places(sources: str, kind: SourceKind, name: str, hub: str, expected: list[str]) -> None:
    assert judged(sources, kind, name, hub) == expected


@pytest.mark.parametrize(
    ("name", "known", "distance", "expected"),
    [
        ("meta-llama", "meta-llama", 2, False),
        ("meta-1lama", "meta-llama", 1, True),
        ("metallama", "meta-llama", 1, True),
        ("meta_llama", "meta-llama", 1, True),
        ("Meta-Llama", "meta-llama", 1, True),
        ("rneta-llama", "meta-llama", 1, True),
        ("meta-lama", "meta-llama", 1, True),
        ("meta-lalma", "meta-llama", 1, True),
        ("mata-lalma", "meta-llama", 1, False),
        ("mata-lalma", "meta-llama", 2, True),
        ("mistralai", "meta-llama", 4, False),
        ("openai", "opena", 2, True),
        ("bert", "best", 2, True),
        ("ai2", "ai1", 2, False),
        ("nvidia", "nvidia-research", 2, False),
    ],
)
def test_what_resembles_what(name: str, known: str, distance: int, expected: bool) -> None:
    assert resembles(name, known, distance) is expected
    assert resembles(known, name, distance) is expected


words = st.text("abc", max_size=6)


@given(words, words, words)
def test_edits_are_a_measure(one: str, two: str, three: str) -> None:
    assert edits(one, two) == edits(two, one)
    assert (edits(one, two) == 0) is (one == two)
    assert abs(len(one) - len(two)) <= edits(one, two) <= max(len(one), len(two))
    assert edits(one + three, two + three) <= edits(one, two)


def test_a_swap_is_one_edit() -> None:
    assert edits("ab", "ba") == 1
    assert edits("", "abc") == 3
    assert Level.DENY in Level
