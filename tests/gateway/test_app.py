"""The protocol, as a plain HTTP client sees it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import Message

from tests.builders.hub import Hub
from tests.gateway.conftest import WEIGHTS
from verifier.gateway import repository
from verifier.gateway.app import Folders, application

API = "/api/models/org/name"
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def commit(hub: Hub) -> str:
    sha: str = hub.ask(API).json["sha"]
    return sha


def test_information_names_the_commit_and_the_files(hub: Hub) -> None:
    info = hub.ask(API).json
    assert info["id"] == "org/name"
    assert info["author"] == "org"
    assert len(info["sha"]) == 40
    assert [sibling["rfilename"] for sibling in info["siblings"]] == [
        "README.md",
        "config.json",
        "empty.txt",
        "nested/deep/more.json",
        "weights.bin",
    ]
    assert all(set(sibling) == {"rfilename"} for sibling in info["siblings"])
    assert "securityRepoStatus" not in info


def test_information_with_blobs_tells_digests_and_sizes(hub: Hub) -> None:
    siblings = {sibling["rfilename"]: sibling for sibling in hub.ask(f"{API}?blobs=true").json["siblings"]}
    empty = {"rfilename": "empty.txt", "blobId": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "size": 0}
    assert siblings["empty.txt"] == empty
    assert siblings["weights.bin"]["lfs"] == {"sha256": SHA256, "size": len(WEIGHTS), "pointerSize": 132}


def test_no_scan_is_claimed_that_was_not_made(hub: Hub) -> None:
    info = hub.ask(f"{API}?securityStatus=true").json
    assert info["securityRepoStatus"] == {"scansDone": False, "filesWithIssues": []}


def test_expand_asks_for_single_properties(hub: Hub, commit: str) -> None:
    assert hub.ask(f"{API}?expand=sha&expand=gated&expand=unknown").json == {
        "id": "org/name",
        "sha": commit,
        "gated": False,
    }


def test_a_model_without_organization_has_every_route(hub: Hub) -> None:
    info = hub.ask("/api/models/legacy").json
    assert info["id"] == "legacy"
    assert info["author"] is None
    for path in ("/revision/main", "/tree/main", "/refs", "/commits/main"):
        assert hub.ask(f"/api/models/legacy{path}").status == 200
    assert hub.ask("/legacy/resolve/main/config.json").body == b'{"legacy": true}'


@pytest.mark.parametrize("revision", ["main", "refs%2Fheads%2Fmain", "refs%2fheads%2fmain"])
def test_the_branch_and_its_commit_are_revisions(hub: Hub, commit: str, revision: str) -> None:
    for asked in (revision, commit):
        assert hub.ask(f"{API}/revision/{asked}").json["sha"] == commit
        assert hub.ask(f"{API}/tree/{asked}").status == 200
        assert hub.ask(f"/org/name/resolve/{asked}/config.json").headers["x-repo-commit"] == commit


def test_a_tree_lists_a_folder(hub: Hub) -> None:
    entries = {entry["path"]: entry for entry in hub.ask(f"{API}/tree/main").json}
    assert sorted(entries) == ["README.md", "config.json", "empty.txt", "nested", "weights.bin"]
    assert entries["nested"]["type"] == "directory"
    assert entries["weights.bin"]["lfs"] == {"oid": SHA256, "size": len(WEIGHTS), "pointerSize": 132}
    assert "lastCommit" not in entries["weights.bin"]
    below = hub.ask(f"{API}/tree/main/nested?recursive=true").json
    assert [entry["path"] for entry in below] == ["nested/deep", "nested/deep/more.json"]


def test_an_expanded_tree_tells_the_last_commit(hub: Hub, commit: str) -> None:
    assert all(entry["lastCommit"]["id"] == commit for entry in hub.ask(f"{API}/tree/main?expand=true").json)


def test_a_tree_comes_in_pages(hub: Hub) -> None:
    whole = hub.ask(f"{API}/tree/main?recursive=true").json
    collected = []
    path = f"{API}/tree/main?recursive=true&limit=2"
    pages = 0
    while path:
        page = hub.ask(path)
        collected += page.json
        pages += 1
        assert len(page.json) <= 2
        link = page.headers.get("link", "")
        assert link == "" or link.endswith('>; rel="next"')
        path = link.partition(">")[0].removeprefix(f"<{hub.url}")
    assert collected == whole
    assert pages == 4


@pytest.mark.parametrize("query", ["limit=x", "cursor=-1", "cursor=9999999999", "limit=1e3"])
def test_page_numbers_are_numbers(hub: Hub, query: str) -> None:
    answer = hub.ask(f"{API}/tree/main?{query}")
    assert answer.status == 400
    assert "is to be a number" in answer.json["error"]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("expand", [True, False])
def test_paths_info_answers_for_what_exists(hub: Hub, as_json: bool, expand: bool) -> None:
    paths = ["weights.bin", "nested", "missing", "../secret", ""]
    if as_json:
        body, kind = json.dumps({"paths": paths, "expand": expand}), "application/json"
    else:
        body, kind = urlencode({"paths": paths, "expand": expand}, doseq=True), "application/x-www-form-urlencoded"
    entries = hub.ask(f"{API}/paths-info/main", "POST", body, content_type=kind).json
    assert [(entry["path"], entry["type"]) for entry in entries] == [("weights.bin", "file"), ("nested", "directory")]
    assert all(("lastCommit" in entry) == expand for entry in entries)


@pytest.mark.parametrize("body", ["", "[]", '{"paths": 1}', '{"paths": [1]}', "{", '{"paths": "all"}', "[" * 100_000])
def test_a_malformed_body_is_refused(hub: Hub, body: str) -> None:
    answer = hub.ask(f"{API}/paths-info/main", "POST", body, content_type="application/json")
    assert answer.status == 400
    assert "paths" in answer.json["error"]


def test_an_endless_body_is_refused(hub: Hub) -> None:
    assert hub.ask(f"{API}/paths-info/main", "POST", "paths=" + "a" * (2 << 20)).status == 413


def test_references_and_commits(hub: Hub, commit: str) -> None:
    (branch,) = hub.ask(f"{API}/refs").json["branches"]
    assert branch == {"name": "main", "ref": "refs/heads/main", "targetCommit": commit}
    (only,) = hub.ask(f"{API}/commits/main").json
    assert only["id"] == commit


def test_a_small_file_is_served_where_it_is(hub: Hub, commit: str) -> None:
    answer = hub.ask("/org/name/resolve/main/config.json")
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["x-repo-commit"] == commit
    assert answer.headers["etag"] == '"9e26dfeeb6e641a33dae4961196235bdb965b21b"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == "2"
    head = hub.ask("/org/name/resolve/main/config.json", "HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}


def test_a_large_file_is_redirected_to_its_content(hub: Hub, commit: str) -> None:
    for method in ("GET", "HEAD"):
        answer = hub.ask("/org/name/resolve/main/weights.bin", method)
        assert answer.status == 302
        assert answer.headers["x-repo-commit"] == commit
        assert answer.headers["x-linked-etag"] == f'"{SHA256}"'
        assert answer.headers["x-linked-size"] == str(len(WEIGHTS))
        assert answer.headers["location"] == f"/org/name/blobs/{commit}/{SHA256}"
    assert hub.ask(answer.headers["location"]).body == WEIGHTS


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=1-10", 1, 10),
        ("bytes=-16", len(WEIGHTS) - 16, len(WEIGHTS) - 1),
        ("bytes=2097000-", 2097000, len(WEIGHTS) - 1),
        ("bytes=5-99999999", 5, len(WEIGHTS) - 1),
        (f"bytes=-{len(WEIGHTS) + 1}", 0, len(WEIGHTS) - 1),
        ("Bytes = 1-2", 1, 2),
    ],
)
def test_a_range_is_answered_with_that_range(hub: Hub, commit: str, asked: str, first: int, last: int) -> None:
    answer = hub.ask(f"/org/name/blobs/{commit}/{SHA256}", range=asked)
    assert answer.status == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(WEIGHTS)}"
    assert answer.body == WEIGHTS[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-1", "bytes=", "bytes=-", "bytes=5-1", "bytes=a-b", "0-1"])
def test_what_is_no_single_range_is_answered_with_the_whole(hub: Hub, asked: str) -> None:
    answer = hub.ask("/org/name/resolve/main/config.json", range=asked)
    assert (answer.status, answer.body) == (200, b"{}")
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("asked", ["bytes=2-", "bytes=2-5", "bytes=-0", f"bytes={'9' * 30}-"])
def test_a_range_past_the_end_cannot_be_satisfied(hub: Hub, asked: str) -> None:
    answer = hub.ask("/org/name/resolve/main/config.json", range=asked)
    assert answer.status == 416
    assert answer.headers["content-range"] == "bytes */2"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/models/org/missing", "RepoNotFound"),
        ("/api/models/org/..", "RepoNotFound"),
        ("/api/models/missing", "RepoNotFound"),
        ("/org/missing/resolve/main/config.json", "RepoNotFound"),
        (f"{API}/revision/other", "RevisionNotFound"),
        (f"{API}/revision/{'0' * 40}", "RevisionNotFound"),
        (f"{API}/tree/refs%2Fpr%2F1", "RevisionNotFound"),
        ("/org/name/resolve/other/config.json", "RevisionNotFound"),
        ("/org/name/resolve/main/missing", "EntryNotFound"),
        ("/org/name/resolve/main/nested", "EntryNotFound"),
        ("/org/name/resolve/main/../../legacy/config.json", "EntryNotFound"),
        ("/org/name/resolve/main/..%2f..%2flegacy/config.json", "EntryNotFound"),
        ("/org/name/resolve/main//etc/passwd", "EntryNotFound"),
        (f"{API}/tree/main/missing", "EntryNotFound"),
        (f"/org/name/blobs/main/{'0' * 64}", "EntryNotFound"),
    ],
)
def test_what_is_not_there_has_the_hubs_error_code(hub: Hub, path: str, code: str) -> None:
    answer = hub.ask(path)
    assert answer.status == 404
    assert answer.headers["x-error-code"] == code
    assert answer.json["error"] == answer.headers["x-error-message"]


def test_an_absent_file_tells_the_commit_it_is_absent_from(hub: Hub, commit: str) -> None:
    assert hub.ask("/org/name/resolve/main/missing", "HEAD").headers["x-repo-commit"] == commit


def test_there_are_no_accounts(hub: Hub) -> None:
    assert hub.ask("/api/whoami-v2").status == 401
    assert hub.ask("/api/agent-harnesses").status == 404


def test_a_moved_branch_leaves_its_old_commit_behind(own_hub: Hub) -> None:
    before = own_hub.ask(API).json["sha"]
    (own_hub.root / "org" / "name" / "config.json").write_bytes(b"[]")
    assert own_hub.ask(f"{API}/revision/{before}").headers["x-error-code"] == "RevisionNotFound"
    assert own_hub.ask(API).json["sha"] != before


def test_a_folder_that_cannot_be_read_is_told_in_one_sentence(own_hub: Hub) -> None:
    (own_hub.root / "org" / "name" / ".gitattributes").mkdir()
    answer = own_hub.ask(API)
    assert answer.status == 500
    assert "org/name cannot be read" in answer.json["error"]


def test_a_file_written_to_while_it_is_hashed_is_to_be_asked_for_again(
    own_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = repository._digests

    def slow(*arguments: Any, **keywords: Any) -> Any:
        with (own_hub.root / "org" / "name" / "config.json").open("ab") as stream:
            stream.write(b" ")
        return digests(*arguments, **keywords)

    monkeypatch.setattr(repository, "_digests", slow)
    answer = own_hub.ask(API)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    monkeypatch.undo()
    assert own_hub.ask(API).status == 200


def test_file_names_may_hold_anything(own_hub: Hub) -> None:
    (own_hub.root / "org" / "name" / "ünï #%.json").write_bytes(b"odd")
    assert own_hub.ask("/org/name/resolve/main/%C3%BCn%C3%AF%20%23%25.json").body == b"odd"
    assert (
        own_hub.ask("/org/name/resolve/main/%C3%BC").headers["x-error-message"].startswith("There is no '?' in commit")
    )


def test_a_server_that_announces_its_start_is_answered(tmp_path: Path) -> None:
    messages: Iterator[Message] = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    sent: list[str] = []

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    async def serve() -> None:
        await application(Folders(tmp_path))({"type": "lifespan", "state": {}}, receive, send)

    asyncio.run(serve())
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
