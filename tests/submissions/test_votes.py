"""Votes: a form that asks for them, one ballot for each sender and story, and counts without a person in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from caresite.core.intake import Form
from caresite.submissions.questions import decoys
from caresite.submissions.store import Store
from caresite.submissions.votes import Ballot, count, votes_text
from caresite.testing import build_site, write_site
from submissions.conftest import NOW, Run, netlify_entry

CLOCK = ("--clock", "2026-12-01 12:00")
CONFIG = """
ranking:
  2026: bayes
sources:
  ballots: {type: csv, path: "private/inbox/*.csv", kind: vote}
  letters: {type: csv, path: "private/letters/*.csv"}
"""
STORIES = "".join(
    f"""
-- content/stories/{name}.md --
---
title: {title}
date: 2026-0{number}-01
consent: {{at: 2026-01-01, scopes: [publish_text], how: letter}}
---
They came at five.
"""
    for number, (name, title) in enumerate({"van": "The van", "oven": "The oven", "cat": "The cat"}.items(), start=1)
)
HEAD = "Submission ID,Timestamp,Email,vote_for,rating\n"


@pytest.fixture
def shop(site: Path) -> Path:
    """Return a site with three stories of a year that stars decide."""
    text = (
        (site / "caresite.yaml")
        .read_text("utf-8")
        .replace("forms:\n", f"{CONFIG}forms:\n  vote: {{kind: vote, page: /vote/}}\n")
    )
    (site / "caresite.yaml").write_text(text, encoding="utf-8")
    write_site(site, STORIES)
    return site


def came(shop: Path, *rows: str, name: str = "a.csv", head: str = HEAD) -> None:
    folder = shop / "private" / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def votes(shop: Path) -> str:
    return (shop / "data/votes/2026.yaml").read_text("utf-8")


def ballot(number: int, **known: object) -> Ballot:
    given = {"voter": f"v{number}", "story": "s", "stars": 5, "at": NOW + timedelta(minutes=number)} | known
    return Ballot(id=f"{number:016x}", **given)  # type: ignore[arg-type]


# counting


def test_of_one_sender_the_latest_vote_for_a_story_counts() -> None:
    first, other = ballot(1, voter="ada", stars=1), ballot(2, voter="ada", story="t", stars=4)
    changed = ballot(3, voter="ada", stars=5)
    counted = count([changed, first, other])
    assert (counted.tallies["s"].stars, counted.tallies["t"].stars) == ((0, 0, 0, 0, 1), (0, 0, 0, 1, 0))
    assert (counted.voters, counted.replaced) == (1, 1)


def test_who_gave_no_address_counts_once_for_each_ballot() -> None:
    assert count([ballot(1, voter=""), ballot(2, voter="")]).voters == 2


def test_a_vote_for_no_story_is_told_and_not_counted() -> None:
    counted = count([ballot(1, story=""), ballot(2)])
    assert (counted.unknown, list(counted.tallies)) == (1, ["s"])


def test_votes_for_and_against_are_counted_apart() -> None:
    sides = [ballot(n, stars=0, is_for=n < 3) for n in range(5)]
    assert (count(sides).tallies["s"].ups, count(sides).tallies["s"].downs) == (3, 2)


def test_the_file_of_counts_names_nobody() -> None:
    text = votes_text(count([ballot(n, voter=f"secret-{n}", stars=1 + n % 5) for n in range(9)]), NOW.date())
    assert "secret" not in text
    assert "  s: {stars: {5: 1, 4: 2, 3: 2, 2: 2, 1: 2}}" in text


# the command


def test_votes_become_counts_and_the_counts_a_page(shop: Path, run: Run, store: Store) -> None:
    came(
        shop,
        "1,2026-11-01 10:00,ada@customers.example,van,5",
        "2,2026-11-01 11:00,jo@customers.example,The Van,5",
        "3,2026-11-02 10:00,ada@customers.example,content/stories/oven.md,3",
        "4,2026-11-03 10:00,ada@customers.example,van,4",
        "5,2026-11-03 11:00,kit@customers.example,the-bus,5",
        "6,2026-11-03 12:00,una@customers.example,cat,",
    )
    done = run("votes", *CLOCK)
    assert done.exit_code == 0, done.output
    assert "5 new votes, 0 there already." in done.output
    assert "1 vote took the place of an earlier one" in done.output
    assert "1 vote for a story that is not one of 2026" in done.output
    assert "2 voters, 2 stories" in done.output
    assert votes(shop).splitlines()[1:] == [
        "counted: 2026-12-01",
        "voters: 2",
        "stories:",
        "  content/stories/oven.md: {stars: {3: 1}}",
        "  content/stories/van.md: {stars: {5: 1, 4: 1}}",
    ]
    assert store.listing() == {}, "votes are no submissions"
    kept = (shop / "private/submissions/votes/2026.jsonl").read_text("utf-8")
    assert "customers.example" not in kept
    page = build_site(root=shop, now=datetime(2026, 12, 1, tzinfo=UTC)).text("/stories/best/2026/")
    assert page.index("The van") < page.index("The oven")
    assert "2 readers, counted on December 1, 2026" in page


def test_the_same_export_twice_changes_nothing_and_a_later_one_adds(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    run("votes", *CLOCK)
    before = votes(shop)
    assert "0 new votes, 1 there already." in run("votes", *CLOCK).output
    assert votes(shop) == before
    came(shop, "2,2026-11-02 10:00,jo@customers.example,van,4")
    assert "1 new vote, 0 there already." in run("votes", *CLOCK).output
    assert "{stars: {5: 1, 4: 1}}" in votes(shop)


def test_what_the_form_sends_to_netlify_is_counted_and_robots_are_not(shop: Path, run: Run) -> None:
    form = Form(kind="vote", page="/vote/")
    trap = decoys("vote", form)[0]
    entries = [netlify_vote(1, vote_for="cat", rating="5"), netlify_vote(2, vote_for="cat", rating="4", **{trap: "x"})]
    export = shop / "private/export.json"
    export.parent.mkdir()
    export.write_text(json.dumps([*entries, netlify_entry(3)]), encoding="utf-8")
    done = run("votes", str(export), *CLOCK)
    assert done.exit_code == 0, done.output
    assert "content/stories/cat.md: {stars: {5: 1}}" in votes(shop)
    assert "voters: 1" in votes(shop)


def netlify_vote(number: int, **data: str) -> dict[str, Any]:
    """Return a vote as Netlify's interface has it."""
    entry = netlify_entry(number)
    fields = {"form-name": "vote", "email": f"v{number}@customers.example", **data}
    return entry | {"form_name": "vote", "data": fields, "human_fields": {}, "name": None, "title": None}


def test_a_backup_has_the_votes_too(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    run("votes", *CLOCK)
    ballots = shop / "private/submissions/votes/2026.jsonl"
    kept = ballots.read_bytes()
    run("backup", "--output", str(shop / "private/copy.tar.gz"))
    ballots.unlink()
    assert run("restore", str(shop / "private/copy.tar.gz")).exit_code == 0
    assert ballots.read_bytes() == kept


def test_a_dry_run_keeps_nothing(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    assert "Would write data/votes/2026.yaml: 1 voter" in run("votes", "--dry-run", *CLOCK).output
    assert not (shop / "data").exists()
    assert not (shop / "private/submissions").exists()


def test_votes_for_and_against_are_understood_in_the_words_of_the_form(shop: Path, run: Run) -> None:
    rows = [
        f"{n},2026-11-01 10:00,v{n}@customers.example,van,{said}"
        for n, said in enumerate(("for", "For", "against", "no"))
    ]
    came(shop, *rows, head=HEAD.replace("rating", "vote"))
    run("votes", *CLOCK)
    assert "content/stories/van.md: {for: 2, against: 2}" in votes(shop)


def test_pull_leaves_votes_alone_and_votes_leave_stories_alone(shop: Path, run: Run, store: Store) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    letters = shop / "private/letters"
    letters.mkdir()
    (letters / "a.csv").write_text("ID,Date,Email,Story\n1,2026-11-01,ada@customers.example,They came at five.\n")
    run("pull")
    assert [summary.excerpt for summary in store.listing().values()] == ["They came at five."]
    assert run("pull", "--source", "ballots").exit_code == 2
    assert "1 new vote" in run("votes", *CLOCK).output
    assert len(store.listing()) == 1


# a year that is over


def test_a_settled_year_is_followed_and_single_votes_are_removed(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5", "2,2026-11-01 11:00,jo@customers.example,oven,1")
    run("votes", *CLOCK)
    shown = run("best", "2026", *CLOCK)
    assert "   1   3.636  The van  1 vote" in shown.output
    settled = run("best", "2026", "--settle", *CLOCK)
    assert "Wrote data/best/2026.yaml." in settled.output
    assert not (shop / "private/submissions/votes/2026.jsonl").exists()
    text = (shop / "data/best/2026.yaml").read_text("utf-8")
    assert "decided: 2026-12-01" in text
    assert "  - {story: content/stories/van.md, place: 1, stars: {5: 1}}" in text
    (shop / "data/votes/2026.yaml").write_text("stories:\n  content/stories/cat.md: {stars: {5: 99}}\n")
    config = (shop / "caresite.yaml").read_text("utf-8").replace("2026: bayes", "2026: recent")
    (shop / "caresite.yaml").write_text(config, encoding="utf-8")
    site = build_site(root=shop, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert set(site.codes) <= {"S106"}, site.report  # nothing lies where letters would come in
    page = site.text("/stories/best/2026/")
    assert "These places were settled on December 1, 2026." in page
    assert "The cat" not in page
    assert "nothing was changed" in run("best", "2026", "--settle", *CLOCK).output
    assert run("votes", *CLOCK).exit_code == 2


def test_a_year_that_nobody_settled_is_told(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    run("votes", *CLOCK)
    assert "R103" in build_site(root=shop, now=datetime(2027, 3, 1, tzinfo=UTC)).codes


def test_places_are_there_for_machines(shop: Path, run: Run) -> None:
    came(shop, "1,2026-11-01 10:00,ada@customers.example,van,5")
    run("votes", *CLOCK)
    data = json.loads(run("best", "2026", "--json", *CLOCK).output)
    assert [(p["place"], p["story"], p["score"], p["votes"]) for p in data["places"]] == [
        (1, "content/stories/van.md", 3.636, 1)
    ]
    assert run("best", "2025", *CLOCK).exit_code == 1


# the form


def test_the_form_for_votes_has_the_stories_of_the_year_and_no_consent(shop: Path) -> None:
    site = build_site(root=shop, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert [code for code in site.codes if code.startswith("S1")] == [], site.report
    page = site.text("/vote/")
    for said in (
        '<option value="van">The van</option>',
        'name="rating" value="5"',
        'type="email"',
        "Which story do you vote for?",
    ):
        assert said in page, said
    assert "consent_" not in page
    assert 'name="age"' not in page


@pytest.mark.parametrize(
    ("form", "said"),
    [("{kind: vote}", "has no `page`"), ("{kind: vote, page: /v/, fields: [email, story]}", "asks for no vote")],
)
def test_a_form_for_votes_that_cannot_work_is_told(shop: Path, form: str, said: str) -> None:
    text = (shop / "caresite.yaml").read_text("utf-8").replace("{kind: vote, page: /vote/}", form)
    (shop / "caresite.yaml").write_text(text, encoding="utf-8")
    site = build_site(root=shop, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert said in " ".join(d.message for d in site.diagnostics if d.code == "S104")
