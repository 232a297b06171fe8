"""Archives that are recognized and not unpacked, with nothing in them."""

from __future__ import annotations

SEVENZIP = b"7z\xbc\xaf\x27\x1c\x00\x04\x8d\x9b\xd5\x0f" + bytes(20)
"""Version 0.4, the checksum of the start header, and the header, which says that there is no other."""

RAR = b"Rar!\x1a\x07\x01\x00" + bytes.fromhex("3392b5e50a010506000501018080001d77565103050400")
"""RAR 5: the main header, and the end of the archive."""
