"""GGUF's header: bytes in, metadata worth keeping and tensor descriptions out."""

from verifier.formats._gguf.header import Header, Kept, Tensor, read_header

__all__ = ["Header", "Kept", "Tensor", "read_header"]
