"""A mail server that answers as it is told to: what real servers should not say, and some do."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

__all__ = ["Answer", "odd_mail_server"]

Answer = Callable[[bytes], bytes]
"""A function from the arguments of a command to the untagged lines of its answer; `NO` at the end refuses it."""
_COMMAND = re.compile(rb"(\S+) (?:UID )?(\S+) ?(.*)\r\n", re.IGNORECASE | re.DOTALL)


@contextmanager
def odd_mail_server(answers: Mapping[str, Answer]) -> Iterator[int]:
    """Listen on a free port, without TLS, and yield it. Commands without an answer are simply done."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, answers), daemon=True).start()
        yield listening.getsockname()[1]


def _serve(listening: socket.socket, answers: Mapping[str, Answer]) -> None:
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:
            return  # the test is over
        with suppress(OSError), accepted as connection:
            _talk(connection, answers)


def _talk(connection: socket.socket, answers: Mapping[str, Answer]) -> None:
    lines = connection.makefile("rwb")
    lines.write(b"* OK ready\r\n")
    lines.flush()
    while match := _COMMAND.fullmatch(lines.readline()):
        tag, name, rest = match[1], match[2].decode().upper(), match[3]
        if name == "AUTHENTICATE":
            lines.write(b"+ \r\n")
            lines.flush()
            rest = lines.readline()
        said = answers.get(name, _USUAL.get(name, lambda rest: b""))(rest)
        status = b"NO" if said.endswith(b"NO") else b"OK"
        lines.write(said.removesuffix(b"NO") + tag + b" " + status + b" done\r\n")
        lines.flush()
        if name == "LOGOUT":
            return


_USUAL: Mapping[str, Answer] = {
    "CAPABILITY": lambda rest: b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
    "LOGOUT": lambda rest: b"* BYE\r\n",
}
