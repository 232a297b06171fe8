"""A reference becomes an immutable snapshot and bounded readers over its files. Only this room opens model bytes.

A Source may be shared by threads; each Handle belongs to one thread.
"""

from __future__ import annotations

from verifier.records import Reference, SourceKind
from verifier.sources.base import FETCHED, RULES, Handle, Source
from verifier.sources.reference import parse

__all__ = ["FETCHED", "RULES", "Handle", "Source", "parse", "resolve"]


def resolve(reference: Reference, *, offline: bool = False, fetched: int = FETCHED, everything: bool = False) -> Source:
    """The immutable snapshot a reference names now, ready to be read.

    Args:
        reference: from `parse`, or built for a repository another one loads.
        offline: use no network; a hub reference is answered from the hub's cache on this machine.
        fetched: bytes that may be pulled over the network for one file.
        everything: list what stands in a folder although no loader reads it, as signatures cover it.

    Raises:
        UsageError: the reference does not fit what is found on this machine.
        SourceError: the model cannot be obtained; subclasses say why.
    """
    match reference.kind:
        case SourceKind.FOLDER | SourceKind.FILE:
            from verifier.sources import local

            return local.resolve(reference, everything=everything)
        case SourceKind.CACHE:
            from verifier.sources import cache

            return cache.resolve(reference)
        case SourceKind.HUB:
            from verifier.sources import hub

            return hub.resolve(reference, offline=offline, fetched=fetched)
        case SourceKind.URL:
            from verifier.sources import url

            return url.resolve(reference, offline=offline, fetched=fetched)
