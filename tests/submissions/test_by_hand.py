"""What the owner changed by hand in a public text: it is noticed, and never written over without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from caresite.submissions.records import Submission
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve, Edit
from caresite.submissions.store import Store
from submissions.conftest import Run
from submissions.deciding import ID, TERMS, interrupted, told
from submissions.test_decide_commands import given

STORY = "content/stories/the-night-the-oven-died.md"


@pytest.fixture
def story(site: Path, store: Store, run: Run) -> Path:
    """Return the text of an approved story."""
    given(store)
    assert run("approve", ID).exit_code == 0
    return site / STORY


def change(path: Path, before: str, after: str) -> str:
    """Change a text by hand; return how it reads then."""
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path.read_text("utf-8")


def head(path: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(path.read_text("utf-8").split("---\n")[1])
    return found


def item(store: Store) -> Submission:
    return store.read(ID).submission


def test_an_edit_of_words_that_were_changed_by_hand_is_refused_until_one_says_which(
    story: Path, store: Store, run: Run
) -> None:
    run("reopen", ID)
    text, before = change(story, "the big lamp", "a lamp"), item(store)
    refused = run("edit", ID, "--text", "They came at five.")
    assert refused.exit_code == 1
    assert f"{STORY}: error[S409] what the customer says was changed by hand" in refused.output
    assert "--overwrite" in refused.output
    assert (story.read_text("utf-8"), item(store)) == (text, before)


@pytest.mark.parametrize("words", ["They came.", None], ids=["with new words", "back to the words on record"])
def test_who_says_so_has_it_written_over(words: str | None, story: Path, store: Store, run: Run) -> None:
    change(story, "the big lamp", "a lamp")
    run("reopen", ID)
    said = ("--text", words) if words else ()
    done = run("edit", ID, "--overwrite", *said)
    assert done.exit_code == 0, done.output
    assert "S409" not in done.output
    assert "a lamp" not in story.read_text("utf-8")
    assert (words or "with the van and the big lamp") in story.read_text("utf-8")


def test_a_change_that_is_taken_over_is_no_clash(site: Path, story: Path, store: Store, run: Run) -> None:
    change(story, "the big lamp", "the big lampp")
    (site / "words.txt").write_text(item(store).text.body.replace("big lamp", "big lampp"), encoding="utf-8")
    done = run("edit", ID, "--file", str(site / "words.txt"))
    assert done.exit_code == 0, done.output
    assert "S409" not in done.output
    assert item(store).showing.body.count("lampp") == 1


def test_an_approval_that_would_not_be_seen_is_refused(story: Path, store: Store, run: Run) -> None:
    run("reopen", ID)
    change(story, "the big lamp", "a lamp")
    refused = run("approve", ID)
    assert refused.exit_code == 1
    assert "error[S409]" in refused.output
    assert item(store).moderation.state == "pending"
    assert run("approve", ID, "--overwrite").exit_code == 0
    assert "the big lamp" in story.read_text("utf-8")
    assert "draft" not in head(story)


def test_an_edit_of_something_else_leaves_what_was_changed_and_warns(story: Path, run: Run) -> None:
    change(story, "the big lamp", "a lamp")
    done = run("edit", ID, "--reply", "Thank you.", "--reply-by", "Agnes")
    assert done.exit_code == 0
    assert "warning[S409] what the customer says was changed by hand, and stays so; that keeps it off the site" in (
        done.output
    )
    assert "a lamp" in story.read_text("utf-8")
    assert head(story)["reply"]


def test_what_takes_something_off_the_site_never_waits(story: Path, store: Store, run: Run) -> None:
    change(story, "name: Ada Q.", "name: Ada Quill of the Hill")
    change(story, "the big lamp", "a lamp")
    done = run("withdraw", ID, "--only", "publish_name")
    assert done.exit_code == 0
    assert "warning[S409] `author` was changed by hand, and has given way" in done.output
    assert "Quill" not in story.read_text("utf-8")
    assert "a lamp" in story.read_text("utf-8"), "what nobody took back stays as it was"
    run("reopen", ID)
    assert head(story)["draft"] is True
    run("approve", ID, "--overwrite")
    assert run("withdraw", ID).exit_code == 0
    assert not story.exists()


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        ("---\n", "---\ntags: [winter]\n", "tags"),
        ("---\n", "---\nimage: {src: oven.jpg, alt: Our oven}\n", "image"),
        ("---\n", "---\ndraft: true\n", "draft"),
        ("title: The night the oven died", "title: The oven", "title"),
    ],
)
def test_what_the_owner_added_stays_and_nothing_is_said_of_it(
    before: str, after: str, stays: str, story: Path, run: Run
) -> None:
    change(story, before, after)
    value = head(story)[stays]
    done = run("edit", ID, "--disclosure", "Ada got a loaf.")
    assert (done.exit_code, "S409" in done.output) == (0, False)
    assert head(story)[stays] == value
    assert head(story)["disclosure"] == "Ada got a loaf."


def test_other_line_ends_and_other_quotes_are_no_change(story: Path, run: Run) -> None:
    text = change(story, "author:\n  name: Ada Q.", 'author:\n  name: "Ada Q."')
    story.write_bytes(text.replace("\\\n", " ").encode() + b"\n\n")
    run("reopen", ID)
    done = run("edit", ID, "--text", "They came at five.")
    assert (done.exit_code, "S409" in done.output) == (0, False)


def test_a_title_goes_back_to_what_it_was(story: Path, store: Store, run: Run) -> None:
    run("reopen", ID)
    run("edit", ID, "--title", "A cold oven")
    assert head(story)["title"] == "A cold oven"
    run("edit", ID, "--as-sent")
    assert head(story)["title"] == "The night the oven died"


def test_machines_are_told_too(story: Path, run: Run) -> None:
    run("reopen", ID)
    change(story, "the big lamp", "a lamp")
    answer = json.loads(run("approve", ID, "--json").output)
    assert [(d["code"], d["severity"], d["path"]) for d in answer["diagnostics"]] == [("S409", "error", STORY)]


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_decision_that_is_finished_later_treats_it_the_same(
    overwrite: bool, site: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.locked():
        store.add(told())
    review = Review(store, TERMS)
    review.take(ID, Approve())
    change(site / STORY, "the big lamp", "a lamp")
    interrupted(review, Edit(reply="Thank you."), monkeypatch, overwrite=overwrite)
    assert review.mend() == (ID,)
    text = (site / STORY).read_text("utf-8")
    assert ("a lamp" in text, "Thank you" in text) == (not overwrite, True)
