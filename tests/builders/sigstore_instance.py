"""An instance of Sigstore on this machine: Fulcio, Rekor in both versions, a timestamp authority, and a CI's tokens."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import rfc3161_client._rust as requests
from cryptography import x509

from tests.builders import certificates, fulcio, rekor, timestamps


def token(**claims: Any) -> str:
    """An identity token, signed by nobody, as clients do not check."""
    now = int(dt.datetime.now(dt.UTC).timestamp())
    said = {"aud": "sigstore", "iss": fulcio.ISSUER, "sub": fulcio.IDENTITY, "iat": now, "exp": now + 86_400, **claims}
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, said))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"signature"))


class Instance:
    """The services, while the context lasts.

    Args:
        wrong: what goes wrong: "refused" by Fulcio, "unlogged" by Rekor, an "other" entry logged, or "clockless".
    """

    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.instance = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(20)
        self._server.server_close()

    def config(self, version: int) -> str:
        """The client trust configuration, with one version of Rekor."""

        def service(path: str = "", version: int = 1) -> list[dict[str, Any]]:
            start = {"start": "2026-01-01T00:00:00Z"}
            url = self.url + path
            return [{"url": url, "majorApiVersion": version, "validFor": start, "operator": "sigstore.test"}]

        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                "trustedRoot": json.loads(fulcio.trusted_root()),
                "signingConfig": {
                    "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                    "caUrls": service(),
                    "oidcUrls": service(),
                    "rekorTlogUrls": service(version=version),
                    "rekorTlogConfig": {"selector": "ANY"},
                    "tsaUrls": service("/timestamp") if version == 2 else [],
                    "tsaConfig": {"selector": "ANY"},
                },
            }
        )

    def answer(self, path: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        """Status and content of one answer."""
        if path == "/timestamp":
            asked = requests.parse_timestamp_request(body)
            made = timestamps.answer(asked.message_imprint.message, dt.datetime.now(dt.UTC), nonce=asked.nonce)
            return (503, b"") if self.wrong == "clockless" else (201, made)
        if path == "/api/v2/signingCert":
            chain = _certified(json.loads(body), authorization)
            return (403, b'{"message": "no"}') if self.wrong == "refused" else (201, json.dumps(chain).encode())
        if self.wrong == "unlogged":
            return 500, b""
        told = json.loads(body)
        entry = self._first(told) if path == "/api/v1/log/entries" else self._second(told)
        return 201, json.dumps(entry).encode()

    def _first(self, asked: Any) -> dict[str, Any]:
        content = asked["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        if self.wrong == "other":
            envelope["payload"] = fulcio.bundle()["dsseEnvelope"]["payload"]
        certificate = x509.load_pem_x509_certificate(base64.b64decode(content["verifiers"][0]))
        return rekor.answer(rekor.entry(envelope, certificate, int(dt.datetime.now(dt.UTC).timestamp())))

    def _second(self, asked: Any) -> dict[str, Any]:
        request = asked["hashedRekordRequestV002"]
        return rekor.hashed({**request, "digest": "AAAA"} if self.wrong == "other" else request)


def _certified(asked: Any, authorization: str) -> Any:
    request = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
    said = authorization.removeprefix("Bearer ").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    key: Any = request.public_key()
    leaf = fulcio.leaf(
        key, at=dt.datetime.now(dt.UTC), says={1: claims["iss"], 8: claims["iss"]}, identity=claims["sub"]
    )
    chain = [certificates.pem(one).decode() for one in (leaf, fulcio.root())]
    return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        instance: Instance = self.server.instance  # type: ignore[attr-defined]
        self._send(*instance.answer(self.path, body, self.headers.get("Authorization", "")))

    def do_GET(self) -> None:
        """What GitHub Actions answers to a job that asks for its token."""
        self._send(200, json.dumps({"value": token()}).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""
