"""The review in the browser: who may see and decide, what its forms mean, and that nobody writes over somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import html5lib
import pytest
from msgspec import UNSET
from msgspec.structs import asdict, replace
from starlette.requests import Request

from caresite.core.diagnostics import Problem
from caresite.preview.stories.door import Door
from caresite.preview.stories.forms import Form, decided, edit_of, read_form, values_of
from caresite.preview.stories.waiting import neighbours, queue_of
from caresite.submissions.listing import summary_of
from caresite.submissions.records import (
    About,
    Incentive,
    Media,
    Showing,
    Spam,
    Submitter,
    Words,
)
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Edit, Reject, Withdraw
from caresite.submissions.review.guards import MADE_UP
from caresite.submissions.review.letter import Asking
from caresite.testing import picture, write_site
from submissions.deciding import AT, BODY, NOW, TERMS, interrupted, told

from .reviewing import Desk, deciding

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    '" onfocus="alert(1)" autofocus="',
    "{{ 7*7 }}{% include 'frame.html' %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "<!-- --!><svg/onload=alert(1)>",
)
ASKING = Asking(firm="Corner Bakery", language="en")
HOME = "/_caresite/stories"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with deciding(tmp_path_factory.mktemp("stories") / "site") as running:
        yield running


# the door


def request(client: str, host: str, **headers: str) -> Request:
    named = [(b"host", host.encode()), *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())]
    scope = {"type": "http", "method": "GET", "path": HOME, "query_string": b"", "headers": named, "scheme": "http"}
    return Request({**scope, "client": (client, 50_000) if client else None, "server": ("0.0.0.0", 8000)})


@pytest.mark.parametrize(
    ("client", "host", "headers", "is_let_in"),
    [
        ("127.0.0.1", "127.0.0.1:8000", {}, True),
        ("::1", "[::1]:8000", {}, True),
        ("127.0.0.1", "localhost:8000", {"sec_fetch_dest": "document"}, True),
        ("192.0.2.7", "192.0.2.1:8000", {}, False),
        ("192.0.2.7", "localhost:8000", {}, False),
        ("127.0.0.1", "desk.local:8000", {}, False),
        ("", "localhost:8000", {}, False),
        ("127.0.0.1", "localhost:8000", {"sec_fetch_dest": "empty"}, False),
        ("127.0.0.1", "localhost:8000", {"sec_fetch_dest": "iframe"}, False),
    ],
)
def test_only_a_tab_of_this_computer_gets_in(client: str, host: str, headers: dict[str, str], is_let_in: bool) -> None:
    assert (Door().refusal(request(client, host, **headers)) == "") is is_let_in


def test_a_word_from_before_is_no_word(desk: Desk) -> None:
    assert not Door().is_ours({"token": desk.fields(desk.put())["token"]})
    assert not Door().is_ours({})


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/page", "/{id}/picture/0"])
def test_a_script_of_the_site_cannot_read_along(desk: Desk, path: str) -> None:
    asked = desk.ask(HOME + path.format(id=desk.put()), sec_fetch_dest="empty", sec_fetch_site="same-origin")
    assert asked.status == 403
    assert "Quill" not in asked.text


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/page"])
def test_what_customers_sent_is_kept_by_nobody_on_the_way(desk: Desk, path: str) -> None:
    item_id = desk.put()
    asked = desk.ask(desk.part(item_id, "page") if path.endswith("page") else HOME + path.format(id=item_id))
    assert asked.status == 200
    assert asked.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in asked.headers["content-security-policy"]
    assert "unsafe" not in asked.headers["content-security-policy"]
    assert asked.headers["x-frame-options"] == ("SAMEORIGIN" if path.endswith("page") else "DENY")


# what changes nothing

FORM = "application/x-www-form-urlencoded"
ATTACKS: dict[str, dict[str, Any]] = {
    "by GET": {"method": "GET"},
    "by HEAD": {"method": "HEAD"},
    "without a token": {"drop": "token"},
    "with an empty token": {"token": ""},
    "with another token": {"token": "x" * 43},
    "from another site": {"origin": "https://evil.example"},
    "from another port of this computer": {"origin": "http://127.0.0.1:3000", "sec_fetch_site": "same-site"},
    "from nowhere": {"origin": "null", "sec_fetch_site": "cross-site"},
    "from a frame": {"sec_fetch_dest": "iframe"},
    "from a script": {"sec_fetch_dest": "empty"},
    "by another name": {"host": "evil.example"},
    "in another form": {"body": '{"does": "approve"}', "content_type": "text/plain"},
    "too long": {"more": "x" * 1_100_000},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_no_form_of_ours_changes_nothing(desk: Desk, name: str) -> None:
    item_id = desk.put()
    fields = {**desk.fields(item_id), "does": "approve"}
    before = desk.bytes_of_all()
    attack = dict(ATTACKS[name])
    fields.pop(attack.pop("drop", ""), None)
    fields |= {name: attack.pop(name) for name in ("token", "more") if name in attack}
    if "method" in attack:
        query = "&".join(f"{key}={value}" for key, value in fields.items())
        asked = desk.ask(f"{desk.path(item_id)}?{query}", method=attack["method"])
        assert asked.status in (200, 405)
    elif "body" in attack:
        asked = desk.ask(desk.path(item_id), method="POST", origin=desk.url, **attack)
        assert asked.status in (400, 403)
    else:
        asked = desk.post(item_id, fields, **attack)
        assert asked.status in (403, 413)
    assert desk.bytes_of_all() == before
    assert desk.item(item_id).moderation.state == "pending"


@pytest.mark.parametrize("item_id", ["0" * 16, "..", "%2e%2e%2fx", "x" * 80, "secret", ".listing"])
def test_who_is_not_there_is_not_found(desk: Desk, item_id: str) -> None:
    assert desk.ask(f"{HOME}/{item_id}").status == 404
    assert desk.ask(f"{HOME}/{item_id}/page").status in (403, 404)


def test_reading_changes_nothing(desk: Desk) -> None:
    item_id = desk.put()
    before = desk.bytes_of_all()
    paths = ("", f"/{item_id}", "?group=quarantine&q=x&page=9", "/assets/stories.js")
    for path in (*(HOME + path for path in paths), desk.part(item_id, "page")):
        assert desk.ask(path).status == 200
    assert desk.bytes_of_all() == before


# decisions

ANSWER = {"evidence": "Yes, do.\r\nAda", "on": "2026-11-01", "method": "email-reply"}
DECISIONS: dict[str, tuple[dict[str, Any], str, dict[str, Any], str]] = {
    "approve": ({}, "approve", {}, "approved"),
    "ask": ({}, "ask", {}, "awaiting_author"),
    "answer": ({"state": "awaiting_author"}, "answer", ANSWER, "approved"),
    "answer of one who was never asked": (
        {"consent": (), "submitter": Submitter(name="Ada", relation="customer")},
        "answer",
        {**ANSWER, "granted": ["publish_text"], "parent": "yes"},
        "approved",
    ),
    "decline": ({}, "reject", {"reason": "off-topic"}, "rejected"),
    "out of quarantine": ({"state": "quarantined"}, "reopen", {}, "pending"),
    "off the site": ({"state": "approved"}, "reopen", {}, "pending"),
    "taken back": ({"state": "approved"}, "withdraw", {"what": "all"}, "withdrawn"),
    "the name taken back": (
        {"state": "approved"},
        "withdraw",
        {"what": "some", "scope": ["publish_name", "publish_company"]},
        "approved",
    ),
    "erased": ({}, "erase", {"sure": "yes", "reason": "request"}, "erased"),
    "a fact": ({}, "edit", {"relation": "partner"}, "pending"),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_a_form_is_a_decision(desk: Desk, name: str) -> None:
    given, does, fields, state = DECISIONS[name]
    item_id = desk.put(**given)
    answer = desk.decide(item_id, does, **fields)
    assert answer.status == 303, answer.text
    assert desk.item(item_id).moderation.state == state
    page = desk.ask(answer.headers["location"].partition("#")[0])
    assert 'role="status"' in page.text
    assert "Look again" not in page.text


REFUSED: dict[str, tuple[dict[str, Any], str, dict[str, Any], str]] = {
    "approved without consent": ({"consent": ()}, "approve", {}, "nobody has asked"),
    "approved with a tie unsaid": ({"submitter": Submitter(name="A", age="of-age")}, "approve", {}, "is not known"),
    "declined without a reason": ({}, "reject", {"reason": ""}, "without a reason"),
    "a yes without proof": ({"state": "awaiting_author"}, "answer", {"evidence": " "}, "nothing that proves"),
    "a yes of tomorrow": (
        {"state": "awaiting_author"},
        "answer",
        {**ANSWER, "on": "2999-01-01"},
        "dated in the future",
    ),
    "a yes of no day": ({"state": "awaiting_author"}, "answer", {**ANSWER, "on": "soon"}, "is no day"),
    "erased by a slip": ({}, "erase", {}, "cannot be undone"),
    "more of a name than they chose": ({}, "edit", {"display": "full"}, "would show more"),
    "a gift without a word": ({}, "edit", {"given": "yes", "incentive": ""}, "say what"),
    "a relation that there is not": ({}, "edit", {"relation": "idol"}, "does not offer"),
    "what nobody knows": ({}, "promote", {}, "does not say what was decided"),
    "words of one that is declined": ({"state": "rejected"}, "edit", {"body": "Better"}, "nothing about it"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_decided_is_told_and_changes_nothing(desk: Desk, name: str) -> None:
    given, does, fields, said = REFUSED[name]
    item_id = desk.put(**given)
    before = desk.bytes_of_all()
    answer = desk.decide(item_id, does, **fields)
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert said in answer.text
    assert desk.bytes_of_all() == before


def test_what_was_typed_is_still_there_when_it_was_refused(desk: Desk) -> None:
    answer = desk.decide(desk.put(), "edit", body="My own words.", given="yes", incentive="", display="full")
    assert "My own words.</textarea>" in answer.text


def test_a_rating_cannot_be_edited(desk: Desk) -> None:
    item_id = desk.put(text=Words(body=BODY, rating=2))
    page = desk.ask(desk.path(item_id)).text
    assert 'name="rating"' not in page
    assert "2 of 5 stars, which nobody can change" in page
    assert desk.decide(item_id, "edit", rating="5", note="x").status == 303
    assert desk.item(item_id).text.rating == 2


def test_a_story_without_a_title_gets_one_with_the_approval(desk: Desk) -> None:
    item_id = desk.put(text=Words(body="Dear bakers,\n\nmy oven died & you came. That was <kind>."))
    page = html5lib.parse(desk.ask(desk.path(item_id)).text, namespaceHTMLElements=False)
    boxes = {box.get("id"): box for box in page.iter("input")}
    assert boxes["approve-title"].get("value") == "My oven died & you came"
    assert boxes["answer-title"].get("value") == "My oven died & you came"
    assert boxes["title"].get("placeholder") == "My oven died & you came"
    refused = desk.decide(item_id, "approve", title="")
    assert (refused.status, "It has no title" in unescape(refused.text)) == (422, True)
    assert desk.decide(item_id, "approve", title="An oven, a goose").status == 303
    assert desk.item(item_id).showing.title == "An oven, a goose"


def test_a_story_with_a_title_is_not_asked_for_one(desk: Desk) -> None:
    item_id = desk.put(text=Words(title="The oven", body=BODY))
    assert 'id="approve-title"' not in desk.ask(desk.path(item_id)).text


def test_the_page_says_what_of_the_consent_was_not_answered_or_not_understood(desk: Desk) -> None:
    agreed = replace(
        told().consent[0], granted=(), denied=(), not_answered=("translate",), not_understood=("publish_text",)
    )
    item_id = desk.put(consent=(agreed,), extra={"publish_text": "if you must"})
    text = " ".join(unescape(desk.ask(desk.path(item_id)).text).split())
    assert "Translate the words: not answered." in text
    assert "Show the words: not understood." in text
    assert "They answered <q>if you must</q>, which is neither a yes nor a no." in text


def test_an_edit_shows_what_changed_and_what_it_may_turn(desk: Desk) -> None:
    item_id = desk.put(text=Words(title="Five", body="They were not late, but the lamp broke."))
    answer = desk.decide(item_id, "edit", body="They were late.")
    page = desk.ask(answer.headers["location"].partition("#")[0]).text
    assert "<del>" in page
    assert page.count("“not” was left out") == page.count("“but” was left out") == 1, "each is told once"
    assert '<a href="#changes">it may mean something else now</a>' in page
    assert "their author has not agreed" in page
    assert desk.decide(item_id, "approve").status == 422, "more than a slip of the pen needs the author's yes"
    refused = desk.decide(item_id, "answer", **{**ANSWER, "on": ""})
    assert (refused.status, "no record that its author saw the change" in unescape(refused.text)) == (422, True)
    assert desk.decide(item_id, "ask").status == 303
    assert desk.decide(item_id, "answer", **{**ANSWER, "on": ""}).status == 303
    assert desk.item(item_id).moderation.state == "approved"


def test_the_boxes_are_shown_with_their_exact_wording(desk: Desk) -> None:
    page = desk.ask(desk.path(desk.put())).text
    assert "<q>You may publish my words on your website.</q>" in page
    assert "<q>You may show the picture that I sent.</q>" in page
    assert "Show the picture: no." in page
    assert "They chose “first-initial”." in page
    assert "Nobody kept it" not in page
    assert "Nobody has asked how they want to be named." in desk.ask(desk.path(desk.put(consent=()))).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_words_of_strangers_are_text(desk: Desk, hostile: str) -> None:
    item_id = desk.put(
        text=Words(title=hostile, body=f"{hostile}\n\nThey came."),
        submitter=Submitter(name=hostile, email=hostile, role=hostile, relation="customer", age="of-age"),
        extra={hostile: hostile},
        about=About(staff_named=(hostile,)),
        noticed=(hostile,),
        media=(Media(url=hostile, alt=hostile),),
    )
    document = html5lib.parse(desk.ask(desk.path(item_id)).text, namespaceHTMLElements=False)
    assert (document.findtext(".//h1") or "").strip() == hostile.strip()
    assert [e.get("src") for e in document.iter("script")] == [
        e.get("src") for e in document.iter("script") if e.get("src")
    ]
    assert not list(document.iter("svg"))
    assert not list(document.iter("img"))
    assert not [name for e in document.iter() for name in e.attrib if name.startswith("on") or name == "autofocus"]
    assert not [e for e in document.iter("a") if e.get("href", "").startswith("javascript:")]


# two at once


def test_the_second_to_save_sees_both_and_writes_over_nothing(desk: Desk) -> None:
    item_id = desk.put()
    first, second = desk.fields(item_id), desk.fields(item_id)
    theirs = {**first, "does": "edit", "body": f"{BODY} Thank you.", "note": "theirs"}
    mine = {**second, "does": "edit", "body": f"{BODY} Bless you.", "note": "mine", "disclosure": "A friend."}
    assert desk.post(item_id, theirs).status == 303
    before = desk.bytes_of_all()
    answer = desk.post(item_id, mine)
    assert answer.status == 409
    assert desk.bytes_of_all() == before
    for said in ("Thank you.", "Bless you.", "<td>theirs</td><td>mine</td>", "<td>empty</td><td>A friend.</td>"):
        assert said in answer.text
    again = {**mine, "revision": desk.fields(item_id)["revision"]}
    assert f'name="revision" value="{again["revision"]}"' in answer.text
    assert desk.post(item_id, again).status == 303
    assert desk.item(item_id).showing.body.endswith("Bless you.")
    assert desk.item(item_id).moderation.note == "mine"


def test_who_changed_the_title_leaves_somebody_elses_words_alone(desk: Desk) -> None:
    item_id = desk.put()
    first, second = desk.fields(item_id), desk.fields(item_id)
    values = values_of(desk.item(item_id))
    theirs = {**values, **first, "does": "edit", "body": f"{BODY} Thank you.", "note": "theirs", "hold_asked": "1"}
    assert desk.post(item_id, {**theirs, "hold": "yes"}).status == 303
    mine = {**values, **second, "does": "edit", "title": "At five", "hold_asked": "1"}
    mine.pop("hold")
    answer = desk.post(item_id, mine)
    assert answer.status == 409
    assert "<td>theirs</td>" not in answer.text
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    fields = [(e.get("name"), e.get("value")) for e in document.iter("input")]
    assert desk.post(item_id, dict(fields)).status == 303
    item = desk.item(item_id)
    assert (item.showing.title, item.showing.body, item.moderation.note) == ("At five", f"{BODY} Thank you.", "theirs")
    assert item.retention.legal_hold


def test_what_the_same_sender_sent_is_linked(desk: Desk) -> None:
    sender = Submitter(name="Ada", email="ada@twice.example", email_hmac="d" * 64)
    story, asks = desk.put(submitter=sender, text=Words(title="The bread")), desk.put(submitter=sender, kind="request")
    assert f'href="{desk.path(story)}">The bread</a>' in desk.ask(desk.path(asks)).text


@pytest.mark.parametrize(
    ("does", "fields"), [("approve", {}), ("erase", {"sure": "yes"}), ("reject", {"reason": "spam"})]
)
def test_nobody_decides_about_what_they_have_not_seen(desk: Desk, does: str, fields: dict[str, str]) -> None:
    item_id = desk.put()
    seen = desk.fields(item_id)
    assert desk.decide(item_id, "edit", note="Wait: he rang, and wants to add something.").status == 303
    answer = desk.post(item_id, {**seen, "does": does, **fields})
    assert answer.status == 409
    assert "Somebody else changed this story" in answer.text
    assert "he rang" in answer.text
    assert desk.item(item_id).moderation.state == "pending"
    assert desk.post(item_id, {"token": seen["token"], "does": does, **fields}).status == 409, "without a revision"


# the page and the picture


def test_the_page_is_that_of_the_site_and_nothing_of_it_is_kept(desk: Desk) -> None:
    item_id = desk.put(text=Words(title="The page to come", body="They <b>came</b> at five."))
    before = desk.bytes_of_all()
    page = desk.ask(desk.part(item_id, "page"), sec_fetch_dest="iframe")
    assert "They &lt;b&gt;came&lt;/b&gt; at five." in page.text
    assert "Ada Q." in page.text
    assert "Quill" not in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    assert desk.bytes_of_all() == before


LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><path d="M5 5h80v80z"/></svg>'


def test_the_page_has_the_logo_the_templates_and_the_picture_of_the_story(tmp_path: Path) -> None:
    elsewhere = tmp_path / "shared/agency"
    write_site(elsewhere, "-- theme.yaml --\nname: agency\nparent: hearth\n-- templates/story.html --\n" + STORY)
    with deciding(tmp_path / "site") as desk:
        write_site(desk.root, "", {"assets/logo.svg": LOGO})
        (desk.root / "themes").mkdir()
        (desk.root / "themes/agency").symlink_to(elsewhere)
        config = desk.root / "caresite.yaml"
        config.write_text(config.read_text("utf-8") + "theme: {name: agency, logo: logo.svg}\n", encoding="utf-8")
        agreed = replace(told().consent[0], granted=(*told().consent[0].granted, "publish_photo"), denied=())
        media = (Media(path="attachments/a-1.png", sha256="1" * 64, alt="Her lamp"),)
        item_id = desk.put(consent=(agreed,), media=media)
        (desk.store.folder / "attachments").mkdir(exist_ok=True)
        desk.store.attachment("attachments/a-1.png").write_bytes(picture(640, 480, format="PNG"))
        page = desk.ask(desk.part(item_id, "page"), sec_fetch_dest="iframe").text
    assert "<title>Ours</title>" in page
    assert "/assets/logo." in page
    assert "data:image/" in page, "her picture, which no server has yet"


STORY = '{% extends "hearth/story.html" %}{% block title %}Ours{% endblock %}\n'


def test_a_page_is_seen_before_its_author_has_said_how_they_are_tied(desk: Desk) -> None:
    item_id = desk.put(submitter=Submitter(name="Ada", age="of-age"), text=Words(title="A tie", body="They came."))
    assert "They came." in desk.ask(desk.part(item_id, "page")).text


def test_what_breaks_a_page_is_said_in_its_place(tmp_path: Path) -> None:
    with deciding(tmp_path / "site") as desk:
        item_id = desk.put()
        write_site(desk.root, "-- templates/story.html --\n{{ page.nothing_of_the_kind }}\n")
        said = desk.ask(desk.part(item_id, "page")).text
    assert said.startswith("There is no page to be seen: ")
    assert "nothing_of_the_kind" in said


def test_the_language_of_the_author_is_told_in_the_browser(desk: Desk) -> None:
    item_id = desk.put(consent=(), text=Words(title="El horno", body="Vinieron a las cinco."))
    assert desk.decide(item_id, "edit", lang="es").status == 303
    sheet = desk.ask(desk.path(item_id)).text
    assert desk.item(item_id).lang == "es"
    assert "Hola, Ada:" in sheet
    assert '<input id="lang" name="lang" value="es"' in sheet
    refused = desk.decide(item_id, "edit", lang="Spanish!")
    assert refused.status == 422
    assert "is not a language tag" in refused.text


def test_a_page_that_there_would_not_be_says_why(desk: Desk) -> None:
    item_id = desk.put(submitter=Submitter(name="Ada", relation="family", age="of-age"))
    assert "There is no page to be seen: " in desk.ask(desk.part(item_id, "page")).text


def test_a_picture_is_shown_to_whoever_decides(desk: Desk) -> None:
    item_id = desk.put(media=(Media(path="attachments/a-1.jpg", width_px=1, height_px=1),))
    assert f'src="{desk.path(item_id)}/picture/0?key=' in desk.ask(desk.path(item_id)).text
    assert desk.ask(f"{desk.path(item_id)}/picture/0").status == 403
    assert desk.ask(desk.part(item_id, "picture/0")).status == 404
    (desk.store.folder / "attachments").mkdir(exist_ok=True)
    desk.store.attachment("attachments/a-1.jpg").write_bytes(b"\xff\xd8\xff")
    answer = desk.ask(desk.part(item_id, "picture/0"), sec_fetch_dest="image")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert desk.ask(desk.part(item_id, "picture/7")).status == 404


# the queue


def test_the_queue_tells_why_something_looks_like_spam(desk: Desk) -> None:
    desk.put(state="quarantined", spam=Spam(score=6, verdict="spam", reasons=("words of advertising (+6.0)",)))
    page = desk.ask(f"{HOME}?group=quarantine").text
    assert "words of advertising (+6.0)" in page
    assert "6 points for spam" in page


def test_the_queue_is_searched_by_name_address_and_word(desk: Desk) -> None:
    item_id = desk.put(
        text=Words(title="About a kettle"), submitter=Submitter(name="Zoë Ngata", email="zoe@other.example")
    )
    for words in ("kettle", "NGATA", "zoe@other", item_id):
        assert f"{HOME}/{item_id}" in desk.ask(f"{HOME}?q={words}").text
    assert "Nothing with these words" in desk.ask(f"{HOME}?q=nothing-such").text


def test_the_queue_shows_the_words_as_they_would_be_shown(desk: Desk) -> None:
    edited = Showing(title="Five o'clock", body="They came, with the van.", kinds=("length",))
    item_id = desk.put(text=Words(title="Hello there", body="Dear all, they came, with the van."), showing=edited)
    row = desk.ask(f"{HOME}?q=Dear").text.partition(f"{HOME}/{item_id}")[2].partition("</li>")[0]
    assert "Five o&#39;clock" in row
    assert "They came, with the van." in row
    assert "Dear all" not in row


SUMMARIES = [
    summary_of(told(number, received_at=AT + timedelta(days=number), state="approved" if number % 2 else "pending"))
    for number in range(240, 0, -1)
]


@pytest.mark.parametrize("path", ["", "/{id}"])
def test_a_decision_that_was_interrupted_is_finished_before_anything_is_shown(
    path: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = desk.put()
    interrupted(Review(desk.store, TERMS), Reject(reason="too-thin"), monkeypatch, item_id)
    assert desk.item(item_id).moderation.state == "pending"
    assert desk.ask(HOME + path.format(id=item_id)).status == 200
    assert desk.item(item_id).moderation.state == "rejected"


def test_a_site_of_made_up_people_is_told_of_when_one_is_approved(desk: Desk) -> None:
    config = (desk.root / "caresite.yaml").read_text("utf-8")

    def is_sample() -> bool:
        site = desk.shown.current.site
        return site is not None and site.settings.config.sample

    desk.shown.save("caresite.yaml", f"{config}sample: true\n")
    desk.shown.wait(is_sample)
    try:
        answer = desk.decide(desk.put(), "approve")
        assert MADE_UP in unescape(desk.ask(answer.headers["location"].partition("#")[0]).text)
        answer = desk.decide(desk.put(), "reject", reason="too-thin")
        assert MADE_UP not in unescape(desk.ask(answer.headers["location"].partition("#")[0]).text)
    finally:
        desk.shown.save("caresite.yaml", config)
        desk.shown.wait(lambda: not is_sample())


def test_a_box_says_that_what_was_changed_by_hand_gives_way(desk: Desk) -> None:
    item_id = desk.put()
    desk.decide(item_id, "approve")
    desk.decide(item_id, "reopen")
    text = desk.root / desk.item(item_id).published_as[0]
    text.write_text(text.read_text("utf-8").replace("the big lamp", "a lamp"), encoding="utf-8")
    assert 'name="overwrite"' not in desk.ask(desk.path(item_id)).text
    refused = desk.decide(item_id, "approve")
    assert refused.status == 422
    assert refused.text.count('name="overwrite"') == 1
    assert f"changed by hand in <code>{text.relative_to(desk.root)}</code>" in refused.text
    assert "a lamp" in text.read_text("utf-8")
    assert desk.decide(item_id, "approve", overwrite="yes").status == 303
    assert "the big lamp" in text.read_text("utf-8")


def test_those_who_wait_longest_come_first_and_the_latest_decided() -> None:
    waiting, shown = queue_of(SUMMARIES, "to-decide"), queue_of(SUMMARIES, "shown")
    assert [row.id for row in waiting.rows[:2]] == [f"{2:016x}", f"{4:016x}"]
    assert [row.id for row in shown.rows[:2]] == [f"{239:016x}", f"{237:016x}"]
    assert (waiting.pages, len(waiting.rows), waiting.counts["shown"]) == (3, 50, 120)
    assert len(queue_of(SUMMARIES, "shown", page=99).rows) == 20
    assert queue_of(SUMMARIES, "nonsense").group.name == "to-decide"
    assert queue_of(SUMMARIES[:1] + [s for s in SUMMARIES if s.state == "approved"]).rows
    assert queue_of([]).rows == []


def test_one_goes_from_one_to_the_next() -> None:
    assert neighbours(SUMMARIES, f"{4:016x}", "pending") == (f"{2:016x}", f"{6:016x}")
    assert neighbours(SUMMARIES, f"{2:016x}", "pending").before == ""
    assert neighbours(SUMMARIES, "gone", "pending") == ("", "")


# forms

ITEM = replace(
    told(),
    showing=Showing(body="Short.", disclosure="A friend.", reply="Thanks.", reply_by="Tom"),
    incentive=Incentive(given=True, description="a cake"),
    about=About(staff_named=("Tom Abara", "Ines Low"), staff_agreed=("Ines Low",)),
    media=(Media(path="attachments/a-1.jpg", alt="An oven"),),
)


def untouched() -> dict[str, list[str]]:
    boxes = {"picture_asked": ["1"], "hold_asked": ["1"], "staff_agreed": ["Ines Low"]}
    return {name: [value] for name, value in values_of(ITEM).items() if name not in ("hold",)} | boxes


def test_a_form_that_was_only_looked_at_changes_nothing() -> None:
    edit = edit_of(Form(untouched()), ITEM)
    assert edit == Edit()


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"title": ["Five o’clock"]}, {"title": "Five o’clock"}),
        ({"body": ["Longer.\r\n\r\nMuch longer."]}, {"body": "Longer.\n\nMuch longer."}),
        ({"body": [BODY.replace("\n", "\r\n")]}, {"body": ""}),
        ({"given": ["no"]}, {"incentive": ""}),
        ({"incentive": ["two cakes"]}, {"incentive": "two cakes"}),
        ({"disclosure": [""]}, {"disclosure": ""}),
        ({"staff_named": ["Tom Abara\r\nIda Bo"]}, {"staff_named": ("Tom Abara", "Ida Bo"), "staff_agreed": ()}),
        ({"staff_agreed": ["Tom Abara", "Ines Low"]}, {"staff_agreed": ("Tom Abara", "Ines Low")}),
        ({"picture": None}, {"picture": False}),
        ({"hold": ["yes"]}, {"hold": True}),
        ({"alt": ["A cold oven"]}, {"alt": "A cold oven"}),
        ({"relation": ["client"], "age": ["parent-agreed"]}, {"relation": "client", "age": "parent-agreed"}),
    ],
)
def test_what_was_changed_in_a_form_is_changed(fields: dict[str, Any], changes: dict[str, Any]) -> None:
    given = {name: value for name, value in (untouched() | fields).items() if value is not None}
    edit = {name: value for name, value in asdict(edit_of(Form(given), ITEM)).items() if value not in (None, UNSET, ())}
    assert edit == {name: value for name, value in changes.items() if value != ()}


def test_a_withdrawal_is_never_refused_for_what_a_form_leaves_open() -> None:
    for fields in ({}, {"what": ["some"]}, {"what": ["some"], "scope": ["nonsense"]}, {"evidence": [""]}):
        found = decided(Form({"does": ["withdraw"], **fields}), ITEM, ASKING, ZoneInfo("UTC"), NOW)
        assert found.decision == Withdraw(scopes=())


@pytest.mark.parametrize("body", [b"\xff=1", b"&".join(b"a=1" for _ in range(400)), b"no form"])
def test_bytes_that_are_no_form_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_form(body)


def test_an_answer_is_on_record_with_what_proves_it() -> None:
    form = Form({"does": ["answer"], "evidence": ["Yes.\r\n"], "on": ["2026-10-05"], "granted": ["publish_photo", "x"]})
    decision, evidence = decided(form, ITEM, ASKING, ZoneInfo("Europe/London"), NOW)
    answer = getattr(decision, "answer", None)
    assert answer is not None
    assert evidence == b"Yes."
    assert (answer.at, answer.granted) == (datetime(2026, 10, 4, 23, 0, tzinfo=UTC), ("publish_photo",))
    with pytest.raises(Problem, match="no way in which"):
        decided(Form({"does": ["answer"], "method": ["by pigeon"]}), ITEM, ASKING, ZoneInfo("UTC"), NOW)


# the clock


@pytest.mark.parametrize("year", [2026, 2031])
def test_what_is_decided_has_the_time_of_the_builds(tmp_path: Path, year: int) -> None:
    now = datetime(year, 11, 22, 2, 0, tzinfo=UTC)
    with deciding(tmp_path / "site", options={"now": now}) as desk:
        item_id = desk.put()
        assert f'value="{year}-11-22"' in desk.ask(desk.path(item_id)).text
        assert desk.decide(item_id, "approve").status == 303
        assert desk.item(item_id).moderation.log[-1].at == now
        desk.shown.wait(lambda: desk.ask("/stories/the-night-the-oven-died/").status == 200)


def test_a_clock_that_somebody_set_is_told_in_the_log(tmp_path: Path) -> None:
    with deciding(tmp_path / "site", clock_is_set=True) as desk:
        item_id = desk.put()
        desk.decide(item_id, "approve")
        assert desk.item(item_id).moderation.log[-1].by.endswith(" (--clock)")


def test_today_is_the_day_where_the_site_is(tmp_path: Path) -> None:
    options = {"now": datetime(2026, 11, 22, 2, 0, tzinfo=UTC), "environ": {"CARESITE__TIMEZONE": "America/New_York"}}
    with deciding(tmp_path / "site", options=options) as desk:
        item_id = desk.put(state="awaiting_author")
        assert 'value="2026-11-21"' in desk.ask(desk.path(item_id)).text
        answer = {"evidence": "Yes, do. Ada", "on": "2026-11-21", "method": "email-reply"}
        assert desk.decide(item_id, "answer", **answer).status == 303
