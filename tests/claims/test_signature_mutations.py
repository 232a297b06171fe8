"""One signed bundle with each of its entries dropped or given another value: what still counts says the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders.signing import bundle, collect, rules, statement
from verifier.records import Claim, Standing

Path = tuple[str | int, ...]

ABSENT = object()
VALUES: tuple[object, ...] = (ABSENT, None, [], {}, 0, -1, 1e300, True, "", "x", [[]], {"a": 1})

FREE = {
    "bundle": {
        ("dsseEnvelope", "signatures", 0, "keyid"),  # a hint nobody signed (DSSE 1.0.2)
        ("verificationMaterial", "tlogEntries"),  # empty with a key, and left out before model-signing 1.1
    },
    "statement": {
        ("predicate", "serialization", "allow_symlinks"),
        ("predicate", "resources", 0, "name"),
        ("predicate", "resources", 1, "name"),
        ("subject", 0, "name"),
    },
}
"""Entries of which another value of the right type is signed as truly."""


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    if at:
        yield at
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*at, key))


def changed(document: Any, at: Path, value: object) -> Any:
    whole = here = copy.deepcopy(document)
    for key in at[:-1]:
        here = here[key]
    if value is ABSENT:
        del here[at[-1]]
    else:
        here[at[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("what", "document", "signed"),
    [("bundle", bundle(), lambda mutant: mutant), ("statement", statement(), bundle)],
    ids=["bundle", "statement"],
)
def test_what_still_counts_says_the_same(what: str, document: Any, signed: Callable[[Any], Any]) -> None:
    for at in places(document):
        for value in VALUES:
            mutant = changed(document, at, value)
            found = collect(signed(mutant))
            standings = [one.standing for one in found if isinstance(one, Claim) and one.kind == "signature"]
            if mutant == document:
                continue
            if at in FREE[what] and standings == [Standing.VERIFIED]:
                assert value is ABSENT or value is None or isinstance(value, type(_at(document, at)))
            elif at == ("predicateType",) and isinstance(value, str):
                assert standings == []  # a statement of another kind is no signature over a model
            elif at == ("verificationMaterial", "publicKey", "hint") and value == "x":
                assert standings == [Standing.UNVERIFIED]  # by somebody nobody trusts
            else:
                assert standings == [Standing.CONTRADICTED], (at, value)
                assert any(rule.startswith("signature-") for rule in rules(found))


def _at(document: Any, at: Path) -> Any:
    for key in at:
        document = document[key]
    return document
