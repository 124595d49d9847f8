"""A file that is larger than the system lets this process write, as no test can fill a disk everywhere."""

from __future__ import annotations

import resource
import signal
from datetime import UTC, datetime
from pathlib import Path

from caresite.core.diagnostics import Diagnostic
from caresite.engine.build import Options, build


def find(root: Path) -> tuple[Diagnostic, ...]:
    (root / "static").mkdir()
    (root / "static/film.bin").write_bytes(bytes(3_000_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
    try:
        return build(
            root, Options(now=datetime(2026, 11, 22, tzinfo=UTC), environ={"CARESITE__THEME": "plain"})
        ).diagnostics
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
