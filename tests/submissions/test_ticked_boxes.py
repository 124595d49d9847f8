"""All boxes that somebody ticked in one cell: each sentence counts for its purpose, and what nobody reads is no no."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from caresite.submissions.agreements import Wordings
from caresite.submissions.records import Agreement, Submission, decisions
from caresite.submissions.sources.json_files import read_json
from caresite.submissions.sources.tables import read_table
from caresite.submissions.store import Store
from caresite.testing import write_site
from submissions.conftest import NOW, MakeIntake, Run, only, wording

TEXT = "You may publish my words, all of them."
PHOTO = "You may show the picture that I sent; nothing else."
COMMAS = f"""---
title: May we?
purposes:
  publish_text: "{TEXT}"
  publish_photo: "{PHOTO}"
---
We ask.
"""
GERMAN = """---
title: Dürfen wir?
purposes:
  publish_text: Sie dürfen meine Worte veröffentlichen.
  publish_photo: Sie dürfen mein Bild zeigen.
---
Wir fragen.
"""
YES, NO, EMPTY, UNCLEAR = "granted", "denied", "not answered", "not understood"
CELLS = {
    "joined by commas": (f"{TEXT}, {PHOTO}", YES, YES),
    "in the other order": (f"{PHOTO}, {TEXT}", YES, YES),
    "joined by semicolons": (f"{TEXT}; {PHOTO}", YES, YES),
    "joined by bars": (f"{TEXT}|{PHOTO}", YES, YES),
    "joined by line breaks": (f"{TEXT}\r\n{PHOTO}", YES, YES),
    "a list with dashes": (f"- {TEXT}\n- {PHOTO}", YES, YES),
    "an array of JSON": (json.dumps([TEXT, PHOTO]), YES, YES),
    "without full stops and capitals": (f"{TEXT.rstrip('.').upper()}, {PHOTO.rstrip('.').lower()}", YES, YES),
    "one of two": (TEXT, YES, NO),
    "the other of two": (PHOTO, NO, YES),
    "nothing": ("", EMPTY, EMPTY),
    "a plain no": ("No", NO, NO),
    "a no in a sentence": ("No, thank you", NO, NO),
    "a yes that may be for either": ("Yes", UNCLEAR, UNCLEAR),
    "nearly the sentence": ("You may publish my words, all of it.", UNCLEAR, UNCLEAR),
    "the sentence denied": (f"I do not think that {TEXT}", UNCLEAR, UNCLEAR),
    "the sentence limited": (f"{TEXT}, but not my name", UNCLEAR, UNCLEAR),
    "the sentence limited in French": (f"{TEXT}, mais pas mon nom", UNCLEAR, UNCLEAR),
    "the sentence goes on": (f"{TEXT[:-1]} that are kind.", UNCLEAR, UNCLEAR),
    "a yes and a no": (f"{TEXT}, No", UNCLEAR, UNCLEAR),
    "with another box": (f"{TEXT}, Send me the newsletter", YES, UNCLEAR),
    "in German": ("Sie dürfen meine Worte veröffentlichen., Sie dürfen mein Bild zeigen.", YES, YES),
}


def asked(cell: str, make_intake: MakeIntake, **changes: object) -> Submission:
    rows = io.StringIO()
    csv.writer(rows).writerows((("Story", "What may we do?"), ("They came at five.", cell)))
    english, german = wording(COMMAS, "ask"), wording(GERMAN, "ask.de")
    columns = {"story": "Story", "publish_text": "What may we do?", "publish_photo": "What may we do?"}
    options = {"map": columns, "wording": "ask", "wordings": Wordings({w.id: w for w in (english, german)}), **changes}
    return only(read_table(rows.getvalue().encode(), make_intake(**options)))


@pytest.mark.parametrize(("cell", "text", "photo"), CELLS.values(), ids=CELLS)
def test_each_box_in_a_cell_counts_for_its_purpose(cell: str, text: str, photo: str, make_intake: MakeIntake) -> None:
    found = asked(cell, make_intake)
    assert decisions(found.consent) == {"publish_text": text, "publish_photo": photo}
    kept = found.extra.get("publish_text", "")
    assert kept.split() == (cell.split() if text == UNCLEAR else []), "it is kept as it was written"


def test_the_wording_on_record_is_the_translation_that_was_shown(make_intake: MakeIntake) -> None:
    found = asked(str(CELLS["in German"][0]), make_intake)
    assert found.consent[0].wording_id == "ask.de"
    assert asked(TEXT, make_intake).consent[0].wording_id == "ask"


def test_a_sentence_counts_for_its_purpose_when_its_column_is_mapped_to_another(make_intake: MakeIntake) -> None:
    found = asked(f"{TEXT}, {PHOTO}", make_intake, map={"publish_text": "What may we do?"})
    assert found.consent[0].granted == ("publish_text", "publish_photo")
    one = asked(TEXT, make_intake, map={"publish_text": "What may we do?"})
    assert decisions(one.consent) == {"publish_text": YES}, "nobody knows whether the other was asked for"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Yes, I agree", YES),
        ("Ja, ich stimme zu.", YES),
        ("Sí, de acuerdo", YES),
        ("I do not agree", NO),
        ("Nein, danke", NO),
        ("", EMPTY),
        ("perhaps", UNCLEAR),
        ("Yes, No", UNCLEAR),
        ("Yes, but only my first name", UNCLEAR),
        ("Print it, please", YES),
    ],
)
def test_a_column_for_one_purpose(cell: str, said: str, make_intake: MakeIntake) -> None:
    found = asked(cell, make_intake, map={"publish_text": "What may we do?"}, yes=("Print it, please",))
    assert decisions(found.consent) == {"publish_text": said}


def test_choices_that_come_as_a_list(make_intake: MakeIntake) -> None:
    data = json.dumps([{"Story": "They came at five.", "What may we do?": [TEXT, PHOTO]}]).encode()
    columns = {"story": "Story", "publish_text": "What may we do?", "publish_photo": "What may we do?"}
    intake = make_intake(type="json", map=columns, wording="ask", wordings=Wordings({"ask": wording(COMMAS, "ask")}))
    assert only(read_json(data, intake)).consent[0].granted == ("publish_text", "publish_photo")


def test_a_clear_answer_is_not_unsaid_by_one_that_nobody_understands() -> None:
    first = Agreement(at=NOW, method="letter", granted=("publish_text",))
    later = Agreement(at=NOW.replace(year=2027), method="form-checkbox", not_understood=("publish_text",))
    assert decisions((first, later)) == {"publish_text": "granted"}


EXPORT = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
business: {name: Quill, email: hello@quill.example}
forms:
  story: {consent: s1, readers: M}
sources:
  c:
    type: csv
    path: private/inbox/*.csv
    wording: s1
    map: {story: Story, name: Name, publish_text: What may we do?, publish_photo: What may we do?}
-- consent/s1.md --
---
title: May we?
purposes:
  publish_text: You may publish my words.
  publish_photo: You may show the picture that I sent.
---

We ask.
-- private/inbox/gf.csv --
Timestamp,Name,Email,Story,What may we do?
2026/03/05 9:14:22 AM GMT+1,Ann,,"Story one","You may publish my words., You may show the picture that I sent."
"2026/03/05 9:15:22 AM GMT+1",Bob,b@example.org,"Story two","You may publish my words."
"2026/03/05 9:16:22 AM GMT+1",Eve,e@example.org,"Story three is a good one","You might publish my words."
"2026/03/05 9:17:22 AM GMT+1",Kay,k@example.org,"Story four is a good one",
"""


def test_an_export_of_google_forms_is_pulled_with_every_box(site: Path, run: Run) -> None:
    write_site(site, EXPORT)
    assert run("pull").exit_code == 0
    store = Store(site)
    found = {s.name: store.read(s.id).submission for s in store.listing().values()}
    assert {name: decisions(item.consent) for name, item in found.items()} == {
        "Ann": {"publish_text": YES, "publish_photo": YES},
        "Bob": {"publish_text": YES, "publish_photo": NO},
        "Eve": {"publish_text": UNCLEAR, "publish_photo": UNCLEAR},
        "Kay": {"publish_text": EMPTY, "publish_photo": EMPTY},
    }
    shown = run("show", found["Eve"].id).output
    assert "publish_text not understood" in shown
    assert "“You might publish my words.”" in shown
    assert "did not answer" in run("show", found["Kay"].id).output
