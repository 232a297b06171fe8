"""FlatBuffers, read where they stand, with every offset held against the file."""
