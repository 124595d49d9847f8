"""An author is asked in their own language, whoever knows it, and their page says in which language it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from caresite.pipeline.needed_words import read_words
from caresite.submissions.public import in_page_language
from caresite.submissions.records import Agreement, Media, Words
from caresite.submissions.review import letter
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve
from caresite.submissions.review.letter import LETTER_LANGUAGES
from caresite.submissions.store import Store
from caresite.submissions.wordings import is_question
from caresite.testing import build_site
from submissions.conftest import Run
from submissions.deciding import ID, NOW, TERMS, told

SPANISH = """---
purposes:
  publish_text: Pueden publicar mis palabras en su web.
  publish_photo: Pueden mostrar la imagen que envié.
---
Corner Bakery, Market Street 4.
"""
LETTERS = Path(letter.__file__).parent / "letters"
FORMS = Path(letter.__file__).parents[1] / "words"


def given(store: Store, **changes: Any) -> None:
    with store.locked():
        store.add(told(**changes))


def test_every_language_has_the_same_sentences() -> None:
    assert (
        {path.stem for path in LETTERS.glob("*.yaml")} == {*LETTER_LANGUAGES} == {p.stem for p in FORMS.glob("*.yaml")}
    )
    keys = {tag: set(read_words(LETTERS / f"{tag}.yaml")) for tag in LETTER_LANGUAGES}
    assert keys["de"] == keys["en"] == keys["es"]
    assert all("box_yes" in read_words(FORMS / f"{tag}.yaml") for tag in LETTER_LANGUAGES)


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ({"lang": "es"}, ()),
        ({"lang": "es-MX"}, ()),
        ({}, ("--language", "es")),
        ({"lang": "en-GB"}, ("--language", "es")),
        ({"consent": (Agreement(at=told().received_at, method="letter", wording_id="older.es"),)}, ()),
    ],
    ids=["said by the form", "of another country", "said by the owner", "the owner knows better", "of the wording"],
)
def test_the_letter_is_in_the_language_of_the_author(
    changes: dict[str, Any], options: tuple[str, ...], store: Store, run: Run
) -> None:
    given(store, **({"consent": ()} | changes))
    printed = run("ask", ID, *options).output
    assert "Hola, Ada:" in printed
    assert "¿Podemos publicar sus palabras en nuestra web?" in printed, "the wording is in English, so it is not asked"
    assert "> May the Corner Bakery put what you sent us on its website?" in printed, "but it is what is agreed to"


def test_a_translation_of_the_wording_is_what_they_agree_to(site: Path, store: Store, run: Run) -> None:
    (site / "consent/story-2026-01.es.md").write_text(SPANISH, encoding="utf-8")
    hers = Media(path=f"attachments/{ID}-1.jpg", sha256="0" * 64)
    given(store, consent=(), lang="es", media=(hers,))
    given(store, number=2, consent=())
    printed = run("ask", ID).output
    assert "¿Podemos hacer lo siguiente?" in printed
    assert "- Pueden publicar mis palabras en su web.\n- Pueden mostrar la imagen que envié.\n" in printed
    assert "> Corner Bakery, Market Street 4." in printed
    assert store.read(ID).submission.showing.asked_wording == "story-2026-01.es"
    assert "- You may publish my words" in run("ask", f"{2:016x}").output, "who writes English gets the English one"


def test_what_they_were_asked_last_is_what_they_agreed_to(site: Path, store: Store, run: Run) -> None:
    (site / "consent/story-2026-01.es.md").write_text(SPANISH, encoding="utf-8")
    given(store, consent=())
    assert run("ask", ID).exit_code == 0
    assert store.read(ID).submission.showing.asked_wording == "story-2026-01"
    assert run("ask", ID, "--language", "es").exit_code == 0
    (site / "letter.txt").write_text("Sí.", encoding="utf-8")
    wordings = sorted((site / "consent").iterdir())
    agreed = ("--agreed", "publish_text", "--display", "full")
    done = run("approve", ID, "--evidence", str(site / "letter.txt"), *agreed, "--by", "Agnes")
    assert done.exit_code == 0, done.output
    [agreement] = store.read(ID).submission.consent
    assert agreement.wording_id == "story-2026-01.es"
    assert "wording: story-2026-01.es" in (site / "consent.lock.yaml").read_text(encoding="utf-8")
    assert sorted((site / "consent").iterdir()) == wordings, "the text is there already"


def test_a_language_without_a_letter_is_said(store: Store, run: Run) -> None:
    given(store, consent=())
    printed = run("ask", ID, "--language", "fr").output
    assert "Hello Ada," in printed
    assert "There is no letter in `fr`, so this one is in `en`." in printed


@pytest.mark.parametrize("command", [("ask", ID), ("edit", ID), ("add", "--text", "They came.")], ids=lambda c: c[0])
def test_what_is_no_language_is_refused(command: tuple[str, ...], store: Store, run: Run) -> None:
    given(store)
    done = run(*command, "--language", "Spanish language")
    assert done.exit_code in (1, 2)
    assert "“Spanish language” is not a language tag" in done.output
    assert store.read(ID).submission == told()


def test_questions_stand_beside_boxes_with_an_answer_and_statements_under_a_question() -> None:
    assert is_question("May we publish your words?")
    assert is_question("Dürfen wir „es“ zeigen?”")
    assert not is_question("You may publish my words. I will see it first.")
    config = """
-- caresite.yaml --
title: T
base_url: https://t.example/
timezone: Europe/London
business: {name: T, email: t@t.example}
forms: {story: {consent: ours, backend: custom, action: "https://t.example/in"}}
-- consent/ours.md --
---
purposes:
  publish_text: May we publish your words on our website?
  edit_for_length: You may shorten them.
---
"""
    page = build_site(config).text("/send-your-story/")
    assert "May we publish your words on our website? <strong>Yes</strong></label>" in page
    assert "You may shorten them.</label>" in page


def test_the_page_carries_the_language_of_its_words(site: Path, store: Store, run: Run) -> None:
    given(store, lang="es", text=Words(title="El horno", body="Vinieron a las cinco con la lámpara grande."))
    given(store, number=2, lang="en-GB", text=Words(title="The other oven", body="They came at five with a lamp."))
    review = Review(store, TERMS)
    for item_id in (ID, f"{2:016x}"):
        review.take(item_id, Approve())
    assert "lang: es\n" in (site / "content/stories/el-horno.md").read_text("utf-8")
    assert "lang:" not in (site / "content/stories/the-other-oven.md").read_text("utf-8")
    assert "lang: es\n" in run("show", ID, "--page").output
    built = build_site(root=site, now=NOW + timedelta(days=1))
    assert '<html lang="es"' in built.text("/stories/el-horno/")
    run("edit", ID, "--language", "")
    assert "lang:" not in (site / "content/stories/el-horno.md").read_text("utf-8")


def test_what_anybody_may_send_as_a_language_breaks_no_page() -> None:
    item = replace(told(), lang="x\ny: z")
    assert in_page_language(item, "en").lang == ""
