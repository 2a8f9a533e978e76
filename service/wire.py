"""What stands between the network and the application: the head of a request, within limits, and
what was asked before, word for word.

uvicorn takes a head of any length and waits for its end for ever. Here it is refused as a problem
document before more is kept. https://www.rfc-editor.org/rfc/rfc9110#section-5.4
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast

import orjson
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from service.problems import BY_STATUS, Kind, document
from service.repeats import EXTENSION, Repeats

HEAD_BYTES: Final = 16 * 1024
"""Bytes that the address and the headers of a request may have."""

HEAD_SECONDS: Final = 10.0
"""How long they may take to arrive."""


class Refused(Exception):
    """A head that is not to be answered by the application."""


class Wire(HttpToolsProtocol):
    """One connection: what uvicorn does, with a limit on length and time of a head.

    A request that came in one piece, and the same as one before, is answered from the lifespan
    state's `repeats`; what the parser would see next is then the same as if it had read it.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*given, **named)
        self._seen = 0
        """Bytes since the head began that is still awaited."""
        self._is_awaited = True
        self._patience: asyncio.TimerHandle | None = None
        self._is_between = True
        """Whether the parser stands where a request begins."""
        self._ended = 0
        """Requests that have ended in what is being read."""
        self._repeats: Repeats | None = cast(Mapping[str, Any], self.app_state).get("repeats")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer what was answered before, else read on; refuse a head that has got too long."""
        is_new = self._is_between and not self._is_answering()
        if is_new and self._repeats is not None and self._repeated(data, self._repeats):
            return
        was_awaited = self._is_awaited
        self._ended = 0
        super().data_received(data)
        if is_new and self._is_between and self._ended == 1 and self.cycle.keep_alive:
            self.scope["extensions"] = {EXTENSION: {"bytes": data}}
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
        self._seen, self._is_awaited, self._is_between = 0, True, False

    def on_message_complete(self) -> None:
        """Note that a request has ended."""
        super().on_message_complete()
        self._is_between = True
        self._ended += 1

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

    def _is_answering(self) -> bool:
        """Tell whether an answer is still awaited on this connection."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _repeated(self, data: bytes, repeats: Repeats) -> bool:
        """Send what was answered to the same bytes before; tell whether there was such an answer.

        Afterwards the connection stands as it does behind any answer: with its time to idle.
        """
        if self.flow.write_paused or self.transport.is_closing():
            return False
        found = repeats.get(data)
        if found is None:
            return False
        fields = [b"%s: %s\r\n" % pair for pair in self.server_state.default_headers]
        self.transport.write(b"".join((found.status, *fields, found.rest)))
        self._is_awaited = False
        self._stop_waiting()
        self.on_response_complete()
        return True

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
