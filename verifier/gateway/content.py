"""Bytes of files, whole or one range of them."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from verifier.gateway.refusal import Refusal
from verifier.gateway.repository import CHUNK, Blob, Repository


def content(request: Request, repo: Repository, blob: Blob, headers: dict[str, str]) -> Response:
    """The bytes of a file, or of the one range asked for (RFC 9110, section 14)."""
    first, last = 0, blob.size - 1
    status = 200
    headers = {**headers, "Content-Type": "application/octet-stream"}
    if (asked := _range(request.headers.get("range", ""), blob.size)) is not None:
        first, last = asked
        if first > last:
            unsatisfiable = {"Content-Range": f"bytes */{blob.size}"}
            raise Refusal(416, "", f"{blob.path} has {blob.size} bytes.", unsatisfiable)
        status = 206
        headers["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
    headers["Content-Length"] = str(last + 1 - first)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_chunks(repo, blob, first, last + 1 - first), status, headers)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a range header; None where the whole is to be sent; an empty span where none is left.

    Several ranges at once, and what is not a byte range, may be answered with the whole (RFC 9110, section 14.2).
    """
    unit, _, span = header.partition("=")
    first, dash, last = span.strip().partition("-")
    digits = [text for text in (first, last) if text]
    if unit.strip().lower() != "bytes" or not dash or not digits or not all(text.isdecimal() for text in digits):
        return None
    if any(len(text) > 18 for text in digits):
        return (size, size - 1) if first else None
    if not first:
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) if last else size, size - 1)


def _chunks(repo: Repository, blob: Blob, first: int, length: int) -> Iterator[bytes]:
    with repo.open(blob) as stream:
        stream.seek(first)
        while length and (chunk := stream.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
