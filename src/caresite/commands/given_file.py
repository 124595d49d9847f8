"""A file that somebody names in an option: read, or told in a sentence why it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import click

__all__ = ["bytes_given", "text_given"]


def bytes_given(name: str, option: str, advice: str = "") -> bytes:
    """Return what stands in the file `name`, `-` for standard input. Raises BadParameter for one that is not there.

    `advice` is what to do then.
    """
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name).expanduser()
    if path.is_dir():
        raise click.BadParameter(f"“{name}” is a folder; name the file in it", param_hint=option)
    if not path.exists():
        said = f"there is no file or folder “{name}”"
        raise click.BadParameter(f"{said}; {advice}" if advice else said, param_hint=option)
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"“{name}” cannot be read: {error.strerror or error}", param_hint=option) from None


def text_given(name: str, option: str, advice: str = "") -> str:
    """Return the text that stands in the file `name`; raises as `bytes_given` does, and for what is no text."""
    try:
        return bytes_given(name, option, advice).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise click.BadParameter(f"“{name}” is not UTF-8 text; save it as such", param_hint=option) from None
