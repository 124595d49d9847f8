"""Server: uvicorn in a thread of its own, on the first port that is free."""

from __future__ import annotations

import errno
import os
import socket
import time
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

__all__ = ["Server", "listening"]

_PORTS_TRIED = 50
_START_S = 10.0
_STOP_S = 3.0


def listening(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` at `port`, or at the next one that is free; 0 takes any.

    Raises OSError when the host is none of this computer's, or no port is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for tried in range(port, min(port + _PORTS_TRIED, 65536) if port else 1):
        bound = socket.socket(family, socket.SOCK_STREAM)
        if os.name == "posix":  # a port just left is free; on Windows the option would let it be used twice
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, tried))
            bound.listen(128)
        except OSError as error:
            bound.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return bound
    raise OSError(errno.EADDRINUSE, f"no port from {port} to {port + _PORTS_TRIED - 1} is free")


class Server:
    """Serves an app until it is stopped."""

    def __init__(self, app: ASGIApp, bound: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._bound = bound
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([bound],), name="caresite-server", daemon=True)

    @property
    def port(self) -> int:
        """The port that was free."""
        return int(self._bound.getsockname()[1])

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to serve; returns when it answers. Raises RuntimeError when it does not."""
        self._thread.start()
        end = time.monotonic() + _START_S
        while not self._server.started:
            if time.monotonic() > end or not self._thread.is_alive():
                raise RuntimeError("the server of the preview did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """End the thread, and with it every connection."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._bound.close()
