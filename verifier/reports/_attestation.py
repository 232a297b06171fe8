"""What an attestation says, as those who write and those who check it spell it.

An in-toto Statement v1 whose subjects are all files by SHA-256, and the manifest that binds their names; its predicate
is a SLSA Verification Summary v1 (https://slsa.dev/spec/v1.0/verification_summary). Fields of ours have URI names.
"""

from __future__ import annotations

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"

MANIFEST = "urn:model-verify:manifest"
"""Name of the subject whose digest is `records.canonical.binding_digest` over the others."""

VERDICT = "urn:model-verify:verdict"
"""The predicate's field with our own words: outcome, snapshot digest, tool and dependencies."""

VERIFIER = "https://pypi.org/project/model-verify/"
"""The predicate's `verifier.id`."""

POLICY = "urn:model-verify:policy:"
"""What the predicate's `policy.uri` begins with."""

ACCEPTED, FAILED = "MODEL_VERIFY_ACCEPTED", "FAILED"
"""Entries of `verifiedLevels`: names of others than SLSA's own begin with none of its prefixes."""
