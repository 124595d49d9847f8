"""Resources: the files beside the texts, and which of them go onto the site."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from caresite.core import codes
from caresite.core.config import Settings
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.media_types import type_of
from caresite.core.model import (
    Source,
)
from caresite.core.suggest import nearest_file
from caresite.core.urls import decoded_path, encode_file, is_external, output_path, split_address
from caresite.kinds import (
    Story,
    Testimonial,
)
from caresite.pipeline.addresses import Draft, is_index
from caresite.pipeline.consent import shows_face, targets_in
from caresite.pipeline.discover import Discovery

__all__ = ["collect_resources", "folder_of", "normal_path", "picture_hint"]


def collect_resources(
    settings: Settings, discovery: Discovery, drafts: list[Draft], found: list[Diagnostic]
) -> tuple[dict[str, str], dict[str, str]]:
    """Say where files beside the texts go: a bundle's with its page, others when a shown page uses them."""
    folders = _bundles(settings, discovery)
    bundles = {
        folder_of(d.source): _folder_url(d.url) for d in drafts if folder_of(d.source) in folders and is_index(d.source)
    }
    used = {path for d in drafts for path in _mentioned(d)} if discovery.resources else set()
    unseen = {path for d in drafts for path in _beside(d, (*_hidden_pictures(d.item.meta), *d.item.hidden))} - used
    urls: dict[str, str] = {}
    for path in discovery.resources:
        folder = next((f for f in map(str, PurePosixPath(path).parents) if f in folders), "")
        if folder in bundles and path not in unseen:
            urls[path] = bundles[folder] + encode_file(path.removeprefix(folder + "/"))
        elif path in used:
            urls[path] = settings.base_path.rstrip("/") + _loose_address(settings, path)
    files = dict(discovery.statics)
    for path, url in urls.items():
        other = files.setdefault(output_path(url.removeprefix(settings.base_path)), path)
        if other != path:
            message = f"{path} and {other} both want the address {url}"
            found.append(fault(codes.URL_COLLISION, Span(path), message, hint="rename one of them"))
    return urls, files


def _folder_url(url: str) -> str:
    """Return the folder that the files beside a page go to: `/x/` for the page `/x/` and for `/x.html`."""
    return url if url.endswith("/") else f"{url.removesuffix('.html')}/"


def _bundles(settings: Settings, discovery: Discovery) -> frozenset[str]:
    """Return the folders that are one page each, shown or not; the folder of a whole collection is none."""
    roots = {collection.path.strip("/") for collection in settings.collections.values()}
    return frozenset(folder_of(source) for source in discovery.sources if is_index(source)) - roots


def folder_of(source: Source) -> str:
    """Return the folder a source stands in."""
    return str(PurePosixPath(source.path).parent)


def _loose_address(settings: Settings, path: str) -> str:
    homes = [(collection.path, collection.index) for collection in settings.collections.values()]
    homes += [(f"content/{name}", taxonomy.path) for name, taxonomy in settings.taxonomies.items()]
    for folder, address in sorted(homes, key=lambda home: -len(home[0])):
        below = folder.strip("/") + "/"
        if path.startswith(below):
            return f"/{address.strip('/')}/".replace("//", "/") + encode_file(path.removeprefix(below))
    return "/" + encode_file(path)


def _mentioned(draft: Draft) -> Iterable[str]:
    """Yield the files that a page shows or links to, as paths from the site's root."""
    yield from _beside(draft, (*_shown_pictures(draft.item.meta), *targets_in(draft.item.body.html)))


def _beside(draft: Draft, targets: Iterable[str]) -> Iterable[str]:
    folder = PurePosixPath(draft.source.path).parent
    for target in targets:
        if not is_external(target) and not target.startswith("/"):
            yield normal_path(folder / decoded_path(split_address(target).path))
            yield normal_path(folder / target)  # front matter names files, whatever characters are in their names


def _shown_pictures(meta: Any) -> tuple[str, ...]:
    pictures = [meta.image, meta.share_image, getattr(meta, "photo", None)]
    if shows_face(meta):
        pictures.append(meta.author.photo)
    if isinstance(meta, Story) and not meta.customer.anonymous:
        pictures.append(meta.customer.logo)
    return tuple(picture.src for picture in pictures if picture)


def _hidden_pictures(meta: Any) -> tuple[str, ...]:
    """Return the pictures of somebody who chose not to be seen; nobody shall find them under their address either."""
    if not isinstance(meta, (Story, Testimonial)):
        return ()
    pictures = [meta.author.photo if meta.author else None, meta.customer.logo if isinstance(meta, Story) else None]
    return tuple(p.src for p in pictures if p and p.src not in _shown_pictures(meta))


def normal_path(path: PurePosixPath) -> str:
    """Return a path below the site's root without `.` and `..`, in NFC; empty when it leads out."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return unicodedata.normalize("NFC", "/".join(parts))


def picture_hint(path: str, source: str, resources: Iterable[str], files: Iterable[str]) -> str:
    """Return what to do about a picture that the text `source` names and that is not there.

    `resources` are the files beside texts, by path; `files` those that are published, by address.
    """
    folder = posixpath.dirname(source)
    names = [p for p in resources if _is_picture(p)]
    names += [f"/{p}" for p in files if _is_picture(p) and f"/{p}" not in names]
    near = nearest_file(posixpath.normpath(posixpath.join(folder, path)), names)
    if not near:
        return "put it beside the text, or in `static/`"
    return f"did you mean `{near if near.startswith('/') else posixpath.relpath(near, folder)}`?"


def _is_picture(path: str) -> bool:
    return type_of(path).startswith("image/")
