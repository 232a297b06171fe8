"""Whole files of a hub repository, brought here by the hub's own client and hashed as they arrive."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from huggingface_hub import constants, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]
from huggingface_hub.file_download import http_get
from huggingface_hub.utils.tqdm import silent_tqdm

from verifier.errors import OfflineError, SourceError
from verifier.records import Artifact, Snapshot, visible
from verifier.sources.base import states_for
from verifier.sources.failures import PassingError, broken, refused
from verifier.sources.local import CHUNK
from verifier.sources.web import headers_for

LARGEST = constants.MAX_HTTP_DOWNLOAD_SIZE
"""Bytes of a file beyond which the client does not download over HTTP."""


def download(snapshot: Snapshot, artifact: Artifact, to: Path, told: Callable[[int], object]) -> dict[str, str]:
    """Brings a file here, going on where an earlier attempt stopped; returns the digests of what arrived.

    Args:
        snapshot: a hub's, at a commit.
        artifact: one of its files.
        to: where the bytes go; what is there already is taken for the file's first bytes.
        told: called with the number of bytes that are there, again and again.

    Returns:
        Algorithm to lower-case hex: SHA-256, and the git blob id where somebody claims one.

    Raises:
        SourceError: it cannot be brought here, wholly; what arrived stays.
    """
    subject = f"{visible(artifact.path)} of {snapshot.id}"
    if artifact.size > LARGEST:
        raise SourceError(f"{subject} is too large for HTTP ({artifact.size} bytes).", "Fetch another file of it.")
    if to.exists() and to.stat().st_size > artifact.size:
        to.unlink()
    url = hf_hub_url(snapshot.id, artifact.path, revision=snapshot.commit, endpoint=constants.ENDPOINT)
    try:
        with to.open("r+b" if to.exists() else "w+b") as file:
            sink = _Sink(file, artifact, subject, told)
            if sink.size < artifact.size:
                http_get(
                    url,
                    cast(BinaryIO, sink),
                    resume_size=sink.size,
                    headers=headers_for(url),
                    expected_size=artifact.size,
                    tqdm_class=cast("type", silent_tqdm),
                )
            file.flush()
            os.fsync(file.fileno())
            return sink.digests()
    except OfflineModeIsEnabled as error:
        raise OfflineError(f"{subject} needs the network, which is switched off.", "Unset HF_HUB_OFFLINE.") from error
    except (HTTPError, OSError) as error:
        raise _meaning(error, subject, url) from error


def _meaning(error: Exception, subject: str, url: str) -> SourceError:
    if isinstance(error, HfHubHTTPError):
        try:
            return refused(error, subject)
        except PassingError as passing:
            return passing.error
    if isinstance(error, OSError) and error.errno is not None:
        return SourceError(f"{subject} cannot be written: {error.strerror}.", "Make room there, and fetch again.")
    if isinstance(error, OSError):  # the client's own check of the size
        return SourceError(f"{subject}: the server sent fewer bytes than it listed.", "Fetch again to go on.")
    return broken(error, subject, url)


class _Sink:
    """The file the client writes to, hashed on the way; the client may start over, and may not write on and on."""

    def __init__(self, file: BinaryIO, artifact: Artifact, subject: str, told: Callable[[int], object]) -> None:
        self.size = 0
        self._file = file
        self._artifact = artifact
        self._subject = subject
        self._told = told
        self._states = states_for(artifact)
        while chunk := file.read(CHUNK):
            self._take(chunk)

    def digests(self) -> dict[str, str]:
        return {algorithm: state.hexdigest() for algorithm, state in self._states.items()}

    def write(self, chunk: bytes) -> int:
        if self.size + len(chunk) > self._artifact.size:
            raise SourceError(f"{self._subject}: the server sends more than the {self._artifact.size} bytes it listed.")
        self._file.write(chunk)
        self._take(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self.size

    def seek(self, position: int) -> int:
        """To the start, where the server gave the whole although the rest was asked for."""
        if position != 0:
            raise SourceError(f"{self._subject} can only be started over.")
        return self._file.seek(0)

    def truncate(self) -> int:
        self._told(-self.size)
        self.size = 0
        self._states = states_for(self._artifact)
        return self._file.truncate(0)

    def _take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        for state in self._states.values():
            state.update(chunk)
        self._told(len(chunk))


def digests_of(path: Path, artifact: Artifact) -> dict[str, str]:
    """Digests of a file on this machine as of one that arrives: algorithm to lower-case hex.

    Raises:
        OSError: it cannot be read.
    """
    states = states_for(artifact)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for state in states.values():
                state.update(chunk)
    return {algorithm: state.hexdigest() for algorithm, state in states.items()}


def spans_differ(path: Path, spans: tuple[tuple[int, int, str], ...]) -> bool:
    """Whether a file holds other bytes than were served of it in ranges; see `ranges.Served`.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        for offset, length, sha256 in spans:
            file.seek(offset)
            if hashlib.sha256(file.read(length)).hexdigest() != sha256:
                return True
    return False
