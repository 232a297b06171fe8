"""The whole line, on folders and against a hub that can lie."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.hub import Hub, Lie
from tests.builders.models import poisoned_checkpoint
from tests.sources.conftest import lay_out
from verifier import verify_model
from verifier.data import registries
from verifier.errors import NotFoundError, PolicyError, UsageError
from verifier.formats import Limits
from verifier.pipeline import MAX_DEPENDENCIES, tool_identity
from verifier.records import CoverageState, Dossier, Level, Outcome, Result, Stage, Verdict
from verifier.records.canonical import canonical_bytes, to_plain
from verifier.sources.walk import identity_of
from verifier.store.memory import Memory


def poison(models: Path) -> None:
    lay_out(models / "org" / "poisoned", {"README.md": b"# It\n", "pytorch_model.bin": poisoned_checkpoint()})


def gaps(verdict: Verdict) -> dict[str, CoverageState]:
    return {record.artifact: record.state for record in verdict.dossier.coverage if not record.state.clean}


def seen(dossier: Dossier) -> tuple[object, ...]:
    """What both stages must agree on: everything but computed digests and what was not fetched."""
    facts = [fact for fact in dossier.facts if fact.kind != "digest"]
    coverage = [replace(record, unchecked=()) for record in dossier.coverage]
    return dossier.findings, facts, coverage, dossier.edges


def test_a_sound_folder_is_accepted_and_bound_to_its_bytes(models: Path) -> None:
    verdict = verify_model(str(models / "org" / "sound"))
    assert (verdict.outcome, verdict.stage) == (Outcome.ACCEPTED, Stage.CONFIRMED)
    assert [artifact.path for artifact in verdict.dossier.snapshot.artifacts] == [
        ".gitattributes",
        "README.md",
        "config.json",
        "model.safetensors",
    ]
    assert all(artifact.digests and artifact.formats for artifact in verdict.dossier.snapshot.artifacts)
    assert verdict.tool == tool_identity()


def test_the_same_inputs_give_the_same_bytes(models: Path) -> None:
    first, second = (canonical_bytes(to_plain(verify_model(str(models / "org" / "sound")))) for _ in range(2))
    assert first == second


def test_other_bytes_give_another_digest(models: Path) -> None:
    before = verify_model(str(models / "org" / "sound")).snapshot_digest
    (models / "org" / "sound" / "README.md").write_bytes(b"# Another\n")
    assert verify_model(str(models / "org" / "sound")).snapshot_digest != before


@pytest.mark.parametrize("name", ["org/sound", "org/torch", "org/poisoned"])
def test_a_hub_model_is_seen_as_its_folder_is(hub: Hub, models: Path, name: str) -> None:
    poison(models)
    remote, local = verify_model(name), verify_model(str(models / name))
    assert (remote.stage, local.stage) == (Stage.PRE_DOWNLOAD, Stage.CONFIRMED)
    assert remote.outcome == local.outcome == (Outcome.REJECTED if name == "org/poisoned" else Outcome.ACCEPTED)
    assert seen(remote.dossier) == seen(local.dossier)


def test_a_poisoned_model_is_rejected_naming_file_member_offset_and_symbol(models: Path) -> None:
    poison(models)
    verdict = verify_model(str(models / "org" / "poisoned"))
    assert verdict.outcome is Outcome.REJECTED
    worst = verdict.decisions[0]
    assert worst.level is Level.DENY
    evidence = [place for finding in verdict.dossier.findings for place in finding.evidence]
    assert any(place.artifact == "pytorch_model.bin!archive/data.pkl" and place.offset for place in evidence)
    assert "posix.system" in worst.reason


@pytest.mark.parametrize(
    "lie",
    [
        Lie.truncated("*/config.json", 10),
        Lie.truncated("*/blobs/*", 100),
        Lie.dying("*/config.json", 3),
        Lie.refused("*/resolve/*", 503),
        Lie.rate_limited("*/resolve/*"),
    ],
    ids=["truncated", "truncated-blob", "dying", "unavailable", "rate-limited"],
)
def test_a_hub_that_fails_midway_leaves_it_undecided(hub: Hub, models: Path, lie: Lie) -> None:
    hub.tell(lie)
    verdict = verify_model("org/sound")
    assert verdict.outcome is Outcome.UNDECIDED
    assert gaps(verdict)


def test_a_commit_that_moves_underfoot_is_never_accepted(hub: Hub, models: Path) -> None:
    def change() -> None:
        (models / "org" / "sound" / "config.json").write_bytes(b'{"model_type": "other"}')

    hub.tell(Lie.branch_moves(change, path="*/resolve/*"))
    assert verify_model("org/sound").outcome is not Outcome.ACCEPTED


def test_a_file_that_contradicts_its_claimed_digest_is_rejected(models: Path, tmp_path: Path) -> None:
    commit, blob = "1" * 40, "0" * 64
    cache = tmp_path / "cache" / "models--org--name"
    content = (models / "org" / "sound" / "model.safetensors").read_bytes()
    lay_out(cache, {f"blobs/{blob}": content, "refs/main": commit.encode()})
    snapshot = cache / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(Path("../../blobs") / blob)
    verdict = verify_model(str(cache))
    assert verdict.outcome is Outcome.REJECTED
    assert [finding.rule for finding in verdict.dossier.findings] == ["digest-mismatch"]


@pytest.mark.parametrize("path", ["config.json", "model.safetensors"])
def test_a_hub_whose_bytes_contradict_its_digests_is_rejected(hub: Hub, models: Path, path: str) -> None:
    hub.tell(Lie.tampered(f"*/{path}" if path == "config.json" else "*/blobs/*"))
    verdict = verify_model("org/sound")
    assert (verdict.outcome, verdict.stage) == (Outcome.REJECTED, Stage.PRE_DOWNLOAD)
    (mismatch,) = [finding for finding in verdict.dossier.findings if finding.rule == "digest-mismatch"]
    assert mismatch.evidence[0].artifact == path


@pytest.mark.parametrize("right", [True, False])
def test_a_url_is_held_to_the_digest_it_names(hub: Hub, models: Path, right: bool) -> None:
    content = (models / "org" / "sound" / "model.safetensors").read_bytes()
    digest = hashlib.sha256(content if right else b"other").hexdigest()
    verdict = verify_model(f"{hub.url}/org/sound/resolve/main/model.safetensors#sha256={digest}")
    assert verdict.outcome is (Outcome.ACCEPTED if right else Outcome.REJECTED)
    (comparison,) = [comparison for comparison in verdict.dossier.comparisons if comparison.kind == "digest"]
    assert comparison.result is (Result.CONSISTENT if right else Result.CONTRADICTED)


def test_what_loading_would_load_is_verified_too(hub: Hub, models: Path) -> None:
    verdict = verify_model("org/on-sound")
    assert verdict.outcome is Outcome.ACCEPTED
    (base,) = verdict.dependencies
    assert (base.dossier.snapshot.id, len(base.dossier.snapshot.commit or "")) == ("org/sound", 40)


def test_the_verdict_is_the_worst_of_the_closure(hub: Hub, models: Path) -> None:
    poison(models)
    assert verify_model("org/on-poisoned").outcome is Outcome.REJECTED


def test_a_dependency_that_cannot_be_found_is_a_gap(hub: Hub, models: Path) -> None:
    verdict = verify_model("org/on-missing")
    assert verdict.outcome is Outcome.UNDECIDED
    assert gaps(verdict) == {"hf://org/missing": CoverageState.NOT_FETCHED}


def test_a_cycle_of_dependencies_ends(hub: Hub, models: Path) -> None:
    adapter = b'{"base_model_name_or_path": "org/on-on-sound", "peft_type": "LORA"}'
    (models / "org" / "on-sound" / "adapter_config.json").write_bytes(adapter)
    verdict = verify_model("org/on-on-sound")
    assert verdict.outcome is Outcome.ACCEPTED
    (only,) = verdict.dependencies
    assert only.dependencies == ()


def test_a_repository_that_two_load_is_verified_once(hub: Hub, models: Path) -> None:
    base = b'{"base_model_name_or_path": "%s", "peft_type": "LORA"}'
    lay_out(models / "org" / "on-missing", {"adapter_config.json": base % b"org/sound"})
    code = b'{"auto_map": {"AutoModel": "org/sound--modeling.Model"}}'
    lay_out(models / "org" / "first", {"adapter_config.json": base % b"org/on-missing", "config.json": code})
    (second,) = verify_model("org/first").dependencies
    assert [verdict.dossier.snapshot.id for verdict in second.dependencies] == ["org/sound"]


def test_a_hub_that_wants_to_be_left_alone_is(hub: Hub, models: Path) -> None:
    lay_out(models / "org" / "many", {f"{number}.txt": b"text\n" for number in range(60)})
    hub.tell(Lie.rate_limited("*/resolve/*", retry_after=60))
    assert len(gaps(verify_model("org/many"))) == 60
    assert len(hub.seen("*/resolve/*")) < 60


def test_a_chain_of_dependencies_has_an_end(hub: Hub, models: Path) -> None:
    for number in range(MAX_DEPENDENCIES + 2):
        adapter = b'{"base_model_name_or_path": "org/link-%d", "peft_type": "LORA"}' % (number + 1)
        lay_out(models / "org" / f"link-{number}", {"adapter_config.json": adapter})
    verdict = verify_model("org/link-0")
    assert verdict.outcome is Outcome.UNDECIDED
    followed = 0
    while verdict.dependencies:
        (verdict,) = verdict.dependencies
        followed += 1
    assert followed == MAX_DEPENDENCIES
    assert list(gaps(verdict).values()) == [CoverageState.LIMIT]


def test_limits_leave_it_undecided(models: Path) -> None:
    verdict = verify_model(str(models / "org" / "torch"), limits=Limits(seconds=0))
    assert verdict.outcome is Outcome.UNDECIDED
    assert set(gaps(verdict).values()) == {CoverageState.LIMIT}


def test_progress_reaches_the_total(models: Path) -> None:
    told: list[tuple[str, int, int]] = []
    lay_out(models / "org" / "sound", {"more.txt": b"more\n" * 200_000})
    verify_model(str(models / "org" / "sound"), progress=lambda *step: told.append(step))
    assert max(done for _, done, _ in told) == told[0][2]
    assert len({done for path, done, _ in told if path == "more.txt"}) > 3


def test_a_path_is_never_a_repository(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(models)
    assert verify_model(Path("org/sound")).dossier.snapshot.id == str(models / "org" / "sound")
    with pytest.raises(UsageError, match=r"\./org/sound .* hf://org/sound"):
        verify_model("org/sound")


def test_the_tool_is_another_one_when_a_registry_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay_out(tmp_path, {"package.toml": b"[import]", "note.txt": b""})
    monkeypatch.setattr(registries, "FOLDER", tmp_path)
    monkeypatch.setattr(registries, "SUMS", tmp_path / "SHA256SUMS")
    registries.refresh()
    before = tool_identity.__wrapped__()
    lay_out(tmp_path, {"note.txt": b"another"})
    registries.refresh()
    assert tool_identity.__wrapped__() == before
    lay_out(tmp_path, {"package.toml": b"[call]"})
    registries.refresh()
    assert tool_identity.__wrapped__() != before


def test_errors_of_the_caller_are_errors(hub: Hub, models: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        verify_model("")
    with pytest.raises(PolicyError):
        verify_model(str(models / "org" / "sound"), policy="no-such-policy")
    with pytest.raises(NotFoundError):
        verify_model("org/nothing")
    typo = lay_out(tmp_path / "policy", {"p.toml": b"version = 1\nformats.deny = ['pickel']"}) / "p.toml"
    with pytest.raises(PolicyError, match="Did you mean 'pickle'"):
        verify_model(str(models / "org" / "sound"), policy=typo)


def test_unchanged_local_files_are_not_hashed_again(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "here", {"README.md": b"# A model\n"})
    memory = Memory(tmp_path / "private" / "digests.sqlite")
    first = verify_model(folder, memory=memory)
    path = folder / "README.md"
    status = path.stat()
    memory.put(str(path), identity_of(status), 1, {"sha256": "0" * 64})
    again = verify_model(folder, memory=memory)
    assert again.dossier.snapshot.artifacts[0].digests[0].value == "0" * 64
    assert verify_model(folder) == first
    path.write_bytes(b"# B model\n")
    assert verify_model(folder, memory=memory).dossier.snapshot.artifacts[0].digests[0].value != "0" * 64
