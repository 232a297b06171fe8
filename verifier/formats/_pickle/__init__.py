"""The pickle engine: a strict stream reader and a symbolic machine that imports and calls nothing."""
