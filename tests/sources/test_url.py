from __future__ import annotations

from urllib.parse import unquote

import pytest
from huggingface_hub import constants

from tests.builders.hub import Hub, Lie
from tests.sources.conftest import HASTY, WEIGHTS
from verifier.errors import NotFoundError, OfflineError, SourceError
from verifier.records import Asserter, Digest, SourceKind
from verifier.sources import parse, resolve, url
from verifier.sources.ranges import BLOCK


def test_a_file_at_a_url(hub: Hub) -> None:
    location = f"{hub.url}/org/name/resolve/main/weights.bin"
    source = resolve(parse(f"{location}#sha256={'ab' * 32}"))
    (artifact,) = source.snapshot.artifacts
    assert (artifact.path, artifact.size) == ("weights.bin", len(WEIGHTS))
    assert artifact.digests == (Digest("sha256", "ab" * 32, Asserter.REFERENCE),)
    assert (source.snapshot.id, source.snapshot.reference.kind) == (location, SourceKind.URL)
    assert source.remote
    with source.open("weights.bin") as handle:
        assert handle.read_at(0, BLOCK) == WEIGHTS[:BLOCK]
        assert len(hub.requests) == 2
        assert handle.read_at(handle.size - 5, 5) == WEIGHTS[-5:]
        assert (handle.record().read, handle.record().requests) == (2 * BLOCK, 3)


def test_an_empty_file(hub: Hub) -> None:
    source = resolve(parse(f"{hub.url}/org/name/resolve/main/empty.txt"))
    assert source.snapshot.artifacts[0].size == 0
    with source.open("empty.txt") as handle:
        assert handle.read_at(0, 10) == b""


def test_a_small_file_from_a_server_without_ranges(hub: Hub) -> None:
    hub.tell(Lie.whole_for_range("*"))
    with resolve(parse(f"{hub.url}/org/name/resolve/main/config.json")).open("config.json") as handle:
        assert handle.read_at(0, 10) == b"{}"
    with pytest.raises(SourceError, match="does not serve parts") as raised:
        resolve(parse(f"{hub.url}/org/name/resolve/main/weights.bin"))
    assert "Download" in raised.value.next_step


def test_what_fails(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = parse(f"{hub.url}/nothing/here")
    with pytest.raises(NotFoundError):
        url.resolve(reference, patience=HASTY)
    with pytest.raises(OfflineError, match="switched off"):
        resolve(reference, offline=True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineError, match="switched off"):
        resolve(reference)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b%20c.bin", "b c.bin"),
        ("/", "download"),
        ("/%2e%2e", "download"),
        ("/a%2Fb", "download"),
        ("/%00", "download"),
    ],
)
def test_the_name_of_the_file(path: str, name: str, hub: Hub) -> None:
    hub.tell(Lie.redirected(unquote(path), "/org/name/resolve/main/config.json"))
    assert url.resolve(parse(hub.url + path), patience=HASTY).snapshot.artifacts[0].path == name
