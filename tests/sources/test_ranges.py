from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import HASTY, IMPATIENT, WEIGHTS, lay_out
from verifier.errors import BudgetExceeded, ChangedError, NotFoundError, SourceError
from verifier.sources import Source, parse, ranged, ranges
from verifier.sources import hub as hubs
from verifier.sources.ranges import BLOCK

BLOBS = "*/blobs/*"
CONTENT = "*/weights.bin"


@pytest.fixture
def source(hub: Hub) -> Source:
    source = hubs.resolve(parse("org/name"), patience=HASTY)
    hub.truth()
    return source


def test_head_and_tail_of_a_large_file(hub: Hub, tmp_path: Path) -> None:
    large = lay_out(tmp_path / "models" / "org" / "large", {"w.bin": b"x"}) / "w.bin"
    os.truncate(large, 5_000_000)
    with hubs.resolve(parse("org/large")).open("w.bin") as handle:
        handle.read_at(0, 8)
        handle.read_at(8, 30_000)
        handle.read_at(handle.size - 22, 22)
        handle.read_at(handle.size - BLOCK, BLOCK)
        assert handle.record().read == 2 * BLOCK
        assert handle.record().unread == ((30_008, handle.size - BLOCK),)
    assert len(hub.seen(BLOBS)) == 2
    assert len(hub.seen("*/resolve/*")) == 1
    assert hub.sent(BLOBS) == 131_072


def test_what_is_longer_than_a_block_costs_one_more(hub: Hub, source: Source) -> None:
    with source.open("weights.bin") as handle:
        handle.read_at(0, 8)
        assert handle.read_at(8, 200_000) == WEIGHTS[8:200_008]
    assert len(hub.seen(BLOBS)) == 2


def test_small_files_cost_one_request_for_all_readers(hub: Hub, source: Source) -> None:
    for _ in range(3):
        with source.open("config.json") as handle:
            assert handle.read_at(0, 1) == b"{"
            assert handle.read_at(1, 9) == b"}"
    with source.open("empty.txt") as handle:
        assert handle.read_at(0, 9) == b""
    assert len(hub.requests) == 1
    assert [(record.artifact, record.requests) for record in source.reads()] == [("config.json", 1), ("empty.txt", 0)]


def test_reading_on_fetches_more_at_a_time(hub: Hub, source: Source) -> None:
    with source.open("weights.bin") as handle:
        content = b"".join(handle.read_at(offset, 4096) for offset in range(0, len(WEIGHTS), 4096))
    assert content == WEIGHTS
    assert len(hub.seen(BLOBS)) <= 8
    assert hub.sent(BLOBS) == len(WEIGHTS)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reads=st.lists(st.tuples(st.integers(0, len(WEIGHTS) + 9), st.integers(0, 300_000)), max_size=12))
def test_any_reads_give_the_file_and_fetch_nothing_twice(
    reads: list[tuple[int, int]], hub: Hub, source: Source
) -> None:
    fresh = hubs.resolve(parse("org/name"), patience=HASTY)
    hub.truth()
    with fresh.open("weights.bin") as handle:
        for offset, length in reads:
            assert handle.read_at(offset, length) == WEIGHTS[offset : offset + length]
    assert hub.sent(BLOBS) <= len(WEIGHTS)


def test_forgotten_spans_are_fetched_again(hub: Hub, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ranged, ranges):
        monkeypatch.setattr(module, "KEPT", 2 * BLOCK)
    with source.open("weights.bin") as handle:
        for offset in (0, 500_000, 1_000_000, 1_500_000, 0):
            assert handle.read_at(offset, 5) == WEIGHTS[offset : offset + 5]
        assert len(hub.seen(BLOBS)) == 5
        assert handle.read_at(0, len(WEIGHTS)) == WEIGHTS
    with source.open("config.json"):
        pass
    with source.open("weights.bin") as handle:
        handle.read_at(0, 1)


def test_the_budget_is_hard(hub: Hub) -> None:
    source = hubs.resolve(parse("org/name"), fetched=100_000, patience=HASTY)
    with source.open("weights.bin") as handle:
        handle.read_at(0, 10)
        with pytest.raises(BudgetExceeded, match="more than 100000 bytes"):
            handle.read_at(1_000_000, 10)
    assert hub.sent(BLOBS) == BLOCK


def test_an_expired_address_is_asked_for_again(hub: Hub, source: Source) -> None:
    with source.open("weights.bin") as handle:
        handle.read_at(0, 1)
        hub.tell(Lie.refused(BLOBS, 403, times=1))
        assert handle.read_at(1_000_000, 5) == WEIGHTS[1_000_000:1_000_005]
        assert len(hub.seen("*/resolve/*")) == 2
        hub.tell(Lie.refused("*", 404))
        with pytest.raises(NotFoundError):
            handle.read_at(1_500_000, 5)


@pytest.mark.parametrize(
    ("lie", "kind", "said"),
    [
        (Lie.whole_for_range(BLOBS), SourceError, "does not serve parts"),
        (Lie.content_range(BLOBS, None), SourceError, "does not say which bytes"),
        (Lie.content_range(BLOBS, "bytes 5-9/10"), SourceError, "were asked for"),
        (Lie.content_range(BLOBS, f"bytes 0-{BLOCK - 1}/*"), SourceError, "does not say which bytes"),
        (Lie.content_range(BLOBS, f"bytes 0-{BLOCK - 1}/9999999"), ChangedError, "9999999 are served"),
        (Lie.truncated(BLOBS, 100), SourceError, "sent 100 of"),
        (Lie(BLOBS, body=lambda body: body + b"x"), SourceError, "more than the 65536 bytes"),
        (Lie.stalling(BLOBS, 5, size=10), SourceError, "stopped answering"),
        (Lie.dying(BLOBS, 10), SourceError, "broke the connection off"),
        (Lie.other_headers(BLOBS, content_encoding="gzip"), SourceError, "encoded"),
        (Lie.other_headers(CONTENT, x_repo_commit="f" * 40), ChangedError, "from commit fff"),
        (Lie.other_headers(CONTENT, x_linked_size="7"), ChangedError, "7 are announced"),
        (Lie.other_headers(CONTENT, x_linked_etag=f'"{"f" * 64}"'), ChangedError, "listed otherwise"),
        (Lie.refused(BLOBS, 416), ChangedError, "shorter than listed"),
        (Lie.refused(CONTENT, 404, code="EntryNotFound"), NotFoundError, "the file is gone"),
    ],
)
def test_what_a_server_may_answer(lie: Lie, kind: type[SourceError], said: str, hub: Hub, source: Source) -> None:
    if lie.stall:
        source = hubs.resolve(parse("org/name"), patience=IMPATIENT)
    hub.tell(lie)
    with source.open("weights.bin") as handle, pytest.raises(SourceError, match=said) as raised:
        handle.read_at(0, 10)
    assert type(raised.value) is kind
    assert raised.value.message.startswith("weights.bin of org/name")


def test_a_file_that_changes_underfoot(hub: Hub, source: Source) -> None:
    with source.open("weights.bin") as handle:
        handle.read_at(0, 1)
        hub.tell(Lie.other_headers(BLOBS, etag='"other"'))
        with pytest.raises(ChangedError, match="ETag was"):
            handle.read_at(1_000_000, 1)


def test_a_connection_that_breaks_once(hub: Hub, source: Source) -> None:
    hub.tell(Lie.dying(BLOBS, 10, times=1), Lie.truncated(BLOBS, 10))
    hub.lies.pop()
    with source.open("weights.bin") as handle:
        assert handle.read_at(5, 5) == WEIGHTS[5:10]


def test_threads_share_a_source(hub: Hub, source: Source) -> None:
    seen: list[bytes] = []

    def read() -> None:
        with source.open("weights.bin") as handle:
            seen.append(handle.read_at(100, 300_000))

    threads = [Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [WEIGHTS[100:300_100]] * 6
    assert hub.sent(BLOBS) <= 300_100 + BLOCK


def test_a_closed_handle(source: Source) -> None:
    handle = source.open("config.json")
    handle.close()
    handle.close()
    with pytest.raises(SourceError, match="closed"):
        handle.read_at(0, 1)
