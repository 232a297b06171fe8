"""`verify gateway`: serve folders of models to hub clients."""

from __future__ import annotations

from pathlib import Path


def gateway(root: Path, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the models below a folder with the hub's protocol; clients reach them through HF_ENDPOINT.

    Args:
        root: folder that holds org/name/ folders of models.
        host: address to listen on.
        port: TCP port; 0 lets the system choose one.
    """
    import typer

    from verifier.gateway import serve

    server = serve.server(root)
    with serve.listen(host, port) as listening:
        typer.echo(f"Serving {root} at {serve.address(listening)} (set HF_ENDPOINT to it; Ctrl+C ends).", err=True)
        server.run(sockets=[listening])
