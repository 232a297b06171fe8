"""A reference becomes an immutable snapshot and bounded readers over its files. Only this room opens model bytes."""
