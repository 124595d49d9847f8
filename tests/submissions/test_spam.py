"""Spam is scored with its reasons and put aside, never deleted; kind words and cross ones count alike."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from caresite.core.diagnostics import Span
from caresite.submissions.entries import Entry, Signals
from caresite.submissions.records import Moderation, Move, Submission, Submitter, Words
from caresite.submissions.sameness import Sketches, digest_of, resemblance, sketch_of
from caresite.submissions.sources.mail import read_mail
from caresite.submissions.spam.bayes import Example, learn, learned_points, trial
from caresite.submissions.spam.rules import Company, SpamLimits, is_disposable, score
from caresite.submissions.store import Store
from submissions.conftest import NOW, MakeIntake, Run, netlify_entry
from submissions.texts import CUSTOMERS, SPAM

LIMITS = SpamLimits(languages=("en",))


def entry(body: str = "They came at five and stayed.", signals: Signals | None = None, **sender: Any) -> Entry:
    submission = Submission(
        id="0" * 16,
        schema=1,
        source="netlify",
        received_at=NOW,
        imported_at=NOW,
        raw_sha256="0" * 64,
        submitter=Submitter(**{"name": "Ada Quill", "email": "ada@customers.example", **sender}),
        text=Words(body=body),
    )
    return Entry(submission=submission, signals=signals or Signals(), span=Span("x"))


def reasons(made: Entry, company: Company | None = None, limits: SpamLimits = LIMITS) -> str:
    return "; ".join(score(made, company or Company(), limits).reasons)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (entry(signals=Signals(decoy_filled=True)), "a field that nobody sees was filled in (+8.0)"),
        (entry(signals=Signals(seconds=1.2)), "within 1.2 seconds"),
        (entry(signals=Signals(marks=("the service took it for spam",))), "the service took it for spam"),
        (entry("See https://a.example and https://b.example and www.c-d.example"), "3 links"),
        (entry("See https://bit.ly/x"), "a shortened link"),
        (entry("[url=https://a.example]x[/url]"), "markup of web pages"),
        (entry("Send to 0x52908400098527886E0F7030069857D2E4169EE7"), "a crypto wallet"),
        (entry(name="Win at https://a.example"), "a link where a name belongs"),
        (entry("We offer SEO and backlinks, guest posts too, and casino bonus."), "words of advertising"),
        (entry("THEY CAME AT FIVE AND STAYED UNTIL THE OVEN WAS WARM AGAIN AND THE BREAD WAS BAKED"), "in capitals"),
        (entry("Greaaaaaaaaaaaaaaaaat"), "one character again and again"),
        (entry("fghjkl xcvbnm qwrtpl sdfghj"), "no words"),
        (entry("x" * 30_000), "30,000 characters"),
        (entry(email="ada@mailinator.com"), "throw away (mailinator.com)"),
        (entry("Ada Quill", name="Ada Quill"), "the words are the name"),
        (entry("Здравствуйте, предлагаем вам услуги по продвижению"), "another script (cyrillic)"),
    ],
)
def test_each_rule_says_what_it_found(made: Entry, reason: str) -> None:
    assert reason in reasons(made)


def test_own_words_count_whatever_their_case_and_accents() -> None:
    limits = SpamLimits(languages=("en",), words=("crème de la crème", "loft"))
    assert "on your own list" in reasons(entry("The Creme de la Creme of firms"), limits=limits)
    assert reasons(entry("aloft"), limits=limits) == ""


def test_other_scripts_are_expected_where_customers_write_them() -> None:
    limits = SpamLimits(languages=("en", "el"))
    assert reasons(entry("Ήρθαν στις πέντε και έμειναν όλοι μαζί"), limits=limits) == ""


def test_company_counts() -> None:
    assert "somebody else sent the same words" in reasons(entry(), Company(twin="a", likeness=1.0))
    assert "the same sender" in reasons(entry(), Company(twin="a", likeness=1.0, twin_sender=True))
    assert "nearly the same words as a (80%)" in reasons(entry(), Company(twin="a", likeness=0.8))
    assert "a is spam" in reasons(entry(), Company(twin="a", likeness=0.8, twin_is_spam=True))
    assert "5 others from the same address within an hour" in reasons(entry(), Company(lately=5))


def test_disposable_domains_count_with_what_stands_below_them() -> None:
    assert is_disposable("MAILINATOR.com")
    assert is_disposable("x.mailinator.com")
    assert not is_disposable("customers.example")


def test_praise_and_blame_score_alike() -> None:
    praise = "They were wonderful, the best bakery there is, and I love every one of them. Five stars!"
    blame = "They were terrible, the worst bakery there is, and I hate every one of them. One star!"
    assert score(entry(praise), Company(), LIMITS) == score(entry(blame), Company(), LIMITS)


def test_most_spam_is_put_aside_and_no_customer_is() -> None:
    spam = [score(entry(text), Company(), LIMITS).verdict for text in SPAM]
    ham = [score(entry(text), Company(), LIMITS) for text in CUSTOMERS]
    assert [text[:60] for text, verdict in zip(CUSTOMERS, ham, strict=True) if verdict.verdict == "spam"] == []
    assert spam.count("spam") >= 0.6 * len(SPAM)
    assert spam.count("ham") <= 0.2 * len(SPAM)


def test_real_stories_of_others_are_not_put_aside(shared_fixtures: Path) -> None:
    texts = [p.read_text("utf-8") for p in sorted((shared_fixtures / "stories/jenkins").rglob("*.y*ml"))]
    texts += [p.read_text("utf-8") for p in sorted((shared_fixtures / "testimonials").rglob("*.y*ml"))]
    paragraphs = [" ".join(part.split()) for text in texts for part in re.split(r"\n\s*\n", text) if len(part) > 200]
    plain = [re.sub(r"https?://\S+|<[^>]*>|\[|\]", "", part) for part in paragraphs]
    assert len(plain) > 60
    spam = [text[:80] for text in plain if score(entry(text), Company(), LIMITS).verdict == "spam"]
    assert len(spam) <= 0.03 * len(plain), spam


SPAM_MAIL = (
    *("content_transfer_encoding_plain.eml", "content_transfer_encoding_qp_with_space.eml", "empty_group_lists.eml"),
    *("content_transfer_encoding_text-html.eml", "content_transfer_encoding_with_semi_colon.eml"),
    *("raw_email_with_bad_date.eml", "raw_email_bad_time.eml", "raw_email_incorrect_header.eml"),
)


def test_real_spam_and_real_letters(shared_fixtures: Path, make_intake: MakeIntake) -> None:
    verdicts = {}
    for path in sorted((shared_fixtures / "mail").rglob("*.eml")):
        for made in read_mail(path.read_bytes(), make_intake(type="mail")).entries:
            verdicts[path.name] = score(made, Company(), LIMITS).verdict
    found = [name for name in SPAM_MAIL if verdicts[name] != "ham"]
    assert len(found) >= 6, found
    plain = [name for name in verdicts if name.startswith(("example", "basic", "raw_email_simple", "mix_caps"))]
    assert {verdicts[name] for name in plain} == {"ham"}


# sameness


def test_texts_are_compared_by_what_they_say() -> None:
    words = "They came at five and stayed until the oven was warm again, all of them, and had a cup of tea."
    assert digest_of(words) == digest_of(words.upper().replace(",", " –"))
    assert resemblance(sketch_of(words), sketch_of(words + " Thank you.")) > 0.7
    assert (
        resemblance(sketch_of(words), sketch_of("Something else was said about the bread that they sold to us.")) == 0
    )
    assert sketch_of("Thank you!") == ()
    assert digest_of("...") == ""


def test_the_nearest_of_many_is_found() -> None:
    sketches = Sketches(
        (f"{n}", sketch_of(f"The {n}th time they came at {n} and mended {n} of the ovens")) for n in range(200)
    )
    name, likeness = sketches.nearest(sketch_of("The 77th time they came at 77 and mended 77 of the ovens!"))
    assert (name, likeness) == ("77", 1.0)
    assert sketches.nearest(()) == ("", 0.0)


# learning


def examples(ham: int, spam: int) -> list[Example]:
    kept = [Example(CUSTOMERS[n % len(CUSTOMERS)] + f" {n}", False) for n in range(ham)]
    return kept + [
        Example(f"Order your funeral flowers wholesale, lot {n}, from our warehouse in bulk", True) for n in range(spam)
    ]


def test_learning_is_kept_only_if_it_is_better_on_what_it_has_not_seen() -> None:
    assert trial(examples(30, 30), 5.0).is_better, "the rules know nothing of wholesale flowers"
    assert not trial(examples(30, 4), 5.0).is_better, "too few to learn from"
    caught = [Example(e.text, e.is_spam, 6.0 if e.is_spam else 0.0) for e in examples(30, 30)]
    assert not trial(caught, 5.0).is_better, "the rules were right already"
    noise = [Example(f"word{n} other{n} third{n}", n % 2 == 0) for n in range(60)]
    assert not trial(noise, 5.0).is_better, "there is nothing to learn"


def test_learning_that_would_put_stories_aside_is_not_kept() -> None:
    mixed = [Example(f"They came at {n} and stayed with the oven", n % 3 == 0) for n in range(90)]
    result = trial(mixed, 5.0)
    assert not result.is_better or result.ham_lost == 0


def test_what_was_learned_explains_itself() -> None:
    model = learn(examples(30, 30))
    points, reason = learned_points(model, "Wholesale funeral flowers in bulk")
    assert points >= 3
    assert "“wholesale”" in reason
    assert learned_points(model, "Zzz qqq") == (0.0, "")
    ours, why = learned_points(model, CUSTOMERS[0])
    assert -2.0 <= ours < 0
    assert "real stories" in why


def test_training_from_the_store_is_used_by_the_next_pull(store: Store, run: Run) -> None:
    assert "The rules alone are used." in run("train").output, "there is nothing to learn from"
    spam = Moderation(state="rejected", reason="spam")
    with store.locked():
        for number, example in enumerate(examples(20, 20)):
            kept = entry(example.text).submission
            moderation = spam if example.is_spam else Moderation(state="approved")
            store.add(replace(kept, id=f"{number:016x}", moderation=moderation))
        for number, state in enumerate(("pending", "quarantined")):  # nobody has decided
            store.add(replace(kept, id=f"{99 + number:016x}", moderation=Moderation(state=state)))
        released = tuple(
            Move(at=NOW, by="me", from_=from_, to=to)
            for from_, to in (("", "received"), ("received", "quarantined"), ("quarantined", "pending"))
        )
        fine = Words(body="They waited with the hearse until my sister had come.")
        moderation = Moderation(state="pending", log=released)
        store.add(replace(kept, id=f"{101:016x}", text=fine, moderation=moderation))
    store.close()
    result = json.loads(run("train", "--json").output)
    assert (result["is_better"], result["examples"], result["rules_wrong"]) == (True, 41, 20)
    run("pull", "-", stdin=json.dumps(netlify_entry(50, story="Wholesale order of bulk funeral flowers for your lot")))
    newest = next(s for s in store.listing().values() if s.name == "Ada Quill 50")
    found = store.read(newest.id).submission
    assert found.moderation.state == "quarantined"
    assert "words that you know from spam" in found.spam.reasons[-1]
