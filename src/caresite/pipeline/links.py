"""Links: what an address in a text means on this site."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.model import Page
from caresite.core.suggest import nearest
from caresite.core.urls import (
    canonical_address,
    decoded_path,
    encode_file,
    encode_path,
    is_external,
    is_safe,
    split_address,
)
from caresite.pipeline.discover import CONTENT_SUFFIXES
from caresite.pipeline.reader import Reader
from caresite.pipeline.resources import picture_hint

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
    at = _Target.of(target)
    if not at.path:
        return Resolved(target) if at.query else _with_fragment(reader, page, "", at.fragment, span)
    if at.path.startswith("/"):
        return _from_root(reader, at, role, span)
    return _from_file(reader, page, at, role, span)


class _Target(NamedTuple):
    """What an author wrote, taken apart: the path as a file has it, and query and fragment, each as it is sent."""

    path: str
    query: str
    fragment: str
    written: str

    @classmethod
    def of(cls, target: str) -> _Target:
        parts = split_address(target)
        query = canonical_address(parts.query)
        return cls(decoded_path(parts.path), query, unquote(parts.fragment[1:]), parts.path)

    @property
    def tail(self) -> str:
        return self.query + _mark(self.fragment)

    @property
    def as_written(self) -> str:
        """The address where nothing is there, safe for an attribute."""
        return canonical_address(self.written) + self.tail


def _mark(fragment: str) -> str:
    return "#" + quote(fragment, safe="/?:@!$&'()*+,;=-._~") if fragment else ""


def _level(reader: Reader, role: str) -> Severity:
    check = reader.of.settings.config.check
    return check.images if role == "image" else check.links


def _with_fragment(reader: Reader, page: Page, url: str, fragment: str, span: Span) -> Resolved:
    address = encode_path(url) + _mark(fragment)
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


def _from_root(reader: Reader, at: _Target, role: str, span: Span) -> Resolved:
    if found := _to_source(reader, at.path.removeprefix("/"), at, span):
        return found
    home = decoded_path(reader.home)
    base = home.rstrip("/")
    for candidate in (base + at.path, at.path if at.path.startswith(home) else ""):
        for form in (candidate, candidate + "/", candidate.removesuffix("index.html")):
            if candidate and form in reader.plan.addresses:
                return Resolved(encode_file(form) + at.tail)
    message = f"the {'picture' if role == 'image' else 'address'} `{at.path}` does not exist on this site"
    code = codes.MISSING_IMAGE if role == "image" else codes.MISSING_PAGE
    hint = _meant(reader, base + at.path + "#" + at.fragment, at)
    if role == "image":
        hint = hint or picture_hint(at.path, span.path, reader.of.resources, reader.of.files)
    return Resolved(encode_file(base) + at.as_written, fault(code, span, message, hint=hint, severity="warning"))


def _meant(reader: Reader, whole: str, at: _Target) -> str:
    """Return how to write the name of a file that holds the mark which divides an address, if that was meant."""
    is_there = whole in reader.plan.addresses or whole in reader.of.resources
    return f"write `%23` for the `#` in the name of a file: `{at.written}%23{at.fragment}`" if is_there else ""


def _from_file(reader: Reader, page: Page, at: _Target, role: str, span: Span) -> Resolved:
    site = reader.of
    written = posixpath.normpath(str(PurePosixPath(page.source).parent / at.path))
    if written in site.resources:
        return Resolved(site.resources[written] + at.tail)
    if found := _to_source(reader, written, at, span):
        return found
    if PurePosixPath(at.path).suffix.lower() in CONTENT_SUFFIXES:
        near = nearest(written, site.sources)
        hint = f"did you mean `{posixpath.relpath(near, posixpath.dirname(page.source))}`?" if near else ""
        message = f"the file `{at.path}` does not exist"
        missing = fault(codes.MISSING_SOURCE, span, message, hint=hint, severity=_level(reader, "link"))
        return Resolved(canonical_address(at.written), missing)
    hint = _meant(reader, f"{written}#{at.fragment}", at)
    if role == "image":
        hint = hint or picture_hint(at.path, page.source, site.resources, site.files)
        message = f"the picture `{at.path}` does not exist"
        missing = fault(codes.MISSING_IMAGE, span, message, hint=hint, severity=_level(reader, "image"))
        return Resolved(canonical_address(at.written), missing)
    return _relative_url(reader, page, at, hint, span)


def _to_source(reader: Reader, source: str, at: _Target, span: Span) -> Resolved | None:
    """Return where the file `source`, written as `at`, leads; None when it is no source."""
    site, path, fragment = reader.of, at.path, at.fragment
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


def _relative_url(reader: Reader, page: Page, at: _Target, hint: str, span: Span) -> Resolved:
    folder = decoded_path(page.url if page.url.endswith("/") else posixpath.dirname(page.url))
    joined = posixpath.normpath(posixpath.join(folder, at.path))
    for form in (joined, joined + "/"):
        if form in reader.plan.addresses:
            return Resolved(encode_file(form) + at.tail)
    if not at.path.strip("./"):
        return Resolved(at.as_written)
    message = f"the address `{at.path}` does not exist on this site"
    return Resolved(at.as_written, fault(codes.MISSING_PAGE, span, message, hint=hint))
