"""Protocol Buffers' wire format, walked where it stands."""

from verifier.formats._protobuf.wire import BYTES, FIXED32, FIXED64, VARINT, Field, Wire

__all__ = ["BYTES", "FIXED32", "FIXED64", "VARINT", "Field", "Wire"]
