"""The settings of a stable-baselines3 archive: JSON with pickles in it, as base64 text.

The archive is a zip; its member `data` is what `stable_baselines3.common.save_util.json_to_data` loads. The networks
beside it are torch files of their own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats import Context, Member, Probe, Yield
from verifier.formats._json import Json, parse
from verifier.formats._text import read_whole
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("stable-baselines3", 1, "stable-baselines3 settings")
RULES: tuple[str, ...] = ()

_MAX_BYTES: Final = 128 << 20
"""Bytes of JSON parsed at once; settings have less than 1 MB unless somebody saved a replay buffer in them."""

_SERIALIZED: Final = ":serialized:"


def recognize(probe: Probe) -> bool:
    """Whatever is called `data`, since the loader goes by the name alone."""
    return probe.name == "data"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Hands back the pickles."""
    from verifier.formats._readers import BytesReader

    try:
        found = dict(_serialized(parse(read_whole(reader, context.budget, _MAX_BYTES), exact=False).value))
    except Malformed:
        found = {}
    if not found:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no JSON that holds pickles", FORMAT.how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)
    for name, text in found.items():
        try:
            content = base64.b64decode(text.encode("utf-8", "surrogatepass"))
        except binascii.Error as error:
            reason = f"{name} is no base64 text that can be decoded: {error}"
            yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        else:
            yield Member(artifact.member(f"{name}.pkl", len(content)), BytesReader(content))


def _serialized(value: Json) -> Iterator[tuple[str, str]]:
    """The texts that the loader decodes, with their keys; it does not look further down."""
    for key, item in value.items() if isinstance(value, dict) else ():
        text = item.get(_SERIALIZED) if isinstance(item, dict) else None
        if isinstance(text, str):
            yield key, text
