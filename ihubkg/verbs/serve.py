"""`ihubkg serve`: the service."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import uvicorn

from ihubkg import verbs
from ihubkg.errors import IhubError

BACKLOG = 128
LAST_PORT = 65535
PATIENCE = 10
"""Seconds that open requests get when the service is stopped."""


class Port(click.ParamType[int]):
    """A number of a port; 0 stands for any that is free."""

    name = "port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number, or say which there are."""
        text = str(value)
        if not text.isascii() or not text.isdigit() or int(text) > LAST_PORT:
            self.fail(f"{text!r} is not a number from 0 to {LAST_PORT}", param, ctx)
        return int(text)


@click.command("serve")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="IHUBKG_DATA",
    help="Data folder to use; without it, the packaged graph in memory.",
)
@click.option(
    "--host", metavar="H", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option(
    "--port",
    metavar="P",
    default=8000,
    show_default=True,
    type=Port(),
    help="Port to listen on; 0 takes any that is free.",
)
@click.option("--read-only", is_flag=True, envvar="IHUBKG_READ_ONLY", help="Refuse every write.")
def verb(data: Path | None, host: str, port: int, read_only: bool) -> None:
    """Start the service: pages, linked data, SPARQL and questions over HTTP.

    An empty data folder is filled with the packaged graph first. Ctrl+C ends it.

    \b
    Examples:
      ihubkg serve
      ihubkg serve --data .data --port 8080
    """
    verbs.known_questions()  # one that cannot be read is named now, not when it is asked
    with _listening(host, port) as listener:
        if data is not None:
            _prepare(data)
        os.environ.update(  # where the service reads its settings
            IHUBKG_DATA="" if data is None else str(data),
            IHUBKG_READ_ONLY=str(read_only).lower(),
        )
        _run(listener)


def _prepare(data: Path) -> None:
    """Fill the folder, or find out in a plain line why it cannot be used."""
    with verbs.writing(data) as store:
        if store.notice:
            click.echo(store.notice, err=True)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            raise IhubError(
                f"Port {port} of {host} cannot be had ({error.strerror or error}): stop what uses "
                "it, or choose another with --port."
            ) from error
        yield listener


class _Server(uvicorn.Server):
    """Says where it answers as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            click.echo(f"ihubkg answers on http://{shown}:{port} (Ctrl+C ends it)")


def _run(listener: socket.socket) -> None:
    server = _Server(
        uvicorn.Config(
            "service.app:create_app",
            factory=True,
            http="service.wire:Wire",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=PATIENCE,
        )
    )
    server.run(sockets=[listener])
    if not server.started:
        raise IhubError("The service could not start; the lines above say why.")
