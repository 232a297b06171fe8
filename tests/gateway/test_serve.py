from __future__ import annotations

import re
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.gateway.conftest import lay_out
from verifier.cli.gateway import gateway
from verifier.errors import UsageError
from verifier.gateway import serve


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve.listen("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    answers: list[bytes] = []

    def ask_then_interrupt() -> None:
        for _ in range(2000):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/org/name/resolve/main/config.json") as response:
                    answers.append(response.read())
                break
            except OSError:
                time.sleep(0.02)
        signal.raise_signal(signal.SIGINT)

    client = threading.Thread(target=ask_then_interrupt)
    client.start()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the suite runs in the background
    with pytest.raises(KeyboardInterrupt):
        gateway(lay_out(tmp_path / "models"), port=port)
    signal.signal(signal.SIGINT, before)
    client.join()
    assert answers == [b"{}"]
    assert re.search(rf"at http://127\.0\.0\.1:{port} .*HF_ENDPOINT", capsys.readouterr().err)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing is not a folder"):
        gateway(tmp_path / "missing")


@pytest.mark.parametrize("package", ["uvicorn", "starlette"])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name.startswith(("verifier.gateway.", package))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"needs {package}.*pip install 'model-verify\[gateway\]'"):
        serve.server(tmp_path)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", None), ("192.0.2.1", 0)])
def test_an_address_that_cannot_be_bound_is_named(host: str, port: int | None) -> None:
    with serve.listen("127.0.0.1", 0) as taken:
        wanted = taken.getsockname()[1] if port is None else port
        with pytest.raises(UsageError, match=f"Cannot listen on {host} port {wanted}"):
            serve.listen(host, wanted)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_named(port: int) -> None:
    with pytest.raises(UsageError, match=f"no port {port}"):
        serve.listen("127.0.0.1", port)


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_an_ipv6_address_is_written_as_urls_write_it() -> None:
    with serve.listen("::1", 0) as listening:
        assert re.fullmatch(r"http://\[::1\]:\d+", serve.address(listening))
