"""Spam stops no build, what was public before is no secret, and words that are not published stay private."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.submissions.store import Store
from caresite.testing import write_site
from submissions.conftest import Run

STORY = "Dear all. This purple xylophone story was never approved by anybody, and its words should stay private!"
SENTENCE = "this purple <b>xylophone</b> story was never approved by anybody &mdash; and its words should stay private."
SITE = """
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
theme: hearth
plugins: [submissions]
-- content/pages/about.md --
---
title: About
---

We bake for everybody, by hand.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_site(tmp_path / "site", SITE)
    return tmp_path / "site"


def caresite(site: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(site), *words], catch_exceptions=False)


def sent(site: Path, run: Run, **fields: str) -> str:
    """Pull one entry; return its id."""
    story = {"story": "They came at five and nobody was cross.", **fields}
    (site / "entry.json").write_text(json.dumps([story]), encoding="utf-8")
    assert run("pull", str(site / "entry.json")).exit_code == 0
    return next(iter(Store(site).listing()))


def about(site: Path, text: str) -> None:
    (site / "content/pages/about.md").write_text(f"---\ntitle: About\n---\n\n{text}\n", encoding="utf-8")


SPAM = "CHEAP BACKLINKS casino viagra https://links.example/x https://a.example https://b.example"


@pytest.mark.parametrize("name", ["Customer stories", "Corner Bakery", "Ada Vexworth"])
@pytest.mark.parametrize("state", ["quarantined", "rejected"])
def test_spam_stops_no_build_whatever_it_is_called(site: Path, run: Run, name: str, state: str) -> None:
    item_id = sent(site, run, story=SPAM, name=name, email="t@mailinator.com")
    assert Store(site).read(item_id).submission.moderation.state == "quarantined"
    if state == "rejected":
        assert run("reject", item_id, "--reason", "spam").exit_code == 0
    about(site, f"Customer stories by Ada Vexworth of Corner Bakery, t@mailinator.com. {SPAM}")
    done = caresite(site, "build")
    assert (done.exit_code, "error" in done.output) == (0, False), done.output
    assert "warning[S101]" in done.output
    assert f"the submission {item_id}, which is {'declined' if state == 'rejected' else 'in quarantine'}" in done.output


def test_the_secret_of_another_entry_counts_though_spam_shares_it(site: Path, run: Run) -> None:
    sent(site, run, name="Ada Vexworth", email="ada@vexworth.example")
    sent(site, run, story=SPAM, name="Ada Vexworth", email="ada@vexworth.example")
    about(site, "Write to ada@vexworth.example.")
    assert "error[S101]" in caresite(site, "build").output


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Customer stories", "ann@x.example"),
        ("Send your story", "ann@x.example"),
        ("Corner Bakery", "ann@x.example"),
        ("Ann Baker", "ann@baker.example"),
    ],
    ids=["the theme", "the words of forms", "the config", "a page"],
)
def test_what_was_public_before_is_no_secret(site: Path, run: Run, name: str, email: str) -> None:
    about(site, "Ann Baker answers at ann@baker.example: we bake our bread for everybody in town and by hand.")
    assert caresite(site, "build").exit_code == 0
    item_id = sent(site, run, name=name, email=email, story="We bake our bread for everybody in town, and by hand.")
    assert Store(site).read(item_id).submission.public_before
    about(site, f"{name}. Ann Baker answers at ann@baker.example: we bake our bread for everybody in town and by hand.")
    done = caresite(site, "build")
    assert (done.exit_code, "S101" in done.output, "S108" in done.output) == (0, False, False), done.output


def test_what_became_public_later_is_a_secret_still(site: Path, run: Run) -> None:
    assert caresite(site, "build").exit_code == 0
    sent(site, run, name="Ann Baker", email="ann@baker.example")
    about(site, "Ann Baker answers.")
    assert "error[S101]" in caresite(site, "build").output
    assert run("pull", str(site / "entry.json"), "--again").exit_code == 0
    assert "error[S101]" in caresite(site, "build").output


def test_what_is_added_by_hand_is_compared_with_the_site_as_well(site: Path, run: Run) -> None:
    about(site, "Ann Baker answers.")
    assert caresite(site, "build").exit_code == 0
    said = ("--name", "Ann Baker", "--display", "anonymous", "--text", "They were there at five.")
    assert run("add", *said).exit_code == 0
    assert caresite(site, "build").exit_code == 0


# sentences


def test_a_sentence_that_is_not_published_is_told_and_not_sent(site: Path, run: Run, tmp_path: Path) -> None:
    item_id = sent(site, run, story=STORY)
    about(site, SENTENCE)
    done = caresite(site, "build")
    assert done.exit_code == 0
    assert f"content/pages/about.md: warning[S108] `about/index.html` holds a sentence of the submission {item_id}" in (
        " ".join(done.output.split())
    )
    config = site / "caresite.yaml"
    config.write_text(
        f"{config.read_text(encoding='utf-8')}deploy: {{production: {{target: folder, path: {tmp_path / 'www'}}}}}\n"
    )
    config.write_text(config.read_text(encoding="utf-8").replace("bakery.example", "corner-bakery.org"))
    for way in ((), ("--no-build",)):
        refused = caresite(site, "deploy", "-y", "--no-verify", *way)
        assert (refused.exit_code, "error[H116]" in refused.output) == (1, True), refused.output
    assert not (tmp_path / "www").exists()


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (SENTENCE, True),
        (SENTENCE.upper().replace("&MDASH;", "—"), True),
        ("This purple story was never approved by anybody, and its words should stay private.", False),
        ("This purple xylophone story was never approved by anybody.", False),
        ("Dear all.", False),
    ],
    ids=["whole", "in capitals", "with a word less", "a part", "a short one"],
)
def test_a_sentence_is_found_whole(site: Path, run: Run, text: str, is_found: bool) -> None:
    sent(site, run, story=STORY)
    about(site, text)
    assert ("S108" in caresite(site, "build").output) is is_found


def test_a_sentence_of_what_was_declined_is_a_note(site: Path, run: Run) -> None:
    item_id = sent(site, run, story=STORY)
    assert run("reject", item_id, "--reason", "off-topic").exit_code == 0
    about(site, SENTENCE)
    done = caresite(site, "--json", "build")
    found = [d for d in json.loads(done.output)["diagnostics"] if d["code"] == "S108"]
    assert [d["severity"] for d in found] == ["note"]


def test_the_sentences_of_a_story_that_is_published_are_no_secret_in_another(site: Path, run: Run) -> None:
    yes = ("--consent", "publish_text", "--of-age", "--incentive", "", "--title", "The story")
    assert run("add", "--name", "Ann", "--display", "anonymous", *yes, "--text", STORY).exit_code == 0
    first = next(iter(Store(site).listing()))
    assert run("approve", first).exit_code == 0, run("approve", first).output
    sent(site, run, story=f"{STORY} I sent it twice.", name="Ann")
    assert "S108" not in caresite(site, "build").output
