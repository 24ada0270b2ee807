"""A small embeddings API on 127.0.0.1: the vector of a text counts its letters."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def vector_of(text: str) -> list[float]:
    """Return how often each of five letters stands in a text, and 1."""
    return [float(text.lower().count(letter)) for letter in "aeilt"] + [1.0]


@contextmanager
def vector_server(replies: dict[str, Any] | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve vectors, or always `replies`; yield the address and the bodies that were received."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            received.append({"path": self.path, **body})
            rows = [{"index": at, "embedding": vector_of(text)} for at, text in enumerate(body["input"])]
            reply = replies or {"model": body["model"], "data": rows[::-1], "usage": {"prompt_tokens": 9}}
            content = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
