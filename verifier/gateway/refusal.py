"""Errors as the hub's clients understand them."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Refusal(Exception):
    """A request is answered with an error the hub's clients understand.

    Args:
        status: HTTP status.
        code: value of `X-Error-Code`, or empty.
        message: one sentence for the person at the client.
        headers: further headers of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> JSONResponse:
        """The answer: the message stands in a header and in the body, as clients read either."""
        printable = "".join(char if " " <= char <= "~" else "?" for char in self.message)
        headers = {"X-Error-Message": printable, **self.headers}
        if self.code:
            headers["X-Error-Code"] = self.code
        return JSONResponse({"error": self.message}, self.status, headers)
