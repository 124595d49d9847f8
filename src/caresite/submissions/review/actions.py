"""Actions: a decision is carried out, in the store and on the site, or not at all. Terminal and browser call this.

    Review(store, terms).take(item_id, decision, revision) → Taken

What is to be done is first written down in the store (`unfinished/<id>.yaml`), whole, and on the disk. From then on the
decision is made: whatever happens, whoever comes next finishes it, and each step may be done twice. The order decides
only what can be seen on the way. What opens something opens it last (record, text, lock); what closes something closes
it first (lock, text, what builds keep, record).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.codes_stories import STORE_CHANGED
from caresite.core.diagnostics import Diagnostic, Problem, fault
from caresite.core.files import write_atomically
from caresite.pipeline.approved import text_digest
from caresite.pipeline.picture_cache import pictures_only_in
from caresite.submissions.files import make_folder, write_private
from caresite.submissions.fold import clean_text
from caresite.submissions.public import content_file, in_page_language, shown_of
from caresite.submissions.records import Submission
from caresite.submissions.review.answer import cautions_about
from caresite.submissions.review.decide import cautions, decide
from caresite.submissions.review.decisions import Approve, Ask, Decision, Edit
from caresite.submissions.review.guards import Hindrance, Terms, granting, hindrances
from caresite.submissions.review.lockfile import (
    LOCK,
    entry_of,
    parts_of_file,
    parts_to_approve,
    read_entry,
    set_entry,
)
from caresite.submissions.review.publishing import Pages, check_pages, pages_of, put_pages
from caresite.submissions.review.states import place_of
from caresite.submissions.review.traces import CACHE, forget, out_of_reach, sweep, texts_naming
from caresite.submissions.store import FOLDER, UNFINISHED, Store
from caresite.submissions.written import decode_record, encode_record

__all__ = ["Open", "Review", "Taken"]

_FILE_NAME = re.compile(r"[^\W_][\w-]{0,79}(?:\.[A-Za-z]{2,3}(?:-\w{2,8})?)?")  # with a language, as in `name.es`
_CLOSED = frozenset(("withdrawn", "erased", "expired"))


class Open(NamedTuple):
    """A submission to decide about: who changes it names its `revision`; `lacks` is what it needs to be shown."""

    submission: Submission
    revision: str
    lacks: tuple[Hindrance, ...]


class Taken(NamedTuple):
    """What a decision did: the submission now, every path touched, what to look at, and what no tool can reach."""

    submission: Submission
    revision: str
    touched: tuple[str, ...] = ()
    cautions: tuple[Diagnostic, ...] = ()
    beyond: tuple[str, ...] = ()


class _Doing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision on its way: what the submission becomes, and whether what builds remember of it goes.

    `wrote` are the parts of its public text as they were before; what differs from them was changed by hand. `parts`
    are the digests that the lock file gets, `pictures` the files that only its texts name.
    """

    submission: Submission
    forgets: bool = False
    pictures: tuple[str, ...] = ()
    wrote: dict[str, str] = {}
    parts: dict[str, str] = {}
    overwrite: bool = False


class Review:
    """Carries out decisions about the submissions of one store, on the terms given."""

    def __init__(self, store: Store, terms: Terms) -> None:
        self.store = store
        self.root: Path = store.root
        known = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (store.root / "consent").glob("*.md")}
        self.terms = terms._replace(wordings=frozenset((*known, *store.wordings())))

    def open(self, item_id: str) -> Open:
        """Return a submission to decide about. Raises LookupError when there is none."""
        kept = self.store.read(item_id)
        return Open(kept.submission, kept.revision, hindrances(kept.submission, self.terms))

    def take(
        self,
        item_id: str,
        decision: Decision,
        revision: str = "",
        *,
        evidence: bytes = b"",
        overwrite: bool = False,
    ) -> Taken:
        """Carry out `decision`. With a `revision`, only if nobody has changed the submission since it was read.

        `evidence` is what proves it, such as the author's letter, or what an author was told; the decision names its
        digest. `overwrite` says that what was changed by hand in the public text gives way.
        Raises LookupError when there is no such submission, Problem when the decision cannot be made; then nothing
        was changed.
        """
        with self._at_work():
            kept = self.store.read(item_id)
            if revision and kept.revision != revision:
                message = f"{item_id} was changed by somebody else in the meantime"
                raise Problem(fault(STORE_CHANGED, place_of(kept.submission), message))
            after = decide(kept.submission, decision, self.terms)
            read_entry(self.root, item_id)  # a lock file that nobody can read stops it before anything is changed
            after, pages = self._placed(kept.submission, after, overwrite=overwrite)
            _respect(pages, decision)
            if after.moderation.state not in _CLOSED:  # what takes something off the site waits for nothing
                check_pages(self.root, pages, self.store.folder)
            if evidence and isinstance(decision, Ask):
                self.store.keep_wording(evidence)
            elif evidence:
                self.store.keep_evidence(item_id, evidence)
            wrote, forgets = kept.submission.published_parts, _loses(kept.submission, after)
            parts = self._parts_to_approve(kept.submission, after, pages)
            texts = texts_naming(self.root, item_id, kept.submission.published_as) if forgets else ()
            own = pictures_only_in(self.root, texts)
            doing = _Doing(
                submission=after, forgets=forgets, pictures=own, wrote=wrote, parts=parts, overwrite=overwrite
            )
            note = self._note(doing)
            touched = self._finish(doing, kept.submission, pages)
            note.unlink()
            now = self.store.read(item_id)
        if after.moderation.state == "erased":
            self.store.close()  # the listing, too, is to know nothing of it
        is_erased = after.moderation.state == "erased"
        beyond = out_of_reach(self.root, kept.submission, is_erased=is_erased) if doing.forgets else ()
        proof = evidence if isinstance(decision, Approve) else b""
        by_hand = (caution for hand in pages.by_hand for caution in hand.cautions())
        told = (*cautions(kept.submission, after), *cautions_about(proof, after), *by_hand, *pages.left)
        return Taken(now.submission, now.revision, touched, told, beyond)

    def mend(self) -> tuple[str, ...]:
        """Finish decisions that something interrupted; return the ids of their submissions."""
        if not self.store.unfinished():
            return ()
        with self.store.locked():
            return tuple(self._mend())

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with self.store.locked():
            for _ in self._mend():
                pass
            yield

    def _mend(self) -> Iterator[str]:
        for note in self.store.unfinished():
            try:
                doing = decode_record(note.read_bytes(), _Doing, note.relative_to(self.root).as_posix())
                before = self.store.read(note.stem).submission
            except LookupError:  # somebody deleted the submission by hand
                note.unlink()
                continue
            except (Problem, OSError):  # every build reports it (S407); one note must not stop all other decisions
                continue
            sweep(self.root)
            paths = doing.submission.published_as or before.published_as
            item = replace(doing.submission, published_as=paths, published_parts=doing.wrote)
            pages = self._pages_of(item, overwrite=doing.overwrite)
            self._finish(doing, before, pages)
            note.unlink()
            yield note.stem

    def _note(self, doing: _Doing) -> Path:
        """Write down what is to be done; from here on it is decided."""
        path = self.store.folder / UNFINISHED / f"{doing.submission.id}.yaml"
        make_folder(path.parent)
        write_private(path, encode_record(doing))
        return path

    def _pages_of(self, item: Submission, *, overwrite: bool) -> Pages:
        return pages_of(self.root, in_page_language(item, self.terms.language), overwrite=overwrite)

    def _placed(self, before: Submission, after: Submission, *, overwrite: bool) -> tuple[Submission, Pages]:
        """Return `after` with the paths and parts of its public texts, and what is to stand there."""
        item = replace(after, published_as=before.published_as, published_parts=before.published_parts)
        pages = self._pages_of(item, overwrite=overwrite)
        state = after.moderation.state
        if state == "erased":
            return after, pages
        paths = tuple(pages.texts) if pages.texts else before.published_as if state in _CLOSED else ()
        return replace(after, published_as=paths, published_parts=dict(pages.parts)), pages

    def _finish(self, doing: _Doing, before: Submission, pages: Pages) -> tuple[str, ...]:
        """Do all steps of a decision, in the order of the module's first lines; return every path touched."""
        after = doing.submission
        touched: list[str] = []
        if after.moderation.state == "approved":
            touched += self._record(before, after)
            touched += self._wording(after)
            touched += put_pages(self.root, pages, self.store.folder)
            touched += self._lock(after, doing.parts)
            touched += self._forget(doing, before)
        else:
            touched += self._lock(after, doing.parts)
            touched += put_pages(self.root, pages, self.store.folder)
            touched += self._forget(doing, before)
            touched += self._belongings(before) if after.moderation.state == "erased" else ()
            touched += self._record(before, after)
        _settle(self.root / path for path in touched if not path.startswith((FOLDER, CACHE)))
        return tuple(touched)

    def _forget(self, doing: _Doing, before: Submission) -> tuple[str, ...]:
        """Delete what builds keep of a submission that is shown no more, or not all of it."""
        if not doing.forgets:
            return ()
        texts = (*before.published_as, *doing.submission.published_as)
        return forget(self.root, before.id, (*texts, *doing.pictures))

    def _record(self, before: Submission, after: Submission) -> tuple[str, ...]:
        if before == after:
            return ()
        self.store.replace(after, self.store.read(after.id).revision)
        return (f"{FOLDER}/{after.id}.yaml",)

    def _lock(self, after: Submission, parts: Mapping[str, str]) -> tuple[str, ...]:
        entry = entry_of(after, self._wording_id(after), read_entry(self.root, after.id), self.terms.zone)
        if entry and parts:
            entry = {**entry, "parts": dict(parts)}
        changed = set_entry(self.root, after.id, entry)
        return (LOCK,) if changed else ()

    def _parts_to_approve(self, before: Submission, after: Submission, pages: Pages) -> dict[str, str]:
        """Return the digests of all that speaks for the customer in the public text; none where nothing is shown."""
        if after.moderation.state != "approved" or not pages.texts:
            return {}
        path, text = next(iter(pages.texts.items()))
        of_text = {"text": text_digest(clean_text(shown_of(after).body))}
        new = self._parts_of(path, text) | of_text
        if before.moderation.state != "approved":
            return new
        old_path = next((each for each in (path, *before.published_as) if (self.root / each).is_file()), "")
        old = self._parts_of(old_path, (self.root / old_path).read_text("utf-8-sig")) if old_path else new
        on_record = (read_entry(self.root, after.id) or {}).get("parts", {})
        return parts_to_approve(self._parts_of(path, content_file(after)[1]) | of_text, new, old, on_record)

    def _parts_of(self, path: str, text: str) -> dict[str, str]:
        return parts_of_file(path, text, self.terms.zone)

    def unapproved(self, item: Submission) -> tuple[str, ...]:
        """Return which parts of the public text of an approved submission differ from what was approved, by key."""
        on_record = (read_entry(self.root, item.id) or {}).get("parts", {})
        path = next((each for each in item.published_as if (self.root / each).is_file()), "")
        if not path or not on_record or item.moderation.state != "approved":
            return ()
        found = self._parts_of(path, (self.root / path).read_text("utf-8-sig"))
        return tuple(key for key in found if key != "text" and found[key] != on_record.get(key))

    def _wording_id(self, item: Submission) -> str:
        """Return under which id the text that was agreed to stands in `consent/`, or nothing where nobody kept it.

        A text that was changed since keeps its old words under a name with their digest.
        """
        agreement = granting(item, "publish_text")
        if agreement is None or not agreement.wording_sha256:
            return ""
        digest, name = agreement.wording_sha256, agreement.wording_id
        if not _FILE_NAME.fullmatch(name):  # a form said so, and anybody may send a form
            name = "wording"
        path = self.root / "consent" / f"{name}.md"
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return name
        if digest not in self.store.wordings():
            return ""
        return f"{name}-{digest[:8]}" if path.exists() else name

    def _wording(self, item: Submission) -> tuple[str, ...]:
        """Put the text that was agreed to into `consent/` where it is missing: without it, nothing proves the yes."""
        name, agreement = self._wording_id(item), granting(item, "publish_text")
        path = self.root / "consent" / f"{name}.md"
        if not name or agreement is None or path.exists():
            return ()
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, self.store.wordings()[agreement.wording_sha256])
        return (f"consent/{name}.md",)

    def _belongings(self, before: Submission) -> Iterator[str]:
        """Delete what belongs to a submission that is erased: pictures, and what proved an answer."""
        paths = [self.store.attachment(media.path) for media in before.media if media.path]
        paths += (self.store.folder / "evidence").glob(f"{before.id}-*")
        for path in paths:
            with suppress(FileNotFoundError):
                path.unlink()
                yield path.relative_to(self.root).as_posix()


def _respect(pages: Pages, decision: Decision) -> None:
    """Raise Problem where a decision that shows something would lose what was changed by hand, or not be seen.

    What takes something off the site never waits for that.
    """
    if isinstance(decision, Approve):
        found = [hand for hand in pages.by_hand if hand.clashes or hand.withholds]
    else:
        found = [hand for hand in pages.by_hand if hand.clashes and isinstance(decision, Edit)]
    if found:
        raise Problem(*(hand.refusal() for hand in found))


def _settle(paths: Iterable[Path]) -> None:
    """Wait until what was written to `paths`, or removed there, is on the disk: then the note may go."""
    files = list(paths)
    for path in [*files, *{path.parent for path in files}]:
        with suppress(OSError):  # what was removed, and folders where the system does not let us
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _loses(before: Submission, after: Submission) -> bool:
    """Tell whether something that may have been shown is not to be any more."""
    if after.moderation.state in _CLOSED:
        return True
    return any(agreement.withdrawn for agreement in after.consent[len(before.consent) :])
