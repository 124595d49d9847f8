"""Makes a text of more than 5 MB."""

from pathlib import Path


def make(folder: Path) -> None:
    path = folder / "content" / "blog" / "rye.md"
    path.parent.mkdir(parents=True)
    path.write_text("We bake it overnight.\n" * 250_000, encoding="utf-8")
