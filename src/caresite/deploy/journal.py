"""The journal of deploys below `.caresite/`: one at a time, what each did, and which pages it put online."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import try_lock, write_atomically
from caresite.deploy.scratch import sweep

__all__ = ["Entry", "alone", "append", "entries", "live_pages", "note_live_pages", "state_folder"]

_LOG = "deploys.jsonl"
_LOCK = "deploy.lock"
_LIVE = "live.json"


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One deploy. `fault` is the code of what ended it, empty when all went well; `id` is the host's name for it."""

    at: datetime
    name: str
    target: str
    base_url: str
    preview: bool = False
    added: int = 0
    changed: int = 0
    deleted: int = 0
    bytes: int = 0
    seconds: float = 0.0
    url: str = ""
    id: str = ""
    fault: str = ""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Let one deploy of the site be at work; the lock goes with the process, however that ends.

    What a deploy that was killed has left is cleared. Raises Problem when another is.
    """
    (root / ".caresite").mkdir(exist_ok=True)
    with (root / ".caresite" / _LOCK).open("a+b") as file:
        try:
            try_lock(file)
        except OSError:
            file.seek(0)
            number = file.read(20).decode("ascii", "replace").strip()
            who = f" (process {number})" if number.isdigit() else ""
            message = f"another deploy of this site is at work{who}"
            raise Problem(fault(codes.DEPLOY_RUNNING, Span(f".caresite/{_LOCK}"), message)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        sweep(root)
        yield


def append(root: Path, entry: Entry) -> None:
    """Add a line to the log."""
    (root / ".caresite").mkdir(exist_ok=True)
    with (root / ".caresite" / _LOG).open("ab") as file:
        file.write(msgspec.json.encode(entry) + b"\n")


def entries(root: Path) -> Iterable[Entry]:
    """Yield what the log has, oldest first; a line that cannot be read is passed over."""
    try:
        lines = (root / ".caresite" / _LOG).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError:
            continue


def state_folder(root: Path, name: str) -> Path:
    """Return the folder below `.caresite/` for what is worth remembering of one target."""
    return root / ".caresite" / "deploy" / re.sub(r"[^\w-]", "_", name)


def note_live_pages(state: Path, pages: Mapping[str, str]) -> None:
    """Remember which page each item has that is online now: its id → its address."""
    state.mkdir(parents=True, exist_ok=True)
    write_atomically(state / _LIVE, msgspec.json.encode(pages))


def live_pages(state: Path) -> Mapping[str, str]:
    """Return what `note_live_pages` remembered last; nothing where no deploy has been made from this computer."""
    try:
        return msgspec.json.decode((state / _LIVE).read_bytes(), type=dict[str, str])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}
