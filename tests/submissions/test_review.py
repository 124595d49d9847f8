"""Decisions: what may follow on what, what stands in the way of showing somebody's words, and what is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from caresite.core.diagnostics import Problem, Span
from caresite.core.model import Item
from caresite.kinds import ConsentLock, LockedConsent, Story
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.consent import judge
from caresite.pipeline.markdown import MarkdownOptions, markdown_for
from caresite.submissions.public import author_of, content_file, head_of, scopes_of, shown_of
from caresite.submissions.records import About, Agreement, Incentive, Media, Showing, State, Submitter, Words
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decide import decide
from caresite.submissions.review.decisions import (
    Answer,
    Approve,
    Ask,
    Decision,
    Edit,
    Erase,
    Expire,
    Reject,
    Reopen,
    Withdraw,
)
from caresite.submissions.review.edits import doubts, kinds_of, pieces
from caresite.submissions.review.guards import hindrances
from caresite.submissions.review.lockfile import digest_of
from caresite.submissions.review.states import MOVES, moved
from caresite.submissions.store import Store
from caresite.submissions.written import encode_record
from submissions.conftest import wording
from submissions.deciding import AT, BODY, ID, NOW, TERMS, told

YES = Answer(at=NOW, method="email-reply", evidence="e" * 64)


# states


@pytest.mark.parametrize("before", get_args(State))
@pytest.mark.parametrize("after", get_args(State))
def test_there_are_no_moves_but_those_of_the_table(before: State, after: State) -> None:
    item = told(state=before)
    if (before, after) not in MOVES:
        with pytest.raises(Problem, match="cannot become") as refused:
            moved(item, after, at=NOW, by="Agnes")
        assert refused.value.diagnostics[0].hint
        return
    then = moved(item, after, at=NOW, by="Agnes", reason="spam")
    assert then.moderation.log[:-1] == item.moderation.log
    last = then.moderation.log[-1]
    assert (then.moderation.state, last.from_, last.to, last.at, last.by) == (after, before, after, NOW, "Agnes")


DECISIONS: dict[str, tuple[Decision, dict[State, State]]] = {
    "approve": (Approve(), {"pending": "approved"}),
    "approve what was asked": (Approve(answer=YES), {"pending": "approved", "awaiting_author": "approved"}),
    "reject": (Reject(reason="too-thin"), {"pending": "rejected", "awaiting_author": "rejected"}),
    "ask": (Ask(), {"pending": "awaiting_author", "awaiting_author": "awaiting_author"}),
    "reopen": (Reopen(), {"quarantined": "pending", "approved": "pending"}),
    "withdraw": (Withdraw(), {"approved": "withdrawn"}),
    "expire": (Expire(), {"approved": "expired"}),
    "edit": (
        Edit(disclosure="."),
        {"pending": "pending", "awaiting_author": "awaiting_author", "approved": "approved"},
    ),
    "erase": (Erase(), {each: "erased" for each in get_args(State) if each != "erased"}),
}


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("name", DECISIONS)
def test_each_decision_leads_where_it_should_or_is_refused(name: str, state: State) -> None:
    decision, ways = DECISIONS[name]
    item = told(state=state)
    if state not in ways:
        with pytest.raises(Problem):
            decide(item, decision, TERMS)
        return
    assert decide(item, decision, TERMS).moderation.state == ways[state]


# actions


@pytest.fixture
def review(store: Store) -> Review:
    with store.locked():
        digest = store.keep_wording(wording().data)
        (agreed,) = told().consent
        store.add(told(consent=(replace(agreed, wording_sha256=digest),)))
    return Review(store, TERMS)


def lock_of(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / "consent.lock.yaml").read_text("utf-8"))["items"])


def test_approval_writes_the_text_and_the_lock_and_no_more_than_was_agreed_to(review: Review) -> None:
    taken = review.take(ID, Approve())
    text = review.root / "content/stories/the-night-the-oven-died.md"
    assert taken.submission.published_as == ("content/stories/the-night-the-oven-died.md",)
    written = text.read_text("utf-8")
    assert "name: Ada Q." in written
    assert "draft" not in written
    assert "ada@" not in written
    entry = lock_of(review.root)[ID]
    assert entry["scopes"] == ["publish_text", "publish_name", "publish_company"]
    assert entry["wording_sha256"] == wording().sha256
    assert "Ada" not in (review.root / "consent.lock.yaml").read_text("utf-8")
    assert [line.to for line in review.store.journal.lines()][-1] == "approved"
    assert not list(review.store.folder.glob("unfinished/*"))


def test_a_withdrawal_takes_the_text_away_and_closes_the_lock(review: Review) -> None:
    review.take(ID, Approve())
    (review.root / ".caresite/images").mkdir(parents=True)
    (review.root / ".caresite/images/x.avif").write_bytes(b"her picture")
    taken = review.take(ID, Withdraw(evidence="f" * 64))
    assert not (review.root / "content/stories/the-night-the-oven-died.md").exists()
    assert not (review.root / ".caresite").exists()
    assert lock_of(review.root)[ID]["withdrawn"] == NOW.date()
    assert {"consent.lock.yaml", "content/stories/the-night-the-oven-died.md", ".caresite/images/x.avif"} <= {
        *taken.touched
    }
    assert any("web.archive.org" in sentence for sentence in taken.beyond)


def test_two_at_once_never_overwrite_each_other(review: Review) -> None:
    first, second = review.open(ID), review.open(ID)
    review.take(ID, Edit(disclosure="We know each other from school."), first.revision)
    with pytest.raises(Problem, match="somebody else"):
        review.take(ID, Reject(reason="too-thin"), second.revision)
    assert review.open(ID).submission.moderation.state == "pending"


@pytest.mark.parametrize(("zone", "day"), [("America/New_York", 22), ("Asia/Tokyo", 23), ("UTC", 22)])
def test_a_day_in_the_lock_has_begun_where_the_site_is(store: Store, zone: str, day: int) -> None:
    with store.locked():
        store.add(told())
    late = NOW.replace(hour=23)
    Review(store, TERMS._replace(now=late, zone=ZoneInfo(zone))).take(ID, Approve())
    assert lock_of(store.root)[ID]["approved"] == date(2026, 11, day)
    assert datetime(2026, 11, day, tzinfo=ZoneInfo(zone)) <= late


# what stands in the way


PHOTO = Media(path=f"attachments/{ID}-1.png")
PHOTO_TOO = Agreement(at=AT, method="letter", granted=("publish_text", "publish_photo"))
LACKING: dict[str, tuple[dict[str, Any], str, bool]] = {
    "no consent": ({"consent": ()}, "publish_text", True),
    "a no": ({"consent": (Agreement(at=AT, method="letter", denied=("publish_text",)),)}, "publish_text", True),
    "consent that ended": (
        {"consent": (Agreement(at=AT, method="letter", granted=("publish_text",), expires=date(2026, 11, 22)),)},
        "publish_text",
        True,
    ),
    "a tie nobody knows": ({"submitter": replace(told().submitter, relation="unknown")}, "relation", True),
    "a tie nobody tells": ({"submitter": replace(told().submitter, relation="owner")}, "disclosure", False),
    "no answer about gifts": ({"incentive": Incentive()}, "incentive", True),
    "a gift nobody tells": ({"incentive": Incentive(given=True, kind="discount")}, "disclosure", False),
    "a gift for praise": ({"incentive": Incentive(given=False, conditional_on_positive=True)}, "conditional", False),
    "no age": ({"submitter": replace(told().submitter, age="unknown")}, "age", True),
    "a child": ({"submitter": replace(told().submitter, age="under-age")}, "age", True),
    "a shorter text": ({"showing": Showing(body="They came at five.", kinds=("length",))}, "edit", True),
    "a whole name of staff": (
        {"text": Words(title="The lamp", body="Tom Abara came at five."), "about": About(staff_named=("Tom Abara",))},
        "edit",
        True,
    ),
    "an address in the words": (
        {"text": Words(title="The lamp", body="Write to tom@abara.example, all of you.")},
        "private",
        False,
    ),
    "a number in the words": (
        {"text": Words(title="The lamp", body="Ring them at 020 7946 0018, all of you.")},
        "private",
        False,
    ),
    "a picture without words": ({"media": (PHOTO,), "consent": (PHOTO_TOO,)}, "alt", False),
    "no words": ({"text": Words(rating=5)}, "words", False),
    "a message to us": ({"kind": "request"}, "request", False),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_is_missing_is_said_and_nothing_is_shown(name: str) -> None:
    changes, what, asks = LACKING[name]
    item = told(**changes)
    found = hindrances(item, TERMS)
    assert [(each.what, each.asks) for each in found] == [(what, asks)]
    with pytest.raises(Problem) as refused:
        decide(item, Approve(), TERMS)
    assert [d.code for d in refused.value.diagnostics] == ["S402"]


SETTLED: dict[str, tuple[dict[str, Any], Edit]] = {
    "a tie": ({"submitter": replace(told().submitter, relation="unknown")}, Edit(relation="client")),
    "a sister": (
        {"submitter": replace(told().submitter, relation="family")},
        Edit(disclosure="Ada is the sister of our baker."),
    ),
    "nothing given": ({"incentive": Incentive()}, Edit(incentive="")),
    "a gift": ({"incentive": Incentive()}, Edit(incentive="a loaf", disclosure="We gave Ada a loaf for it.")),
    "of age": ({"submitter": replace(told().submitter, age="unknown")}, Edit(age="of-age")),
    "a slip": ({}, Edit(body=BODY.replace("van", "vann"))),
    "a picture in words": ({"media": (PHOTO,), "consent": (PHOTO_TOO,)}, Edit(alt="The oven, cold")),
    "a picture left out": ({"media": (PHOTO,), "consent": (PHOTO_TOO,)}, Edit(picture=False)),
    "an agreed name": (
        {"text": Words(title="The lamp", body="Tom Abara came at five.")},
        Edit(staff_named=("Tom Abara",), staff_agreed=("Tom Abara",)),
    ),
}


@pytest.mark.parametrize("name", SETTLED)
def test_what_is_settled_stands_in_the_way_no_more(name: str) -> None:
    changes, edit = SETTLED[name]
    item = decide(told(**changes), edit, TERMS)
    assert decide(item, Approve(), TERMS).moderation.state == "approved"


def test_a_form_without_an_age_asks_for_none() -> None:
    item = told(submitter=replace(told().submitter, age="unknown"))
    assert hindrances(item, TERMS._replace(min_age={"best-story": 0})) == ()


def test_a_yes_belongs_to_exactly_the_words_that_were_shown_to_its_author() -> None:
    item = decide(told(), Edit(body="They came at five … with the big lamp."), TERMS)
    asked = decide(item, Ask(), TERMS)
    agreed = decide(asked, Approve(answer=YES), TERMS)
    assert shown_of(agreed).agreed == NOW
    again = decide(decide(agreed, Reopen(), TERMS), Edit(body="They came … with the big lamp."), TERMS)
    assert [each.what for each in hindrances(again, TERMS)] == ["edit"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at": NOW - timedelta(days=3)}, "this yes of 2026-11-19 is older than your change of 2026-11-22"),
        ({"evidence": told().raw_sha256}, "this is what the author sent before your change of 2026-11-22"),
    ],
)
def test_a_yes_from_before_the_change_is_none_to_the_new_words(changes: dict[str, Any], said: str) -> None:
    edited = decide(told(), Edit(body="They came at five … with the big lamp."), TERMS)
    with pytest.raises(Problem, match=said) as raised:
        decide(edited, Approve(answer=replace(YES, **changes)), TERMS)
    assert f"caresite stories ask {ID[:6]}" in raised.value.diagnostics[0].hint
    slip = decide(told(), Edit(body=BODY.replace("lamp", "lmap")), TERMS)
    assert decide(slip, Approve(answer=replace(YES, **changes)), TERMS).moderation.state == "approved"


def test_a_proof_is_a_yes_to_one_text_only() -> None:
    edited = decide(told(), Edit(body="They came at five … with the big lamp."), TERMS)
    agreed = decide(decide(edited, Ask(), TERMS), Approve(answer=YES), TERMS)
    again = decide(decide(agreed, Reopen(), TERMS), Edit(body="They came … with the big lamp."), TERMS)
    with pytest.raises(Problem, match="this proof is on record already, as a yes to other words"):
        decide(decide(again, Ask(), TERMS), Approve(answer=YES), TERMS)


def test_a_yes_of_the_day_of_the_change_needs_a_record_of_what_was_shown() -> None:
    edited = decide(told(), Edit(body="They came at five … with the big lamp."), TERMS)
    with pytest.raises(Problem, match="the day of this yes, and there is no record that its author saw the change"):
        decide(edited, Approve(answer=YES), TERMS)
    tomorrow = TERMS._replace(now=NOW + timedelta(days=1))
    answer = replace(YES, at=NOW + timedelta(days=1))
    assert decide(edited, Approve(answer=answer), tomorrow).moderation.state == "approved"


@pytest.mark.parametrize("edit", [Edit(body="They came … with the big lamp."), Edit(body=BODY)])
def test_who_was_asked_about_other_words_has_not_agreed_to_these(edit: Edit) -> None:
    edited = decide(told(), Edit(body="They came at five … with the big lamp."), TERMS)
    other = decide(decide(edited, Ask(), TERMS), edit, TERMS)
    with pytest.raises(Problem, match="its author was asked about other words than it would show now"):
        decide(other, Approve(answer=YES), TERMS)
    assert decide(decide(other, Ask(), TERMS), Approve(answer=YES), TERMS).moderation.state == "approved"


def test_a_slip_mended_after_the_letter_changes_nothing() -> None:
    slip = decide(decide(told(), Ask(), TERMS), Edit(body=BODY.replace("lamp", "lmap")), TERMS)
    assert decide(slip, Approve(answer=YES), TERMS).moderation.state == "approved"


def test_what_is_on_the_site_is_not_edited_beyond_slips() -> None:
    approved = decide(told(), Approve(), TERMS)
    slip = decide(approved, Edit(body=BODY.replace("lamp", "lmap")), TERMS)
    assert shown_of(slip).kinds == ("typo",)
    with pytest.raises(Problem, match="changed"):
        decide(approved, Edit(body="They came."), TERMS)


@pytest.mark.parametrize(
    ("mode", "reason", "note", "said"),
    [
        ("curated", "", "", "without a reason"),
        ("curated", "boring", "", "no reason"),
        ("curated", "other", "", "needs a note"),
        ("reviews", "other", "It is about the wrong shop.", "no reason to leave one out"),
        ("reviews", "too-thin", "Only one star.", "praise or blame"),
        ("reviews", "off-topic", "Sehr negativ.", "praise or blame"),
        ("reviews", "off-topic", "Una queja.", "praise or blame"),
    ],
)
def test_nothing_is_declined_for_being_unkind(mode: str, reason: str, note: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        decide(told(), Reject(reason=reason, note=note), TERMS._replace(mode=mode))


def test_a_reason_is_kept_with_the_log_and_a_note_in_private() -> None:
    item = decide(told(), Reject(reason="off-topic", note="About the butcher's."), TERMS._replace(mode="reviews"))
    assert (item.moderation.reason, item.moderation.note) == ("off-topic", "About the butcher's.")
    assert item.moderation.log[-1].reason == "off-topic"
    assert item.retention.erase_after == date(2026, 12, 22)


def test_a_name_is_shown_as_its_owner_chose_or_less() -> None:
    assert author_of(told())["name"] == "Ada Q."
    assert author_of(decide(told(), Edit(display="initials"), TERMS))["name"] == "A. Q."
    assert author_of(decide(told(), Edit(display="anonymous"), TERMS)) == {"display": "anonymous"}
    for more in ("full", "first-name"):
        with pytest.raises(Problem, match="more of the name"):
            decide(told(), Edit(display=more), TERMS)


def test_a_dispute_keeps_what_would_be_erased() -> None:
    held = decide(told(), Edit(hold=True), TERMS)
    with pytest.raises(Problem, match="legal hold"):
        decide(held, Erase(), TERMS)
    assert decide(decide(held, Edit(hold=False), TERMS), Erase(), TERMS).moderation.state == "erased"


def test_a_tombstone_says_nothing_of_a_person() -> None:
    left = encode_record(decide(told(), Erase(), TERMS)).decode()
    for words in ("Ada", "Quill", "customers.example", "five", "oven", "publish_text"):
        assert words not in left
    assert "state: erased" in left
    assert "to: erased" in left


# edits


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("They came at five.", "They came at five.", ()),
        ("They came at five", "They came, at Five.", ("typo",)),
        ("They cmae at five", "They came at five", ("typo",)),
        ("They came at at five", "They came at five", ("typo",)),
        ("They came at five", "They came", ("length",)),
        ("They came at five", "They … came", ("length",)),
        ("They came at five", "They came at nine", ("clarity",)),
        ("They came at 5", "They came at 6", ("clarity",)),
        ("It is now fine", "It is not fine", ("clarity",)),
        ("It can do that", "It can't do that", ("clarity",)),
        ("They came at five", "They all came at five", ("clarity",)),
        ("They cmae at five, all of them", "They came at five", ("typo", "length")),
    ],
)
def test_a_change_is_called_what_it_is(before: str, after: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(before, after) == kinds


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("It was not late.", "It was late.", "“not” was left out"),
        ("It didn't work.", "It did work.", "“didn't” was left out"),
        ("Good, but dear.", "Good.", "“but” was left out"),
        ("Gut, aber teuer.", "Gut.", "“aber” was left out"),
        ("Bueno, pero caro.", "Bueno.", "“pero” was left out"),
        ("It was late.", "It was not late.", "“not” was put in"),
        ("They came at five, all of them, at once.", "They came at five, at once.", "left out without a mark"),
        ("No.", "Yes.", "“no” was left out"),
    ],
)
def test_a_cut_that_may_turn_the_meaning_is_told(before: str, after: str, said: str) -> None:
    assert any(said in doubt.said for doubt in doubts(before, after))


@pytest.mark.parametrize(
    ("ending", "display", "is_told"),
    [
        ("Best wishes,\nJoyce", "anonymous", True),
        ("Joyce!", "role", True),
        ("-- Tennant", "initials", True),
        ("Best wishes,\nJoyce", "first-name", False),
        ("I told Joyce, who is my sister, too.", "anonymous", False),
        ("Joyce Tennant", "first-name", True),
    ],
)
def test_a_signature_names_who_does_not_want_to_be_named(ending: str, display: Any, is_told: bool) -> None:
    sender = Submitter(name="Joyce Tennant", display=display, relation="customer", age="of-age")
    item = told(submitter=sender, text=Words(title="The boots", body=f"They mended them.\n\n{ending}"))
    assert ("name" in {each.what for each in hindrances(item, TERMS)}) == is_told


def test_a_marked_cut_and_a_slip_are_not_told() -> None:
    assert doubts("They came at five, all of them, at once.", "They came at five … at once.") == ()
    assert doubts("They cmae at five.", "They came at five.") == ()


LETTER = """Dear all, I hope you are not too busy.

The chain came off on the hill, and Tom would not take a penny. My daughter was at school on time.

I will never forget it, and nobody else should. Yours, Ada"""


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (LETTER.split("\n\n")[1], []),
        ("My daughter was at school on time.", []),
        ("The chain came off on the hill, and Tom would not take a penny.", []),
        ("The chain came off on the hill", ["“not” was left out, without a mark"]),
        ("The chain came off on the hill …", ["“not” was left out"]),
        ("Tom would not take a penny.", ["left out without a mark"]),
    ],
    ids=["greeting and farewell", "more of the beginning", "the last sentence", "inside", "marked", "beside a “not”"],
)
def test_taking_off_whole_sentences_turns_nothing(after: str, said: list[str]) -> None:
    found = doubts(LETTER, after)
    assert [doubt.said.partition(":")[0] for doubt in found] == said
    for doubt in found:
        assert ("mark what was left out" in doubt.remedy) == ("…" not in after)


def test_a_contrast_that_was_cut_off_is_told() -> None:
    (but,) = doubts("They were kind. But they came late.", "They were kind.")
    assert but.said == "“but” was left out, without a mark: “but they came late”"


def test_one_cut_is_told_once_however_many_words_it_took() -> None:
    (cut,) = doubts("They came, but not in time, and stayed.", "They came … and stayed.")
    assert cut.said == "“but” and “not” were left out: “but not in time”"


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_pieces_make_up_both_texts(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.how != "new") == before
    assert "".join(piece.text for piece in found if piece.how != "gone") == after


@pytest.mark.parametrize(
    ("kind", "display", "where"),
    [
        ("story", "full", "image"),
        ("story", "anonymous", "image"),
        ("testimonial", "full", "photo"),
        ("testimonial", "role", ""),
        ("testimonial", "anonymous", ""),
    ],
)
def test_a_picture_beside_a_statement_is_a_face_and_goes_with_the_name(kind: str, display: str, where: str) -> None:
    agreed = replace(PHOTO_TOO, granted=("publish_text", "publish_name", "publish_photo"))
    sender = replace(told().submitter, display=display)
    head = head_of(told(kind=kind, submitter=sender, media=(PHOTO,), consent=(agreed,)))
    assert ("image" in head, "photo" in head["author"]) == (where == "image", where == "photo")


@pytest.mark.parametrize("method", ["imported-claim", "platform-terms"])
def test_what_somebody_claims_covers_no_picture(method: Any) -> None:
    item = told(media=(PHOTO,), consent=(replace(PHOTO_TOO, method=method),))
    assert scopes_of(item) == ("publish_text",)
    assert "image" not in head_of(item)


# the digest


MARKDOWN = markdown_for(MarkdownOptions())
PARTS = st.sampled_from(
    (
        *(
            "They came",
            " at five ",
            "don't",
            "“so”",
            "...",
            " -- ",
            "1st",
            "½",
            "(c)",
            "+-",
            "10.30",
            "a_b",
            "*x*",
            "==y==",
        ),
        *("<b>", "&amp;", "&#105;", "{{ x }}", "{% y %}", "::: quote", "[a](b)", "![c](d)", "www.x.org", "a@b.example"),
        *(
            "# ",
            "- ",
            "1. ",
            "> ",
            "| a | b |",
            "\\n",
            "\\n\\n",
            "    ",
            "```",
            "---",
            "straße",
            "İ",
            "ﬁ",
            "你好",
            "\\\\",
            "import x",
        ),
    )
)


@given(words=st.lists(PARTS | st.text(max_size=12), max_size=12).map("".join))
def test_whatever_the_words_are_the_page_has_the_digest_that_was_approved(words: str) -> None:
    item = decide(told(text=Words(body=f"They came. {words}", rating=5)), Edit(age="of-age"), TERMS)
    _, _, text = content_file(item)[1].partition("\n---\n")
    body, _ = MARKDOWN.render(text, path="x.md", first_line=1)
    meta = Story(consent_ref=ID, rating=5, author=msgspec.convert(author_of(item), Speaker))
    page = Item(kind="story", meta=meta, body=body, span=Span("x.md"))
    locked = {"scopes": scopes_of(item), "approved": AT, "digest": digest_of(item)}
    verdict = judge(page, ConsentLock(items={ID: LockedConsent(**locked)}), NOW)
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"rating": 4},
        {"author": Speaker(name="Ada Quill")},
        {"author": Speaker(name="Ada Q.", company="Harbour Clinic")},
        {"author": None},
    ],
)
def test_other_stars_or_another_name_than_approved_are_withheld(changes: dict[str, Any]) -> None:
    item = told()
    body, _ = MARKDOWN.render(BODY, path="x.md", first_line=1)
    approved: dict[str, Any] = {"rating": 5, "author": msgspec.convert(author_of(item), Speaker)}
    locked = {"scopes": scopes_of(item), "approved": AT, "digest": digest_of(item)}
    lock = ConsentLock(items={ID: LockedConsent(**locked)})

    def reasons(**meta: Any) -> tuple[str, ...]:
        page = Item(kind="story", meta=Story(consent_ref=ID, **meta), body=body, span=Span("x.md"))
        return judge(page, lock, NOW).reasons

    assert reasons(**approved) == ()
    assert reasons(**{**approved, **changes}) == ("changed since it was approved: text, rating or name",)
