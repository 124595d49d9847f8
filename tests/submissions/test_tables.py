"""CSV in the dialect of whatever wrote it: every trap that exports of forms and review tools are known for."""

from __future__ import annotations

import pytest

from caresite.submissions.columns import meaning_near
from caresite.submissions.records import decisions
from caresite.submissions.sources.tables import SOURCE, read_table
from submissions.conftest import MakeIntake, codes, only

HEAD = "name,email,story\n"
ROW = "Ada Quill,ada@x.example,They came at five.\n"


def bodies(received: object) -> list[str]:
    return [entry.submission.text.body for entry in received.entries]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data",
    [
        (HEAD + ROW).encode(),
        b"\xef\xbb\xbf" + (HEAD + ROW).encode(),
        (HEAD + ROW).replace("\n", "\r\n").encode(),
        (HEAD + ROW).replace("\n", "\r").encode(),
        (HEAD + ROW).replace(",", ";").encode(),
        (HEAD + ROW).replace(",", "\t").encode(),
        (HEAD + ROW).replace(",", "|").encode(),
        ("sep=;\r\n" + (HEAD + ROW).replace(",", ";")).encode(),
        (HEAD + ROW).encode("utf-16"),
        (HEAD + ROW).encode("utf-16-le"),
        (HEAD + ROW).encode("utf-16-be"),
        (HEAD + "\n , ,\n" + ROW + "\n\n").encode(),
        b'"name","email","story"\n"Ada Quill","ada@x.example","They came at five."',
        ("Name ,E-Mail,Your story\n" + ROW).encode(),
    ],
    ids=[
        *("plain", "bom", "crlf", "cr", "semicolons", "tabs", "bars", "sep line", "utf-16"),
        *("utf-16-le", "utf-16-be", "empty rows", "all quoted", "other names"),
    ],
)
def test_one_row_is_the_same_in_every_dialect(data: bytes, make_intake: MakeIntake) -> None:
    found = only(read_table(data, make_intake()))
    assert found.submitter.name == "Ada Quill"
    assert found.submitter.email == "ada@x.example"
    assert found.text.body == "They came at five."


def test_quoted_line_breaks_and_doubled_quotes_are_words(make_intake: MakeIntake) -> None:
    data = b'name,story\r\nAda,"They said ""five"",\r\nand came; at five."\r\nTom,"Kind."\r\n'
    assert bodies(read_table(data, make_intake())) == ['They said "five",\nand came; at five.', "Kind."]


def test_an_older_encoding_is_read_and_told(make_intake: MakeIntake) -> None:
    received = read_table("name,story\nZoë,“Très bien” – 5 €\n".encode("cp1252"), make_intake())
    assert [entry.submission.submitter.name for entry in received.entries] == ["Zoë"]
    assert bodies(received) == ["“Très bien” – 5 €"]
    assert codes(received) == ["S208"]


def test_two_columns_of_one_name_are_both_kept(make_intake: MakeIntake) -> None:
    found = only(read_table(b"name,What else?,What else?,story\nAda,first,second,Kind.\n", make_intake()))
    assert found.extra == {"What else?": "first", "What else? (2)": "second"}


def test_rows_of_other_lengths_are_taken_and_noticed(make_intake: MakeIntake) -> None:
    received = read_table(b"name,story\nAda,Kind.,left over,too\nTom\nEve,Good.\n", make_intake())
    assert bodies(received) == ["Kind.", "Good."]
    assert "4 cells" in received.entries[0].submission.noticed[0]
    assert received.entries[0].submission.extra == {"beyond the last column": "left over | too"}
    assert [(d.code, d.span.line) for d in received.diagnostics] == [("S202", 3)]


def test_a_file_that_was_cut_off_gives_what_is_whole(make_intake: MakeIntake) -> None:
    received = read_table(b'name,story\nAda,Kind.\nTom,"And then the', make_intake())
    assert bodies(received) == ["Kind."]
    assert [(d.code, d.span.line) for d in received.diagnostics] == [("S201", 3)]


def test_a_quotation_mark_out_of_place_does_not_lose_the_rest(make_intake: MakeIntake) -> None:
    received = read_table(b'name,story\nAda,Kind.\nTom,"Good" he said.\nEve,Fine.\n', make_intake())
    assert len(received.entries) == 3
    assert [(d.code, d.severity) for d in received.diagnostics] == [("S201", "warning")]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\xff\xfe\x00\x01", b",,\n , ,\n"],
    ids=["nothing", "blank", "a picture", "no names"],
)
def test_what_is_no_table_is_one_diagnostic(data: bytes, make_intake: MakeIntake) -> None:
    received = read_table(data, make_intake())
    assert (received.entries, codes(received)[-1]) == ((), "S201")


def test_a_table_without_a_story_says_what_it_has_and_how_to_point(make_intake: MakeIntake) -> None:
    received = read_table(b"Wer?,Was war?\nAda,They came at five.\n", make_intake())
    assert codes(received) == ["S202"]
    assert "“Was war?”" in received.diagnostics[0].message
    assert "map: {story: …}" in received.diagnostics[0].hint
    mapped = read_table(
        b"Wer?,Was war?\nAda,They came at five.\n", make_intake(map={"story": "was WAR", "name": "Wer?"})
    )
    assert only(mapped).submitter.name == "Ada"


def test_several_columns_may_be_one_answer(make_intake: MakeIntake) -> None:
    data = b"A,B,C\nThey came.,,They stayed.\n"
    assert only(read_table(data, make_intake(map={"story": "A + B + C"}))).text.body == "They came.\n\nThey stayed."


# what stands in the cells


@pytest.mark.parametrize(
    ("cell", "rating", "kept"),
    [("4,6", 4.6, ""), ("12", None, "12"), ("0", None, "0"), ("★★★★", 4, ""), ("FIVE", 5, "")],
)
def test_ratings(cell: str, rating: float | None, kept: str, make_intake: MakeIntake) -> None:
    found = only(read_table(f'story,rating\nKind.,"{cell}"\n'.encode(), make_intake()))
    assert found.text.rating == rating
    assert found.extra.get("rating", "") == kept
    assert bool(found.noticed[:-1]) == bool(kept)


def test_a_date_that_may_be_two_days_is_refused_until_the_order_is_known(make_intake: MakeIntake) -> None:
    data = b"story,Timestamp\nKind.,05/03/2024 10:00:00\nGood.,25/12/2024 10:00:00\n"
    received = read_table(data, make_intake())
    assert bodies(received) == ["Good."]
    assert [(d.code, d.span.line) for d in received.diagnostics] == [("S203", 2)]
    later = read_table(data, make_intake(date_order="day-first"))
    assert [f"{entry.submission.received_at:%m-%d}" for entry in later.entries] == ["03-05", "12-25"]
    assert later.entries[1].submission.id == received.entries[0].submission.id


def test_days_that_do_not_exist_are_refused_and_days_to_come_are_not_believed(make_intake: MakeIntake) -> None:
    received = read_table(b"story,date\nKind.,2025-02-30\nGood.,2031-01-01\n", make_intake())
    assert [(d.code, d.span.line) for d in received.diagnostics] == [("S202", 2)]
    found = received.entries[0].submission
    assert f"{found.received_at:%Y-%m-%d}" == "2026-11-22"
    assert "2031-01-01 is still to come" in found.noticed[0]


def test_an_address_typed_where_the_name_belongs_is_taken_for_one(make_intake: MakeIntake) -> None:
    found = only(read_table(b"name,story\nada@x.example,Kind.\n", make_intake()))
    assert (found.submitter.name, found.submitter.email) == ("", "ada@x.example")
    assert "name: an e-mail address stands where the name belongs" in found.noticed


def test_markup_fences_and_templates_are_words(make_intake: MakeIntake) -> None:
    words = "---\ntitle: x\n---\n<script>alert(1)</script> {{ 7*7 }} {% include 'x' %} =HYPERLINK()"
    quoted = words.replace('"', '""')
    found = only(read_table(f'story\n"{quoted}"\n'.encode(), make_intake()))
    assert found.text.body == words


def test_a_formula_is_text_and_its_guard_is_taken_off(make_intake: MakeIntake) -> None:
    found = only(read_table(b'name,phone,story\n"\'=HYPERLINK(""x"")",\'+91 98765 43210,Kind.\n', make_intake()))
    assert found.submitter.name == '=HYPERLINK("x")'
    assert found.submitter.phone == "+91 98765 43210"


def test_directions_that_turn_the_text_are_taken_out(make_intake: MakeIntake) -> None:
    found = only(read_table("name,story\nAda\u202eQuill,\u202eKind\u200f.\n".encode(), make_intake()))
    assert found.submitter.name == "AdaQuill"
    assert "\u202e" not in found.text.body


def test_a_text_of_200_kb_is_kept_whole_and_one_of_3_mb_refused(make_intake: MakeIntake) -> None:
    long = "They came. " * 20_000
    assert only(read_table(f"story\n{long}\n".encode(), make_intake())).text.body == long.strip()
    assert codes(read_table(f"story\n{'x' * 3_000_000}\n".encode(), make_intake())) == ["S202"]


def test_a_photo_that_would_run_code_is_no_photo(make_intake: MakeIntake) -> None:
    found = only(read_table(b"story,photo\nKind.,javascript:alert(1)\n", make_intake()))
    assert found.media == ()
    assert found.extra["photo"] == "javascript:alert(1)"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "not answered"),
        ("no", "denied"),
        ("yes", "granted"),
        ("oui", "granted"),
        ("ja", "granted"),
        ("on", "granted"),
        ("checked", "granted"),
        ("✓", "granted"),
        ("tak?", "not understood"),
    ],
)
def test_a_consent_column_grants_only_with_a_clear_yes(cell: str, said: str, make_intake: MakeIntake) -> None:
    data = f"story,May we print it?\nKind.,{cell}\n".encode()
    found = only(read_table(data, make_intake(map={"publish_text": "May we print it?"}, wording="story-2026-01")))
    assert decisions(found.consent) == {"publish_text": said}
    assert found.consent[0].method == "form-checkbox"


def test_consent_without_a_wording_is_only_a_claim(make_intake: MakeIntake) -> None:
    found = only(read_table(b"story,publish_text\nKind.,yes\n", make_intake()))
    assert (found.consent[0].method, found.consent[0].wording_sha256) == ("imported-claim", "")


def test_what_computers_add_is_dropped_unless_it_is_wanted(make_intake: MakeIntake) -> None:
    data = b"story,IP Address,User Agent,Colour\nKind.,203.0.113.7,Mozilla,blue\n"
    assert only(read_table(data, make_intake())).extra == {"Colour": "blue"}
    kept = only(read_table(data, make_intake(keep_technical=True))).extra
    assert kept == {"IP Address": "203.0.113.7", "User Agent": "Mozilla", "Colour": "blue"}


def test_the_same_file_gives_the_same_ids_in_any_order_of_columns(make_intake: MakeIntake) -> None:
    first = read_table(b"name,story\nAda,Kind.\nTom,Kind.\n", make_intake())
    second = read_table(b"story,name\nKind.,Tom\nKind.,Ada\n", make_intake())
    ids = [entry.submission.id for entry in first.entries]
    assert len(set(ids)) == 2, "two people with the same words are two"
    assert sorted(ids) == sorted(entry.submission.id for entry in second.entries)


# exports of form tools


def test_an_export_of_google_forms(make_intake: MakeIntake) -> None:
    data = (
        b"\xef\xbb\xbfTimestamp;Email Address;Tell us your story;May we print it?;What else?;What else?\r\n"
        b'1/5/2024 13:02:11;ida@x.example;"They came;\r\nat five.";"I agree, print it";a, b;\r\n'
    )
    mapping = {"publish_text": "May we print it?"}
    intake = make_intake(date_order="day-first", map=mapping, yes=("I agree, print it",), wording="story-2026-01")
    found = only(read_table(data, intake))
    assert (found.source, found.submitter.email) == ("gforms", "ida@x.example")
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2024-05-01 12:02"
    assert found.consent[0].granted == ("publish_text",)
    assert found.extra == {"What else?": "a, b"}


def test_an_export_of_typeform(make_intake: MakeIntake) -> None:
    data = (
        b'#,"Hello {{answer_42471732}}, <strong>what</strong> happened?",Your name?,Bread,Cake,Response Type,'
        b"Start Date (UTC),Submit Date (UTC),Network ID\n"
        b"f3k9,They came at five.,Ada,Bread,,completed,2024-05-01 09:58:00,2024-05-01 10:00:00,ab12cd\n"
    )
    found = only(read_table(data, make_intake(map={"story": "Hello , what happened?", "name": "Your name?"})))
    assert (found.source, found.source_id, found.submitter.name) == ("typeform", "f3k9", "Ada")
    assert f"{found.received_at:%H:%M %Z}" == "10:00 UTC"
    assert found.extra == {"Bread": "Bread"}


def test_an_export_of_tally(make_intake: MakeIntake) -> None:
    data = (
        b"Submission ID,Respondent ID,Submitted at,Your story,Your name\nLQy7MJ,GyzlBk,2024-08-11 23:25:40,Kind.,Ada\n"
    )
    found = only(read_table(data, make_intake()))
    assert (found.source, found.source_id, found.extra) == ("tally", "LQy7MJ", {})
    assert f"{found.received_at:%H:%M}" == "22:25", "the zone of the site"


@pytest.mark.parametrize(
    "data",
    [
        b"title,body,rating,review_date,reviewer,reviewer_email\nGood,Kind.,5,2025-03-02 10:12:00 UTC,Ada,a@x.org\n",
        b"ID,date,date_gmt,content,rating,name,email,ip_address\n9,2025-03-02,2025-03-02,Kind.,5,Ada,a@x.example,203.0.113.7\n",
        b"Review Title;Review Content;Review Score;Date;Display Name;Email\nGood;Kind.;5;2025-03-02;Ada;a@x.example\n",
        b"name,body,rating,dateCreated,email\nAda,Kind.,5,2025-03-02T10:12:00Z,a@x.example\n",
    ],
    ids=["judge.me", "site reviews", "yotpo", "okendo"],
)
def test_exports_of_review_tools(data: bytes, make_intake: MakeIntake) -> None:
    found = only(read_table(data, make_intake(kind="testimonial")))
    assert (found.kind, found.submitter.name, found.text.body, found.text.rating) == ("testimonial", "Ada", "Kind.", 5)
    assert f"{found.received_at:%Y-%m-%d}" == "2025-03-02"
    assert not any("203.0.113.7" in text for text in found.extra.values())


def test_a_line_with_a_delimiter_is_taken_for_a_table() -> None:
    assert SOURCE.claims
    assert SOURCE.claims(b"a;b\n1;2\n")
    assert SOURCE.claims(b'sep=;\r\nname;story\r\nAda;"They came,\r\nand went."\r\n')
    assert SOURCE.claims("name\tstory\nAda\tThey came.\n".encode("utf-16"))
    assert SOURCE.claims(b'name,story\nAda,"' + b"They came. " * 400)
    assert not SOURCE.claims(b"Dear baker\n")


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\n\nthe chain came off on the hill, and Tom saw it.\n",
        "Hello Mo, how are you?\n\nThe chain came off.\n",
        "Liebe Frau Hill,\r\n\r\ndie Kette sprang ab; Tom sah es.\r\n",
        "Mo, thank you.",
    ],
)
def test_a_letter_is_taken_for_no_table(text: str) -> None:
    assert SOURCE.claims
    assert not SOURCE.claims(text.encode())


NEAR = {
    "display": "How may we name you?|How do you want to be named?|Should we show your name?|May you stay anonymous?|"
    "Wie dürfen wir Sie nennen?|Wie sollen wir Ihren Namen zeigen?|Wollen Sie anonym bleiben?|"
    "¿Cómo podemos nombrarle?|¿Cómo quiere que aparezca su nombre?|¿Podemos mostrar su nombre?",
    "name": "Please write your name here|Bitte den Namen|Escriba su nombre",
    "publish_text": "May we print it?|Dürfen wir das veröffentlichen?|¿Podemos publicar esto?",
    "publish_photo": "May we show your picture?|Dürfen wir das Foto zeigen?|¿Podemos mostrar la imagen?",
    "photo": "Upload a picture|Ein Bild von Ihnen|Una foto suya",
    "age": "How old are you now?|Wie alt sind Sie heute?|¿Cuántos años cumplió?",
    "incentive": "Was a gift promised?|Gab es ein Geschenk?|¿Le prometieron un regalo?",
    "relation": "Are you a customer here?|Woher kennen Sie uns denn?|¿De qué nos conoce usted?",
    "email": "Where can we send an email?|Unter welcher Mail?|¿A qué correo escribimos?",
    "phone": "A telephone number, please|Unter welchem Telefon?|Un teléfono",
    "company": "Which firm are you from?|Aus welcher Firma?|¿De qué empresa es?",
    "role": "What is your job there?|Ihr Beruf bitte|¿A qué se dedica?",
    "location": "In which town?|Ihr Wohnort|¿Dónde vive usted?",
    "rating": "So many stars|Wie viele Sterne?|¿Cuántas estrellas pone?",
    "experience_date": "When was that?|Wann war das?|¿Cuándo fue?",
    "about": "Whom do you praise?|Über wen schreiben Sie?|¿Quién le atendió?",
    "title": "A headline, please|Eine Überschrift|Un título",
    "story": "What happened to you?|Was ist passiert?|¿Qué le pasó?",
}


@pytest.mark.parametrize("meaning", NEAR)
def test_a_map_is_proposed_in_every_language_that_ships(meaning: str) -> None:
    near = {question: meaning_near(question) for question in NEAR[meaning].split("|")}
    assert near == dict.fromkeys(near, meaning)


def test_what_nobody_could_guess_is_not_guessed() -> None:
    assert [meaning_near(column) for column in ("Q7", "Favourite colour", "Farbe", "Color", "")] == [""] * 5
