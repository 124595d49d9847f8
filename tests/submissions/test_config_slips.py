"""A slip in the config speaks for nobody: what was not asked is no answer, and what was misread is read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from caresite.submissions.columns import MAPPED
from caresite.submissions.records import Submission, decisions
from caresite.submissions.store import Store
from submissions.conftest import MakeIntake, Run
from submissions.conftest import codes as codes_of

SOURCE = """
sources:
  paper:
    type: csv
    path: in/*.csv
    yes: [Yes please]
    map: {%s}
"""
GOOD = "story: What happened?, publish_text: May we publish your words?"
ANSWERS = (
    "Timestamp;What happened?;Your name;Email;May we publish your words?\n"
    "2026-03-02 18:04:11;The chain came off on the hill.;Helen Marsh;helen@x.example;Yes please\n"
    "2026-03-03 18:04:11;They kept the wheel for me to see.;Ned Low;ned@x.example;Yes please\n"
)

Declare = Callable[[str], None]


@pytest.fixture
def declare(site: Path) -> Declare:
    """Return a function that writes the `map` of the source into the config."""
    plain = (site / "caresite.yaml").read_text("utf-8")
    (site / "in").mkdir()
    (site / "in/answers.csv").write_text(ANSWERS, encoding="utf-8")
    return lambda mapped: (site / "caresite.yaml").write_text(plain + SOURCE % mapped, encoding="utf-8") and None


def kept(store: Store) -> dict[str, Submission]:
    return {s.name: store.read(s.id).submission for s in store.listing().values()}


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        (
            "story: What happened?, publish_text: May we publish your word?",
            (
                "there is no column “May we publish your word?”, which `map` calls `publish_text`",
                "did you mean “May we publish your words?”?",
            ),
        ),
        (
            "story: What happened?, publish_txt: May we publish your words?",
            ("`map` of the source `paper` knows nothing called `publish_txt`", "did you mean `publish_text`?"),
        ),
    ],
    ids=["column", "key"],
)
def test_a_slip_in_map_is_told_and_nothing_is_kept(
    mapped: str, said: tuple[str, ...], declare: Declare, store: Store, run: Run
) -> None:
    declare(mapped)
    done = run("pull")
    assert done.exit_code == 1
    for words in said:
        assert words in done.output
    assert not store.listing()
    declare(GOOD)
    assert "2 new submissions taken in." in run("pull").output
    assert decisions(kept(store)["Helen Marsh"].consent) == {"publish_text": "granted"}


def test_what_was_not_asked_is_neither_yes_nor_no(make_intake: MakeIntake) -> None:
    from caresite.submissions.sources.json_files import read_json

    data = b'[{"words": "They came at five.", "may_we": "yes"}, {"words": "They stayed."}]'
    received = read_json(
        data, make_intake(map={"story": "words", "publish_text": "may_we", "publish_photo": "may_we_2"})
    )
    assert [decisions(entry.submission.consent) for entry in received.entries] == [{"publish_text": "granted"}, {}]
    assert codes_of(received).count("S201") == 0


def test_what_nobody_has_decided_about_is_read_again(declare: Declare, store: Store, run: Run) -> None:
    declare("story: What happened?, location: May we publish your words?")
    run("pull")
    helen, ned = kept(store)["Helen Marsh"], kept(store)["Ned Low"]
    assert (helen.consent, helen.submitter.location) == ((), "Yes please")
    run("edit", ned.id, "--relation", "family", "--note", "Tom's brother")
    declare(GOOD)
    assert "Nothing new, 2 there already." in run("pull").output
    tried = run("pull", "--again", "--dry-run").output
    assert "1 of them would be read anew" in tried
    assert kept(store)["Helen Marsh"] == helen
    done = run("pull", "--again")
    assert done.exit_code == 0
    assert f"{helen.id}  read anew" in done.output
    assert f"{ned.id}  was left as it is" in done.output
    assert "Nothing new, 2 there already, 1 of them read anew." in done.output
    now = kept(store)
    assert decisions(now["Helen Marsh"].consent) == {"publish_text": "granted"}
    assert now["Helen Marsh"].submitter.location == ""
    assert now["Helen Marsh"].moderation == helen.moderation
    assert now["Helen Marsh"].imported_at == helen.imported_at
    assert (now["Ned Low"].submitter.relation, now["Ned Low"].consent) == ("family", ())
    assert "read anew" not in run("pull", "--again").output, "once it is as it is read"


def test_what_somebody_found_out_outlives_reading_again(declare: Declare, store: Store, run: Run) -> None:
    declare("story: What happened?")
    run("pull")
    helen = kept(store)["Helen Marsh"]
    run("edit", helen.id, "--age", "of-age", "--incentive", "")
    declare(GOOD)
    run("pull", "--again")
    now = kept(store)["Helen Marsh"]
    assert (now.submitter.age, now.incentive.given) == ("of-age", False)
    assert decisions(now.consent) == {"publish_text": "granted"}


def test_the_docs_list_every_key_of_map() -> None:
    told = (Path(__file__).parents[2] / "docs/how-to/collect-stories.md").read_text("utf-8")
    table = told.partition("| key of `map` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) == set(MAPPED)
