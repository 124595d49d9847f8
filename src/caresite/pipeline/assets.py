"""Assets: files of the theme and the site under names that change when they do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault, place_in
from caresite.core.files import decode_text, lies_within
from caresite.core.model import Output
from caresite.pipeline.palette import ACCENTS, palette_css, palette_of
from caresite.pipeline.themes import Theme

__all__ = ["Asset", "asset_outputs", "collect_assets"]

_CSS_URL = re.compile(r"url\(\s*([\"']?)(?!data:|https?:|//|#)([^)\"']+)\1\s*\)")
_DIGEST_LENGTH = 10
PALETTE = "palette.css"


class Asset(Struct, frozen=True):
    """An asset: its name in `assets/`, where it is written, its bytes."""

    name: str
    output: str
    data: bytes


def collect_assets(theme: Theme) -> tuple[dict[str, Asset], tuple[Diagnostic, ...]]:
    """Return all assets by name: the site's `assets/` over the theme's over its parents'; and links not followed.

    A theme with the options `brand` and `accent` gets its `palette.css` made from them.

    A file `x.css` is written as `assets/x.<digest>.css`; `url(…)` inside stylesheets follows.
    """
    files: dict[str, Path] = {}
    found: list[Diagnostic] = []
    for layer in reversed(theme.layers):
        folder = layer.folder / "assets"
        for path in _files(folder):
            name = path.relative_to(folder).as_posix()
            if lies_within(path, layer.folder):
                files[name] = path
            else:
                message = "this link leads out of its folder and was not followed"
                found.append(fault(codes.SYMLINK_OUT, Span(f"assets/{name}"), message))
    assets = {name: _asset(name, files[name].read_bytes()) for name in sorted(files) if not name.endswith(".css")}
    for name in sorted(files):
        if name.endswith(".css"):
            css, _ = decode_text(files[name].read_bytes(), f"assets/{name}")
            assets[name] = _asset(name, _rewritten(name, css, assets).encode())
    if getattr(theme.options, "brand", ""):
        palette = palette_of(theme.options.brand, _accent_hue(theme))
        assets[PALETTE] = _asset(PALETTE, palette_css(palette).encode())
    return assets, tuple(found)


def _accent_hue(theme: Theme) -> float:
    accent = str(getattr(theme.options, "accent", "marigold"))
    if accent in ACCENTS:
        return ACCENTS[accent]
    if accent.isdigit() and int(accent) < 360:
        return float(accent)
    message = f"`accent` must be one of {', '.join(ACCENTS)}, or a hue from 0 to 359, not “{accent}”"
    raise Problem(fault(codes.NOT_A_CHOICE, place_in(theme.places, Span("caresite.yaml"), "theme.accent"), message))


def _files(folder: Path) -> Iterable[Path]:
    if folder.is_dir():
        yield from (
            path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "_"))
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
