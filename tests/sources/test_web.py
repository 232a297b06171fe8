from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import huggingface_hub
import pytest
from huggingface_hub import constants

from tests.sources.conftest import HASTY
from verifier.errors import OfflineError, SourceError
from verifier.sources import web


class Dripping(http.server.BaseHTTPRequestHandler):
    """Sends a byte at a time, never pausing long enough to look dead; redirects where it is told to."""

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            pass

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base's
        pass


@pytest.fixture
def dripping() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    huggingface_hub.close_session()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_dripping_answer_ends(dripping: str) -> None:
    patience = web.Patience(stall=1, grace=0.2, slowest=1 << 20)
    with pytest.raises(SourceError, match="too slowly"):
        web.get(dripping, subject="x", limit=1000, patience=patience)
    with pytest.raises(SourceError, match="more than the 3 bytes"):
        web.get(dripping, subject="x", limit=3, patience=HASTY)


def test_a_login_stays_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(constants, "ENDPOINT", "https://hub.test")
    assert web.headers_for("https://hub.test:443/x", None)["authorization"] == "Bearer hf_secret"
    for other in ("http://hub.test/x", "https://hub.test:8443/x", "https://cdn.hub.test/x"):
        assert "authorization" not in web.headers_for(other, (0, 1))


@pytest.mark.parametrize("location", ["http://h.test/x", "file:///etc/passwd", "https://h.tést/", "http://[::1"])
def test_redirects_that_are_not_followed(location: str) -> None:
    with pytest.raises(SourceError, match="x: the server redirects to"):
        web._target("https://hub.test/x", location, "x")
    assert web._target("https://hub.test/a/b", "../c", "x") == "https://hub.test/c"


def test_the_client_is_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineError, match="switched off"):
        web.get("http://127.0.0.1:9/", subject="x", limit=1)
