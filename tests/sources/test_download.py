from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import FILES, WEIGHTS
from verifier import sources
from verifier.errors import AuthError, OfflineError, SourceError
from verifier.records import Snapshot
from verifier.sources import download as module
from verifier.sources.download import digests_of, download, spans_differ
from verifier.sources.ranges import Served


@pytest.fixture
def snapshot(hub: Hub) -> Snapshot:
    return sources.resolve(sources.parse("org/name")).snapshot


def bring(snapshot: Snapshot, path: str, to: Path) -> dict[str, str]:
    artifact = next(artifact for artifact in snapshot.artifacts if artifact.path == path)
    counted: list[int] = []
    digests = download(snapshot, artifact, to, counted.append)
    assert sum(counted) == artifact.size == to.stat().st_size
    assert digests == digests_of(to, artifact)
    return digests


@pytest.mark.parametrize("path", sorted(FILES))
def test_files_arrive_and_are_hashed(snapshot: Snapshot, tmp_path: Path, path: str) -> None:
    digests = bring(snapshot, path, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == FILES[path]
    artifact = next(artifact for artifact in snapshot.artifacts if artifact.path == path)
    assert {(digest.algorithm, digest.value) for digest in artifact.digests} <= set(digests.items())


@pytest.mark.parametrize("there", [b"", WEIGHTS[:1000], WEIGHTS, WEIGHTS + b"more"])
def test_what_is_there_is_gone_on_with(hub: Hub, snapshot: Snapshot, tmp_path: Path, there: bytes) -> None:
    (tmp_path / "x").write_bytes(there)
    bring(snapshot, "weights.bin", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS
    assert hub.sent("*/blobs/*") == (len(WEIGHTS) - len(there)) % (len(WEIGHTS) + 4) or len(there) > len(WEIGHTS)


def test_a_server_that_starts_over_is_followed(hub: Hub, snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"something else")
    hub.tell(Lie.whole_for_range("*/blobs/*"))
    bring(snapshot, "weights.bin", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("lie", "kind", "said"),
    [
        (Lie("*/blobs/*", ("GET",), body=lambda body: body + b"x"), SourceError, "sends more than the 2097152 bytes"),
        (Lie.truncated("*/blobs/*", 100), SourceError, "fewer bytes than it listed"),
        (Lie.refused("*/resolve/*", 403, code="GatedRepo"), AuthError, "it is gated"),
        (Lie.refused("*/resolve/*", 500), SourceError, "the server answers 500"),
    ],
)
def test_failures_are_told(
    hub: Hub, snapshot: Snapshot, tmp_path: Path, lie: Lie, kind: type[Exception], said: str
) -> None:
    hub.tell(lie)
    with pytest.raises(kind, match=said):
        bring(snapshot, "weights.bin", tmp_path / "x")


def test_where_nothing_can_be_reached_or_written(
    hub: Hub, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        bring(snapshot, "weights.bin", tmp_path / "none" / "x")
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(SourceError, match="too large for HTTP"):
        bring(snapshot, "weights.bin", tmp_path / "x")
    monkeypatch.undo()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineError, match="switched off"):
        bring(snapshot, "weights.bin", tmp_path / "x")


def test_the_rest_of_a_download_starts_at_its_end_or_its_beginning(snapshot: Snapshot, tmp_path: Path) -> None:
    with (tmp_path / "x").open("w+b") as file:
        sink = module._Sink(file, snapshot.artifacts[0], "it", lambda _: None)
        with pytest.raises(SourceError, match="only be started over"):
            sink.seek(7)


def test_spans_are_held_against_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"0123456789")
    served = Served(2, 3, "no digest")
    assert spans_differ(tmp_path / "x", (served,))
    assert not spans_differ(tmp_path / "x", ())
