from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import lay_out
from tests.store.test_lock import BASE, LOCK, MODEL
from tests.workflows.conftest import CARD, SOUND
from verifier import verify_model
from verifier.errors import SourceError, UsageError
from verifier.records import Stage
from verifier.store.lock import Lock, LockedFile
from verifier.workflows import locking
from verifier.workflows.locking import Fault
from verifier.workflows.refusal import NotAcceptedError, accepted


def test_a_model_is_locked_with_what_it_loads(models: Path, hub: Hub) -> None:
    found = locking.entries(verify_model("org/adapter"), "org/adapter")
    adapter, sound = found["org/adapter"], found["org/sound"]
    assert (adapter.reference, adapter.loads) == ("org/adapter", ("org/sound",))
    assert (sound.reference, sound.loads, sound.stage) == (None, (), Stage.PRE_DOWNLOAD)
    assert {path: (file.size, len(file.sha256)) for path, file in sound.files.items()} == {
        path: (len(content), 64) for path, content in SOUND.items()
    }
    assert sound.claims == {"license": "mit"}


def test_a_digest_nobody_gives_is_read_from_the_bytes(models: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = verify_model("org/sound")
    whole = locking.entries(verdict, "org/sound")
    bare = replace(verdict, dossier=replace(verdict.dossier, facts=()))
    monkeypatch.setattr(locking, "CHUNK", 7)
    assert locking.entries(bare, "org/sound")["org/sound"].files == whole["org/sound"].files


def test_only_accepted_repositories_of_a_hub_are_locked(tmp_path: Path) -> None:
    lay_out(tmp_path / "here", SOUND)
    with pytest.raises(UsageError, match="no repository of a hub"):
        locking.entries(verify_model(tmp_path / "here"), "x")
    (tmp_path / "here" / "model.safetensors").write_bytes(SOUND["model.safetensors"] + b"more")
    verdict = verify_model(tmp_path / "here")
    with pytest.raises(NotAcceptedError) as caught:
        accepted(verdict)
    assert (caught.value.verdict, caught.value.exit_code) == (verdict, 1)


def test_an_entry_that_says_nothing_new_keeps_its_time() -> None:
    later = replace(MODEL, locked=MODEL.locked.replace(year=2027), tool="9")
    assert locking.added(LOCK, {MODEL.id: later}) == LOCK
    other = replace(later, commit="6d" * 20)
    assert locking.added(LOCK, {MODEL.id: other}).models[MODEL.id] == other


def test_what_another_model_loads_stays_what_was_asked_for() -> None:
    asked = Lock({BASE.id: replace(BASE, reference="org/base")})
    assert locking.added(asked, {BASE.id: BASE}) == asked


def test_what_only_a_model_loads_goes_with_it() -> None:
    assert locking.removed(LOCK, ["org/name"]) == Lock()
    asked = replace(BASE, reference="org/base")
    both = Lock({**LOCK.models, BASE.id: asked})
    assert locking.removed(both, ["org/name"]) == Lock({BASE.id: asked})
    with pytest.raises(UsageError, match="org/name loads org/base"):
        locking.removed(both, ["org/base"])
    with pytest.raises(UsageError, match="has no model org/other"):
        locking.removed(LOCK, ["org/other"])


def test_an_update_that_loads_nothing_more_drops_what_was_loaded() -> None:
    assert set(locking.added(LOCK, {MODEL.id: replace(MODEL, loads=())}).models) == {MODEL.id}


def test_files_are_held_against_the_lock(models: Path, hub: Hub, tmp_path: Path) -> None:
    locked = locking.entries(verify_model("org/sound"), "org/sound")["org/sound"].snapshot()
    here = lay_out(tmp_path / "here", SOUND)
    hashed: list[tuple[str, int, int]] = []
    assert locking.check(locked, here, lambda *step: hashed.append(step)) == ()
    assert max(done for _, done, _ in hashed) == hashed[0][2] == sum(map(len, SOUND.values()))
    (here / "README.md").write_bytes(CARD.replace(b"mit", b"bsd"))
    (here / "config.json").write_bytes(b"{}")
    (here / "model.safetensors").unlink()
    (here / "pytorch_model.bin").write_bytes(b"x")
    (here / "away.json").symlink_to("/etc/hostname")
    assert set(locking.check(locked, here)) == {
        Fault("README.md", "changed"),
        Fault("config.json", "changed"),
        Fault("model.safetensors", "missing"),
        Fault("pytorch_model.bin", "extra"),
        Fault("away.json", "extra"),
    }
    assert {fault.kind for fault in locking.check(locked, tmp_path / "none")} == {"missing"}


def test_faults_in_a_few_words() -> None:
    faults = (Fault("a", "changed"), Fault("b", "missing"), Fault("c", "extra"), Fault("d", "missing"))
    assert locking.describe(faults) == ("a is not what is locked, b is missing, c is not in the lock and 1 more")
    assert locking.describe(faults[:1]) == "a is not what is locked"


def test_changes_are_told() -> None:
    new = replace(
        MODEL,
        commit="6d" * 20,
        rules=("json-secret",),
        claims={"license": "gpl", "tags": "x"},
        files={"model.safetensors": LockedFile("e" * 64, 91), "b.py": LockedFile("d" * 64, 2)},
    )
    assert list(locking.changes(MODEL, new).lines()) == [
        f"commit {'5c' * 20} -> {'6d' * 20}",
        "- file a/config.json (2 bytes)",
        "+ file b.py (2 bytes)",
        "~ file model.safetensors (90 bytes -> 91 bytes)",
        "+ rule json-secret",
        "- rule npy-malformed",
        '~ claim license: mi"t\\ -> gpl',
        "+ claim tags: x",
    ]
    assert list(locking.changes(MODEL, MODEL).lines()) == []


def test_history_is_asked_of_the_hub(models: Path, hub: Hub) -> None:
    old = locking.entries(verify_model("org/sound"), "org/sound")["org/sound"]
    (models / "org" / "sound" / "README.md").write_bytes(CARD + b"More.\n")
    new = locking.entries(verify_model("org/sound"), "org/sound")["org/sound"]
    assert old.commit != new.commit
    assert locking.goes_forward(old, new)
    assert not locking.goes_forward(replace(old, commit="0" * 40), new)
    hub.tell(Lie("*/commits/*", body=lambda _: b"{}"))
    with pytest.raises(SourceError, match="does not answer as a hub does"):
        locking.goes_forward(old, new)
