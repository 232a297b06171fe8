"""Signatures over models: Sigstore bundle, DSSE envelope, in-toto statement, manifest, keys and certificates."""
