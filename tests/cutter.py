"""A live server in a thread, and a line to it that breaks in the middle of every chunk."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: object) -> None:
        """Tests read answers, not logs."""


@contextmanager
def live(app: Flask) -> Iterator[int]:
    """The app on a free port of this machine; yields the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Cutter:
    """Forwards connections; every chunk is cut in its middle, the creation of the upload once (it would never end).

    `carried` counts the bytes of bodies that went through, `cuts` how often the line broke.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.carried = self.cuts = 0
        self._opened = False
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Cutter":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[..., None], *args: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        """Carry requests until the line breaks. The server notices before the client does: a client that comes back
        at once would otherwise meet its own dead request, and what it sends then would be counted twice."""
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            muted = threading.Event()
            pouring = self._start(_pour, server, client, muted)
            with contextlib.suppress(OSError):
                while self._request(client, server):
                    pass
            muted.set()
            _shut(server, socket.SHUT_WR)
            pouring.join(30)
            for end in (client, server):  # closing alone does not wake who is reading
                _shut(end, socket.SHUT_RDWR)

    def _request(self, client: socket.socket, server: socket.socket) -> bool:
        """Carry one request over; False when the line is to break, or the client has gone."""
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return False
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        upto = self._how_far(head.startswith(b"POST"), length)
        server.sendall(head + b"\r\n\r\n")
        sent = 0
        while sent < upto:
            body = body or client.recv(65536)
            if not body:
                return False
            part = body[: upto - sent]
            server.sendall(part)
            sent += len(part)
            body = body[len(part) :]
            with self._lock:
                self.carried += len(part)
        return upto == length

    def _how_far(self, opens: bool, length: int) -> int:
        """Half of it. What is shorter than a header goes through: cutting it would prove nothing more."""
        if length < 1024 or (opens and self._opened):
            return length
        with self._lock:
            self._opened = self._opened or opens
            self.cuts += 1
        return length // 2


def _pour(source: socket.socket, target: socket.socket, muted: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            if not muted.is_set():
                target.sendall(piece)


def _shut(end: socket.socket, how: int) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(how)
