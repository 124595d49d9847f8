"""A slip in the config speaks for nobody: what was not asked is no answer, and what was misread is read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.core.intake import Form
from caresite.submissions.columns import MAPPED
from caresite.submissions.records import Submission, decisions
from caresite.submissions.sources.tables import read_table
from caresite.submissions.store import Store
from submissions.conftest import MakeIntake, Run, only

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

    data = b'[{"words": "They came at five.", "may_we": "yes", "photo_okay": "no"}, {"words": "They stayed."}]'
    received = read_json(
        data,
        make_intake(
            map={"story": "words", "publish_text": "may_we", "publish_photo": "photo_ok", "translate": "may_we_2"}
        ),
    )
    assert [decisions(entry.submission.consent) for entry in received.entries] == [{"publish_text": "granted"}, {}]
    (near,) = received.diagnostics
    assert (near.code, near.severity) == ("S201", "warning")
    assert "no entry has “photo_ok”, which `map` calls `publish_photo`" in near.message
    assert "did you mean “photo_okay”?" in near.hint


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


# where letters lie


@pytest.mark.parametrize(
    ("path", "missing", "near"),
    [
        ("private/inbx/*.csv", "private/inbx", "private/inbox"),
        ("privat/inbox/*.csv", "privat", "private"),
        ("private/inbox/answer.csv", "private/inbox/answer.csv", "private/inbox/answers.csv"),
        ("private/inbox/*.csv", "", ""),
        ("private/inbox", "", ""),
        ("private/inbox/*/*.csv", "", ""),
    ],
)
def test_a_path_that_leads_nowhere_is_told(
    path: str, missing: str, near: str, site: Path, run: Run, declare: Declare
) -> None:
    (site / "private/inbox").mkdir(parents=True)
    (site / "private/inbox/answers.csv").write_text(ANSWERS, encoding="utf-8")
    declare(GOOD)
    config = site / "caresite.yaml"
    config.write_text(config.read_text("utf-8").replace("in/*.csv", path), encoding="utf-8")
    checked = CliRunner().invoke(cli, ["-C", str(site), "check"])
    pulled = run("pull")
    assert (checked.exit_code, pulled.exit_code) == (0, 0), checked.output
    for output in (checked.output, pulled.output):
        assert ("the source `paper` finds no file" in output) == bool(missing), output
        assert not missing or f"there is no `{missing}`" in output
        assert not near or f"did you mean `{near}`?" in output


def test_a_wording_that_is_not_there_is_an_error(site: Path, store: Store, run: Run, declare: Declare) -> None:
    declare(GOOD)
    config = site / "caresite.yaml"
    config.write_text(config.read_text("utf-8").replace("type: csv", "type: csv\n    wording: story-2026-1"), "utf-8")
    checked = CliRunner().invoke(cli, ["-C", str(site), "check"])
    pulled = run("pull")
    for done in (checked, pulled):
        assert done.exit_code == 1
        assert "there is no wording `story-2026-1` in `consent/`" in done.output
        assert "did you mean `story-2026-01`?" in done.output
    assert not store.listing()


# ordinary answers


@pytest.mark.parametrize(
    ("answer", "given", "what"),
    [
        ("No, nothing", False, ""),
        ("Nothing at all.", False, ""),
        ("no", False, ""),
        ("Nein, gar nichts", False, ""),
        ("No, nada", False, ""),
        ("Yes, a free loaf", True, "a free loaf"),
        ("Yes", True, ""),
        ("No, but they gave me a free loaf", None, ""),
        ("No idea", None, ""),
    ],
)
def test_whether_something_was_given(answer: str, given: bool | None, what: str, make_intake: MakeIntake) -> None:
    data = f'story,Did you get anything for it?\nThey came.,"{answer}"\n'.encode()
    found = only(read_table(data, make_intake())).incentive
    assert (found.given, found.description) == (given, what)


@pytest.mark.parametrize(
    ("question", "answer", "age", "least"),
    [
        ("Are you over 16?", "Yes", "of-age", 16),
        ("Are you at least 16 years old?", "no", "under-age", 16),
        ("Sind Sie über 18?", "Ja", "of-age", 16),
        ("¿Tiene más de 16 años?", "sí", "of-age", 16),
        ("Are you over 13?", "Yes", "unknown", 16),
        ("Are you over 16?", "Yes", "unknown", 18),
        ("How old are you?", "41", "of-age", 16),
    ],
)
def test_whether_they_are_of_age(question: str, answer: str, age: str, least: int, make_intake: MakeIntake) -> None:
    intake = make_intake(forms={"best-story": Form(min_age=least)}, form="best-story")
    found = only(read_table(f"story,{question}\nThey came.,{answer}\n".encode(), intake))
    assert found.submitter.age == age


def test_columns_without_a_place_and_odd_answers_are_told_at_once(site: Path, store: Store, run: Run) -> None:
    (site / "in.csv").write_text(
        "story,Are you old enough to vote?,Favourite loaf,relation\nThey came.,Yes,rye,a stranger\n", encoding="utf-8"
    )
    said = run("pull", str(site / "in.csv")).output
    assert "not used: “Are you old enough to vote?”; add `age: Are you old enough to vote?` to `map`" in said
    assert "not used: “Favourite loaf”; kept with the entry" in said
    assert "noticed: relation: “a stranger” was not understood" in said
    assert "…`" not in said
