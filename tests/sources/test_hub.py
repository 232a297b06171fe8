from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import FILES, HASTY, IMPATIENT, WEIGHTS, lay_out
from verifier.errors import AuthError, ChangedError, NotFoundError, OfflineError, RateLimitedError, SourceError
from verifier.records import Asserter, Reference, SourceKind
from verifier.sources import Source, parse, resolve
from verifier.sources import hub as hubs
from verifier.sources.web import Patience

INFO = "/api/models/org/name"
TREE = "/api/models/org/name/tree/*"


def find(text: str = "org/name", patience: Patience = HASTY) -> Source:
    return hubs.resolve(parse(text), patience=patience)


def says(**changes: object) -> Lie:
    """The repository's description, changed."""
    return Lie(INFO, body=lambda body: json.dumps(json.loads(body) | changes).encode())


def lists(*entries: object) -> Lie:
    """Another listing."""
    return Lie(TREE, body=lambda _: json.dumps(list(entries)).encode())


def listed(path: str, **changes: object) -> dict[str, object]:
    return {"type": "file", "path": path, "size": 1, "oid": "0" * 40} | changes


def test_a_repository_costs_three_requests(hub: Hub) -> None:
    source = resolve(parse("org/name"))
    assert [seen.path.split("/tree/")[0] for seen in hub.requests] == [INFO, INFO, "/org/name/git-upload-pack"]
    assert source.remote
    assert not source.snapshot.local
    assert source.snapshot.id == "org/name"
    assert len(source.snapshot.commit or "") == 40
    assert [(a.path, a.size) for a in source.snapshot.artifacts] == [(p, len(FILES[p])) for p in sorted(FILES)]
    algorithms = {a.path: a.digests[0].algorithm for a in source.snapshot.artifacts}
    assert (algorithms["config.json"], algorithms["weights.bin"]) == ("git-blob-sha1", "sha256")
    assert {d.by for a in source.snapshot.artifacts for d in a.digests} == {Asserter.HUB}
    assert ("gated", "false") in source.snapshot.metadata
    assert ("endpoint", hub.url) in source.snapshot.metadata
    assert not source.findings
    with pytest.raises(NotFoundError):
        source.open("nope")


def test_everything_is_asked_for_at_the_commit(hub: Hub) -> None:
    source = find("org/name@main")
    for artifact in source.snapshot.artifacts:
        with source.open(artifact.path) as handle:
            assert handle.read_at(0, artifact.size) == FILES[artifact.path]
            handle.check_unchanged()
    assert hub.seen("*/resolve/*")
    assert all(f"/resolve/{source.snapshot.commit}/" in seen.path for seen in hub.seen("*/resolve/*"))
    assert find(f"org/name@{source.snapshot.commit}").snapshot.commit == source.snapshot.commit


def test_digests_are_computed_where_every_byte_was_read(hub: Hub) -> None:
    told: list[int] = []
    source = find()
    for artifact in source.snapshot.artifacts:
        with source.open(artifact.path) as handle:
            assert bool(handle.digests()) is (artifact.size == 0)
            handle.read_at(0, artifact.size)
            asked = len(hub.requests)
            computed = {(digest.algorithm, digest.value): digest.by for digest in handle.digests(told.append)}
            (promised,) = artifact.digests
            assert computed[promised.algorithm, promised.value] is Asserter.COMPUTED
            assert len(hub.requests) == asked
    assert sum(told) == sum(map(len, FILES.values()))


def test_a_listing_in_pages(hub: Hub, tmp_path: Path) -> None:
    many = {f"part-{number:04}.json": b"%d" % number for number in range(1203)}
    lay_out(tmp_path / "models" / "org" / "many", many)
    assert [artifact.path for artifact in find("org/many").snapshot.artifacts] == sorted(many)
    assert len(hub.seen("*/tree/*")) >= 2


def test_a_renamed_repository_is_named(hub: Hub) -> None:
    hub.tell(Lie.redirected("/api/models/old/name", "/api/models/org/name"))
    source = find("old/name")
    assert source.snapshot.id == "org/name"
    (finding,) = source.findings
    assert finding.rule == "hub-renamed-repository"
    assert "old/name is now org/name" in finding.message


def test_a_login_goes_to_the_hub_only(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    other = hub.url.replace("127.0.0.1", "localhost")
    hub.tell(Lie.redirected("/org/name/resolve/*/weights.bin", f"{other}/elsewhere/blobs/x", times=1))
    hub.tell(Lie.refused("/elsewhere/*", 404))
    with find().open("weights.bin") as handle, pytest.raises(NotFoundError):
        handle.read_at(0, 1)
    assert all(seen.headers["authorization"] == "Bearer hf_secret" for seen in hub.seen("/api/*"))
    assert [seen.headers.get("authorization") for seen in hub.seen("/elsewhere/*")] == [None]


def test_no_login_where_there_is_none(hub: Hub) -> None:
    find()
    assert all("authorization" not in seen.headers for seen in hub.requests)


@pytest.mark.parametrize(
    ("lie", "kind", "said"),
    [
        (Lie.refused(INFO, 404, code="RepoNotFound"), NotFoundError, "does not exist"),
        (Lie.refused(INFO, 403, code="GatedRepo", message="Ask the owner"), AuthError, "gated .403: 'Ask the owner'"),
        (Lie.refused(INFO, 403, message="Access to this resource is disabled."), NotFoundError, "disabled"),
        (Lie.refused(INFO, 401), AuthError, "login is needed"),
        (Lie.refused(INFO, 403, message="Blocked by policy"), AuthError, "Blocked by policy"),
        (Lie.refused(INFO, 404, code="RevisionNotFound"), NotFoundError, "no such revision"),
        (Lie.refused(INFO, 410), NotFoundError, "removed"),
        (Lie.refused(INFO, 418), SourceError, "refuses .418"),
        (Lie.refused(INFO, 503), SourceError, "answers 503"),
        (Lie.rate_limited(INFO, retry_after=30), RateLimitedError, "Try again in 30 seconds"),
        (Lie.rate_limited(INFO), RateLimitedError, "Try again later"),
        (Lie.stalling(INFO, 5), SourceError, "stopped answering"),
        (Lie.dying(INFO, 10), SourceError, "broke the connection off"),
        (Lie.truncated(INFO, 10), SourceError, "not answer as a hub"),
        (Lie.redirected(INFO, INFO), SourceError, "in circles"),
        (Lie.redirected(INFO, "ftp://h.test/"), SourceError, "no web address"),
        (Lie.redirected(INFO, "http://[/"), SourceError, "no web address"),
        (Lie.other_headers(INFO, content_encoding="gzip"), SourceError, "encoded"),
        (Lie(INFO, status=204), SourceError, "answers 204"),
        (Lie(INFO, body=lambda _: b"[" * 200_000), SourceError, "not answer as a hub"),
        (Lie(INFO, body=lambda _: b"[]"), SourceError, "not answer as a hub"),
        (says(sha="main"), SourceError, "not answer as a hub"),
        (says(id="../../x"), SourceError, "not answer as a hub"),
        (says(id=None), SourceError, "not answer as a hub"),
        (Lie(TREE, body=lambda _: b"{}"), SourceError, "not answer as a hub"),
        (lists(), NotFoundError, "no files"),
        (lists(7), SourceError, "not answer as a hub"),
        (lists(listed("a"), listed("a")), SourceError, "lists a twice"),
        (lists(listed("../a")), SourceError, "impossible path"),
        (lists(listed("/a")), SourceError, "impossible path"),
        (lists(listed("a\\b")), SourceError, "impossible path"),
        (lists(listed("a\x00")), SourceError, "impossible path"),
        (lists(listed("\ud800")), SourceError, "impossible path"),
        (lists(listed("a", size=-1)), SourceError, "malformed"),
        (lists(listed("a", size=True)), SourceError, "malformed"),
        (lists(listed("a", type="submodule")), SourceError, "malformed"),
        (lists(listed("a", oid="x")), SourceError, "malformed"),
        (lists(listed("a", lfs={"oid": "0" * 40, "size": 1})), SourceError, "malformed"),
        (Lie.other_headers(TREE, link='<http://h.test/x>; rel="next"'), SourceError, "another server"),
    ],
)
def test_what_a_hub_may_answer(lie: Lie, kind: type[SourceError], said: str, hub: Hub) -> None:
    hub.tell(lie)
    with pytest.raises(SourceError, match=said) as raised:
        find(patience=IMPATIENT if lie.stall else HASTY)
    assert type(raised.value) is kind
    assert raised.value.message.startswith("org/name")
    assert str(raised.value).isprintable()


def test_what_passes_is_tried_again(hub: Hub) -> None:
    hub.tell(
        Lie.refused(INFO, 503, times=1),
        Lie.rate_limited(INFO, times=2),
        Lie.dying(TREE, 5, times=1),
    )
    assert find().snapshot.id == "org/name"


def test_folders_of_the_listing_are_no_files(hub: Hub) -> None:
    hub.tell(lists(listed("d", type="directory"), listed("d/x", lfs={"oid": "a" * 64, "size": 9})))
    (artifact,) = find().snapshot.artifacts
    assert (artifact.path, artifact.size, artifact.digests[0].value) == ("d/x", 9, "a" * 64)


def test_a_listing_without_end(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MAX_FILES", 100)
    hub.tell(Lie.other_headers(TREE, link=f'<{hub.url}{INFO}/tree/main?cursor=x>; rel="next"'), lists())
    hub.tell(Lie(TREE, headers={"link": f'<{hub.url}{INFO}/tree/main>; rel="next"'}, body=lambda _: b"[]"))
    hub.lies = hub.lies[-1:]
    with pytest.raises(SourceError, match="more than 100 files"):
        find()


def test_another_commit_than_the_one_asked_for(hub: Hub) -> None:
    commit = find().snapshot.commit
    hub.tell(Lie(f"{INFO}/revision/*", body=lambda body: body.replace((commit or "").encode(), b"f" * 40)))
    with pytest.raises(ChangedError, match="another commit"):
        find(f"org/name@{commit}")


def test_offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineError, match="not in the hub cache"):
        find()
    assert hub.requests == []


def test_an_unreachable_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(OfflineError, match="cannot be reached"):
        find()


def test_a_hub_that_dies_while_it_is_read(hub: Hub) -> None:
    source = find(patience=IMPATIENT)
    hub.tell(Lie.dying("*/blobs/*", 100), Lie.stalling("*config.json", 5, size=1))
    with source.open("weights.bin") as handle, pytest.raises(SourceError, match=r"weights\.bin of org/name"):
        handle.read_at(0, len(WEIGHTS))
    with source.open("config.json") as handle, pytest.raises(SourceError, match="stopped answering"):
        handle.read_at(0, 2)


def test_a_reference_made_without_parsing(hub: Hub) -> None:
    reference = parse("org/name")
    assert find().snapshot.reference == Reference("org/name", reference.kind, "org/name")


def test_a_revision_that_another_model_names_leaves_no_folder(hub: Hub) -> None:
    with pytest.raises(NotFoundError, match="not a revision"):
        hubs.resolve(Reference("hf://org/name", SourceKind.HUB, "org/name", "../../outside"))
    assert not hub.requests
