"""Signatures over models: Sigstore bundle, DSSE envelope, in-toto statement, manifest, keys and certificates."""

HOW = "signatures/1"
"""As evidence and coverage name the collector."""

FAMILY = b"application/vnd.dev.sigstore.bundle"
"""What the media types of bundles of all versions begin with."""

SUFFIXES = (".sig", ".sigstore", ".sigstore.json", ".bundle")
"""Endings of files that are signatures if they hold a Sigstore bundle; before it stands the name of what is signed,
where that is one file (`cosign sign-blob`, `sigstore sign`)."""

MAX_BYTES = 32 << 20
"""Size of a bundle above which it is not read: a hundred thousand files, some two hundred bytes each, fit."""

MISSING = "signature-missing-file"
UNCOVERED_CONTENT = "signature-uncovered-content"
IGNORED_CONTENT = "signature-ignores-content"
UNCOVERED = "signature-uncovered-file"
LINK = "signature-symlink"
SCOPE_RULES = (MISSING, UNCOVERED_CONTENT, IGNORED_CONTENT, UNCOVERED, LINK)
"""What can be wrong with what a signature covers."""
