"""The declared library against the files there are."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import artifact, claim, snapshot
from verifier.crosschecks import declarations
from verifier.records import Comparison, Dossier, Result


def check(library: str | None) -> Result:
    claims = (claim("license", "mit"), *((claim("library-name", library),) if library else ()))
    (record,) = declarations.check(Dossier(snapshot(artifact("config.json")), claims=claims))
    assert isinstance(record, Comparison)
    assert record.reason
    return record.result


@pytest.mark.parametrize(
    ("library", "result"),
    [
        ("transformers", Result.CONSISTENT),
        ("sentence-transformers", Result.INCONCLUSIVE),
        ("somebody-s-own", Result.NOT_CHECKABLE),
        (None, Result.NOT_DECLARED),
    ],
)
def test_the_declared_library_finds_its_entry_point(library: str | None, result: Result) -> None:
    assert check(library) is result
