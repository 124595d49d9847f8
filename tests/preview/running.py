"""A preview that runs: a site on disk, its server and its watch in threads of this process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from caresite.engine.build import Options
from caresite.pipeline.gates import Gates
from caresite.preview.generations import Generation
from caresite.preview.serve import How, Preview, Rebuilt
from caresite.testing import write_site

__all__ = ["NOW", "Said", "Shown", "showing"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_PATIENCE_S = 20.0


class Said(NamedTuple):
    """What the server said."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Shown:
    """A preview of the site in `root`, and what it told of every build."""

    def __init__(self, root: Path, **how: Any) -> None:
        self.root = root
        self.told: list[Rebuilt] = []
        shown = not how.pop("production", False)
        options = {"now": NOW, **how.pop("options", {})}
        self.options = Options(gates=Gates(shown, shown, shown), publish=False, **options)
        additions = how.pop("additions", ())
        how = {"port": 0, **how}
        self.preview = Preview(root, lambda: self.options, How(**how), tell=self.told.append, additions=additions)
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.wait(lambda: self.told)

    def stop(self) -> None:
        self.preview.stop()
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive()
        self.preview.close()

    def _run(self) -> None:
        self.preview.open()
        self.preview.run()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def url(self) -> str:
        return self.preview.url

    @property
    def current(self) -> Generation:
        return self.preview.generations.current

    def save(self, path: str, text: str | bytes) -> None:
        """Write a file of the site in place, as some editors do."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def replace(self, path: str, text: str) -> None:
        """Write a file of the site beside itself and rename it, as other editors do."""
        target = self.root / path
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change some words of a file of the site."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"`{old}` is not in {path}"
        self.save(path, text.replace(old, new))

    def wait(self, until: Callable[[], object]) -> None:
        """Wait until something is so. Raises AssertionError when it does not come to be."""
        end = time.monotonic() + _PATIENCE_S
        while not until():
            assert time.monotonic() < end, (
                f"it did not come to be; {len(self.told)} builds, wrong is {self.current.faults}"
            )
            time.sleep(0.01)

    def rebuilt(self, act: Callable[[], object]) -> Rebuilt:
        """Do something and return what came of the build that follows."""
        before = len(self.told)
        act()
        self.wait(lambda: len(self.told) > before)
        return self.told[-1]

    def ask(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> Said:
        """Ask the server, following nothing; `if_none_match` and the like become headers."""
        connection = HTTPConnection("127.0.0.1", self.preview.server.port, timeout=10)
        try:
            named = {name.replace("_", "-").title(): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Said(answer.status, answer.msg, answer.read())
        finally:
            connection.close()


@contextmanager
def showing(root: Path, text: str = "", files: Mapping[str, bytes] | None = None, **how: Any) -> Iterator[Shown]:
    """Preview the site in `text` in `root` for as long as the context lasts."""
    write_site(root, text, files)
    shown = Shown(root, **how)
    shown.start()
    try:
        yield shown
    finally:
        shown.stop()
