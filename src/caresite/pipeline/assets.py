"""Assets: files of the theme and the site under names that change when they do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from msgspec import Struct

from caresite.core.model import Output
from caresite.pipeline.themes import Theme

__all__ = ["Asset", "asset_outputs", "collect_assets"]

_CSS_URL = re.compile(r"url\(\s*([\"']?)(?!data:|https?:|//|#)([^)\"']+)\1\s*\)")
_DIGEST_LENGTH = 10


class Asset(Struct, frozen=True):
    """An asset: its name in `assets/`, where it is written, its bytes."""

    name: str
    output: str
    data: bytes


def collect_assets(theme: Theme) -> dict[str, Asset]:
    """Return all assets by name: the site's `assets/` over the theme's over its parents'.

    A file `x.css` is written as `assets/x.<digest>.css`; `url(…)` inside stylesheets follows.
    """
    files: dict[str, Path] = {}
    for layer in reversed(theme.layers):
        folder = layer.folder / "assets"
        files |= {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    assets = {
        name: _asset(name, files[name].read_bytes()) for name in sorted(files) if not name.endswith(".css")
    }
    for name in sorted(files):
        if name.endswith(".css"):
            assets[name] = _asset(name, _rewritten(name, files[name].read_text("utf-8"), assets).encode())
    return assets


def _files(folder: Path) -> Iterable[Path]:
    if folder.is_dir():
        yield from (
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith((".", "_"))
        )


def _asset(name: str, data: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST_LENGTH]
    return Asset(name, f"assets/{path.with_name(f'{path.stem}.{digest}{path.suffix}')}", data)


def _rewritten(name: str, css: str, assets: dict[str, Asset]) -> str:
    def follow(match: re.Match[str]) -> str:
        target = _joined(PurePosixPath(name).parent, match[2].split("?")[0].split("#")[0])
        asset = assets.get(target)
        if asset is None:
            return match[0]
        up = "../" * (len(PurePosixPath(name).parts) - 1)
        return f"url({up}{asset.output.removeprefix('assets/')})"

    return _CSS_URL.sub(follow, css)


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def asset_outputs(assets: dict[str, Asset]) -> tuple[Output, ...]:
    """Return the assets as outputs."""
    return tuple(
        Output(path=asset.output, data=asset.data, kind="asset", source=f"assets/{asset.name}")
        for asset in assets.values()
    )
