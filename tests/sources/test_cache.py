from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from tests.builders.hub import Hub
from tests.sources.conftest import FILES, WEIGHTS, lay_out
from verifier.errors import NotFoundError, OfflineError, UsageError
from verifier.records import Artifact, Asserter, CoverageState, SourceKind
from verifier.sources import Source, parse, resolve

COMMIT = "0123456789abcdef0123456789abcdef01234567"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")


def git_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def build(cache: Path, *, shared: bool = False, tree: object = None) -> Path:
    """A cache as the client lays it out, made by hand."""
    repository = cache / "models--org--name"
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    for path, content, etag in (("config.json", b"{}", git_id(b"{}")), ("sub/weights.bin", WEIGHTS, sha256)):
        blob = lay_out(repository, {f"blobs/{etag}": content}) / "blobs" / etag
        if shared and len(etag) == 64:
            store = lay_out(cache / "blobs" / "ab", {"ab" * 32: content}) / ("ab" * 32)
            blob.unlink()
            blob.symlink_to(os.path.relpath(store, blob.parent))
        link = repository / "snapshots" / COMMIT / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    lay_out(repository, {"refs/main": COMMIT.encode()})
    if tree is not None:
        text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
        lay_out(repository, {f"trees/{COMMIT}.json": text})
    return repository


def claims(source: Source) -> dict[str, list[tuple[str, str]]]:
    return {a.path: [(d.algorithm, d.value) for d in a.digests] for a in source.snapshot.artifacts}


def test_what_the_client_downloads(hub: Hub, hub_cache: Path) -> None:
    folder = huggingface_hub.snapshot_download("org/name", cache_dir=hub_cache)
    online = resolve(parse("org/name"))
    for reference in (folder, str(Path(folder).parents[1])):
        source = resolve(parse(reference))
        assert source.snapshot.reference.kind is SourceKind.CACHE
        assert (source.snapshot.id, source.snapshot.commit) == ("org/name", online.snapshot.commit)
        assert not source.findings
        assert not source.coverage
        assert claims(source) == claims(online)
        for artifact in source.snapshot.artifacts:
            assert {digest.by for digest in artifact.digests} == {Asserter.CACHE}
            with source.open(artifact.path) as handle:
                computed = {(digest.algorithm, digest.value) for digest in handle.digests()}
                assert set(claims(source)[artifact.path]) <= computed
                assert handle.read_at(0, 9) == FILES[artifact.path][:9]


def test_offline_a_hub_id_is_answered_from_the_cache(hub: Hub, hub_cache: Path) -> None:
    with pytest.raises(OfflineError, match="not in the hub cache"):
        resolve(parse("org/name"), offline=True)
    commit = Path(huggingface_hub.snapshot_download("org/name", cache_dir=hub_cache)).name
    hub.truth()
    for text in ("org/name", "org/name@main", f"org/name@{commit}"):
        source = resolve(parse(text), offline=True)
        assert (source.snapshot.id, source.snapshot.commit, source.remote) == ("org/name", commit, False)
    for text in ("org/name@other", f"org/name@{COMMIT}", "org/other"):
        with pytest.raises(OfflineError):
            resolve(parse(text), offline=True)
    assert hub.requests == []
    with pytest.raises(LocalEntryNotFoundError):
        huggingface_hub.hf_hub_download("org/name", "config.json", revision="other", local_files_only=True)


def test_the_shared_store_is_part_of_the_cache(hub_cache: Path) -> None:
    repository = build(hub_cache, shared=True)
    source = resolve(parse(str(repository)))
    assert not source.findings
    assert claims(source)["sub/weights.bin"] == [("sha256", hashlib.sha256(WEIGHTS).hexdigest())]
    inner = resolve(parse(str(repository / "snapshots" / COMMIT / "sub")))
    assert [artifact.path for artifact in inner.snapshot.artifacts] == ["weights.bin"]
    assert not inner.findings


def test_a_link_out_of_the_cache_is_not_followed(hub_cache: Path) -> None:
    repository = build(hub_cache)
    secret = lay_out(hub_cache / "elsewhere", {"x": b"x"}) / "x"
    (repository / "snapshots" / COMMIT / "leak").symlink_to(secret)
    (repository / "snapshots" / COMMIT / "odd").symlink_to(f"../../blobs/{git_id(b'{}')[:39]}")
    source = resolve(parse(str(repository)))
    assert [finding.rule for finding in source.findings] == ["symlink-leaves-model"]
    assert {gap.artifact for gap in source.coverage} == {"leak", "odd"}


def test_the_listing_of_the_commit(hub_cache: Path) -> None:
    listed = {
        "config.json": {"size": 2, "blob_id": git_id(b"{}")},
        "sub/weights.bin": {"size": 1, "blob_id": "0" * 40, "lfs_sha256": "a" * 64},
        "missing.bin": {"size": 1, "blob_id": "0" * 40},
    }
    source = resolve(parse(str(build(hub_cache, tree={"format_version": 1, "files": listed}))))
    assert claims(source)["config.json"] == [("git-blob-sha1", git_id(b"{}"))]
    assert ("sha256", "a" * 64) in claims(source)["sub/weights.bin"]
    assert [(gap.artifact, gap.state) for gap in source.coverage] == [("missing.bin", CoverageState.NOT_FETCHED)]


@pytest.mark.parametrize(
    "tree", [b"{", [], {"files": []}, {"files": {"a": {}}}, {"files": {"a": {"blob_id": "0"}}}, b"[" * 99999]
)
def test_a_malformed_listing_is_a_gap(tree: object, hub_cache: Path) -> None:
    source = resolve(parse(str(build(hub_cache, tree=tree))))
    assert [(gap.artifact, gap.state) for gap in source.coverage] == [(".", CoverageState.ERROR)]
    assert source.snapshot.artifacts[0] != Artifact("config.json", 2)


def test_which_snapshot_of_a_repository(hub_cache: Path) -> None:
    other = "f" * 40
    repository = build(hub_cache)
    lay_out(repository, {f"snapshots/{other}/x": b"x", "refs/v1": other.encode()})
    assert resolve(parse(str(repository))).snapshot.commit == COMMIT
    assert resolve(parse(str(repository), revision="v1")).snapshot.commit == other
    assert resolve(parse(str(repository), revision=other)).snapshot.commit == other
    with pytest.raises(NotFoundError, match="no snapshot of v2"):
        resolve(parse(str(repository), revision="v2"))
    (repository / "refs" / "main").write_text("nonsense")
    with pytest.raises(UsageError, match="2 snapshots"):
        resolve(parse(str(repository)))
    (repository / "snapshots" / other / "x").unlink()
    (repository / "snapshots" / other).rmdir()
    assert resolve(parse(str(repository))).snapshot.commit == COMMIT


def test_an_empty_repository(hub_cache: Path) -> None:
    repository = hub_cache / "models--org--name"
    (repository / "snapshots").mkdir(parents=True)
    reference = parse(str(repository))
    with pytest.raises(NotFoundError, match="no snapshot"):
        resolve(reference)
    (repository / "snapshots").rmdir()
    with pytest.raises(NotFoundError, match="no snapshot"):
        resolve(reference)


def test_a_listing_too_large_is_left_alone(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.sources.cache._TREE_LIMIT", 3)
    source = resolve(parse(str(build(hub_cache, tree={"files": {"gone": {"blob_id": "0" * 40}}}))))
    assert not source.coverage
