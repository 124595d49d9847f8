"""The scan: the last look at every file of a site before it is published.

What was clean is remembered by its digest, with that of the secrets it was searched for; so a build that changes one
page searches one page. Nothing is remembered of what was found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from caresite.core.codes_stories import LEAK, PRIVATE_PUBLISHED, UNFINISHED, UNPUBLISHED_WORDS
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.files import write_atomically
from caresite.core.model import Output
from caresite.core.texts import counted
from caresite.pipeline.catalog import Site
from caresite.submissions.leaks.search import SENTENCE, Hit, Searcher
from caresite.submissions.leaks.secrets import DECLINED, edition_of, secrets_of
from caresite.submissions.leaks.views import texts_in
from caresite.submissions.listing import Summary
from caresite.submissions.options import PRIVATE, SubmissionOptions
from caresite.submissions.store import Store
from caresite.submissions.tracked import check_tracked

__all__ = ["allowed_on", "inspect", "scan_file"]

_FILE = ".caresite/leaks"
_EDITION = 3


class _Clean(Struct, array_like=True):
    edition: int
    secrets: bytes
    digests: set[bytes]


class _Leak(NamedTuple):
    """A secret in a file of the site, and the file that this was made from, if there is one."""

    path: str
    source: str
    hit: Hit


def inspect(root: Path, site: Site, outputs: tuple[Output, ...], options: SubmissionOptions) -> Iterator[Diagnostic]:
    """Report every file of the site that gives away a secret of the private store. Without a store nothing is done."""
    store = Store(root)
    if not (root / PRIVATE).is_dir():
        return
    yield from _published(root, site)
    yield from check_tracked(root)
    if not store.exists:
        return
    summaries = list(store.listing().values())
    yield from store.broken
    yield from _unfinished(root, store)
    allowed = allowed_on(site, options)
    memory = root / _FILE
    edition = edition_of(summaries, allowed)
    clean = _recall(memory, edition)
    yield from _scan_all(root, site, outputs, summaries, allowed, clean)
    _remember(memory, edition, clean)


def _published(root: Path, site: Site) -> Iterator[Diagnostic]:
    """Report files that would be copied out of `private/`, through links for instance."""
    private = (root / PRIVATE).resolve()
    for output, source in site.files.items():
        if (root / source).resolve().is_relative_to(private):
            message = f"`{source}` leads into `{PRIVATE}/` and would be published as `{output}`"
            yield fault(PRIVATE_PUBLISHED, Span(source), message)


def _unfinished(root: Path, store: Store) -> Iterator[Diagnostic]:
    """Report decisions that were interrupted: what was taken back may still be on the site."""
    for note in store.unfinished():
        message = f"a decision about {note.stem} was interrupted"
        yield fault(UNFINISHED, Span(note.relative_to(root).as_posix()), message)


def allowed_on(site: Site, options: SubmissionOptions) -> tuple[str, ...]:
    """Return the names, addresses and numbers that may stand on the site whatever the store holds.

    Those of the firm, its authors, and everybody whom the site shows by name with their consent.
    """
    business = site.settings.config.business
    firm = (business.name, business.legal_name, business.email, business.phone) if business else ()
    people = {page.person.name for page in site.pages.values() if page.person}
    authors = {page.title for page in site.pages.values() if page.kind == "author"}
    emails = {str(getattr(page.meta, "email", "")) for page in site.pages.values() if page.kind == "author"}
    forms = (form.email for form in site.settings.config.forms.values())
    found = {site.settings.config.title, *firm, *people, *authors, *emails, *forms, *options.allow}
    return tuple(sorted(name for name in found if name))


def _scan_all(
    root: Path,
    site: Site,
    outputs: tuple[Output, ...],
    summaries: list[Summary],
    allowed: tuple[str, ...],
    clean: set[bytes],
) -> Iterator[Diagnostic]:
    searcher: Searcher | None = None
    leaks: list[_Leak] = []
    current: set[bytes] = set()
    for path, source, data in _files(root, site, outputs):
        key = hashlib.blake2b(path.encode() + b"\0" + data, digest_size=16).digest()
        if key in clean:
            current.add(key)
            continue
        searcher = searcher or Searcher(secrets_of(summaries, allowed))
        hits = scan_file(path, data, searcher)
        if not hits:
            current.add(key)
        leaks.extend(_Leak(path, source, hit) for hit in hits)
    clean.clear()
    clean |= current
    if searcher is not None:
        states = {summary.id: summary.state for summary in summaries}
        for leak, made in _gathered(root, leaks, searcher):
            yield _told(leak, made, states.get(leak.hit.item_id, ""))


def _gathered(root: Path, leaks: list[_Leak], searcher: Searcher) -> Iterator[tuple[_Leak, int]]:
    """Tell each secret once for each file of yours that holds it; what no such file explains is told by itself."""
    by_secret: dict[tuple[str, str], list[_Leak]] = {}
    said = {source: _secrets_in(root, source, searcher) for source in {leak.source for leak in leaks} if source}
    for leak in leaks:
        by_secret.setdefault((leak.hit.what, leak.hit.item_id), []).append(leak)
    for secret, found in by_secret.items():
        causes = {leak.source: leak for leak in reversed(found) if secret in said.get(leak.source, ())}
        if not causes:
            yield from ((leak, 0) for leak in found)
            continue
        made = len(found) - len(causes)
        for source in sorted(causes):
            yield causes[source], made
            made = 0  # a list or a feed is made from several; it is counted with the first


def _secrets_in(root: Path, source: str, searcher: Searcher) -> frozenset[tuple[str, str]]:
    """Return the secrets that a file says which others are made from."""
    try:
        data = (root / source).read_bytes()
    except OSError:
        return frozenset()
    return frozenset((hit.what, hit.item_id) for hit in scan_file(source, data, searcher))


def _files(root: Path, site: Site, outputs: tuple[Output, ...]) -> Iterator[tuple[str, str, bytes]]:
    """Yield path, source and bytes of every file that would be published; of what is drawn, the words on it."""
    made = set()
    for output in outputs:
        made.add(output.path)
        yield output.path, output.source, _readable(output)
    for path, source in sorted(site.files.items()):
        if path in made:
            continue
        with suppress(OSError):
            yield path, source, (root / source).read_bytes()


def _readable(output: Output) -> bytes:
    """Return what can be read in a file; one that is drawn has pixels, and perhaps words that were set in them."""
    words = getattr(output.content, "words", None)
    return output.data if words is None else str(words).encode()


def scan_file(path: str, data: bytes, searcher: Searcher) -> tuple[Hit, ...]:
    """Return the secrets that a file gives away, each once; its own path is looked at too."""
    found: dict[tuple[str, str], Hit] = {}
    for text in (path, path.rpartition(".")[0], *texts_in(data, path)):
        for hit in searcher.hits(text):
            found.setdefault((hit.what, hit.item_id), hit)
    return tuple(found.values())


def _told(leak: _Leak, made: int, state: str) -> Diagnostic:
    """Return what is said of a leak, with the number of other files `made` from the same source.

    What was declined or put in quarantine stops no build: else whoever sends an entry could stop every one.
    """
    hit, span = leak.hit, Span(leak.source or leak.path)
    how = f" ({hit.how})" if hit.how else ""
    others = f", and so {'does' if made == 1 else 'do'} {counted(made, 'file')} made from it" if made else ""
    is_declined = state in DECLINED
    if hit.what == SENTENCE:
        message = (
            f"`{leak.path}` holds a sentence of the submission {hit.item_id}, which is {_shown_state(state)}{others}"
        )
        return fault(UNPUBLISHED_WORDS, span, message, severity="note" if is_declined else None)
    severity: Severity | None = "warning" if is_declined else None
    declined = f", which is {_shown_state(state)}" if is_declined else ""
    message = f"`{leak.path}` gives away {hit.what} of the submission {hit.item_id}{declined}{how}{others}"
    return fault(LEAK, span, message, severity=severity)


def _shown_state(state: str) -> str:
    return {"quarantined": "in quarantine", "rejected": "declined"}.get(state, "not published")


def _recall(path: Path, edition: bytes) -> set[bytes]:
    try:
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_Clean)
    except (OSError, msgspec.DecodeError):
        return set()
    return kept.digests if (kept.edition, kept.secrets) == (_EDITION, edition) else set()


def _remember(path: Path, edition: bytes, clean: Iterable[bytes]) -> None:
    """Keep what was clean, if the site has a folder for what builds remember."""
    if path.parent.is_dir():
        with suppress(OSError):
            write_atomically(path, msgspec.msgpack.encode(_Clean(_EDITION, edition, set(clean))))
