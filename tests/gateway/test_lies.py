"""A hub that lies must lie as told, or tests that rest on it prove nothing."""

from __future__ import annotations

import http.client
import time

import pytest

from tests.builders.hub import Hub, Lie
from tests.gateway.conftest import FILES, WEIGHTS

CONFIG = "/org/name/resolve/main/config.json"
README = "/org/name/resolve/main/README.md"
TRUE = FILES["org/name/README.md"]


@pytest.fixture
def content(own_hub: Hub) -> str:
    """Where the large file's bytes are."""
    return own_hub.ask("/org/name/resolve/main/weights.bin").headers["location"]


def test_ranges_and_whole_files_are_tampered_with_apart(own_hub: Hub, content: str) -> None:
    own_hub.tell(Lie.tampered("*/blobs/*", ranged=True))
    assert own_hub.ask(content).body == WEIGHTS
    lied = own_hub.ask(content, range="bytes=0-9")
    assert lied.status == 206
    assert lied.body[:-1] == WEIGHTS[:9]
    assert lied.body[-1] == WEIGHTS[9] ^ 1


def test_an_empty_file_cannot_be_tampered_with(own_hub: Hub) -> None:
    own_hub.tell(Lie.tampered("*"))
    assert own_hub.ask("/org/name/resolve/main/empty.txt").body == b""


def test_a_truncated_body_looks_whole(own_hub: Hub) -> None:
    own_hub.tell(Lie.truncated(README, 4))
    answer = own_hub.ask(README)
    assert (answer.body, answer.headers["content-length"]) == (TRUE[:4], "4")


def test_a_body_dies_in_the_middle_and_only_as_often_as_told(own_hub: Hub) -> None:
    own_hub.tell(Lie.dying(README, 4, times=1))
    with pytest.raises(http.client.IncompleteRead) as died:
        own_hub.ask(README)
    assert died.value.partial == TRUE[:4]
    assert own_hub.seen(README)[0].sent == 4
    assert own_hub.ask(README).body == TRUE


def test_a_body_stalls(own_hub: Hub) -> None:
    own_hub.tell(Lie.stalling(README, 0.3, size=4))
    start = time.monotonic()
    with pytest.raises(http.client.IncompleteRead):
        own_hub.ask(README)
    assert time.monotonic() - start >= 0.3


def test_a_range_is_ignored_or_misnamed(own_hub: Hub) -> None:
    own_hub.tell(Lie.whole_for_range(README))
    answer = own_hub.ask(README, range="bytes=0-1")
    assert (answer.status, answer.body) == (200, TRUE)
    own_hub.truth()
    own_hub.tell(Lie.content_range(README, "bytes 0-1/999"))
    assert own_hub.ask(README, range="bytes=0-1").headers["content-range"] == "bytes 0-1/999"
    own_hub.truth()
    own_hub.tell(Lie.content_range(README, None))
    assert "content-range" not in own_hub.ask(README, range="bytes=0-1").headers


def test_headers_change(own_hub: Hub) -> None:
    own_hub.tell(Lie.other_headers(README, etag='"0"', x_repo_commit=None))
    headers = own_hub.ask(README, "HEAD").headers
    assert headers["etag"] == '"0"'
    assert "x-repo-commit" not in headers


def test_requests_are_refused_after_some_and_for_a_while(own_hub: Hub) -> None:
    own_hub.tell(Lie.refused(README, 403, code="GatedRepo", message="Ask first.", after=1, times=1))
    assert [own_hub.ask(README).status for _ in range(3)] == [200, 403, 200]
    assert own_hub.ask(CONFIG).status == 200
    own_hub.truth()
    own_hub.tell(Lie.rate_limited(README, retry_after=7))
    answer = own_hub.ask(README)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")


def test_a_redirect_leads_in_a_circle_or_to_a_new_name(own_hub: Hub) -> None:
    own_hub.tell(Lie.redirected("/api/models/old/name*", "/api/models/org/name"), Lie.redirected(README, README))
    assert own_hub.ask("/api/models/old/name").headers["location"] == "/api/models/org/name"
    assert own_hub.ask(README).headers["location"] == README


def test_the_branch_moves_between_two_requests(own_hub: Hub) -> None:
    config = own_hub.root / "org" / "name" / "config.json"
    own_hub.tell(Lie.branch_moves(lambda: config.write_bytes(b"[]"), path="/api/models/*", after=1))
    first, second, third = (own_hub.ask("/api/models/org/name").json["sha"] for _ in range(3))
    assert first != second == third


def test_xet_is_advertised(own_hub: Hub) -> None:
    own_hub.tell(*Lie.xet("org/name"))
    entries = own_hub.ask("/api/models/org/name/tree/main").json
    assert [entry["path"] for entry in entries if "xetHash" in entry] == ["weights.bin"]
    assert "x-xet-hash" in own_hub.ask("/org/name/resolve/main/weights.bin", "HEAD").headers


def test_requests_and_bytes_are_counted(own_hub: Hub, content: str) -> None:
    own_hub.truth()
    own_hub.ask(content, range="bytes=0-99")
    own_hub.ask(content, "HEAD")
    assert [(seen.method, seen.range, seen.sent) for seen in own_hub.requests] == [
        ("GET", "bytes=0-99", 100),
        ("HEAD", None, 0),
    ]
    assert own_hub.sent() == 100
    assert own_hub.seen("*", "POST") == []
