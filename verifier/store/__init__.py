"""What is kept on disk, written so that nothing is ever half there."""

from verifier.store.files import publish
from verifier.store.toml import quoted

__all__ = ["publish", "quoted"]
