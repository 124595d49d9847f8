"""The commands that decide: what they say, what they refuse with which exit code, what they leave on the disk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from caresite.submissions.public import suggested_title
from caresite.submissions.records import Agreement, Media, Retention, Words
from caresite.submissions.store import Store
from submissions.conftest import Run, netlify_json, wording
from submissions.deciding import ID, told


def given(store: Store, *numbers: int, **changes: Any) -> None:
    """Put submissions that may be shown into the store."""
    with store.locked():
        digest = store.keep_wording(wording().data)
        for number in numbers or (1,):
            item = told(number, **changes)
            agreed = tuple(replace(each, wording_sha256=digest) for each in item.consent)
            store.add(replace(item, consent=agreed))


def state(store: Store, item_id: str = ID) -> str:
    return store.read(item_id).submission.moderation.state


# approve and decline


def test_several_are_approved_at_once_and_what_lacks_something_is_told(store: Store, run: Run) -> None:
    given(store, 1, 2)
    given(store, 3, consent=())
    done = run("approve", ID, f"{2:016x}", f"{3:016x}", "--by", "Agnes")
    assert done.exit_code == 1
    assert done.output.count("is approved, and shown from the next build on") == 2
    assert "error[S402] nobody has asked whether the words may be shown" in done.output
    assert [state(store, f"{n:016x}") for n in (1, 2, 3)] == ["approved", "approved", "pending"]
    assert {line.by for line in store.journal.lines() if line.to == "approved"} == {"Agnes"}
    names = {path.name for path in (store.root / "content/stories").iterdir()}
    assert names == {"the-night-the-oven-died.md", "the-night-the-oven-died-2.md"}


def test_machines_get_one_answer_for_all(store: Store, run: Run) -> None:
    given(store, 1)
    given(store, 2, consent=())
    answer = json.loads(run("approve", ID, f"{2:016x}", "--json").output)
    assert not answer["ok"]
    assert [each["state"] for each in answer["decided"]] == ["approved"]
    assert answer["decided"][0]["touched"][-1] == "consent.lock.yaml"
    assert [each["code"] for each in answer["diagnostics"]] == ["S402"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("approve",), 2, "Missing argument"),
        (("approve", "ffff"), 2, "no submission"),
        (("approve", ID, "--agreed", "publish_photo"), 2, "need --evidence"),
        (("approve", ID, "--evidence", "LETTER", "--agreed", "publish_foto"), 2, "did you mean “publish_photo”?"),
        (("approve", ID, "--evidence", "LETTER", "--on", "05/03/2026"), 2, "cannot be told apart"),
        (("approve", ID, "--evidence", "LETTER", "--on", "2999-01-01"), 1, "dated in the future"),
        (("approve", ID, "--evidence", "LETTER", "--display", "loud"), 2, "not a way to show a name"),
        (("approve", ID, "--evidence", "EMPTY"), 2, "proves nothing"),
        (("reject", ID), 1, "error[S403] it is declined without a reason"),
        (("reject", ID, "--reason", "dull"), 1, "“dull” is no reason"),
        (("edit", ID), 2, "say what to change"),
        (("edit", ID, "--rating", "5"), 2, "No such option"),
        (("edit", ID, "--relation", "costumer"), 2, "did you mean “customer”?"),
        (("edit", ID, "--display", "loud"), 2, "not a way to show a name"),
        (("edit", ID, "--text", "Something else.", "--kind", "typo"), 1, "more than mending slips"),
        (("reopen", ID), 1, "only what is in quarantine or on the site"),
        (("withdraw", ID), 1, "cannot become withdrawn\n  hint: it is not on the site; decline it as `no-consent`"),
        (("withdraw", ID, "--only", "publish_photo"), 1, "never agreed to publish_photo"),
        (("erase", ID), 2, "--yes"),
    ],
)
def test_wrong_use_is_2_and_a_refusal_is_1_and_nothing_is_changed(
    arguments: tuple[str, ...], code: int, said: str, site: Path, store: Store, run: Run
) -> None:
    given(store)
    (site / "letter.txt").write_text("Yes.", encoding="utf-8")
    (site / "empty.txt").write_text("\n", encoding="utf-8")
    files = {"LETTER": str(site / "letter.txt"), "EMPTY": str(site / "empty.txt")}
    before = store.read(ID)
    done = run(*(files.get(each, each) for each in arguments))
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert store.read(ID) == before
    assert not (site / "content").exists()
    assert not (site / "consent.lock.yaml").exists()


UNTITLED = Words(body="Dear bakers,\nmy oven died at six on Christmas Eve, with the goose in it. They came at seven.")


def test_a_story_without_a_title_is_asked_for_one_and_offered_its_own_words(store: Store, run: Run) -> None:
    given(store, text=UNTITLED)
    done = run("approve", ID)
    assert done.exit_code == 1
    assert "error[S402] it has no title, which is its headline and its address" in done.output
    assert f'`caresite stories approve {ID[:6]} --title "…"`' in done.output
    assert "“My oven died at six on Christmas Eve, with the goose in it”" in done.output
    assert (state(store), (store.root / "content").exists()) == ("pending", False)
    assert "missing: it has no title" in run("show", ID).output


@pytest.mark.parametrize("way", ["approve", "edit"])
def test_the_title_that_is_given_is_headline_and_address(way: str, store: Store, run: Run) -> None:
    given(store, text=UNTITLED)
    if way == "edit":
        assert "it has no title" not in run("edit", ID, "--title", "A goose for seven").output
        assert run("approve", ID).exit_code == 0
    else:
        assert run("approve", ID, "--title", "  A goose\nfor seven ").exit_code == 0
    page = (store.root / "content/stories/a-goose-for-seven.md").read_text(encoding="utf-8")
    assert "title: A goose for seven\n" in page
    assert "edited:" not in page, "a headline of ours changes nothing of their words"


def test_somebody_at_a_terminal_is_asked_for_the_title(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given(store, text=UNTITLED)
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True, raising=False)
    done = run("approve", ID, stdin="\n")
    assert "Title [My oven died at six on Christmas Eve, with the goose in it]:" in done.output
    assert (store.root / "content/stories/my-oven-died-at-six-on-christmas-eve-with-the-goose-in-it.md").is_file()


def test_one_title_is_not_for_several_stories(store: Store, run: Run) -> None:
    given(store)
    assert run("approve", ID, f"{2:016x}", "--title", "Goose").exit_code == 2


def test_an_answer_stands_when_the_story_gets_its_title_with_it(store: Store, run: Run, site: Path) -> None:
    given(store, text=UNTITLED, consent=())
    (site / "letter.txt").write_text("Yes, do.", encoding="utf-8")
    run("edit", ID, "--text", "My oven died at six on Christmas Eve … They came at seven.")
    run("ask", ID)
    given_yes = ("--evidence", str(site / "letter.txt"), "--agreed", "publish_text")
    assert "no title" in run("approve", ID, *given_yes).output
    assert run("approve", ID, *given_yes, "--title", "The goose").exit_code == 0
    page = (site / "content/stories/the-goose.md").read_text(encoding="utf-8")
    assert "approved_by_author: true" in page


def test_what_was_approved_without_a_title_keeps_its_page_and_can_be_edited(store: Store, run: Run) -> None:
    path = "content/stories/as-it-was.md"
    given(store, state="approved", text=UNTITLED, published_as=(path,))
    assert run("edit", ID, "--disclosure", "She got a loaf.").exit_code == 0
    assert (store.root / path).is_file()
    assert run("reopen", ID).exit_code == 0
    assert run("approve", ID).exit_code == 0, "it has a headline and an address already"


def test_a_testimonial_needs_no_title(store: Store, run: Run) -> None:
    given(store, text=UNTITLED, kind="testimonial")
    assert run("approve", ID).exit_code == 0


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("They came at seven. We gave them soup.", "They came at seven"),
        ("Hello! Nobody has ever been so kind to us!", "Nobody has ever been so kind to us!"),
        (
            "My oven died at six on Christmas Eve, with the goose in it and my mother on her way to us, so I rang.",
            "My oven died at six on Christmas Eve",
        ),
        ("On and on " * 20, "On and on On and on On and on On and on On and on On and on"),
        ("Lovely", "Lovely"),
        ("他们五点就来了。", "他们五点就来了。"),
    ],
)
def test_the_title_that_is_suggested_is_no_chopped_sentence(words: str, title: str) -> None:
    assert suggested_title(told(text=Words(body=words))) == title


def test_a_lock_file_in_the_middle_of_a_merge_stops_everything(site: Path, store: Store, run: Run) -> None:
    given(store)
    (site / "consent.lock.yaml").write_text("items:\n<<<<<<< HEAD\n  a: {}\n", encoding="utf-8")
    done = run("approve", ID)
    assert done.exit_code == 1
    assert "the lock file cannot be read" in done.output
    assert state(store) == "pending"
    assert not (site / "content").exists()


def test_what_was_quarantined_by_mistake_is_taken_out(store: Store, run: Run) -> None:
    given(store, state="quarantined")
    assert run("reject", ID, "--reason", "too-thin").exit_code == 1
    assert run("reopen", ID).exit_code == 0
    assert state(store) == "pending"


# ask, edit, show


def test_the_letter_says_what_they_sent_and_what_we_have_to_know(store: Store, run: Run) -> None:
    given(store, consent=(), lang="de")
    run("edit", ID, "--text", "They came at five … with the big lamp.")
    letter = run("ask", ID).output
    for words in (
        "To: ada@customers.example",
        "Guten Tag Ada,",
        "> Nobody asked for money, but we gave them soup.",
        "> They came at five … with the big lamp.",
        "Bitte sagen Sie uns:\n- Dürfen wir Ihre Worte auf unserer Website veröffentlichen?",
        "- Wie dürfen wir Sie nennen",
        "> May the Corner Bakery put what you sent us on its website?",
        "--agreed publish_text",
    ):
        assert words in letter, words
    assert state(store) == "awaiting_author"
    moves = len(store.read(ID).submission.moderation.log)
    assert "Guten Tag Ada," in run("ask", ID).output, "it can be printed again"
    assert len(store.read(ID).submission.moderation.log) == moves


def test_a_surname_that_is_hidden_is_no_cut_of_the_owner_s(store: Store, run: Run) -> None:
    given(store, text=Words(title="Five", body="Tom Abara came at five, with the big lamp."))
    done = run("edit", ID, "--staff", "Tom Abara", "--text", "Tom Abara came at 5, with the big lamp.")
    assert "S405" not in done.output
    assert "Tom came at 5" in run("ask", ID).output


def test_the_letter_asks_for_the_picture_that_came(site: Path, store: Store, run: Run) -> None:
    config = site / "caresite.yaml"
    config.write_text(config.read_text("utf-8") + "language: en-GB\n", encoding="utf-8")
    hers = Media(path=f"attachments/{ID}-1.jpg", sha256="0" * 64)
    given(store, consent=(), media=(hers,), lang="en")
    letter = run("ask", ID).output
    permissions = "May we do the following? Please answer yes or no to each.\n"
    assert permissions + "- You may publish my words on your website.\n- You may show the picture" in letter
    assert "add `--agreed publish_photo`" in letter
    assert "Thank you for what you sent us on 1 October 2026." in letter, "as people of the site write it"
    (site / "consent/story-2026-01.md").unlink()
    assert "- May we show the picture that you sent?" in run("ask", ID).output
    given(store, 2, media=(hers,))
    assert "picture" not in run("ask", f"{2:016x}").output, "who said no is not asked again"


def test_a_letter_without_a_wording_says_what_it_lacks(site: Path, store: Store, run: Run) -> None:
    (site / "consent/story-2026-01.md").unlink()
    given(store, consent=())
    assert "Write that into a file of `consent/`" in run("ask", ID).output


def test_a_large_cut_is_not_called_a_little(store: Store, run: Run) -> None:
    given(store)
    run(
        "edit",
        ID,
        "--text",
        "They came at five, with the van and the big lamps.\n\nNobody asked for money, but we gave them soup.",
    )
    assert "We changed your words a little." in run("ask", ID).output
    given(store, 2)
    run("edit", f"{2:016x}", "--text", "They came at five.")
    letter = run("ask", f"{2:016x}").output
    assert "a little" not in letter
    assert "we left some out" in letter


def test_an_answer_is_kept_with_what_they_were_told_and_what_they_said(site: Path, store: Store, run: Run) -> None:
    given(store, consent=())
    run("ask", ID)
    (site / "letter.txt").write_text("Yes, with my whole name.", encoding="utf-8")
    answer = ("--evidence", str(site / "letter.txt"), "--on", "2026-11-20", "--via", "letter")
    done = run("approve", ID, *answer, "--agreed", "publish_text", "--display", "full")
    assert done.exit_code == 0, done.output
    (agreement,) = store.read(ID).submission.consent
    assert (agreement.method, agreement.at) == ("letter", datetime(2026, 11, 20, tzinfo=UTC))
    assert agreement.granted == ("publish_text", "publish_name"), "nobody named a firm, and nobody was asked for one"
    assert (agreement.wording_id, agreement.wording_sha256) == ("story-2026-01", wording().sha256)
    assert store.evidence(ID, agreement.evidence).read_text() == "Yes, with my whole name."
    assert "name: Ada Quill" in (site / "content/stories/the-night-the-oven-died.md").read_text("utf-8")
    assert store.wordings()[wording().sha256] == wording().data


def test_one_is_shown_with_its_edit_and_what_is_missing(store: Store, run: Run) -> None:
    given(store)
    assert "nothing is missing: it may be approved" in run("show", ID).output
    run("edit", ID, "--text", "They came at five.", "--staff", "Tom Abara")
    shown = run("show", ID).output
    assert "They came at five[-, with" in shown
    assert "missing: the words were changed (length)" in shown


def test_a_message_leads_to_what_its_sender_sent_before(store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(7))
    known = next(iter(store.listing()))
    run("add", "--text", "Please take my story off again.", "--email", "Ada7@customers.example", "--name", "Ada")
    message = next(item_id for item_id in store.listing() if item_id != known)
    assert f"same sender:  {known}  pending" in run("show", message).output
    assert f"same sender:  {message}" in run("show", known).output


def test_the_owner_s_own_additions_to_a_text_are_kept(site: Path, store: Store, run: Run) -> None:
    given(store)
    run("approve", ID)
    path = site / "content/stories/the-night-the-oven-died.md"
    moved = site / "content/stories/oven.md"
    text = path.read_text("utf-8").replace("---\n", "---\ntags: [winter]\nsummary: A cold night.\n", 1)
    moved.write_text(text, encoding="utf-8")
    path.unlink()
    run("edit", ID, "--reply", "Thank *you*.", "--reply-by", "Agnes")
    written = moved.read_text("utf-8")
    assert "summary: A cold night." in written
    assert "- winter" in written
    assert "Thank \\*you\\*." in written
    assert not path.exists(), "a text that was moved is found where it is"
    run("withdraw", ID)
    assert not moved.exists()


# taking back


def test_a_part_is_taken_back_and_the_rest_stays(site: Path, store: Store, run: Run) -> None:
    given(store)
    run("approve", ID)
    done = run("withdraw", ID, "--only", "publish_name")
    assert done.exit_code == 0
    assert "is shown without publish_name" in done.output
    text = (site / "content/stories/the-night-the-oven-died.md").read_text("utf-8")
    assert "Ada" not in text
    assert state(store) == "approved"
    assert "publish_name" not in (site / "consent.lock.yaml").read_text("utf-8")


def test_a_purge_keeps_the_promises_of_the_form(site: Path, store: Store, run: Run) -> None:
    today, clock = date(2026, 11, 22), ("--clock", "2026-11-22")
    past, ahead = Retention(erase_after=today - timedelta(days=1)), Retention(erase_after=today + timedelta(days=1))
    given(store, 1, state="quarantined", retention=past)
    given(store, 2, state="rejected", retention=ahead)
    given(store, 3, state="rejected", retention=replace(past, legal_hold=True))
    ended = Agreement(at=told().received_at, method="letter", granted=("publish_text",), expires=date(2027, 1, 1))
    given(store, 4, consent=(ended,))
    given(store, 5)
    run("approve", f"{4:016x}", f"{5:016x}", *clock)
    for number, changes in ((4, {"consent": (replace(ended, expires=today),)}), (5, {"retention": past})):
        with store.locked():
            item, revision = store.read(f"{number:016x}")
            store.replace(replace(item, **changes), revision)
    dry = run("purge", "--dry-run", *clock).output
    assert "would be" in dry
    assert state(store) == "quarantined"
    answer = json.loads(run("purge", "--json", *clock).output)
    assert answer["erased"] == [ID]
    assert answer["expired"] == [f"{4:016x}"]
    assert answer["overdue_on_site"] == [f"{5:016x}"]
    states = [state(store, f"{n:016x}") for n in range(1, 6)]
    assert states == ["erased", "rejected", "rejected", "expired", "approved"]
    assert len(list((site / "content/stories").glob("*.md"))) == 1
    assert [line.reason for line in store.journal.lines() if line.to == "erased"] == ["spam"]


def test_nothing_is_left_of_who_is_erased(site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(7))
    item_id = next(iter(store.listing()))
    (site / "letter.txt").write_text("Yes. Ada Quill 7", encoding="utf-8")
    run("edit", item_id, "--text", "They came … all of them.")
    run("ask", item_id)
    run("approve", item_id, "--evidence", str(site / "letter.txt"))
    (site / "letter.txt").unlink()
    (site / "private/export.csv").write_text("ada7@customers.example", encoding="utf-8")
    (site / "private/hers.txt").write_text("They came … all of them.\n", encoding="utf-8")
    (site / "private/other.csv").write_text("bea@customers.example", encoding="utf-8")
    run("backup", "--output", str(site / "private/copy.tar.gz"))
    told_of = run("erase", item_id, "--yes")
    assert told_of.exit_code == 0
    assert (
        "Files of yours that still hold it, or its author's address: private/export.csv, private/hers.txt. "
        in told_of.output
    )
    (site / "private/hers.txt").unlink()
    assert "Backups of the private store: private/copy.tar.gz." in told_of.output
    (site / "private/copy.tar.gz").unlink()
    for path in site.rglob("*"):
        if path.is_file():
            assert b"Quill" not in path.read_bytes(), path
            assert b"oven was warm" not in path.read_bytes(), path
    assert "(nothing is left of it)" in run("list").output


# accounts


def test_the_proof_is_one_page_for_you_alone(site: Path, store: Store, run: Run) -> None:
    given(store)
    (site / "letter.txt").write_text("Yes <b>indeed</b>.", encoding="utf-8")
    run("edit", ID, "--text", "They came at five … with the big lamp.")
    run("ask", ID)
    run("approve", ID, "--evidence", str(site / "letter.txt"), "--by", "Agnes")
    assert run("proof", ID).exit_code == 0
    path = site / f"private/proof-{ID}.html"
    page = path.read_text("utf-8")
    assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    for words in (
        "Nobody asked for money, but we gave them soup.",
        "<del>",
        "The author agreed to exactly these words",
        "“You may publish my words on your website.”",
        "Yes &lt;b&gt;indeed&lt;/b&gt;.",
        "content/stories/the-night-the-oven-died.md",
        "<td>approved</td><td>Agnes</td>",
        "What this does not prove",
    ):
        assert words in page, words
    assert "http" not in page, "it asks nobody for anything"
    (site / "public").mkdir()
    assert run("proof", ID, "--output", str(site / "public/x.html")).exit_code == 2


def test_statistics_tell_when_the_unkind_are_left_out(store: Store, run: Run) -> None:
    for number in range(1, 13):
        stars = 5 if number < 7 else 1
        given(store, number, text=replace(told().text, rating=stars, title=f"Story {number}"))
    run("approve", *(f"{n:016x}" for n in range(1, 8)))
    run("reject", *(f"{n:016x}" for n in range(8, 13)), "--reason", "too-thin")
    told_of = run("stats").output
    assert "5         6         6         0        0   100%" in told_of
    assert "1         6         1         5        0    17%" in told_of
    assert "Look at this: 100% of those with 4 or 5 stars were approved, and 17% of those with 1 or 2." in told_of
    data = json.loads(run("stats", "--json").output)
    assert data["reasons"] == {"too-thin": 5}
    run("erase", f"{8:016x}", "--yes")
    assert json.loads(run("stats", "--json").output)["stars"] == data["stars"], "erasing makes nothing look better"


# the browser


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere another program than xdg-open opens it")
def test_stories_serve_opens_the_browser_at_the_stories(site: Path, store: Store, tmp_path: Path) -> None:
    given(store)
    opened, opener = tmp_path / "opened", tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    noise = "echo no method available for opening >&2"
    opener.write_text(f'#!/bin/sh\n{noise}\necho "$1" > {opened}.new && mv {opened}.new {opened}\n', encoding="utf-8")
    opener.chmod(0o755)
    environ = {**os.environ, "PATH": f"{opener.parent}{os.pathsep}{os.environ['PATH']}", "WAYLAND_DISPLAY": ""}
    environ["DISPLAY"] = ":9"
    command = [sys.executable, "-m", "caresite", "-C", str(site), "stories", "serve", "-p", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as served:
        try:
            deadline = time.monotonic() + 60
            while not opened.exists() and served.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            address = opened.read_text("utf-8").strip()
            page = httpx.get(address, timeout=30, follow_redirects=True).text
        finally:
            served.terminate()
            said = served.communicate(timeout=30)[0]
    assert address.endswith("/_caresite/stories")
    assert "The night the oven died" in page
    assert "no method available" not in said, "what the opener says is not for whoever decides"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a screen")
def test_without_a_screen_the_address_is_said(site: Path, store: Store) -> None:
    given(store)
    environ = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "caresite", "-C", str(site), "stories", "serve", "-p", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as served:
        assert served.stdout
        said = []
        for line in served.stdout:
            said.append(line)
            if line.startswith("Open "):
                break
        served.terminate()
        served.communicate(timeout=30)
    assert said[-1].endswith("/_caresite/stories in your browser.\n"), said


# what a layperson runs into


def test_where_there_is_no_site_no_list_says_that_nothing_is_there(site: Path, run: Run) -> None:
    (site / "caresite.yaml").unlink()
    for command in (("list",), ("show", "a"), ("stats",)):
        done = run(*command)
        assert done.exit_code == 1
        assert "error[C101]" in done.output


def test_a_misspelt_state_is_named(store: Store, run: Run) -> None:
    done = run("list", "approvd")
    assert done.exit_code == 2
    assert "there is no state “approvd”; did you mean `approved`?" in done.output


def test_approving_says_how_the_author_is_named_and_that_a_sample_site_denies_it(store: Store, run: Run) -> None:
    given(store)
    config = store.root / "caresite.yaml"
    config.write_text(config.read_text() + "sample: true\n")
    done = run("approve", ID)
    assert "from the next build on, named: " in done.output
    assert "Take `sample: true` out of the config." in done.output


def test_who_was_not_asked_for_their_name_is_asked_and_the_answer_has_its_option(store: Store, run: Run) -> None:
    given(store, consent=())
    done = run("ask", ID)
    assert "--agreed publish_text --display CHOICE" in done.output
    assert "Without it, nobody is named." in done.output


# what the letter asks

FURTHER = """---
purposes:
  publish_text: May we publish your words?
  edit_for_length: May we shorten them?
  contact_back: May we get in touch with you about it?
---
Corner Bakery, Market Street 4.
"""


def test_the_letter_asks_all_that_the_wording_asks_and_nothing_twice(store: Store, run: Run, site: Path) -> None:
    (site / "consent").mkdir(exist_ok=True)
    (site / "consent/story-2026-01.md").write_text(FURTHER, encoding="utf-8")
    given(store, consent=())
    letter = run("ask", ID).output
    for sentence in ("May we publish your words?", "May we shorten them?", "May we get in touch with you about it?"):
        assert letter.count(sentence) == 1
    run("edit", ID, "--text", "My oven died at six on Christmas Eve … They came at seven.")
    assert "May we shorten them?" not in run("ask", ID).output


def test_after_the_letter_comes_what_to_note_of_the_answer(store: Store, run: Run) -> None:
    sender = replace(told().submitter, relation="unknown", age="unknown")
    given(store, consent=(), submitter=sender)
    lines = run("ask", ID).output.splitlines()
    noted = next(line for line in lines if "stories edit" in line)
    assert "--relation customer --age of-age" in noted
    assert "stories approve" in lines[lines.index(noted) + 1]
    refused = run("approve", ID, "--evidence", "-", stdin="Yes, do.").output
    assert "there is no yes to that on record" in refused
    assert "--agreed publish_text" in refused
    assert "nobody has asked whether the words" not in refused


def test_what_nobody_asked_is_told_when_it_is_recorded(store: Store, run: Run) -> None:
    given(store, consent=())
    proof = ("--evidence", "-", "--agreed", "publish_text", "--agreed", "keep_after_contest")
    done = run("approve", ID, *proof, stdin="Yes, everywhere.")
    assert "Nothing on record asks for `keep_after_contest`" in done.output
    assert "Nothing on record asks for `publish_text`" not in done.output


def test_ways_to_show_a_name_are_listed(store: Store, run: Run) -> None:
    given(store)
    done = run("approve", ID, "--evidence", "-", "--display", "Wilma T.", stdin="Yes.")
    assert "there are full, first-name, first-initial" in done.output


def test_who_is_asked_again_after_a_change_agrees_to_that(store: Store, run: Run) -> None:
    given(store, consent=())
    for words in ("They came at five … with a lamp.", "They came … with a lamp."):
        run("edit", ID, "--text", words)
        run("ask", ID)
    done = run("approve", ID, "--evidence", "-", "--agreed", "publish_text", stdin="Yes, do.")
    assert done.exit_code == 0, done.output
