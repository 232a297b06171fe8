"""Signatures: genuine ones of every release, and what each weakness of other verifiers comes to here."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from tests.builders import reference_bundles as reference
from tests.builders.certificates import key
from tests.builders.dossiers import digest_fact
from tests.builders.signing import (
    FILES,
    NOW,
    bundle,
    claim,
    collect,
    details,
    holder,
    model,
    resources,
    rules,
    statement,
)
from verifier.claims import signatures
from verifier.crosschecks import digests
from verifier.errors import SourceError
from verifier.records import Claim, Comparison, Coverage, CoverageState, Dossier, Fact, Reader, Result, Standing
from verifier.records.trust import Method, Signer, Trust

MADE = Path(__file__).parents[1] / "data" / "signatures"
TRUSTED = (
    *(Signer(curve, Method.KEY, (MADE / f"{curve}.pub").read_text()) for curve in reference.CURVES),
    Signer("root", Method.CERTIFICATE, (MADE / "root.pem").read_text(), identity="*@example.org"),
)


def genuine(name: str, files: dict[str, bytes]) -> tuple[Claim, dict[Result, int], list[str]]:
    """A bundle of the reference tool over files: the signature, how its digests fare, and the findings."""
    raw = (MADE / name).read_bytes()
    snapshot, open_file = model({**files, "model.sig": raw})
    found = list(signatures.collect(snapshot, open_file, Trust(NOW, TRUSTED)))
    claims = tuple(record for record in found if isinstance(record, Claim))
    facts = tuple(record for record in found if isinstance(record, Fact))
    computed = tuple(digest_fact(path, hashlib.sha256(content).hexdigest()) for path, content in files.items())
    checked = digests.check(Dossier(snapshot, facts=(*facts, *computed), claims=claims))
    results = [record.result for record in checked if isinstance(record, Comparison)]
    return claim(found), {result: results.count(result) for result in results}, rules(found)


@pytest.mark.parametrize("name", sorted(path.name for path in MADE.glob("*.sig") if "one-file" not in path.name))
def test_what_every_release_of_the_reference_tool_signed_is_verified(name: str) -> None:
    files = dict(reference.FILES)
    signature, results, flaws = genuine(name, files)
    assert (signature.standing, {*results}, flaws) == (
        Standing.VERIFIED,
        {Result.CONSISTENT},
        ["signature-ignores-content"] if "ignoring" in name else [],
    )
    files["weights-more/shard.bin"] += b"!"
    assert Result.CONTRADICTED in genuine(name, files)[1] or "ignoring" in name


def test_a_signature_over_one_file_holds_wherever_that_stands() -> None:
    content = reference.FILES["config.json"]
    signature, results, flaws = genuine("1.1.1-one-file.sig", {"config.json": content})
    assert (signature.standing, results, flaws) == (Standing.VERIFIED, {Result.CONSISTENT: 1}, [])


def test_a_signature_speaks_of_its_own_folder() -> None:
    inner = {f"part/{path}": content for path, content in FILES.items()}
    found = collect(bundle(), {**inner, "other.py": b"x"}, name="part/model.sig")
    assert rules(found) == []
    assert {record.subject for record in found if isinstance(record, Claim)} == {".", *inner}


def test_what_nobody_trusted_signed_is_unverified_and_quiet() -> None:
    found = collect(bundle(key=key("p384", 7)))
    assert claim(found).standing is Standing.UNVERIFIED
    assert claim(found).who.startswith("unknown signer ")
    assert rules(found) == []


@pytest.mark.parametrize(
    "limits", [{"models": ("other/*",)}, {"begins": NOW.date().replace(day=2)}, {"ends": NOW.date().replace(month=5)}]
)
def test_a_signer_counts_for_some_models_and_days(limits: dict[str, Any]) -> None:
    assert claim(collect(bundle(), FILES, holder(**limits))).standing is Standing.UNVERIFIED
    assert claim(collect(bundle(), FILES, holder(**limits), holder())).standing is Standing.VERIFIED


def test_signatures_given_take_the_place_of_those_among_the_files() -> None:
    raw = json.dumps(bundle()).encode()
    trust = Trust(NOW, (holder(),), bundles=(("elsewhere/ana.bundle", raw),))
    found = list(signatures.collect(*model({**FILES, "model.sig": b"{}"}), trust))
    assert claim(found).standing is Standing.VERIFIED
    assert claim(found).evidence.artifact == "elsewhere/ana.bundle"
    assert rules(found) == []


def test_a_statement_about_something_else_is_a_claim_too() -> None:
    other = {**statement(), "predicateType": "https://example.org/other/v1"}
    (found,) = collect(bundle(other))
    assert isinstance(found, Claim)
    assert (found.kind, found.standing) == ("attestation", Standing.VERIFIED)
    assert ("predicate", "https://example.org/other/v1") in cast(tuple[tuple[str, str], ...], found.value)


def test_other_kinds_of_signature_are_left_alone() -> None:
    assert collect(b"-----BEGIN PGP SIGNATURE-----", name="model.safetensors.sig") == []
    assert rules(collect(b"-----BEGIN PGP SIGNATURE-----")) == ["signature-malformed"]


def test_a_signature_that_cannot_be_read_is_a_gap() -> None:
    def fails(path: str) -> Reader:
        raise SourceError("no")

    (gap,) = signatures.collect(model({"model.sig": b"{}"})[0], fails, Trust(NOW))
    assert isinstance(gap, Coverage)


def test_files_added_after_signing_are_told_by_what_they_are() -> None:
    added = {**FILES, "modeling.py": b"x", "notes.txt": b"x", "package/__init__.py": b""}
    assert rules(collect(bundle(), added)) == ["signature-uncovered-content", "signature-uncovered-file"]
    assert rules(collect(bundle(), {**FILES, "notes.txt": b"x"})) == ["signature-uncovered-file"]


def test_weights_the_signer_left_out_are_told() -> None:
    signed = resources({"README.md": FILES["README.md"]})
    ignoring = statement(signed, ignore_paths=["./model.safetensors/", ".git"])
    assert rules(collect(bundle(ignoring))) == ["signature-ignores-content"]
    only_text = statement(resources({"model.safetensors": FILES["model.safetensors"]}), ignore_paths=["README.md"])
    assert rules(collect(bundle(only_text))) == []


def test_signed_files_that_are_gone_are_told() -> None:
    assert rules(collect(bundle(), {"README.md": FILES["README.md"]})) == ["signature-missing-file"]


def test_names_the_specification_leaves_out_are_told_where_they_hold_code() -> None:
    assert rules(collect(bundle(), {**FILES, ".gitattributes": b"x", ".github/run.py": b"x"})) == [
        "signature-uncovered-file"
    ]


def test_an_empty_file_beside_signed_shards_is_told_where_it_is_code() -> None:
    shards = [{**one, "name": f"{one['name']}:0:{len(FILES[one['name']])}"} for one in resources()]
    sharded = statement(shards, method="shards", shard_size=1000.0)
    assert (
        rules(collect(bundle(sharded), {**FILES, "__init__.py": b"", "empty.txt": b""}))
        == ["signature-uncovered-file"] * 1
    )


def test_bytes_added_behind_the_last_shard_are_other_bytes() -> None:
    _, results, _ = genuine(
        "1.1.1-shards-sha256.sig", {**reference.FILES, "weights-more/shard.bin": b"weights\n" * 100}
    )
    assert results == {Result.CONSISTENT: 6}
    _, results, _ = genuine(
        "1.1.1-shards-sha256.sig", {**reference.FILES, "weights-more/shard.bin": b"weights\n" * 100 + b"\0"}
    )
    assert results == {Result.CONSISTENT: 5, Result.CONTRADICTED: 1}


def test_two_models_that_differ_in_a_name_are_bound_to_different_digests() -> None:
    renamed = {"README.md": FILES["README.md"], "other.safetensors": FILES["model.safetensors"]}
    one, other = (details(collect(bundle(statement(resources(files))), files)) for files in (FILES, renamed))
    assert one["root"] == other["root"]
    assert one["binding"] != other["binding"]


def test_what_is_revoked_counts_no_more() -> None:
    raw = json.dumps(bundle()).encode()
    told = details(collect(bundle()))
    for name in ("fingerprint", "root", "binding"):
        trust = Trust(NOW, (holder(),), revoked=(str(told[name]),))
        found = list(signatures.collect(*model({**FILES, "model.sig": raw}), trust))
        assert (claim(found).standing, details(found)["reason"]) == (Standing.CONTRADICTED, "it is revoked")


def test_another_signer_than_those_named_for_the_model_is_told() -> None:
    other = bundle(key=key("p384", 7))
    assert rules(collect(other, FILES, holder(models=("org/*",)))) == ["signature-other-signer"]
    assert rules(collect(other, FILES, holder(models=("other/*",)), holder())) == []
    assert rules(collect(bundle(), FILES, holder(models=("org/*",)))) == []


def test_what_is_read_of_all_signatures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = json.dumps(bundle()).encode()
    monkeypatch.setattr(signatures, "MAX_TOTAL", 2 * len(raw))
    many = {f"{number}.sig": raw for number in range(4)} | {"0.bin.sig": b"\x88" * 1000}
    found = list(signatures.collect(*model({**FILES, **many}), Trust(NOW, (holder(),))))
    assert [record.state for record in found if isinstance(record, Coverage)] == [CoverageState.LIMIT]
    assert len({record.evidence.artifact for record in found if isinstance(record, Claim)}) == 1


def test_digests_of_a_kind_that_cannot_be_computed_here_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "blake3", None)
    signature, results, _ = genuine("1.1.1-blake3.sig", dict(reference.FILES))
    assert (signature.standing, {*results}) == (Standing.VERIFIED, {Result.INCONCLUSIVE})
