from __future__ import annotations

import tomllib
from importlib.resources import files

from packaging.licenses import canonicalize_license_expression

from verifier.data import licenses


def test_the_list_of_spdx_is_that_of_packaging() -> None:
    table = tomllib.loads((files("verifier.data") / "licenses.toml").read_text(encoding="utf-8"))
    for name in table["spdx"]["ids"].split():
        assert canonicalize_license_expression(name) == name
    assert len(table["spdx"]["ids"].split()) > 690


def test_terms_name_licenses_there_are() -> None:
    table = tomllib.loads((files("verifier.data") / "licenses.toml").read_text(encoding="utf-8"))
    for base, allowed in table["passed-on"].items():
        assert {base, *allowed} <= {name.lower() for name in licenses.identifiers()}
        assert allowed == sorted(allowed)


def test_terms_that_are_passed_on() -> None:
    assert licenses.broken_terms("CC-BY-NC-4.0", "MIT")
    assert licenses.broken_terms("cc-by-nd-4.0", "cc-by-nd-4.0")
    assert licenses.broken_terms("llama3.1", "apache-2.0")
    assert not licenses.broken_terms("llama3.1", "llama3.1")
    assert not licenses.broken_terms("mit", "llama3.1")
    assert not licenses.broken_terms("somebody-s-own", "mit")
