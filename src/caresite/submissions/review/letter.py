"""The letter to an author: how their words would read, and what we have to know. It is copied, never sent by us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from caresite.pipeline.consent import shown_name
from caresite.pipeline.needed_words import read_words
from caresite.submissions.public import author_of, shown_of
from caresite.submissions.records import Submission
from caresite.submissions.review.guards import Hindrance

__all__ = ["Letter", "letter_to"]

_FOLDER = Path(__file__).parent / "letters"
_LANGUAGES = ("en", "de", "es")


class Letter(NamedTuple):
    """What to write to the author; `to` is their address, empty when nobody knows it."""

    to: str
    subject: str
    text: str


def letter_to(
    item: Submission,
    lacks: Iterable[Hindrance],
    *,
    firm: str,
    language: str,
    asked: Mapping[str, str],
    min_age: int = 0,
) -> Letter:
    """Return the letter that asks for what `lacks` says the author can settle, in their language or the site's.

    `asked` are the sentences of the site's wording, by scope, in which the same was asked before.
    """
    words = _words(item.lang or language, language)
    paragraphs = (*_beginning(item, words), *_questions(item, lacks, words, asked, min_age), *_end(words, firm))
    return Letter(item.submitter.email, words["subject"], "\n\n".join(paragraphs) + "\n")


def _words(*languages: str) -> Mapping[str, str]:
    known = (tag.split("-")[0].lower() for tag in languages)
    found = next((tag for tag in known if tag in _LANGUAGES), "en")
    return {key: str(text) for key, text in read_words(_FOLDER / f"{found}.yaml").items()}


def _beginning(item: Submission, words: Mapping[str, str]) -> Iterator[str]:
    shown, sender = shown_of(item), item.submitter
    first = shown_name(sender.name, "first-name")
    yield words["greeting"].format(name=first) if first else words["greeting_nameless"]
    yield words["thanks"].format(date=item.received_at.date().isoformat())
    if shown.kinds:
        yield words["edited"]
        yield f"{words['as_sent']}\n{_quoted(item.text.title, item.text.body)}"
        yield f"{words['as_shown']}\n{_quoted(shown.title, shown.body)}"
    else:
        yield f"{words['unchanged']}\n{_quoted(shown.title, shown.body)}"
    author = author_of(item)
    named = ", ".join(author[key] for key in ("name", "role", "company", "location") if author.get(key))
    yield words["named"].format(name=named) if named else words["nameless"]


def _quoted(title: str, body: str) -> str:
    lines = [*([title, ""] if title else []), *body.split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _questions(
    item: Submission, lacks: Iterable[Hindrance], words: Mapping[str, str], asked: Mapping[str, str], min_age: int
) -> Iterator[str]:
    found = []
    for each in lacks:
        if each.what == "age" and not min_age:
            found.append(words["age_unknown"])
        elif each.what in asked:
            found.append(asked[each.what])
        elif each.asks and each.what in words:
            found.append(words[each.what].format(age=min_age))
    if found:
        yield "\n".join((words["questions"], *(f"- {question}" for question in found)))


def _end(words: Mapping[str, str], firm: str) -> Iterator[str]:
    yield words["answer"]
    yield words["back"]
    yield f"{words['regards']}\n{firm}"
