"""The letter to an author: how their words would read, and what we have to know. It is copied, never sent by us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from caresite.core.config import Settings
from caresite.pipeline.consent import shown_name
from caresite.pipeline.needed_words import read_words
from caresite.submissions.public import author_of, language_of, shown_of
from caresite.submissions.questions import story_forms
from caresite.submissions.records import Submission, decisions
from caresite.submissions.review.decisions import Ask
from caresite.submissions.review.edits import pieces
from caresite.submissions.review.guards import Hindrance
from caresite.submissions.wordings import Wording, family_of, is_question, language_of_name, wordings_in

__all__ = [
    "LETTER_LANGUAGES",
    "Asking",
    "Letter",
    "asking_of",
    "is_open_about_picture",
    "letter_language",
    "letter_to",
    "was_asked_for_name",
]

_FOLDER = Path(__file__).parent / "letters"
LETTER_LANGUAGES = ("en", "de", "es")


class Letter(NamedTuple):
    """What to write to the author; `to` is their address, empty when nobody knows it."""

    to: str
    subject: str
    text: str


class Asking(NamedTuple):
    """On whose behalf an author is asked: the firm, in its language, with the wording that says what they agree to."""

    firm: str
    language: str
    min_age: int = 0
    wording: Wording | None = None

    def decision(self) -> Ask:
        """Return the decision to ask with this wording."""
        return Ask(wording_id=self.wording.id, wording_sha256=self.wording.sha256) if self.wording else Ask()


def asking_of(settings: Settings, root: Path, item: Submission) -> Asking:
    """Return how the author of `item` is asked: with the wording of their form, else that of the site's stories."""
    forms = settings.config.forms
    form = forms.get(item.form) or next(iter(story_forms(forms).values()), None)
    known = wordings_in(root, settings.zone)
    language = settings.config.language
    own = [name for name in sorted(known) if _first(language_of_name(name) or language) == _first(language)]
    name = form.consent if form and form.consent else next(iter((own or sorted(known))[-1:]), "")
    business = settings.config.business
    return Asking(
        firm=business.name if business and business.name else settings.config.title,
        language=language,
        min_age=form.min_age if form else 0,
        wording=_in_language(known.get(name), known, language_of(item) or language),
    )


def _in_language(wording: Wording | None, known: Mapping[str, Wording], language: str) -> Wording | None:
    """Return the translation of a wording into `language` where there is one, else the wording itself."""
    if wording is None:
        return None
    same = (each for name, each in sorted(known.items()) if family_of(name) == family_of(wording.id))
    return next((each for each in same if _first(language_of_name(each.id)) == _first(language)), wording)


def letter_to(item: Submission, lacks: Iterable[Hindrance], asking: Asking) -> Letter:
    """Return the letter that asks for what `lacks` says the author can settle, in their language or the site's."""
    language = letter_language(item, asking.language)
    words = {key: str(text) for key, text in read_words(_FOLDER / f"{_first(language)}.yaml").items()}
    parts = (
        *_beginning(item, words, language),
        *_questions(item, lacks, words, asking, _sentences(asking, language)),
        *_end(words, asking),
    )
    return Letter(item.submitter.email, words["subject"], "\n\n".join(parts) + "\n")


def letter_language(item: Submission, site: str) -> str:
    """Return the tag of the language to write in: the author's where there is a letter in it, as the site writes it."""
    author = language_of(item) or site
    spoken = next((tag for tag in (author, site) if _first(tag) in LETTER_LANGUAGES), "en")
    return site if _first(site) == _first(spoken) else spoken


def _first(tag: str) -> str:
    return tag.split("-")[0].lower()


def _beginning(item: Submission, words: Mapping[str, str], language: str) -> Iterator[str]:
    from caresite.pipeline.words import date_in  # Babel takes its time, and other decisions need no letter

    shown, sender = shown_of(item), item.submitter
    first = shown_name(sender.name, "first-name")
    yield words["greeting"].format(name=first) if first else words["greeting_nameless"]
    yield words["thanks"].format(date=date_in(language, item.received_at, "long"))
    if shown.kinds:
        yield words["edited_much" if _is_much(item.text.body, shown.body) else "edited"]
        yield f"{words['as_sent']}\n{_quoted(item.text.title, item.text.body)}"
        yield f"{words['as_shown']}\n{_quoted(shown.title, shown.body)}"
    else:
        yield f"{words['unchanged']}\n{_quoted(shown.title, shown.body)}"
    author = author_of(item)
    named = ", ".join(author[key] for key in ("name", "role", "company", "location") if author.get(key))
    if was_asked_for_name(item):
        yield words["named"].format(name=named) if named else words["nameless"]


def _is_much(before: str, after: str) -> bool:
    """Tell whether more than a tenth of somebody's words is not as it came."""
    same = sum(len(piece.text.split()) for piece in pieces(before, after) if piece.how == "same")
    return same < 0.9 * max(len(before.split()), len(after.split()))


def was_asked_for_name(item: Submission) -> bool:
    """Tell whether the author has said whether they may be named; if not, the letter asks."""
    return any("publish_name" in (*each.granted, *each.denied) for each in item.consent)


def is_open_about_picture(item: Submission) -> bool:
    """Tell whether a picture came, and nobody has said whether it may be shown; if so, the letter asks."""
    has_picture = item.showing.picture and any(media.kind == "photo" and media.path for media in item.media)
    return has_picture and decisions(item.consent).get("publish_photo") not in ("granted", "denied", "withdrawn")


def _quoted(title: str, body: str) -> str:
    lines = [*([title, ""] if title else []), *body.split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _sentences(asking: Asking, language: str) -> Mapping[str, str]:
    """Return the sentences of the wording by their purpose; none where it is in another language than the letter."""
    wording = asking.wording
    is_same = wording and _first(language_of_name(wording.id) or asking.language) == _first(language)
    return wording.purposes if wording and is_same else {}


def _questions(
    item: Submission,
    lacks: Iterable[Hindrance],
    words: Mapping[str, str],
    asking: Asking,
    asked: Mapping[str, str],
) -> Iterator[str]:
    """Yield what the letter asks: what a wording puts as a statement, to be answered with yes or no, and questions."""
    found = []
    for each in lacks:
        if each.what == "age" and not asking.min_age:
            found.append(words["age_unknown"])
        elif each.what in asked:
            found.append(asked[each.what])
        elif each.asks and each.what in words:
            found.append(words[each.what].format(age=asking.min_age))
    if is_open_about_picture(item):
        found.append(asked.get("publish_photo", words["publish_photo"]))
    if not was_asked_for_name(item):
        found.append(words["display"])
    found.extend(_further(item, asked))
    permissions = [sentence for sentence in found if sentence in asked.values() and not is_question(sentence)]
    questions = [sentence for sentence in found if sentence not in permissions]
    for heading, sentences in (("permissions", permissions), ("questions", questions)):
        if sentences:
            yield "\n".join((words[heading], *(f"- {sentence}" for sentence in sentences)))


def _further(item: Submission, asked: Mapping[str, str]) -> Iterator[str]:
    """Yield what else the wording asks, and nobody has answered: what is not in the letter is not asked."""
    answered = decisions(item.consent)
    shown = {"edit_for_length"} if shown_of(item).kinds else set()  # they see the shorter words themselves
    for scope, sentence in asked.items():
        if scope not in answered and scope not in shown and not scope.startswith("publish_"):
            yield sentence


def _end(words: Mapping[str, str], asking: Asking) -> Iterator[str]:
    yield words["answer"]
    if asking.wording and asking.wording.text:
        yield f"{words['told']}\n{_quoted('', asking.wording.text)}"
    yield words["back"]
    yield f"{words['regards']}\n{asking.firm}"
