"""The hub's HTTP protocol over a folder, as far as model clients use it.

Routes, headers and error codes are those `huggingface_hub` relies on: repository information, trees, path information,
references, commits, and `resolve` with `X-Repo-Commit`, `ETag`, `X-Linked-ETag` and `X-Linked-Size`. A file kept in LFS
is answered with a redirect to its content, named by SHA-256. Only the branch `main` and its present commit exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from verifier.errors import ChangedError, SourceError
from verifier.gateway import asked, git, repository, scans
from verifier.gateway.content import content
from verifier.gateway.denied import DeniedError
from verifier.gateway.refusal import Refusal
from verifier.gateway.repository import COMMIT_TITLE, Blob, Commit, Repository

BRANCH = "main"
DATE = "1970-01-01T00:00:00.000Z"
"""The date of every commit, so that its id follows from the contents alone."""

PAGE = 1000
EXPANDED_PAGE = 50
"""Entries a page of a tree holds, as on the hub: fewer when each carries its last commit."""

BODY_LIMIT = 1 << 20
"""Bytes a request body may have."""


Find: TypeAlias = Callable[[str, str], tuple[Repository, Commit]]
"""Gives the repository of an id at a revision; raises Refusal or DeniedError."""


@dataclass
class Folders:
    """The repositories that subfolders are.

    Args:
        root: real path of the folder.
    """

    root: Path
    _repositories: dict[str, Repository] = field(default_factory=dict)

    def __call__(self, wanted: str, revision: str) -> tuple[Repository, Commit]:
        """See Find."""
        found = repository.find(self.root, wanted)
        if found is None:
            raise Refusal(404, "RepoNotFound", f"There is no model {wanted!r} here.")
        repo = self._repositories.setdefault(wanted, found)
        commit = repo.commit()
        if revision not in (BRANCH, commit.id):
            raise Refusal(404, "RevisionNotFound", f"{repo.id} has no revision {revision!r}; {BRANCH} is {commit.id}.")
        return repo, commit


@dataclass
class Gateway:
    """The endpoints.

    Args:
        find: gives the repositories.
    """

    find: Find

    def commit(self, request: Request) -> tuple[Repository, Commit]:
        """The repository and commit the path names; the branch `main` where it names none."""
        name = request.path_params["name"]
        wanted = f"{request.path_params['org']}/{name}" if "org" in request.path_params else name
        revision = unquote(request.path_params.get("revision", BRANCH)).removeprefix("refs/heads/")
        try:
            return self.find(wanted, revision)
        except DeniedError as error:
            # Clients show the reason of a bare 403 from the API, and of a gated repository from a file's address.
            gated = "" if request.url.path.startswith("/api/") else "GatedRepo"
            raise Refusal(403, gated, str(error)) from error

    def info(self, request: Request) -> Response:
        """`GET /api/models/{id}[/revision/{revision}]`."""
        repo, commit = self.commit(request)
        with_blobs = asked.flag(request, "blobs")
        answer: dict[str, object] = {
            "id": repo.id,
            "modelId": repo.id,
            "author": repo.id.partition("/")[0] if "/" in repo.id else None,
            "sha": commit.id,
            "createdAt": DATE,
            "lastModified": DATE,
            "private": False,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "usedStorage": sum(blob.size for blob in commit.blobs.values()),
            "siblings": [_sibling(blob, with_blobs=with_blobs) for blob in commit.blobs.values()],
        }
        told = scans.recorded(repo)
        answer |= {"authorData": told.author} if told.author else {}
        if asked.flag(request, "securityStatus"):
            answer["securityRepoStatus"] = told.summary
        if wanted := request.query_params.getlist("expand"):
            answer = {key: value for key, value in answer.items() if key == "id" or key in wanted}
        return JSONResponse(answer)

    def tree(self, request: Request) -> Response:
        """`GET /api/models/{id}/tree/{revision}[/{path}]`."""
        repo, commit = self.commit(request)
        folder = request.path_params.get("path", "").strip("/")
        expand = asked.flag(request, "expand")
        try:
            paths = commit.children(folder, recursive=asked.flag(request, "recursive"))
        except KeyError:
            raise _no_entry(folder, commit) from None
        limit = min(asked.number(request, "limit", PAGE) or PAGE, EXPANDED_PAGE if expand else PAGE)
        start = asked.number(request, "cursor", 0)
        headers = {}
        if start + limit < len(paths):
            following = request.url.include_query_params(cursor=start + limit)
            headers["Link"] = f'<{following}>; rel="next"'
        told = scans.recorded(repo) if expand else None
        return JSONResponse([_entry(path, commit, told) for path in paths[start : start + limit]], headers=headers)

    async def paths_info(self, request: Request) -> Response:
        """`POST /api/models/{id}/paths-info/{revision}`, with a form or JSON body."""
        body = await asked.body(request, BODY_LIMIT)
        paths, expand = asked.paths(request.headers.get("content-type", ""), body)
        repo, commit = await run_in_threadpool(self.commit, request)
        told = scans.recorded(repo) if expand else None
        known = [path for path in dict.fromkeys(paths) if path and (path in commit.blobs or path in commit.trees)]
        return JSONResponse([_entry(path, commit, told) for path in known])

    async def git(self, request: Request) -> Response:
        """`POST /{id}/git-upload-pack`: the commit and its trees."""
        request.path_params["revision"] = git.wanted(await asked.body(request, git.LIMIT))
        _, commit = await run_in_threadpool(self.commit, request)
        return Response(git.answer(commit), media_type=git.RESULT)

    def refs(self, request: Request) -> Response:
        """`GET /api/models/{id}/refs`."""
        _, commit = self.commit(request)
        branch = {"name": BRANCH, "ref": f"refs/heads/{BRANCH}", "targetCommit": commit.id}
        return JSONResponse({"branches": [branch], "converts": [], "tags": [], "pullRequests": []})

    def commits(self, request: Request) -> Response:
        """`GET /api/models/{id}/commits/{revision}`."""
        repo, _ = self.commit(request)
        told = {"title": COMMIT_TITLE, "message": "", "authors": [{"user": "gateway"}], "date": DATE}
        commits = [{"id": commit, **told} for commit in dict.fromkeys(reversed(repo.past))]
        return JSONResponse(commits, headers={"X-Total-Count": str(len(commits))})

    def resolve(self, request: Request) -> Response:
        """`GET` and `HEAD /{id}/resolve/{revision}/{path}`: the bytes, or where to find them if LFS keeps the file."""
        repo, commit = self.commit(request)
        blob = commit.blobs.get(request.path_params["path"])
        if blob is None:
            raise _no_entry(request.path_params["path"], commit)
        if blob.sha256 is None:
            return content(request, repo, blob, _identity(blob, commit))
        target = f"/{quote(repo.id)}/blobs/{commit.id}/{blob.sha256}"
        return RedirectResponse(target, 302, _identity(blob, commit))

    def blob(self, request: Request) -> Response:
        """`GET` and `HEAD /{id}/blobs/{commit}/{sha256}`: bytes by their digest."""
        repo, commit = self.commit(request)
        sha256 = request.path_params["sha256"]
        for blob in commit.blobs.values():
            if blob.sha256 == sha256:
                return content(request, repo, blob, _identity(blob, commit))
        raise _no_entry(sha256, commit)


def application(find: Find) -> ASGIApp:
    """The server as an ASGI application.

    Args:
        find: gives the repositories that are served.
    """
    gateway = Gateway(find)
    endpoints = (
        ("/api/models/{id}/revision/{revision:path}", gateway.info, "GET"),
        ("/api/models/{id}/tree/{revision}", gateway.tree, "GET"),
        ("/api/models/{id}/tree/{revision}/{path:path}", gateway.tree, "GET"),
        ("/api/models/{id}/paths-info/{revision:path}", gateway.paths_info, "POST"),
        ("/api/models/{id}/refs", gateway.refs, "GET"),
        ("/api/models/{id}/commits/{revision:path}", gateway.commits, "GET"),
        ("/api/models/{id}", gateway.info, "GET"),
        ("/{id}/resolve/{revision}/{path:path}", gateway.resolve, "GET"),
        ("/{id}/blobs/{revision}/{sha256}", gateway.blob, "GET"),
        ("/{id}/git-upload-pack", gateway.git, "POST"),
    )
    routes = [
        Route(path.replace("{id}", spelled), endpoint, methods=[method])
        for path, endpoint, method in endpoints
        for spelled in ("{name}", "{org}/{name}")
    ]
    app = Starlette(
        routes=[Route("/api/whoami-v2", _nobody), *routes],
        exception_handlers={Refusal: _explained, SourceError: _explained},
    )
    return _whole_revisions(app)


def _whole_revisions(app: ASGIApp) -> ASGIApp:
    """Keeps an encoded slash encoded, so that `refs%2Fheads%2Fmain` stays one segment of the path."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if "raw_path" in scope:
            raw = scope["raw_path"].decode("ascii").replace("%2F", "%252F").replace("%2f", "%252F")
            scope = {**scope, "path": unquote(raw)}
        await app(scope, receive, send)

    return wrapped


def _nobody(_: Request) -> Response:
    return Refusal(401, "", "This server knows no accounts; no token is needed.").response()


def _explained(_: Request, error: Exception) -> Response:
    if isinstance(error, Refusal):
        return error.response()
    if isinstance(error, ChangedError):
        return Refusal(503, "", str(error), {"Retry-After": "1"}).response()
    return Refusal(500, "", str(error)).response()


def _no_entry(path: str, commit: Commit) -> Refusal:
    return Refusal(404, "EntryNotFound", f"There is no {path!r} in commit {commit.id}.", {"X-Repo-Commit": commit.id})


def _identity(blob: Blob, commit: Commit) -> dict[str, str]:
    """Headers that say which bytes these are; on a redirect too, as clients read them before or after following it."""
    headers = {"X-Repo-Commit": commit.id, "ETag": f'"{blob.etag}"', "Accept-Ranges": "bytes"}
    if blob.sha256 is not None:
        headers |= {"X-Linked-ETag": f'"{blob.etag}"', "X-Linked-Size": str(blob.size)}
    return headers


def _sibling(blob: Blob, *, with_blobs: bool) -> dict[str, object]:
    if not with_blobs:
        return {"rfilename": blob.path}
    lfs = {"lfs": {"sha256": blob.sha256, "size": blob.size, "pointerSize": blob.pointer_size}} if blob.sha256 else {}
    return {"rfilename": blob.path, "blobId": blob.oid, "size": blob.size, **lfs}


def _entry(path: str, commit: Commit, told: scans.Scans | None) -> dict[str, object]:
    """An entry of a tree; told: what it is expanded by."""
    blob = commit.blobs.get(path)
    if blob is None:
        entry: dict[str, object] = {"type": "directory", "oid": commit.trees[path], "size": 0, "path": path}
    else:
        entry = {"type": "file", "oid": blob.oid, "size": blob.size, "path": path}
        if blob.sha256 is not None:
            entry["lfs"] = {"oid": blob.sha256, "size": blob.size, "pointerSize": blob.pointer_size}
    if told is not None:
        entry["lastCommit"] = {"id": commit.id, "title": COMMIT_TITLE, "date": DATE}
        entry |= {"securityFileStatus": told.files[path]} if path in told.files else {}
    return entry
