"""A loopback server that answers chat completions after a fixed time, and counts what it was asked.

Run it as its own process, so that it does not share the measured program's interpreter.
"""

import argparse
import asyncio
import json
from pathlib import Path

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "bench-1",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Your order ships today and arrives within three days. Please keep the receipt.",
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 20, "completion_tokens": 16, "total_tokens": 36},
    }
).encode()


class Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection; requests are read by Content-Length."""

    requests = 0
    latency_s = 0.05

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport: nothing more is written."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every whole request that has come in."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if head.startswith(b"post"):
                Connection.requests += 1
                asyncio.get_running_loop().call_later(self.latency_s, self._send, ANSWER)
            else:
                self._send(json.dumps({"requests": Connection.requests}).encode())

    def _send(self, body: bytes) -> None:
        if self._transport is not None:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def serve(latency_s: float, port_file: Path) -> None:
    """Serve until the process is ended; the port stands in `port_file`."""
    Connection.latency_s = latency_s
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=4096)
    waiting = port_file.with_suffix(".tmp")
    waiting.write_text(str(server.sockets[0].getsockname()[1]))
    waiting.replace(port_file)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=50.0)
    parser.add_argument("--port-file", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.latency_ms / 1e3, arguments.port_file))
