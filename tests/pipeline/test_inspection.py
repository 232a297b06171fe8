"""The loop that recognizes, inspects and queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders.dossiers import BytesReader
from tests.builders.numpys import npy
from tests.builders.opcodes import call, pickled
from tests.builders.zips import zip_bytes
from verifier import formats, sources
from verifier.errors import BudgetExceeded, Malformed, OfflineError
from verifier.formats import HEAD, Budget, Context, FormatModule, Limits, Probe
from verifier.pipeline.examination import Examiner
from verifier.pipeline.inspection import Inspection, guarded
from verifier.records import Artifact, Coverage, CoverageState, Fact, Format, Reader, Record


def no_sibling(path: str) -> Reader:
    raise Malformed(f"there is no file {path} beside it")


def inspect(content: bytes, path: str = "file", limits: Limits | None = None, *, remote: bool = False) -> list[Record]:
    inspection = Inspection(Budget(limits or Limits()), remote)
    return list(inspection.run(Artifact(path, len(content)), BytesReader(content), {}, no_sibling))


def states(records: list[Record]) -> list[tuple[str, CoverageState]]:
    return [(record.artifact, record.state) for record in records if isinstance(record, Coverage)]


def test_content_nobody_knows_is_said_to_be_unknown() -> None:
    assert states(inspect(b"\xfe\xed\x00\x01" * 8)) == [("file", CoverageState.UNKNOWN)]


def test_members_go_back_to_the_queue() -> None:
    inner = zip_bytes((b"b.txt", b"deep\n"))
    found = states(inspect(zip_bytes((b"a.txt", b"text\n"), (b"c.zip", inner))))
    assert ("file!a.txt", CoverageState.INSPECTED) in found
    assert ("file!c.zip!b.txt", CoverageState.INSPECTED) in found


def test_what_an_array_hides_at_its_end_is_looked_for_once_it_is_here() -> None:
    hidden = bytes(HEAD) + zip_bytes((b"b.txt", b"deep\n"))
    content = zip_bytes((b"a.npy", npy("'|u1'", f"({len(hidden)},)", hidden)))
    assert ("file!a.npy!b.txt", CoverageState.INSPECTED) in states(inspect(content))
    found = inspect(content, remote=True)
    assert {name for name, _ in states(found)} == {"file", "file!a.npy"}
    unchecked = [record.unchecked for record in found if isinstance(record, Coverage) and record.artifact != "file"]
    assert ("other-formats",) in unchecked


def test_nesting_has_an_end() -> None:
    content = b"text\n"
    for _ in range(4):
        content = zip_bytes((b"z", content))
    found = states(inspect(content, limits=Limits(depth=2)))
    assert found[-1] == ("file!z!z!z", CoverageState.LIMIT)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (BudgetExceeded("too much"), CoverageState.LIMIT),
        (Malformed("broken", 7), CoverageState.ERROR),
        (Malformed("broken"), CoverageState.ERROR),
        (RecursionError("too deep"), CoverageState.ERROR),
        (KeyError("\x1b[31m"), CoverageState.ERROR),
    ],
)
def test_every_failure_becomes_coverage_after_what_was_seen(error: Exception, state: CoverageState) -> None:
    first = Coverage("file", CoverageState.INSPECTED, "", "test/1")

    def fails() -> Iterator[Coverage]:
        yield first
        raise error

    seen, gap = guarded(fails, "file", "test/1")
    assert seen == first
    assert gap.state is state
    assert gap.reason.isprintable()


def test_silence_becomes_coverage() -> None:
    (gap,) = guarded(lambda: iter(()), "file", "test/1")
    assert isinstance(gap, Coverage)
    assert gap.state is CoverageState.ERROR


def test_a_source_that_fails_is_the_pipelines_business() -> None:
    def fails() -> Iterator[Coverage]:
        yield Coverage("file", CoverageState.INSPECTED, "", "test/1")
        raise OfflineError("gone")

    with pytest.raises(OfflineError):
        list(guarded(fails, "file", "test/1"))


class Curious:
    """A format whose files name what lies beside them."""

    FORMAT = Format("curious", 1, "Names of neighbors")
    RULES: tuple[str, ...] = ()

    @staticmethod
    def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Coverage]:
        neighbor = context.open_sibling(reader.read_at(0, reader.size).decode().strip())
        yield Coverage(artifact.name, CoverageState.INSPECTED, f"beside {neighbor.size} bytes", "curious/1")


def test_neighbors_can_be_read_where_they_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archive = zip_bytes((b"a", b"b\n"), (b"b", b"no neighbor\n"))
    for name, content in {"a": b"b\n", "b": b"no neighbor\n", "c.zip": archive}.items():
        (tmp_path / name).write_bytes(content)
    genuine = formats.candidates

    def candidates(probe: Probe) -> tuple[FormatModule, ...]:
        return genuine(probe) if probe.name.endswith(".zip") else (Curious(),)

    monkeypatch.setattr(formats, "candidates", candidates)
    examiner = Examiner(sources.resolve(sources.parse(str(tmp_path))), Limits())
    seen = [
        record
        for name, size in (("a", 2), ("b", 12), ("c.zip", len(archive)))
        for record in examiner.examine(Artifact(name, size)).records
        if isinstance(record, Coverage)
    ]
    reasons = {record.artifact: record.reason for record in seen if record.artifact != "c.zip"}
    assert reasons == {
        "a": "beside 12 bytes",
        "b": "there is no file no neighbor beside it",
        "c.zip!a": "beside 12 bytes",
        "c.zip!b": "there is no member no neighbor beside it",
    }


def test_a_crash_while_recognizing_is_coverage_too(monkeypatch: pytest.MonkeyPatch) -> None:
    crash: Callable[[object], object] = lambda _probe: 1 // 0  # noqa: E731
    monkeypatch.setattr(formats, "candidates", crash)
    assert states(inspect(b"text\n")) == [("file", CoverageState.ERROR)]


def test_the_symbols_pickles_name_are_a_fact() -> None:
    stream = pickled(call("collections", "OrderedDict") + b"0" + call("os", "system", "echo inert"))
    records = inspect(stream, "model.pkl")
    assert [fact.value for fact in records if isinstance(fact, Fact) and fact.kind == "pickle-symbols"] == [
        ("collections.OrderedDict", "os.system")
    ]


def test_too_many_symbols_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.formats._pickle.inspection.MOST_SYMBOLS", 1)
    stream = pickled(call("collections", "OrderedDict") + b"0" + call("os", "system", "echo inert"))
    assert ("model.pkl", CoverageState.LIMIT) in states(inspect(stream, "model.pkl"))
