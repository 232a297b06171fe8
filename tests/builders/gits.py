"""Real git: repositories, packs, and its own server behind a loopback port."""

from __future__ import annotations

import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

_ENVIRONMENT = {
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "test@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints."""
    environment = {**os.environ, **_ENVIRONMENT}
    command = ("git", "-C", str(folder), *arguments)
    return subprocess.run(command, input=given, env=environment, check=True, stdout=subprocess.PIPE).stdout


def committed(folder: Path, files: dict[str, bytes]) -> str:
    """The commit of a repository's next state, in which a file whose path ends in `.sh` may be executed."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q")
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o755 if path.endswith(".sh") else 0o644)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "files")
    return git(folder, "rev-parse", "HEAD").decode().strip()


def listed(folder: Path) -> dict[str, str]:
    """Path to blob id of the files of the last commit."""
    lines = git(folder, "ls-tree", "-r", "-z", "HEAD").decode().split("\0")
    entries = [line.partition("\t") for line in lines if line]
    return {path: head.split()[2] for head, _, path in entries if head.split()[1] == "blob"}


class GitServer:
    """`git http-backend` over a folder of repositories, while the context lasts."""

    def __init__(self, root: Path) -> None:
        backend = Path(git(root, "--exec-path").decode().strip()) / "git-http-backend"

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                environment = {
                    **os.environ,
                    **_ENVIRONMENT,
                    "CONTENT_TYPE": self.headers["content-type"],
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_PROJECT_ROOT": str(root),
                    "GIT_PROTOCOL": self.headers["git-protocol"],
                    "PATH_INFO": self.path,
                    "REQUEST_METHOD": "POST",
                    "CONTENT_LENGTH": self.headers["content-length"],
                }
                content = self.rfile.read(int(self.headers["content-length"]))
                told = subprocess.run(
                    [backend],
                    input=content,
                    env=environment,
                    check=False,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                ).stdout
                head, _, body = told.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
