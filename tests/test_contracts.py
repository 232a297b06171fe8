"""What every module of a room promises, asked of all of them; a new module takes part by being there."""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.audit import watched
from tests.builders.dossiers import BytesReader, decide, snapshot
from tests.builders.seeds import SEEDS
from verifier import claims, crosschecks, formats, policy, rules, sources
from verifier.behavior import observation
from verifier.behavior.screens import edits, planes
from verifier.codebase import Standing
from verifier.errors import InspectionError, Malformed
from verifier.formats import Budget, Context, FormatModule, Limits, Member, Probe
from verifier.records import Artifact, Claim, Coverage, Dossier, Edge, Evidence, Fact, Finding, Reader
from verifier.records.canonical import canonical_bytes, to_plain

ROOT = Path(__file__).resolve().parents[1]
MODULES = formats.modules()
LIMITS = Limits(members=200, expanded=1 << 20, ratio_floor=1 << 18, steps=200_000, seconds=5.0)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

every_format = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.FORMAT.id)
quickly = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


OWN: dict[str, list[tuple[str, bytes]]] = {}
"""Seeds that may be of a format, by its id; filled as they are asked for."""


def own_seeds(module: FormatModule) -> list[tuple[str, bytes]]:
    """The seeds a module takes for its own; all of them where it takes none."""
    if module.FORMAT.id not in OWN:
        probes = [Probe(name, len(seed), seed[: formats.HEAD], BytesReader(seed)) for name, seed in SEEDS.items()]
        own = {p.name for p in probes if p.name.endswith(module.FORMAT.suffixes) or formats._matches(module, p)}
        OWN[module.FORMAT.id] = sorted((name, seed) for name, seed in SEEDS.items() if name in own or not own)
    return OWN[module.FORMAT.id]


@st.composite
def files(draw: st.DrawFn, module: FormatModule | None = None) -> tuple[str, bytes]:
    """A name and content: a genuine file as it is, cut, patched or extended; or noise behind somebody's magic bytes.

    With a module, files of its own format come more often than others.
    """
    every = sorted(SEEDS.items())
    own = every if module is None else own_seeds(module)
    seeds = draw(st.sampled_from([own, own, every]))
    name, content = draw(st.sampled_from(seeds))
    kind = draw(st.sampled_from(["whole", "cut", "patched", "extended", "noise"]))
    if kind == "cut":
        return name, content[: draw(st.integers(0, len(content)))]
    if kind == "patched":
        start, patch = draw(st.integers(0, len(content))), draw(st.binary(min_size=1, max_size=8))
        return name, content[:start] + patch + content[start + len(patch) :]
    if kind == "extended":
        return name, content + draw(st.binary(min_size=1, max_size=40))
    if kind == "noise":
        offset, magic = draw(st.sampled_from([m for module in MODULES for m in module.FORMAT.magic] or [(0, b"")]))
        return name, bytes(offset) + magic + draw(st.binary(max_size=200))
    return name, content


def no_sibling(path: str) -> Reader:
    raise Malformed(f"there is no file {path} beside it")


def look(module: FormatModule, name: str, content: bytes, *, remote: bool = False) -> tuple[list[object], bool]:
    """What the module yields, and whether it came to an end; nothing but an InspectionError may stop it."""
    found: list[object] = []
    context = Context(Budget(LIMITS), {}, no_sibling, remote)
    try:
        for record in module.inspect(Artifact(name, len(content)), BytesReader(content), context):
            found.append(record.artifact if isinstance(record, Member) else record)  # noqa: PERF401 - what was found so far counts
    except InspectionError:
        return found, False
    return found, True


def places(found: list[object]) -> Iterator[Evidence | Coverage]:
    """Whatever names an artifact and a module."""
    for record in found:
        if isinstance(record, Coverage):
            yield record
        elif isinstance(record, Finding):
            yield from record.evidence
        elif isinstance(record, Fact | Claim | Edge):
            yield record.evidence


@every_format
@quickly
@given(st.data())
def test_any_bytes_end_in_records_without_touching_the_machine(module: FormatModule, data: st.DataObject) -> None:
    name, content = data.draw(files(module))
    first = look(module, name, content)
    began = time.monotonic()
    with watched() as events:
        again = look(module, name, content)
    assert events == []
    assert time.monotonic() - began < 2 * LIMITS.seconds
    assert again == first


@every_format
@quickly
@given(st.data())
def test_records_are_plain_and_name_their_artifact_and_module(module: FormatModule, data: st.DataObject) -> None:
    name, content = data.draw(files(module))
    found, _ = look(module, name, content)
    assert pickle.loads(pickle.dumps(found)) == found
    assert canonical_bytes(to_plain(found))
    assert {record.rule for record in found if isinstance(record, Finding)} <= {*module.RULES}
    for place in places(found):
        assert place.artifact.startswith(name)
        assert place.how == module.FORMAT.how


@every_format
@quickly
@given(st.data())
def test_an_inspection_that_ends_accounts_for_every_byte(module: FormatModule, data: st.DataObject) -> None:
    name, content = data.draw(files(module))
    found, ended = look(module, name, content)
    if ended:
        coverage = tuple(record for record in found if isinstance(record, Coverage))
        verdict = decide(Dossier(snapshot(Artifact(name, len(content))), coverage=coverage), "permissive")
        assert [d.reason for d in verdict.decisions if d.clause == "coverage.unrecorded"] == []


@every_format
@quickly
@given(st.data())
def test_ranged_reads_find_nothing_that_whole_files_do_not(module: FormatModule, data: st.DataObject) -> None:
    """By rule and place: what a finding counts may be more where more was read."""
    file = data.draw(files(module))
    whole, _ = look(module, *file)
    ranged, _ = look(module, *file, remote=True)
    seen, held = (
        {(f.rule, p) for f in found if isinstance(f, Finding) for p in f.evidence} for found in (ranged, whole)
    )
    assert seen <= held


@given(files())
@quickly
def test_recognition_is_total_and_finds_what_is_genuine(file: tuple[str, bytes]) -> None:
    name, content = file
    reader = BytesReader(content)
    probe = Probe(name, len(content), reader.read_at(0, formats.HEAD), reader)
    formats.candidates(probe)  # imports what recognizing needs
    with watched() as events:
        found = formats.candidates(probe)
    assert events == []
    assert len(found) == len(set(found))


@every_format
def test_a_format_has_a_seed_it_is_recognized_by(module: FormatModule) -> None:
    probes = (Probe(name, len(seed), seed[: formats.HEAD], BytesReader(seed)) for name, seed in SEEDS.items())
    assert any(module in formats.candidates(probe) for probe in probes)


@every_format
def test_a_format_describes_itself(module: FormatModule) -> None:
    described = module.FORMAT
    assert SLUG.fullmatch(described.id)
    assert described.version >= 1
    assert described.title
    assert all(suffix == suffix.lower() for suffix in described.suffixes)
    assert described.magic or described.suffixes or hasattr(module, "recognize")
    assert {*described.refines} <= {other.FORMAT.id for other in MODULES} - {described.id}


def test_format_ids_are_unique() -> None:
    ids = [module.FORMAT.id for module in MODULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("room", ["claims", "crosschecks", "formats"])
def test_every_module_has_its_mirrored_test(room: str) -> None:
    modules = (ROOT / "verifier" / room).glob("[!_]*.py")
    missing = [path.stem for path in modules if not (ROOT / "tests" / room / f"test_{path.stem}.py").is_file()]
    assert missing == []


ROOMS = (MODULES, claims.modules(), crosschecks.modules(), (sources, policy, edits, observation, planes))
EMITTED = {rule for room in ROOMS for module in room for rule in module.RULES}


@pytest.mark.parametrize("rule_id", sorted(EMITTED))
def test_every_rule_that_can_be_emitted_has_a_page(rule_id: str) -> None:
    known = {module.FORMAT.id for module in MODULES}
    assert {*rules.rule(rule_id).formats} <= known


def test_every_page_belongs_to_a_rule_some_module_emits() -> None:
    assert sorted(rules.rule_ids() - EMITTED) == []


def test_every_standing_of_a_reference_that_is_not_well_has_a_page() -> None:
    assert {standing.rule for standing in Standing} - {None} == rules.code_rule_ids()
