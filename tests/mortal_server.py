"""A server that is made to be killed: one process that has everything loaded and forks a life per word on its input.

`python -m tests.mortal_server INSTANCE DATABASE_URL`: for each line read it forks a child that serves the product on a
free port and writes "PID PORT". The app is built once, before it has opened anything; a life opens its own connections.
"""

import os
import sys
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from server import create_app
from server.platform.config import Settings


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, *_args: object) -> None:
        """The killer reads answers, not logs."""


def live(app: Flask) -> None:
    """One life: serve until killed. The port is told when the socket listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    sys.stdout.write(f"{os.getpid()} {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def main(instance: str, database_url: str) -> None:
    """Fork a life per line of input; the dead are collected before the next is born."""
    app = create_app(Settings(instance=Path(instance), database_url=database_url))
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            live(app)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
