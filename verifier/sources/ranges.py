"""Files read over the network in ranges: cached spans, read-ahead that grows, a hard budget, and no silent change."""

from __future__ import annotations

import hashlib
from bisect import bisect_right, insort
from collections import OrderedDict
from threading import RLock
from typing import NamedTuple

from verifier.errors import AuthError, BudgetExceeded, ChangedError, NotFoundError
from verifier.records import Artifact, Asserter, Digest, visible
from verifier.sources import web
from verifier.sources.base import Ledger, computed

BLOCK = 64 << 10
"""Bytes a request fetches at least: a header, a zip's directory or a small pickle usually fits."""

WHOLE = 256 << 10
"""Files up to this size are fetched in one request."""

LONGEST = 8 << 20
"""Bytes a request fetches at most."""

KEPT = 64 << 20
"""Bytes of spans kept for one open file, and for all closed files together."""


class Served(NamedTuple):
    """Bytes a server gave for a range, by their SHA-256, so that what it gives for the whole can be held against it."""

    offset: int
    length: int
    sha256: str


class RangedFile:
    """A remote file of known size. May be shared by threads; they take turns.

    Args:
        url: that serves it, or redirects to what does.
        artifact: path, size, digests as claimed.
        subject: as messages name it.
        commit: what `X-Repo-Commit` must say where it is said.
        budget: bytes that may be fetched.
        patience: how long to bear with the server.
    """

    def __init__(
        self,
        url: str,
        artifact: Artifact,
        *,
        subject: str,
        commit: str | None = None,
        budget: int,
        patience: web.Patience,
    ) -> None:
        self.artifact = artifact
        self.ledger = Ledger(artifact)
        self.opened = 0
        self._url = url
        self._subject = subject
        self._commit = commit
        self._budget = budget
        self._patience = patience
        self._lock = RLock()
        self._starts: list[int] = []
        self._spans: OrderedDict[int, bytes] = OrderedDict()
        self._kept = 0
        self._fetched = 0
        self._cursor = -BLOCK
        self._ahead = BLOCK
        self._target = url
        self._tags: dict[str, str] = {}
        self._served: list[Served] = []

    @property
    def kept(self) -> int:
        """Bytes of spans in memory."""
        return self._kept

    @property
    def served(self) -> tuple[Served, ...]:
        """What the server gave, span by span."""
        return tuple(self._served)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, which lie inside the file.

        Raises:
            BudgetExceeded: fetching them would pass the budget.
            SourceError: they cannot be fetched.
        """
        parts: list[bytes] = []
        with self._lock:
            while start < end:
                first, span = self._held(start) or self._fetch(start, end)
                part = span[start - first : end - first]
                parts.append(part)
                start += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def adopt(self, answer: web.Answer) -> None:
        """Takes over the file's first bytes, fetched when its size was learned."""
        with self._lock:
            self._account(answer)
            self._check(answer)
            self._store(0, answer.body)
            self._cursor = len(answer.body)

    def digests(self) -> tuple[Digest, ...]:
        """Digests of the file, if every byte of it is held."""
        with self._lock:
            if self._kept != self.artifact.size:
                return ()
            return computed(self.artifact, (self._spans[start] for start in self._starts))

    def drop(self) -> None:
        """Forgets all spans."""
        with self._lock:
            self._starts.clear()
            self._spans.clear()
            self._kept = 0

    def _held(self, position: int) -> tuple[int, bytes] | None:
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return None
        start = self._starts[index]
        span = self._spans[start]
        return (start, span) if position < start + len(span) else None

    def _fetch(self, position: int, end: int) -> tuple[int, bytes]:
        start, stop = self._plan(position, end)
        if self._fetched + stop - start > self._budget:
            raise BudgetExceeded(f"more than {self._budget} bytes would have to be fetched to inspect it")
        answer = self._request(start, stop)
        self._check(answer)
        self._store(start, answer.body)
        self._cursor = stop
        return start, answer.body

    def _plan(self, position: int, end: int) -> tuple[int, int]:
        """What to fetch so that `position` is held: at least a block, more when reading goes on about where it stopped.

        Who asks for more than `WHOLE` knows what is needed, and gets that.
        """
        size = self.artifact.size
        if size <= WHOLE and not self._starts:
            return 0, size
        if end - position > WHOLE:
            self._ahead = 0
        else:
            goes_on = 0 <= position - self._cursor < BLOCK
            self._ahead = min(self._ahead + BLOCK, LONGEST) if goes_on else BLOCK
        index = bisect_right(self._starts, position)
        above = self._starts[index] if index < len(self._starts) else size
        below = self._starts[index - 1] + len(self._spans[self._starts[index - 1]]) if index else 0
        stop = min(max(end, position + self._ahead), position + LONGEST, above)
        start = max(below, min(position, stop - BLOCK)) if stop == size else position
        return start, stop

    def _request(self, start: int, stop: int) -> web.Answer:
        try:
            return self._get(self._target, start, stop)
        except (AuthError, NotFoundError):
            if self._target == self._url:
                raise
        self._target = self._url  # a signed address expires: ask for a new one
        self._tags.pop("ETag", None)
        return self._get(self._url, start, stop)

    def _get(self, url: str, start: int, stop: int) -> web.Answer:
        answer = web.get(url, subject=self._subject, limit=stop - start, span=(start, stop), patience=self._patience)
        self._account(answer)
        return answer

    def _account(self, answer: web.Answer) -> None:
        self._target = answer.url
        self._fetched += len(answer.body)
        self.ledger.spend(len(answer.body), 1 + len(answer.hops))

    def _check(self, answer: web.Answer) -> None:
        """Holds an answer against the listing and against the answers before it."""
        if answer.total != self.artifact.size:
            raise self._changed(f"{self.artifact.size} bytes were listed and {answer.total} are served")
        for headers in (*answer.hops, answer.headers):
            commit = headers.get("X-Repo-Commit")
            if self._commit is not None and commit is not None and commit != self._commit:
                raise self._changed(f"it is served from commit {visible(commit, 50)}")
            size = headers.get("X-Linked-Size")
            if size is not None and size != str(self.artifact.size):
                raise self._changed(f"{self.artifact.size} bytes were listed and {visible(size, 30)} are announced")
            self._check_tag("X-Linked-ETag", headers.get("X-Linked-ETag"))
        self._check_tag("ETag", answer.headers.get("ETag"))

    def _check_tag(self, name: str, value: str | None) -> None:
        if value is None:
            return
        tag = value.removeprefix("W/").strip('"')
        if self._tags.setdefault(name, tag) != tag:
            raise self._changed(f"its {name} was {visible(self._tags[name], 80)} and is {visible(tag, 80)}")
        claimed = {digest.value for digest in self.artifact.digests if digest.by is Asserter.HUB}
        if name == "X-Linked-ETag" and len(tag) == 64 and claimed and tag not in claimed:
            raise self._changed(f"its digest was listed otherwise than {tag}")

    def _changed(self, seen: str) -> ChangedError:
        return ChangedError(f"{self._subject} changed while it was being verified: {seen}.", "Verify again.")

    def _store(self, start: int, span: bytes) -> None:
        insort(self._starts, start)
        self._spans[start] = span
        self._served.append(Served(start, len(span), hashlib.sha256(span).hexdigest()))
        self._kept += len(span)
        while self._kept > KEPT and len(self._spans) > 1:
            oldest, old = self._spans.popitem(last=False)
            self._starts.remove(oldest)
            self._kept -= len(old)
