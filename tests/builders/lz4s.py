"""LZ4 frames: some that the reference library wrote, and some written by hand."""

from __future__ import annotations

MAGIC = b"\x04\x22\x4d\x18"

WORDS = b"word " * 40 + bytes(range(64)) + b"word " * 9
"""Content of the frames below that are of words."""

OF_WORDS = {
    "size stored": "04224d186840350100000000000062540000005f776f7264200500b0ff3100010203040506"
    "0708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30"
    "3132333435363738393a3b3c3d3e3f03011550776f72642000000000",
    "blocks on their own, all checksums": "04224d187c4035010000000000001d540000005f776f7264200500b0ff310001020304"
    "05060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
    "303132333435363738393a3b3c3d3e3f03011550776f726420647dcd0b000000004b989fae",
    "many linked blocks": "04224d184040c00f0000005f776f72642005001550776f7264200a0000000f32001a50776f7264200a000000"
    "0f32001a50776f7264200a0000000f32001a50776f72642032000080000102030405060708090a0b0c0d0e0f"
    "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30311e000000ff0432333435"
    "363738393a3b3c3d3e3f776f726420050007506f72642077090000806f726420776f72642000000000",
}
"""Frames of lz4 1.10 with WORDS in them, by how they were written, in hexadecimal."""

JOBLIB = "04224d184040c017000000528004950e000100e05d94284b018c04776f726494652e00000000"
"""`joblib.dump([1, "word"], file, compress=("lz4", 3))`."""


def frame(*blocks: bytes, flags: int = 0x60, size: int = 0x40, end: bytes = bytes(4)) -> bytes:
    """A frame of those blocks, whose lengths are written here."""
    return MAGIC + bytes([flags, size, 0]) + b"".join(len(b).to_bytes(4, "little") + b for b in blocks) + end


def stored(content: bytes) -> bytes:
    """A frame of one block that is not compressed."""
    return MAGIC + b"\x60\x40\x82" + (len(content) | 1 << 31).to_bytes(4, "little") + content + bytes(4)
