"""The published schema: it is what the sections say, and it takes what they take."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from verifier.policy import _schema, parse, presets
from verifier.policy.sections import sections

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = jsonschema.Draft202012Validator(_schema.schema())


def told(text: str) -> object:
    """What a TOML file says, as editors show it to a schema: dates are text."""
    values = tomllib.loads(f"version = 1\n{text}")
    for entry in values.get("waive", []):
        entry["expires"] = str(entry["expires"])
    return values


def test_the_published_schema_is_current() -> None:
    published = files("verifier.policy") / "schemas" / "policy-v1.json"
    assert published.read_text(encoding="utf-8") == _schema.text(), "python -m verifier.policy._schema renews it"
    jsonschema.Draft202012Validator.check_schema(_schema.schema())


def test_every_section_stands_in_it_with_a_description() -> None:
    for section in sections():
        assert section.schema()["description"]
        assert section.__doc__


@pytest.mark.parametrize("name", presets())
def test_shipped_policies_keep_to_it(name: str) -> None:
    VALIDATOR.validate(tomllib.loads((ROOT / "policies" / f"{name}.toml").read_text(encoding="utf-8")))


EVERYTHING = """
extends = "default"
[rules]
digest-mismatch = "deny"
[code]
remote-from = ["a/*"]
[card]
licenses = ["MIT", "gemma"]
[symbols."a.B"]
uses = ["new()"]
reason = "r"
owner = "o"
[[waive]]
rule = "card.licenses"
model = "a/b"
reason = "r"
owner = "o"
expires = 2026-06-01
"""


def test_what_is_read_is_valid_and_what_is_refused_is_not() -> None:
    from tests.builders.dossiers import TODAY

    parse(f"version = 1\n{EVERYTHING}".encode(), "p.toml", today=TODAY)
    VALIDATOR.validate(told(EVERYTHING))
    for wrong in ("[news]", "[card]\nlicenses = ['mitt']", "[rules]\nx = 'no'", "[sources]\ndistance = 9"):
        assert not VALIDATOR.is_valid(told(wrong))
