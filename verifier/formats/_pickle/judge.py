"""Whether what a stream does has been reviewed."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._pickle.events import Event, Import
from verifier.formats._pickle.place import Place
from verifier.records import Finding, parameters

RULES: tuple[str, ...] = ("pickle-unknown-symbol",)


def judge(event: Event, place: Place, local: frozenset[str]) -> Iterator[Finding]:
    """The findings about one event.

    Args:
        event: as the stream hands it out.
        place: where the stream stands.
        local: modules that the archive itself defines.
    """
    if isinstance(event, Import) and event.value.module not in local:
        path = event.value.path
        message = f"{path} is imported; nobody has reviewed it."
        yield Finding("pickle-unknown-symbol", (place.evidence(event.offset, path),), message, parameters(symbol=path))
