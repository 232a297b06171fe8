"""What a tar yields: its files to be looked at in turn, one finding a rule, and a gap where it was not read."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, members_of, only, probe, rules_of, states_of, until_limit
from tests.builders.tars import Item, pax, tar_bytes
from verifier.formats import Budget, FormatModule, Limits, Member, candidates, tar
from verifier.formats._codecs import GZIP
from verifier.formats._decoded import Decoded
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState, Finding

MODULE: FormatModule = tar
CLEAN = [CoverageState.INSPECTED]
UNSAFE = "tar-unsafe-member"
AMBIGUOUS = "tar-ambiguous-archive"
A = Item(b"a", b"content")


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("root", ["model", "."])
def test_a_folder_packed_by_python_is_quiet(tmp_path: Path, style: int, root: str) -> None:
    contents = {"config.json": b"{}", "weights/part 1.bin": bytes(3000), "weights/" + "x" * 90 + ".txt": b"long"}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "latest.json").symlink_to("config.json")
    (tmp_path / "copy.json").hardlink_to(tmp_path / "config.json")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=style) as archive:
        archive.add(tmp_path, root)
    data = out.getvalue()
    assert MODULE in candidates(probe(data, "model.nemo"))
    records = inspected(MODULE, data, "model.nemo")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    first = {f"{root}/{name}": content for name, content in contents.items()}
    found = members_of(records)
    assert found.items() <= {**first, f"{root}/copy.json": b"{}"}.items()
    assert len(found) == len(contents)


def test_a_compressed_tar_is_read_through_its_stream() -> None:
    packed = gzip.compress(tar_bytes(A, Item(b"b/c", b"x" * 1000)))
    reader = Decoded(BytesReader(packed), GZIP, Budget())
    records = list(tar.inspect(Artifact("model.tgz", reader.size), reader, context()))
    assert members_of(records) == {"a": b"content", "b/c": b"x" * 1000}
    assert (rules_of(records), states_of(records)) == ([], CLEAN)


@pytest.mark.parametrize("data", [b"", bytes(1024), b"x" * 1024, b"ustar"])
def test_what_has_no_header_is_no_tar(data: bytes) -> None:
    assert not tar.recognize(probe(data))


def test_a_header_without_its_checksum_is_still_taken_for_one() -> None:
    data = tar_bytes(Item(b"a", b"x", checksum=1))
    assert tar.recognize(probe(data))
    records = inspected(MODULE, data)
    assert rules_of(records) == [AMBIGUOUS]
    assert CoverageState.PARTIAL in states_of(records)


HOSTILE = {
    "climbing": ([Item(b"../../.ssh/authorized_keys", b"x")], UNSAFE, "climbs"),
    "absolute": ([Item(b"/etc/cron.d/x", b"x")], UNSAFE, "absolute"),
    "drive": ([Item(b"C:\\x", b"x")], UNSAFE, "drive"),
    "NUL": ([pax(b"path", b"a.txt\0.bin"), A], UNSAFE, "NUL"),
    "long name climbing": ([Item(b"././@LongLink", b"../" * 40 + b"x\0", b"L"), A], UNSAFE, "climbs"),
    "symbolic link out": ([Item(b"a", kind=b"2", target=b"/etc/passwd")], UNSAFE, "symbolic link to /etc/passwd"),
    "hard link out": ([Item(b"a", kind=b"1", target=b"../x")], UNSAFE, "hard link to ../x"),
    "through a link": ([Item(b"a", kind=b"2", target=b"b"), Item(b"a/x", b"x")], UNSAFE, "through a link"),
    "through a dotted link": ([Item(b"./a", kind=b"2", target=b"b"), Item(b"a/x", b"x")], UNSAFE, "through a link"),
    "deep through a link": ([Item(b"a/b", kind=b"2", target=b"c"), Item(b"a/b/c/d", b"x")], UNSAFE, "through"),
    "device": ([Item(b"a", kind=b"4")], UNSAFE, "block device"),
    "pipe": ([Item(b"a", kind=b"6")], UNSAFE, "pipe"),
    "duplicate": ([A, Item(b"a", b"other")], AMBIGUOUS, "twice"),
    "dotted duplicate": ([A, Item(b"./a", b"other")], AMBIGUOUS, "twice"),
    "slashed duplicate": ([Item(b"b/a", b"x"), Item(b"b//a", b"other")], AMBIGUOUS, "twice"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_one_finding_that_says_why(what: str) -> None:
    items, rule, why = HOSTILE[what]
    records = inspected(MODULE, tar_bytes(*items))
    (finding,) = only(records, Finding)
    assert finding.rule == rule
    assert why in finding.message
    assert states_of(records) == CLEAN


def test_what_resembles_a_way_out_is_none() -> None:
    names = (b"..a/b", b"a/..b", b"a...", b"-rf", b"a b", "\u4e2d".encode())
    link = Item(b"sub/link", kind=b"2", target=b"a")
    records = inspected(MODULE, tar_bytes(link, Item(b"sub/linkage", b"x"), *(Item(name, b"x") for name in names)))
    assert rules_of(records) == []


def test_both_of_two_members_of_one_name_are_handed_back() -> None:
    records = inspected(MODULE, tar_bytes(A, Item(b"a", b"other")))
    bodies = [m.reader.read_at(0, 99) for m in only(records, Member)]
    assert bodies == [b"content", b"other"]


def test_many_flaws_of_a_rule_are_one_finding() -> None:
    names = [b"../%d" % i for i in range(50)]
    (finding,) = only(inspected(MODULE, tar_bytes(*(Item(name) for name in names))), Finding)
    assert len(finding.evidence) == 20
    assert dict(finding.parameters) == {"count": 50, "kinds": ("name",)}
    assert finding.message.endswith("(and 49 more).")


UNREAD = {
    "cut content": (tar_bytes(A)[:515], 512, "cut short"),
    "cut header": (tar_bytes(A)[:1100], 1024, "without an end mark"),
    "broken header": (tar_bytes(A, Item(b"b", checksum=1)), 1024, "no tar header"),
    "payload behind the end": (tar_bytes(A, end=bytes(1024) + b"\x80\x04payload"), 1024, "follow the end mark"),
    "second archive behind the end": (tar_bytes(A) + tar_bytes(A), 1024, "follow the end mark"),
    "endless pax": (tar_bytes(Item(b"x", b"", b"x", size=b"%011o\0" % (2 << 20)), A), 0, "too long"),
    "pax that is none": (tar_bytes(Item(b"x", b"1000 path=b\n", b"x"), A), 0, "malformed"),
    "pax size": (tar_bytes(pax(b"size", b"-1"), A), 1024, "not a number"),
}


@pytest.mark.parametrize("what", UNREAD)
def test_bytes_behind_a_defect_are_a_gap(what: str) -> None:
    data, end, why = UNREAD[what]
    records = inspected(MODULE, data)
    assert rules_of(records) == [AMBIGUOUS]
    whole, gap = only(records, Coverage)
    assert (whole.state, whole.length) == (CoverageState.INSPECTED, gap.offset)
    assert gap.state is CoverageState.PARTIAL
    assert gap.offset >= end
    assert why in gap.reason


def test_a_missing_end_mark_leaves_nothing_unread() -> None:
    records = inspected(MODULE, tar_bytes(A, end=b""))
    assert (rules_of(records), states_of(records)) == ([AMBIGUOUS], CLEAN)


@pytest.mark.parametrize("item", [Item(b"b", b"x", b"S"), Item(b"b", b"x", b"M"), Item(b"b", b"x", b"Z")])
def test_members_of_types_that_are_not_read_are_gaps(item: Item) -> None:
    records = inspected(MODULE, tar_bytes(A, item), "a.tar")
    assert rules_of(records) == []
    member, whole = only(records, Coverage)
    assert (member.artifact, member.state) == ("a.tar!b", CoverageState.PARTIAL)
    assert whole.state is CoverageState.INSPECTED
    assert members_of(records) == {"a": b"content"}


def test_pax_sparse_members_are_gaps() -> None:
    sparse = pax(b"GNU.sparse.name", b"b")
    assert states_of(inspected(MODULE, tar_bytes(sparse, A)))[0] is CoverageState.PARTIAL


LIMITS = [Limits(members=2), Limits(steps=500), Limits(seconds=-1.0)]


@pytest.mark.parametrize("limits", LIMITS, ids=["members", "steps", "seconds"])
def test_limits_end_the_walk_but_lose_no_finding(limits: Limits) -> None:
    data = tar_bytes(Item(b"../x", b"x"), Item(b"b"), Item(b"c"), pax(b"path", b"long/" * 200), A)
    records = until_limit(MODULE, data, limits)
    assert rules_of(records) == ([] if limits.seconds < 0 else [UNSAFE])
    assert states_of(records) == []


@pytest.mark.parametrize("name", [b"a/" * 250_000 + b"b", b"../" * 160_000], ids=["deep", "climbing"])
def test_long_names_take_no_time(name: bytes) -> None:
    link = Item(b"a/a/a", kind=b"2", target=b"b")
    records = inspected(MODULE, tar_bytes(link, pax(b"path", name), A))
    assert rules_of(records) == [UNSAFE]


def test_shared_records_take_no_memory() -> None:
    noise = [pax(b"comment.%d" % i, b"x" * 1000, b"g") for i in range(50)]
    records = inspected(MODULE, tar_bytes(*noise, pax(b"path", b"shared", b"g"), A))
    assert members_of(records) == {"shared": b"content"}


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_archive_is_never_clean_and_different(data: st.DataObject) -> None:
    """Whatever is quiet and clean holds what Python's reader finds."""
    whole = bytearray(tar_bytes(A, pax(b"path", b"b/c"), Item(b"b", b"z" * 20), Item(b"d", kind=b"5")))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    records = inspected(MODULE, bytes(whole))
    if rules_of(records) or not all(state.clean for state in states_of(records)):
        return
    with tarfile.open(fileobj=io.BytesIO(whole)) as peer:
        files = {m.name: peer.extractfile(m).read() for m in peer.getmembers() if m.isfile()}  # type: ignore[union-attr]
    assert {name.rstrip("/"): body for name, body in members_of(records).items()} == files
