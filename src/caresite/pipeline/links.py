"""Links: what an address in a text means on this site."""

from __future__ import annotations

import posixpath
import unicodedata
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.model import Page
from caresite.core.suggest import nearest
from caresite.core.urls import encode_path, is_external, is_safe
from caresite.pipeline.discover import CONTENT_SUFFIXES
from caresite.pipeline.reader import Reader

__all__ = ["Resolved", "resolve"]


class Resolved(NamedTuple):
    """The URL to write, and what is wrong with it."""

    url: str
    fault: Diagnostic | None = None


def resolve(reader: Reader, page: Page, target: str, role: str, line: int) -> Resolved:
    """Return the URL that `target`, written in the source of `page`, has on the site.

    A path to a source file becomes that page's URL, a file beside the text its published address, a path from
    the root gets the site's sub-path. What does not exist is left as written and comes with a diagnostic.
    """
    span = Span(page.source, line)
    if not is_safe(target):
        message = f"`{target[:60]}` cannot be an address: it would run code, or opens a file of the visitor's"
        return Resolved("#", fault(codes.UNSAFE_LINK, span, message))
    if is_external(target) or not target:
        return Resolved(target)
    path, query, fragment = _split(target)
    if not path:
        return Resolved(target) if query else _with_fragment(reader, page, "", fragment, span)
    if path.startswith("/"):
        return _from_root(reader, path, query, fragment, role, span)
    return _from_file(reader, page, path, query, fragment, role, span)


def _split(target: str) -> tuple[str, str, str]:
    rest, _, fragment = target.partition("#")
    path, mark, query = rest.partition("?")
    return unicodedata.normalize("NFC", path), mark + query, fragment


def _level(reader: Reader, role: str) -> Severity:
    check = reader.of.settings.config.check
    return check.images if role == "image" else check.links


def _with_fragment(reader: Reader, page: Page, url: str, fragment: str, span: Span) -> Resolved:
    address = encode_path(url) + ("#" + quote(fragment, safe="/?:@!$&'()*+,;=-._~") if fragment else "")
    if not fragment or not page.has_page:
        return Resolved(address or "#")
    ids = {heading.id for heading in reader.of.bodies[page.id].headings} if page.id in reader.of.bodies else set()
    if fragment in ids or fragment == "top" or fragment.startswith(("fn", "main")):
        return Resolved(address)
    if not url and fragment:  # ids in raw HTML are known when the page is written; the check stage looks there
        return Resolved(address)
    near = nearest(fragment, ids)
    known = ", ".join(sorted(ids)[:6]) or "none"
    hint = f"did you mean `#{near}`?" if near else f"its headings have the ids: {known}"
    return Resolved(
        address,
        fault(
            codes.MISSING_ANCHOR,
            span,
            f"{page.source} has no heading `#{fragment}`",
            hint=hint,
            severity=_level(reader, "link"),
        ),
    )


def _from_root(reader: Reader, path: str, query: str, fragment: str, role: str, span: Span) -> Resolved:
    tail = query + ("#" + fragment if fragment else "")
    if found := _to_source(reader, path.removeprefix("/"), path, fragment, span):
        return found
    base = reader.home.rstrip("/")
    for candidate in (base + path, path if path.startswith(reader.home) else ""):
        for form in (candidate, candidate + "/", candidate.removesuffix("index.html")):
            if candidate and form in reader.plan.addresses:
                return Resolved(encode_path(form) + tail)
    message = f"the {'picture' if role == 'image' else 'address'} `{path}` does not exist on this site"
    code = codes.MISSING_IMAGE if role == "image" else codes.MISSING_PAGE
    return Resolved(encode_path(base + path) + tail, fault(code, span, message, severity="warning"))


def _from_file(reader: Reader, page: Page, path: str, query: str, fragment: str, role: str, span: Span) -> Resolved:
    site = reader.of
    written = posixpath.normpath(str(PurePosixPath(page.source).parent / path))
    if written in site.resources:
        return Resolved(encode_path(site.resources[written]) + query + ("#" + fragment if fragment else ""))
    if found := _to_source(reader, written, path, fragment, span):
        return found
    if PurePosixPath(path).suffix.lower() in CONTENT_SUFFIXES:
        near = nearest(written, site.sources)
        hint = f"did you mean `{posixpath.relpath(near, posixpath.dirname(page.source))}`?" if near else ""
        return Resolved(
            _as_written(path),
            fault(
                codes.MISSING_SOURCE,
                span,
                f"the file `{path}` does not exist",
                hint=hint,
                severity=_level(reader, "link"),
            ),
        )
    if role == "image":
        return Resolved(
            encode_path(path),
            fault(
                codes.MISSING_IMAGE,
                span,
                f"the picture `{path}` does not exist",
                severity=_level(reader, "image"),
            ),
        )
    return _relative_url(reader, page, path, query, fragment, span)


def _as_written(path: str) -> str:
    """Return a path that could not be resolved, safe for an attribute."""
    return encode_path(path)


def _to_source(reader: Reader, source: str, path: str, fragment: str, span: Span) -> Resolved | None:
    """Return where the file `source`, written as `path`, leads; None when it is no source."""
    site = reader.of
    item = f"{source}#{fragment}"
    if item in site.pages:
        page = site.pages[item]
        return Resolved(encode_path(page.url) if page.has_page else page.url)
    if reader.held_back(source) or reader.held_back(item):
        shown = path if reader.held_back(source) else f"{path}#{fragment}"
        message = f"`{shown}` is held back, so the link would lead nowhere"
        return Resolved(encode_path(reader.home), fault(codes.HELD_BACK_LINK, span, message))
    if source in site.unread:  # its own faults are reported already
        return Resolved(encode_path(reader.home))
    if source not in site.sources:
        return None
    target = site.pages[site.sources[source]]
    if not target.has_page and target.kind == "testimonial":
        return Resolved(target.url)
    return _with_fragment(reader, target, target.url, fragment, span)


def _relative_url(reader: Reader, page: Page, path: str, query: str, fragment: str, span: Span) -> Resolved:
    joined = posixpath.normpath(
        posixpath.join(unquote(page.url if page.url.endswith("/") else posixpath.dirname(page.url)), path)
    )
    tail = query + ("#" + fragment if fragment else "")
    for form in (joined, joined + "/"):
        if form in reader.plan.addresses:
            return Resolved(encode_path(form) + tail)
    if not urlsplit(path).path.strip("./"):
        return Resolved(encode_path(path) + tail)
    return Resolved(
        encode_path(path) + tail,
        fault(codes.MISSING_PAGE, span, f"the address `{path}` does not exist on this site"),
    )
