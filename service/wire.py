"""What stands between the network and the application: the head of a request, within limits.

uvicorn takes a head of any length and waits for its end for ever. Here it is refused as a problem
document before more is kept. https://www.rfc-editor.org/rfc/rfc9110#section-5.4
"""

import asyncio
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.problems import BY_STATUS, Kind, document

HEAD_BYTES: Final = 16 * 1024
"""Bytes that the address and the headers of a request may have."""

HEAD_SECONDS: Final = 10.0
"""How long they may take to arrive."""


class Refused(Exception):
    """A head that is not to be answered by the application."""


class Wire(HttpToolsProtocol):
    """One connection: what uvicorn does, with a limit on length and time of a head."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*given, **named)
        self._seen = 0
        """Bytes since the head began that is still awaited."""
        self._is_awaited = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; refuse a head that has got too long."""
        was_awaited = self._is_awaited
        super().data_received(data)
        if not self._is_awaited:
            self._stop_waiting()
            return
        if was_awaited:  # else it holds the end of a body too
            self._seen += len(data)
        if self._seen > HEAD_BYTES:
            self._refuse(BY_STATUS[431], _TOO_LONG)
        elif self._patience is None:
            self._wait()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        super().on_message_begin()
        self._seen, self._is_awaited = 0, True

    def on_headers_complete(self) -> None:
        """Hand the request on, unless its head came at once and is too long."""
        self._is_awaited = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(BY_STATUS[431], _TOO_LONG)
            raise Refused
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or a method that nobody knows."""
        del msg
        self._refuse(
            BY_STATUS[400], "This is no request of HTTP/1.1, or its method is not known here."
        )

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._expire)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _expire(self) -> None:
        self._patience = None
        if self._seen:
            self._refuse(BY_STATUS[408], _TOO_SLOW)
        else:
            self.transport.close()

    def _refuse(self, kind: Kind, detail: str) -> None:
        """Answer with a problem document and close, once."""
        if self.transport.is_closing():
            return
        body = orjson.dumps(document(kind, detail))
        head = (
            b"content-type: application/problem+json\r\n"
            b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[kind.status] + head % len(body) + body)
        self.transport.close()


_TOO_LONG = (
    f"The address and headers of a request may have {HEAD_BYTES // 1024} KiB. "
    "Send a long query or long values in the body of a POST."
)
_TOO_SLOW = f"The headers of the request did not arrive within {HEAD_SECONDS:g} seconds."
