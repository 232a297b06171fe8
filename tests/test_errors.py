"""Errors explain themselves, and travel between processes."""

from __future__ import annotations

import pickle

from verifier.errors import Malformed, NotFoundError, SourceError, UsageError


def test_an_error_says_what_was_seen_and_what_to_do() -> None:
    assert str(UsageError("Two things are called x.", "Write ./x or hf://x.")) == (
        "Two things are called x. Write ./x or hf://x."
    )
    assert str(SourceError("It is gone.")) == "It is gone."


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(NotFoundError("gone", "look")))
    assert (type(error), error.message, error.next_step) == (NotFoundError, "gone", "look")
    malformed = pickle.loads(pickle.dumps(Malformed("bad", 7)))
    assert (str(malformed), malformed.offset) == ("bad", 7)
