"""What requests ask for: flags, numbers and paths, and the bytes they carry."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from verifier.gateway.refusal import Refusal


async def body(request: Request, limit: int) -> bytes:
    """The bytes a request carries.

    Raises:
        Refusal: they are more than the limit, or end before they should.
    """
    carried = b""
    try:
        async for chunk in request.stream():
            carried += chunk
            if len(carried) > limit:
                raise Refusal(413, "", f"The request has more than {limit} bytes; ask for less at a time.")
    except ClientDisconnect as error:
        raise Refusal(400, "", "The request ended before all of it was there.") from error
    return carried


def flag(request: Request, name: str) -> bool:
    """Whether a parameter of the query is set."""
    return request.query_params.get(name, "").lower() in ("true", "1")


def number(request: Request, name: str, default: int) -> int:
    """The number a parameter of the query has.

    Raises:
        Refusal: it is none, or one of more than nine digits.
    """
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or len(text) > 9:
        raise Refusal(400, "", f"{name} is to be a number, not {text!r}.")
    return int(text)


def paths(content_type: str, content: bytes) -> tuple[list[str], bool]:
    """The paths a body asks for and whether they are to be expanded.

    Raises:
        Refusal: the body is neither the form nor the JSON object clients send.
    """
    try:
        if content_type.startswith("application/json"):
            asked = json.loads(content)
            named, expand = asked["paths"], asked.get("expand") is True
        else:
            form = parse_qs(content.decode(), max_num_fields=len(content))
            named, expand = form.get("paths", []), form.get("expand", [""])[-1].lower() in ("true", "1")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        named = None
    if not isinstance(named, list) or not all(isinstance(path, str) for path in named):
        raise Refusal(400, "", 'The body is to be a form with "paths" fields, or {"paths": [...]}.')
    return named, expand
