"""JSON as form services write it, whole, wrapped, cut, or of another kind than one thinks."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caresite.core.intake import Form, IncomingSource
from caresite.submissions.entries import Intake
from caresite.submissions.questions import decoys
from caresite.submissions.sources import formspree, netlify
from caresite.submissions.sources.json_files import looks_like_json, read_json
from submissions.conftest import NOW, MakeIntake, codes, netlify_entry, netlify_json, only, story_wordings, wording


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


# Netlify


@pytest.mark.parametrize(
    "data",
    [
        dumped(netlify_entry()),
        dumped([netlify_entry()]),
        dumped({"payload": netlify_entry()}),
        dumped(netlify_entry()) + b"\n" + dumped(netlify_entry()) + b"\n",
        b"\xef\xbb\xbf" + dumped([netlify_entry()]),
    ],
    ids=["bare", "array", "event", "json lines", "bom"],
)
def test_a_submission_of_netlify_in_every_wrapping(data: bytes, make_intake: MakeIntake) -> None:
    received = netlify.read(data, make_intake(type="netlify"))
    found = received.entries[0].submission
    assert {entry.submission.id for entry in received.entries} == {found.id}
    assert (found.source, found.source_id, found.form) == ("netlify", "5f8500000001", "best-story")
    assert (found.submitter.name, found.submitter.display) == ("Ada Quill 1", "first-initial")
    assert (found.submitter.relation, found.submitter.age) == ("customer", "of-age")
    assert found.incentive.given is False
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2026-10-02 14:02"
    assert "<strong>" not in found.text.title + found.text.body
    assert found.extra == {}, "nothing of the computer, nothing of the form's own fields"


def test_boxes_that_are_not_ticked_are_not_sent_and_count_as_no(make_intake: MakeIntake) -> None:
    found = only(netlify.read(netlify_json(1), make_intake(type="netlify")))
    agreement = found.consent[0]
    assert agreement.granted == ("publish_text", "publish_name"), "they named no firm"
    assert agreement.denied == ("edit_for_length", "marketing_reuse", "contact_back")
    assert (agreement.method, agreement.wording_id) == ("form-checkbox", "story-2026-01")
    assert agreement.wording_sha256 == wording().sha256
    assert agreement.at == found.received_at


@pytest.mark.parametrize(
    ("display", "granted"),
    [
        ("full", ("publish_text", "publish_name", "publish_company")),
        ("initials", ("publish_text", "publish_name", "publish_company")),
        ("role", ("publish_text",)),
        ("anonymous", ("publish_text",)),
        ("", ("publish_text",)),
        ("everything", ("publish_text",)),
    ],
)
def test_the_choice_of_name_is_the_consent_for_name_and_company(
    display: str, granted: tuple[str, ...], make_intake: MakeIntake
) -> None:
    firm = netlify_json(1, display=display, company="Harbour Clinic")
    found = only(netlify.read(firm, make_intake(type="netlify")))
    assert found.consent[0].granted == granted
    assert found.submitter.display == (display if display in ("full", "initials", "role") else "anonymous")


def test_a_picture_has_a_box_of_its_own(make_intake: MakeIntake) -> None:
    photo = {"photo": "https://d33wubrfki0l68.cloudfront.net/a/b.jpg"}
    without = only(netlify.read(netlify_json(1, **photo), make_intake(type="netlify")))
    ticked = only(netlify.read(netlify_json(1, **photo, consent_publish_photo="yes"), make_intake(type="netlify")))
    assert "publish_photo" in without.consent[0].denied
    assert "publish_photo" in ticked.consent[0].granted
    assert without.media[0].url.endswith("b.jpg")
    as_object = netlify_json(1, photo={"filename": "b.jpg", "url": "https://x.example/b.jpg"})
    assert only(netlify.read(as_object, make_intake(type="netlify"))).media[0].url == "https://x.example/b.jpg"


def test_a_wording_that_was_kept_is_known_and_one_that_never_was_is_noticed(make_intake: MakeIntake) -> None:
    old = wording("---\ntitle: Old\npurposes: {publish_text: Print it.}\n---\nOld.\n")
    intake = make_intake(type="netlify", wordings=story_wordings(old))
    found = only(netlify.read(netlify_json(1, consent_sha256=old.sha256), intake))
    assert (found.consent[0].wording_sha256, found.consent[0].denied) == (old.sha256, ())
    unknown = only(netlify.read(netlify_json(1, consent_sha256="f" * 64), intake))
    assert "is none that we have" in unknown.noticed[0]
    assert unknown.consent[0].wording_sha256 == "f" * 64


def test_messages_of_other_forms_are_left_and_requests_are_taken(make_intake: MakeIntake) -> None:
    entries = [
        netlify_entry(1),
        netlify_entry(2) | {"form_name": "contact"},
        netlify_entry(3) | {"form_name": "newsletter"},
    ]
    request = netlify_entry(4, story="", message="", request="withdraw", which="The oven") | {
        "form_name": "manage-my-story"
    }
    forms = {"best-story": Form(consent="story-2026-01"), "contact": Form(kind="contact")}
    received = netlify.read(dumped([*entries, request]), make_intake(type="netlify", forms=forms))
    assert [entry.submission.kind for entry in received.entries] == ["story", "request"]
    assert received.left == 2
    assert received.entries[1].submission.extra == {"request": "withdraw", "which": "The oven"}


def test_a_decoy_that_was_filled_in_is_a_signal_and_not_kept(make_intake: MakeIntake) -> None:
    intake = make_intake(type="netlify")
    trap = decoys("best-story", intake.forms["best-story"])[1]
    received = netlify.read(netlify_json(1, **{trap: "http://spam.example", "form_seconds": "1.2"}), intake)
    assert received.entries[0].signals.decoy_filled
    assert received.entries[0].signals.seconds == 1.2
    assert received.entries[0].submission.extra == {}


def test_what_netlify_took_for_spam_says_so(make_intake: MakeIntake) -> None:
    received = netlify.read(dumped([netlify_entry() | {"state": "spam"}]), make_intake(type="netlify"))
    assert received.entries[0].signals.marks == ("the service took it for spam",)


def test_the_documented_shape_is_a_subset_that_is_enough(make_intake: MakeIntake) -> None:
    keys = (
        "id",
        "number",
        "email",
        "name",
        "first_name",
        "last_name",
        "company",
        "summary",
        "body",
        "data",
        "created_at",
        "site_url",
    )
    entry = {key: netlify_entry().get(key) for key in keys}
    assert only(netlify.read(dumped(entry), make_intake(type="netlify"))).form == "best-story", "the only form there is"


def test_the_csv_export_of_netlify_has_the_same_ids(make_intake: MakeIntake) -> None:
    csv = b"id,name,email,story,created_at\n5f8500000001,Ada,a@x.example,Kind.,2026-10-02T14:02:06Z\n"
    intake = make_intake(type="netlify")
    assert only(netlify.read(csv, intake)).id == only(netlify.read(netlify_json(1), intake)).id


# Formspree


def test_submissions_of_formspree(make_intake: MakeIntake) -> None:
    entry = {
        "_date": "2018-11-03T07:28:29.707632",
        "email": "ada@x.example",
        "message": "Kind.",
        "_subject": "x",
        "_gotcha": "",
        "_status": {"spam": False},
    }
    spam = entry | {"_date": "2018-11-04T07:28:29.707632", "_status": {"spam": True}}
    received = formspree.read(
        dumped({"fields": ["_date"], "submissions": [entry, spam]}), make_intake(type="formspree")
    )
    first = received.entries[0].submission
    assert (first.source, first.text.body, first.extra) == ("formspree", "Kind.", {})
    assert f"{first.received_at:%H:%M %Z}" == "07:28 UTC"
    assert [bool(entry.signals.marks) for entry in received.entries] == [False, True]
    assert first.id != received.entries[1].submission.id, "without an id of its own, the words and the moment are one"


# others


def typeform() -> dict[str, Any]:
    answers = [
        {"type": "text", "text": "They came at five.", "field": {"id": "a", "type": "long_text", "ref": "story"}},
        {"type": "text", "text": "Ada Quill", "field": {"id": "b", "type": "short_text", "ref": "n"}},
        {
            "type": "choices",
            "choices": {"labels": ["Bread", "Cake"], "other": "Rolls"},
            "field": {"id": "c", "ref": "c"},
        },
        {"type": "boolean", "boolean": True, "field": {"id": "d", "ref": "d"}},
        {"type": "file_url", "file_url": "https://api.typeform.com/x.jpg", "field": {"id": "e", "ref": "photo"}},
    ]
    asked = [
        ("a", "Your story"),
        ("b", "Your {{hidden:x}} name"),
        ("c", "What do you buy?"),
        ("d", "Publish"),
        ("e", "Photo"),
    ]
    definition = {"id": "f", "title": "T", "fields": [{"id": i, "title": t, "type": "x", "ref": i} for i, t in asked]}
    response = {"form_id": "f", "token": "tok1", "submitted_at": "2026-10-01T10:00:00Z", "definition": definition}
    return {"event_id": "e", "event_type": "form_response", "form_response": {**response, "answers": answers}}


def test_a_webhook_of_typeform(make_intake: MakeIntake) -> None:
    found = only(read_json(dumped(typeform()), make_intake()))
    assert (found.source, found.source_id) == ("typeform", "tok1")
    assert (found.submitter.name, found.text.body) == ("Ada Quill", "They came at five.")
    assert found.extra == {"What do you buy?": "Bread\nCake\nRolls"}
    assert found.consent[0].granted == ("publish_text",)
    assert found.media[0].url == "https://api.typeform.com/x.jpg"


def tally(options: list[dict[str, str]]) -> dict[str, Any]:
    fields = [
        {"key": "q1", "label": "Your story", "type": "TEXTAREA", "value": "They came at five."},
        {"key": "q2", "label": "Your name", "type": "INPUT_TEXT", "value": "Ada Quill"},
        {"key": "q3", "label": "How do you know us?", "type": "DROPDOWN", "value": ["u1"], "options": options},
        {
            "key": "q4",
            "label": "Photo",
            "type": "FILE_UPLOAD",
            "value": [{"url": "https://storage.tally.so/x.jpg", "name": "x.jpg"}],
        },
        {"key": "q5", "label": "Nothing", "type": "INPUT_TEXT", "value": None},
    ]
    data = {
        "responseId": "r1",
        "submissionId": "s1",
        "respondentId": "p1",
        "createdAt": "2026-10-01T10:00:00.000Z",
        "fields": fields,
    }
    return {"eventId": "e", "eventType": "FORM_RESPONSE", "createdAt": "2026-10-01T10:00:01.000Z", "data": data}


def test_choices_of_tally_are_told_by_their_options(make_intake: MakeIntake) -> None:
    found = only(read_json(dumped(tally([{"id": "u1", "text": "I am a customer"}])), make_intake()))
    assert (found.source, found.source_id, found.submitter.relation) == ("tally", "s1", "customer")
    assert found.media[0].url == "https://storage.tally.so/x.jpg"


def test_a_choice_of_tally_without_its_option_is_kept_and_noticed(make_intake: MakeIntake) -> None:
    found = only(read_json(dumped(tally([])), make_intake()))
    assert found.submitter.relation == "unknown"
    assert any("did not come with it" in noticed for noticed in found.noticed)
    assert found.extra["relation"] == "u1"


def test_reviews_of_google_may_have_no_comment(make_intake: MakeIntake) -> None:
    review = {
        "reviewId": "3",
        "reviewer": {"displayName": "Ada", "isAnonymous": False},
        "starRating": "FIVE",
        "createTime": "2026-01-02T10:00:00Z",
    }
    hidden = review | {
        "reviewId": "4",
        "reviewer": {"displayName": "A Google user", "isAnonymous": True},
        "comment": "Kind.",
    }
    received = read_json(dumped({"reviews": [review, hidden], "averageRating": 5}), make_intake(kind="testimonial"))
    first, second = (entry.submission for entry in received.entries)
    assert (first.source, first.text.body, first.text.rating, first.submitter.name) == ("google", "", 5, "Ada")
    assert (second.text.body, second.submitter.name) == ("Kind.", "")


def test_basin_and_getform(make_intake: MakeIntake) -> None:
    basin = {
        "id": 123,
        "email": "ada@x.example",
        "payload_params": {"name": "Ada", "message": "Kind."},
        "spam": True,
        "ip": "203.0.113.7",
        "created_at": "2026-01-15T10:30:00Z",
    }
    entry = read_json(dumped(basin), make_intake()).entries[0]
    assert (entry.submission.source, entry.submission.submitter.email, len(entry.signals.marks)) == (
        "basin",
        "ada@x.example",
        1,
    )
    getform = {
        "success": True,
        "data": {
            "id": "x",
            "submissions": [{"name": "Ada", "message": "Kind.", "id": 14, "submissionDate": "03-02-2021 21:30"}],
        },
    }
    assert codes(read_json(dumped(getform), make_intake())) == ["S203"]
    found = only(read_json(dumped(getform), make_intake(date_order="day-first")))
    assert f"{found.received_at:%Y-%m-%d}" == "2021-02-03"


def test_json_of_ones_own_is_read_by_its_keys(make_intake: MakeIntake) -> None:
    found = only(
        read_json(
            b'{"Your name": "Ada", "data": {"story": "Kind.", "tags": ["a", {"b": 1}]}}', make_intake(type="json")
        )
    )
    assert (found.submitter.name, found.text.body, found.extra["tags"]) == ("Ada", "Kind.", "a\nb: 1")


# bad input


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'[{"story": "Kind."',
        b"[" * 5000,
        b'{"a": ' * 5000,
        b"1" * 6000,
        b"\xff\xfe\x00",
        b"null",
        b"[1, 2]",
        b'"x"',
    ],
    ids=["nothing", "open", "cut off", "deep", "deep objects", "a huge number", "bytes", "null", "numbers", "text"],
)
def test_what_is_no_export_raises_nothing(data: bytes, make_intake: MakeIntake) -> None:
    received = read_json(data, make_intake(type="json"))
    assert received.entries == ()
    assert set(codes(received)) <= {"S201", "S202"}


def test_a_line_that_was_cut_off_does_not_take_the_others_with_it(make_intake: MakeIntake) -> None:
    data = b'{"story": "One."}\n\n{"story": "Two."}\n{"story": "Thr'
    received = read_json(data, make_intake(type="json"))
    assert [entry.submission.text.body for entry in received.entries] == ["One.", "Two."]
    assert [(d.code, d.span.line) for d in received.diagnostics] == [("S201", 4)]


NAMES = (
    *(
        "data",
        "payload",
        "created_at",
        "submissions",
        "fields",
        "form_response",
        "answers",
        "definition",
        "field",
        "type",
    ),
    *("text", "choices", "labels", "options", "id", "value", "key", "label", "payload_params", "reviews", "reviewer"),
    *("starRating", "comment", "story", "name", "email", "items"),
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.just(0.5) | st.sampled_from(["x", "DROPDOWN", ""])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400)
@given(value=VALUES)
def test_holes_in_known_shapes_raise_nothing(value: Any) -> None:
    intake = Intake(now=NOW, zone=ZoneInfo("UTC"), shown="x", source=IncomingSource(type="json"))
    received = read_json(dumped(value), intake)
    assert set(codes(received)) <= {"S201", "S202", "S203"}


def test_json_is_told_by_how_it_begins() -> None:
    assert looks_like_json(b"\xef\xbb\xbf \n{")
    assert not looks_like_json(b"name,story")
