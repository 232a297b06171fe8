"""Signatures over one file's bytes: what they cover, whose they are, and what is none."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.builders import certificates
from tests.builders.signing import FILES, blob, bundle, claim, collect, details, holder, rules, statement, text
from verifier.records import Claim, Standing

WEIGHTS = FILES["model.safetensors"]
NAME = "model.safetensors.sigstore.json"
OLDER = "application/vnd.dev.sigstore.bundle+json;version=0.1"


@pytest.mark.parametrize("place", ["{}.sigstore.json", "{}.sigstore", "{}.bundle", "{}.sig"])
@pytest.mark.parametrize("file", ["model.safetensors", "part/b!.safetensors"])
def test_it_covers_the_file_its_name_tells_and_no_other(file: str, place: str) -> None:
    files = {"model.safetensors": WEIGHTS, "part/b!.safetensors": WEIGHTS, "part/config.json": b"{}"}
    found = collect(blob(WEIGHTS), files, name=place.format(file))
    assert (claim(found).standing, claim(found).who, rules(found)) == (Standing.VERIFIED, "signer ana", [])
    digests = [one for one in found if isinstance(one, Claim) and one.kind == "digest"]
    assert [(one.subject.replace("\\x21", "!"), one.standing) for one in digests] == [(file, Standing.VERIFIED)]
    uncovered = {*files} - {file} if "/" not in file else {"part/config.json"}
    assert {*cast(tuple[str, ...], details(found)["uncovered"])} == uncovered


@pytest.mark.parametrize("media", [OLDER, OLDER.replace("0.1", "0.2"), OLDER.replace("0.1", "0.3")])
def test_bundles_of_all_versions_sign_files_but_not_models(media: str) -> None:
    assert claim(collect({**blob(WEIGHTS), "mediaType": media}, name=NAME)).standing is Standing.VERIFIED
    assert rules(collect(bundle(mediaType=media))) == ["signature-malformed"]


def test_strangers_are_told_and_keys_have_one_fingerprint_however_named() -> None:
    stranger = collect(blob(WEIGHTS, certificates.key(number=1)), name=NAME)
    assert claim(stranger).standing is Standing.UNVERIFIED
    found = [collect(one, name=NAME) for one in (blob(WEIGHTS), bundle())]
    assert len({details(one)["fingerprint"] for one in found}) == 1


def test_a_file_that_is_not_there_is_told() -> None:
    found = collect(blob(WEIGHTS), name="other.safetensors.sigstore.json")
    assert "signature-missing-file" in rules(found)


def _message(**changes: Any) -> dict[str, Any]:
    made = blob(WEIGHTS)
    return {**made, "messageSignature": {**made["messageSignature"], **changes}}


@pytest.mark.parametrize(
    ("signed", "rule"),
    [
        (_message(signature=text(b"other")), "signature-invalid"),
        (_message(messageDigest={"algorithm": "SHA2_256", "digest": text(bytes(32))}), "signature-invalid"),
        (_message(messageDigest={"algorithm": "SHA2_256", "digest": text(bytes(31))}), "signature-malformed"),
        (_message(messageDigest={"algorithm": "SHA2_512", "digest": text(bytes(64))}), "signature-malformed"),
        (_message(messageDigest=None), "signature-malformed"),
        ({**blob(WEIGHTS), "dsseEnvelope": bundle(statement())["dsseEnvelope"]}, "signature-malformed"),
    ],
)
def test_what_is_not_by_its_key_or_could_be_read_in_two_ways_is_refused(signed: Any, rule: str) -> None:
    found = collect(signed, FILES, holder(), name=NAME)
    assert (claim(found).standing, rules(found)) == (Standing.CONTRADICTED, [rule])
