from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.conftest import lay_out
from verifier.errors import NotFoundError
from verifier.records import Artifact, Asserter, Digest, Reference, Snapshot, SourceKind
from verifier.sources.arrived import arrived

CLAIM = (Digest("sha256", "a" * 64, Asserter.HUB),)
CLAIMED = Snapshot(
    Reference("org/name", SourceKind.HUB, "org/name"),
    "org/name",
    "5c" * 20,
    (Artifact("config.json", 2, CLAIM), Artifact("gone.txt", 1, CLAIM)),
    local=False,
)


def test_files_keep_the_claims_made_for_them(tmp_path: Path) -> None:
    source = arrived(CLAIMED, lay_out(tmp_path / "here", {"config.json": b"{}", "more.txt": b"x"}))
    snapshot = source.snapshot
    assert (snapshot.reference, snapshot.commit, snapshot.local) == (CLAIMED.reference, CLAIMED.commit, True)
    assert {artifact.path: artifact.digests for artifact in snapshot.artifacts} == {
        "config.json": CLAIM,
        "more.txt": (),
    }
    assert [(gap.artifact, gap.state) for gap in source.coverage] == [("gone.txt", "not-fetched")]


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError):
        arrived(CLAIMED, tmp_path / "empty")
