"""The post was published as `pie-number-1.md` before."""

from datetime import UTC, datetime
from pathlib import Path

from caresite.engine.build import Options, build


def make(root: Path) -> None:
    old, new = root / "content/blog/pie-number-1.md", root / "content/blog/the-first-pie.md"
    new.rename(old)
    build(root, Options(now=datetime(2026, 11, 22, 12, 0, tzinfo=UTC)))
    old.rename(new)
