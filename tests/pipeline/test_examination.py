"""A large file alone is hashed while it is inspected, and known no less than one among others."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tests.builders.safetensors import safetensors_bytes, tensor
from verifier.formats import Limits
from verifier.pipeline.examination import ASIDE, Examiner, FileResult
from verifier.records import Coverage, CoverageState, Fact
from verifier.sources import Source, resolve
from verifier.sources.reference import parse


def large(path: Path) -> Path:
    """A sound file of weights, whose zeros take no room on the disk."""
    head = safetensors_bytes({"x": tensor("U8", (ASIDE,), (0, ASIDE))})
    path.write_bytes(head)
    os.truncate(path, len(head) + ASIDE)
    return path


def examined(source: Source, told: list[int] | None = None) -> FileResult:
    progress = None if told is None else lambda _path, done, _total: told.append(done)
    examiner = Examiner(source, Limits(), progress)
    return examiner.examine(next(a for a in source.snapshot.artifacts if a.path == "model.safetensors"))


def test_alone_or_among_others_it_is_seen_alike(tmp_path: Path) -> None:
    path, told = large(tmp_path / "model.safetensors"), list[int]()
    alone = examined(resolve(parse(str(path))), told)
    (tmp_path / "README.md").write_text("# It\n", encoding="utf-8")
    among = examined(resolve(parse(str(tmp_path))))
    assert alone.artifact == among.artifact
    assert sorted(map(repr, alone.records)) == sorted(map(repr, among.records))
    assert told[-1] == alone.done == path.stat().st_size
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ("sha256", digest) in [record.value for record in alone.records if isinstance(record, Fact)]


def test_a_large_file_that_changes_is_a_gap(tmp_path: Path) -> None:
    path = large(tmp_path / "model.safetensors")
    source = resolve(parse(str(path)))
    os.truncate(path, ASIDE)
    (gap,) = examined(source).records
    assert isinstance(gap, Coverage)
    assert gap.state is CoverageState.ERROR
