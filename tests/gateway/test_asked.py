"""What requests ask for, where the client goes away before it is said."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from verifier.gateway import asked
from verifier.gateway.refusal import Refusal


def test_a_client_that_goes_away_is_no_error_of_the_server() -> None:
    said: list[Message] = [
        {"type": "http.request", "body": b"pat", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return said.pop(0)

    request = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    with pytest.raises(Refusal, match="ended before"):
        asyncio.run(asked.body(request, 100))
