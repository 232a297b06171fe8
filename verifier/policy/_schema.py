"""The JSON Schema of policy files, generated from the sections.

`python -m verifier.policy._schema > verifier/policy/schemas/policy-v1.json` renews the published one.
"""

from __future__ import annotations

import json
import sys

from verifier.policy._keys import Schema
from verifier.policy.sections import sections
from verifier.records.canonical import Plain


def schema() -> Schema:
    """The schema of a whole file; of a `pyproject.toml`, of its table `tool.verifier`."""
    name: Plain = {"type": "string", "minLength": 1}
    own: Schema = {
        "version": {"const": 1, "description": "The version of this vocabulary."},
        "name": {"type": "string", "description": "As verdicts name the policy; the file's name where absent."},
        "description": {"type": "string", "description": "One sentence for people."},
        "extends": {
            "description": "Shipped policies or files that this one builds on; its own keys go before theirs.",
            "oneOf": [name, {"type": "array", "items": name}],
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:model-verify:policy-v1",
        "title": "Policy of model-verify, version 1",
        "type": "object",
        "properties": {**own, **{section.NAME: section.schema() for section in sections()}},
        "required": ["version"],
        "additionalProperties": False,
    }


def text() -> str:
    """The schema as it stands in the package."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
