"""GGUF's header: bytes in, metadata worth keeping and tensor descriptions out."""

from typing import Final

MAGIC: Final = b"GGUF"

MALFORMED: Final = "gguf-malformed-header"
INCONSISTENT: Final = "gguf-inconsistent-tensors"
DUPLICATE: Final = "gguf-duplicate-name"
UNSAFE_NAME: Final = "gguf-unsafe-tensor-name"
TRAILING: Final = "gguf-trailing-bytes"
