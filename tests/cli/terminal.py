"""Commands on a real terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(root: Path, *arguments: str, columns: int = 80, typed: str = "") -> str:
    """Run a command on a terminal and return what it shows there, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    command = [sys.executable, "-m", "caresite", *arguments]
    process = subprocess.Popen(
        command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs, env={**environ, "TERM": "xterm"}
    )
    os.close(theirs)
    if typed:
        os.write(ours, typed.encode())
    shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    process.wait()
    return _CODES.sub("", shown.decode()).replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when the other end is closed
        return b""
