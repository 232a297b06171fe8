"""What is kept on disk, written so that nothing is ever half there."""

from verifier.store.files import publish

__all__ = ["publish"]
