"""An endpoint elsewhere that behaves as a test wants, on the loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROW = (
    b'{"head": {"vars": ["far"]}, "results": {"bindings": '
    b'[{"far": {"type": "literal", "value": "there"}}]}}'
)


class Answering(BaseHTTPRequestHandler):
    """Answers by the path; what was asked is noted in `asked`."""

    asked: list[bytes]

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        type(self).asked.append(self.rfile.read(length))
        try:
            self._answer(self.path.strip("/"))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self, how: str) -> None:
        match how:
            case "good":
                self._send(200, ROW)
            case "slow":
                time.sleep(3)
                self._send(200, ROW)
            case "drip":
                self.send_response(200)
                self.end_headers()
                for _ in range(60):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            case "endless":
                self.send_response(200)
                self.end_headers()
                for _ in range(6000):
                    self.wfile.write(b" " * 1024)
            case "elsewhere":
                self.send_response(302)
                self.send_header("Location", "/good")
                self.end_headers()
            case "packed":
                self.send_response(200)
                self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                self.wfile.write(b"\x1f\x8b" + b"0" * 100)
            case _:
                self._send(int(how) if how.isdigit() else 200, b"<html>no</html>")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def far() -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of the endpoint, and what it was asked."""
    asked: list[bytes] = []
    answering = type("Answering", (Answering,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
