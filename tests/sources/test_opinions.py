"""What a hub and its scanners say, from its answers into a snapshot."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.hub import Hub
from tests.sources.conftest import FILES, lay_out
from verifier import verify_model
from verifier.records import Outcome
from verifier.records.canonical import Plain
from verifier.sources import opinions, parse, resolve

STATUS = {"status": "unsafe", "avScan": {"status": "safe"}, "protectAiScan": {"status": "unsafe"}, "jFrogScan": None}

JSON = st.recursive(st.none() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
NAMES = st.sampled_from(
    ["path", "level", "status", "scansDone", "filesWithIssues", "avScan", "isVerified", "rfilename"]
)
SAID = st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES, JSON)) | st.dictionaries(NAMES, JSON))


def record(hub: Hub, name: str, **said: object) -> None:
    file = hub.root / ".scans" / "org" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said))


def test_what_scanners_say_costs_no_request(hub: Hub) -> None:
    record(hub, "name", scansDone=True, author={"isVerified": True}, files={"weights.bin": STATUS})
    told = dict(resolve(parse("org/name")).snapshot.metadata)
    assert len(hub.requests) == 3
    assert told["security-scans"] == "done"
    assert told["verified-organization"] == "true"
    assert {name: value for name, value in told.items() if name.startswith("security-status:")} == {
        "security-status:hub:weights.bin": "unsafe",
        "security-status:av:weights.bin": "safe",
        "security-status:protectAi:weights.bin": "unsafe",
        "security-status:pickleImport:weights.bin": "unscanned",
    }


def test_a_large_repository_tells_its_issues_only(hub: Hub) -> None:
    lay_out(hub.root / "org" / "many", {f"{number:04}.json": b"{}" for number in range(51)})
    record(hub, "many", files={"0003.json": STATUS, "0004.json": {"status": "safe"}})
    told = dict(resolve(parse("org/many")).snapshot.metadata)
    assert len(hub.requests) == 3
    statuses = {name: value for name, value in told.items() if name.startswith("security-status:")}
    assert statuses == {"security-status:hub:0003.json": "unsafe"}
    assert told["security-scans"] == "pending"


def test_a_hub_that_flags_a_file_is_noted_and_one_that_does_not_lowers_nothing(hub: Hub) -> None:
    lay_out(hub.root / "org" / "plain", {"config.json": b"{}"})
    record(hub, "plain", files={"config.json": STATUS})
    flagged = verify_model("org/plain")
    assert flagged.outcome is Outcome.ACCEPTED
    assert [one.rule for one in flagged.dossier.findings] == ["hub-flags-file"]
    lay_out(hub.root / "org" / "bad", {"model.pkl": b"cos\nsystem\n(S'true'\ntR."})
    record(hub, "bad", scansDone=True, files={"model.pkl": {"status": "safe"}})
    assert verify_model("org/bad").outcome is Outcome.REJECTED


def test_folders_count_as_entries_of_a_page() -> None:
    files: list[Plain] = [{"rfilename": f"{number}/a/b.json"} for number in range(17)]
    assert not opinions.fits_a_page({"siblings": files})
    assert opinions.fits_a_page({"siblings": files[:16]})
    assert not opinions.fits_a_page({})


@given(SAID)
def test_nonsense_is_no_opinion(said: dict[str, Plain]) -> None:
    told = [*opinions.of_repository({"securityRepoStatus": said, "authorData": said})]
    told += [*opinions.of_file({"path": "a", "securityFileStatus": said}), *opinions.of_file(said)]
    assert all(value.isascii() and value.isprintable() for _, value in told)
    opinions.fits_a_page({"siblings": said.get("path")})


def test_nothing_is_said_of_files_by_a_hub_that_keeps_still(hub: Hub) -> None:
    names = dict(resolve(parse("org/name")).snapshot.metadata)
    assert not [name for name in names if name.startswith("security-status")]
    assert len(FILES) <= opinions.EXPANDED_PAGE
