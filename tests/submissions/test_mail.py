"""Mail of every sort becomes a submission, or is refused by name; nothing of it raises, grants or steers anything."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from caresite.core.intake import IncomingSource
from caresite.submissions.entries import Intake
from caresite.submissions.html_text import text_of_html
from caresite.submissions.sources.mail import messages_in, read_mail
from caresite.submissions.sources.mail_quotes import split_letter
from caresite.submissions.sources.mail_words import filled_in, sounds_like_yes
from submissions.conftest import NOW, MakeIntake, codes, only


def letter(text: str = "They came at five.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "From": "Ada Quill <ada@customers.example>",
        "To": "hello@bakery.example",
        "Subject": "The oven",
        "Date": "Thu, 01 Oct 2026 10:00:00 +0200",
        "Message-ID": "<abc@customers.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        message[name] = value
    message.set_content(text)
    return message


def raw(head: str, body: str = "They came at five.\n") -> bytes:
    return f"{head}\n\n{body}".encode("utf-8", "surrogateescape")


def test_a_letter_is_a_story(make_intake: MakeIntake) -> None:
    found = only(read_mail(bytes(letter()), make_intake(type="mail")))
    assert (found.source, found.source_id) == ("email", "abc@customers.example")
    assert (found.submitter.name, found.submitter.email) == ("Ada Quill", "ada@customers.example")
    assert (found.text.title, found.text.body) == ("The oven", "They came at five.")
    assert f"{found.received_at:%H:%M %Z}" == "08:00 UTC"
    assert found.consent == ()


# real messages


def test_real_messages_become_submissions_or_are_refused_by_name(
    shared_fixtures: Path, make_intake: MakeIntake
) -> None:
    paths = sorted((shared_fixtures / "mail").rglob("*.eml"))
    readable, refused = [], []
    for path in paths:
        received = read_mail(path.read_bytes(), make_intake(type="mail", shown=path.name))
        readable.extend(path.name for entry in received.entries if entry.submission.text.body.strip())
        refused.extend(d.span.path for d in received.diagnostics)
        assert len(received.entries) + len(received.diagnostics) == 1, path
    assert len(paths) == 69
    assert len(readable) >= 60
    assert sorted(readable + refused) == sorted(path.name for path in paths)


@pytest.mark.parametrize(
    ("name", "title", "body"),
    [
        ("japanese.eml", "まみむめも", "かきくえこ"),
        ("japanese_iso_2022.eml", "まみむめも", "すみません。"),
        ("ks_c_5601-1987.eml", "test", "스티해"),
        ("utf8_headers.eml", "Säying Hello", "body"),
        ("invalid_subject_characters.eml", "Formação FrenetikPolis", "TEST"),
        ("attachment_pdf_non_ascii.eml", "Another PDF with 🎉", "Just attaching another PDF"),
        ("example13.eml", "Saying Hello", "This is a message just to say hello."),
        ("multiple_invalid_content_dispositions.eml", "Redacted", "foo"),
    ],
)
def test_words_in_old_and_odd_encodings(
    name: str, title: str, body: str, shared_fixtures: Path, make_intake: MakeIntake
) -> None:
    path = next((shared_fixtures / "mail").rglob(name))
    found = only(read_mail(path.read_bytes(), make_intake(type="mail")))
    assert found.text.title.startswith(title)
    assert found.text.body.startswith(body)


@pytest.mark.parametrize(
    ("subject", "title", "is_reply"),
    [
        ("Re: Your boots are ready", "Your boots are ready", True),
        ("AW: Re[2]: RE: Danke", "Danke", True),
        ("Fwd: WG: The oven", "The oven", False),
        ("Repair: done", "Repair: done", False),
        ("Re:", "", True),
    ],
)
def test_a_subject_is_a_title_without_what_mail_programs_put_before_it(
    subject: str, title: str, is_reply: bool, make_intake: MakeIntake
) -> None:
    received = read_mail(bytes(letter(Subject=subject)), make_intake(type="mail"))
    assert only(received).text.title == title
    assert received.entries[0].signals.is_reply == is_reply


# shapes


def test_html_is_read_as_words_and_plain_text_is_preferred(make_intake: MakeIntake) -> None:
    message = letter()
    message.add_alternative("<p>Not <b>this</b>.</p>", subtype="html")
    assert only(read_mail(bytes(message), make_intake())).text.body == "They came at five."
    page = "<style>p{}</style><p>They <b>came</b> at&nbsp;five.<br>All of them.</p><script>x()</script><ul><li>One</ul>"
    html = raw("From: a@x.example\nContent-Type: text/html; charset=utf-8", page)
    assert only(read_mail(html, make_intake())).text.body == "They came at five.\nAll of them.\n\n- One"


def test_an_mbox_has_many_and_its_quoted_lines_come_back(make_intake: MakeIntake) -> None:
    body = b"One.\n>From then on.\n>>From x\nEnd.\n\n"
    one = b"From ada@x Mon Oct  5 10:00:00 2026\nFrom: ada@x.example\nMessage-ID: <1@x>\n\n" + body
    two = b"From tom@x Mon Oct  5 10:00:00 2026\nFrom: tom@x.example\nMessage-ID: <2@x>\n\nTwo.\n"
    received = read_mail(one + two, make_intake(type="mail"))
    assert [entry.submission.text.body for entry in received.entries] == ["One.\nFrom then on.\n>From x\nEnd.", "Two."]
    assert [line for line, _ in messages_in(one + two)] == [1, 10]


def test_a_signature_and_what_is_answered_stand_apart(make_intake: MakeIntake) -> None:
    text = "They came.\n\nOn Mon, 5 Oct 2026 at 10:00, Corner Bakery <hello@bakery.example> wrote:\n> How was it?"
    found = only(read_mail(bytes(letter("They came.\n-- \nAda Quill\n01632 960001")), make_intake()))
    assert (found.text.body, found.extra["signature"]) == ("They came.", "Ada Quill\n01632 960001")
    found = only(read_mail(bytes(letter(text)), make_intake()))
    assert found.text.body == "They came."
    assert found.extra["quoted below"].startswith("On Mon, 5 Oct 2026")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> They came at five.\n> All of them.", "They came at five.\nAll of them."),
        ("----- Forwarded -----\nFrom: Ada\n\nThey came.", "----- Forwarded -----\nFrom: Ada\n\nThey came."),
    ],
)
def test_what_only_quotes_or_forwards_is_what_it_quotes(text: str, own: str) -> None:
    assert split_letter(text).own == own


def test_a_message_that_a_form_wrote_is_read_by_its_labels(make_intake: MakeIntake) -> None:
    text = (
        "Your name: Ada Quill\nYour e-mail address: ada@customers.example\nHow may we show your name?: My initials\n"
        "Your story: They came at five:\nall of them.\nMonday: closed.\n\nHow do you know us?: I am a customer\n"
    )
    message = letter(text, From="Forms <noreply@forms.example>", Reply_To="ada@customers.example")
    found = only(read_mail(bytes(message), make_intake(type="mail")))
    assert (found.submitter.name, found.submitter.email) == ("Ada Quill", "ada@customers.example")
    assert (found.submitter.display, found.submitter.relation) == ("initials", "customer")
    assert found.text.body == "They came at five:\nall of them.\nMonday: closed."
    assert found.text.title == ""


def test_a_letter_with_a_colon_in_it_is_a_letter() -> None:
    assert filled_in("Dear Agnes,\n\nName: what is in it?\nStory: none.\nEmail: no.") == {}
    assert filled_in("Story: one label is no form.") == {}


# consent


@pytest.mark.parametrize(
    "text",
    [
        "They came. You may publish this on your site if you like.",
        "Feel free to use my words.",
        "I'm happy for you to print it.",
        "Sie dürfen das gerne veröffentlichen.",
    ],
)
def test_a_yes_in_a_letter_is_evidence_and_grants_nothing(text: str, make_intake: MakeIntake) -> None:
    found = only(read_mail(bytes(letter(text)), make_intake(type="mail")))
    assert found.consent == ()
    assert [(e.kind, e.message_id, len(e.sha256)) for e in found.evidence] == [("mail", "<abc@customers.example>", 64)]
    assert found.evidence[0].says in text


def test_answers_to_the_sentences_of_the_wording_are_evidence_too(make_intake: MakeIntake) -> None:
    text = (
        "Your name: Ada\nYour e-mail address: ada@x.example\nYour story: Kind.\n"
        "You may publish my words on your website. (yes or no): yes\n"
        "You may shorten them. I see the shorter text first. (yes or no): no\n"
    )
    found = only(read_mail(bytes(letter(text)), make_intake(type="mail")))
    assert [e.says for e in found.evidence] == ["You may publish my words on your website. Yes"]
    assert (found.consent, found.text.body) == ((), "Kind.")


def test_what_does_not_sound_like_yes_is_none() -> None:
    assert sounds_like_yes("They published a book. You may laugh.") == ""


# marks


@pytest.mark.parametrize(
    ("header", "mark"),
    [
        ({"Auto_Submitted": "auto-generated"}, "an automatic answer"),
        ({"Precedence": "bulk"}, "a mailing to many people"),
        ({"List_Unsubscribe": "<mailto:x@y>"}, "a mailing to many people"),
        ({"X_Spam_Flag": "YES"}, "the service took it for spam"),
    ],
)
def test_what_a_message_says_of_itself_is_a_mark(header: dict[str, str], mark: str, make_intake: MakeIntake) -> None:
    assert read_mail(bytes(letter(**header)), make_intake()).entries[0].signals.marks == (mark,)


# bad input


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a mail message"),
        (b"\0" * 500, "not a mail message"),
        (b"Dear baker, kind.", "not a mail message"),
        (b"From: a@x.example\n\n", "no words"),
        (b"From: a@x.example\n\n> \n", "no words"),
        (raw('From: a@x\nContent-Type: application/ms-tnef; name="winmail.dat"', "x"), "winmail.dat"),
        (raw("From: a@x\nContent-Type: image/jpeg; name=x.jpg", "x"), "only “x.jpg”"),
    ],
)
def test_what_holds_no_words_is_refused_by_name(data: bytes, said: str, make_intake: MakeIntake) -> None:
    received = read_mail(data, make_intake(type="mail", shown="letter.eml"))
    assert (received.entries, codes(received)) == ((), ["S202"])
    assert said in received.diagnostics[0].message
    assert received.diagnostics[0].span.path == "letter.eml"


@pytest.mark.parametrize("depth", [500, 5000])
def test_parts_within_parts_end_soon(depth: int, make_intake: MakeIntake) -> None:
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    data = f"From: a@x.example\r\n{heads}Content-Type: text/plain\r\n\r\nHello from the deep.\r\n".encode()
    start = time.monotonic()
    received = read_mail(data, make_intake(type="mail"))
    assert time.monotonic() - start < 20
    if depth == 500:
        assert only(received).text.body == "Hello from the deep."
    else:
        assert "too deeply" in received.diagnostics[0].message


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0D=0ABcc:_x@y.example?=",
        "=?utf-8?b?YQ0KQmNjOiB4?=",
        "=?x?q?a?= =?utf-8?q?=FF?=",
        "=?utf-8?q?" + "=41" * 5000 + "?=",
    ],
)
def test_nothing_of_a_header_becomes_another_one(subject: str, make_intake: MakeIntake) -> None:
    found = only(read_mail(raw(f"From: ada@x.example\nSubject: {subject}"), make_intake()))
    assert "\n" not in found.text.title
    assert len(found.text.title) <= 200
    assert found.submitter.email == "ada@x.example"


def test_a_file_keeps_no_path_of_its_sender(make_intake: MakeIntake) -> None:
    message = letter()
    message.add_attachment(b"x", maintype="image", subtype="jpeg", filename="../../etc/\u202egpj.exe")
    entry = read_mail(bytes(message), make_intake()).entries[0]
    assert entry.files[0].way == "mail"
    assert "\u202e" not in entry.files[0].name


@settings(max_examples=200)
@given(head=st.text(max_size=200), body=st.text(max_size=200), raw_bytes=st.binary(max_size=100))
def test_no_message_raises(head: str, body: str, raw_bytes: bytes) -> None:
    intake = Intake(now=NOW, zone=ZoneInfo("UTC"), shown="x.eml", source=IncomingSource(type="mail"))
    data = f"From: {head}\nContent-Type: {body}\nSubject: {head}\n\n{body}".encode("utf-8", "replace") + raw_bytes
    received = read_mail(data, intake)
    assert len(received.entries) + len(received.diagnostics) >= 1


@settings(max_examples=200)
@given(page=st.text(alphabet="<>/!-ab &;\"'=\n", max_size=120))
def test_no_page_raises_and_none_keeps_a_tag(page: str) -> None:
    text_of_html(f"<p>{page}</p>")


# mail that programs write


INVITATION = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Dinner\nEND:VEVENT\nEND:VCALENDAR\n"


def with_calendar(method: str, *, attached: bool = False, parameter: bool = True) -> bytes:
    message = letter("You are invited to dinner.")
    given = {"params": {"method": method}} if parameter else {}
    text = INVITATION.replace("REQUEST", method)
    if attached:
        message.add_attachment(text, subtype="calendar", filename="invite.ics", **given)
    else:
        message.add_alternative(text, subtype="calendar", **given)
    return bytes(message)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (with_calendar("REQUEST"), "a calendar invitation"),
        (with_calendar("REPLY"), "a calendar invitation"),
        (with_calendar("CANCEL", parameter=False), "a calendar invitation"),
        (raw("From: a@x.example\nContent-Type: text/calendar; method=REQUEST", INVITATION), "a calendar invitation"),
        (bytes(letter(Auto_Submitted="auto-replied (vacation)")), "an automatic answer"),
        (bytes(letter(X_Autoreply="yes")), "an automatic answer"),
        (bytes(letter(Precedence="auto_reply")), "an automatic answer"),
        (bytes(letter(From="Mail Delivery System <MAILER-DAEMON@x.example>")), "a report of a mail server"),
        (
            raw("From: a@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b"),
            "not arrive",
        ),
        (
            raw("From: a@x.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b"),
            "a receipt",
        ),
    ],
)
def test_mail_that_programs_write_is_no_story(data: bytes, said: str, make_intake: MakeIntake) -> None:
    received = read_mail(data, make_intake(type="mail"))
    assert (received.entries, codes(received)) == ((), ["S209"])
    assert said in received.diagnostics[0].message


@pytest.mark.parametrize("data", [with_calendar("REQUEST", attached=True), with_calendar("PUBLISH")])
def test_a_letter_with_a_date_for_the_calendar_is_a_letter(data: bytes, make_intake: MakeIntake) -> None:
    assert only(read_mail(data, make_intake())).text.body == "You are invited to dinner."


# letters within letters


def forwarded_as_attachment(*letters: bytes, sender: str = "hello@bakery.example", text: str = "FYI") -> bytes:
    message = letter(text, From=sender, Message_ID="<outer@bakery.example>")
    for number, each in enumerate(letters):
        if number % 2:
            message.add_attachment(each, maintype="application", subtype="octet-stream", filename=f"{number}.eml")
        else:
            message.add_attachment(message_from_bytes(each, policy=policy.default))
    return bytes(message)


def test_letters_that_the_firm_attached_are_those_of_their_authors(make_intake: MakeIntake) -> None:
    one = bytes(letter("One.", Message_ID="<1@x>"))
    two = bytes(
        letter("Two.", From="Tom <tom@customers.example>", Message_ID="<2@x>", Date="Fri, 02 Oct 2026 09:00:00 +0000")
    )
    intake = replace(make_intake(type="mail"), own_addresses=("@bakery.example",))
    found = [entry.submission for entry in read_mail(forwarded_as_attachment(one, two), intake).entries]
    assert [(each.submitter.email, each.text.body, each.source_id) for each in found] == [
        ("ada@customers.example", "One.", "1@x"),
        ("tom@customers.example", "Two.", "2@x"),
    ]
    assert f"{found[1].received_at:%d %H:%M}" == "02 09:00"
    assert "attached to a message of hello@bakery.example" in found[0].noticed[0]
    inner = forwarded_as_attachment(one, sender="agnes@bakery.example")
    twice = only(read_mail(forwarded_as_attachment(inner), intake))
    assert twice.submitter.email == "ada@customers.example"


def test_a_letter_that_a_customer_attached_is_not_read_as_theirs(make_intake: MakeIntake) -> None:
    data = forwarded_as_attachment(bytes(letter("One.")), sender="Eve <eve@x.example>", text="See below, all true.")
    found = only(read_mail(data, make_intake(type="mail")))
    assert (found.submitter.email, found.text.body) == ("eve@x.example", "See below, all true.")
    assert "another message is attached" in found.noticed[0]
