"""`caresite new`: drafts that build, from the declarations or from the site's own archetypes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caresite.commands.scaffold import LIKELY
from caresite.core.schema import fields_of
from caresite.core.values import plain, read_yaml, split_front_matter
from caresite.kinds import KINDS
from caresite.testing import build_site, write_site

from .conftest import Run

COLLECTION = """
-- content/quotes/care.yaml --
# Kept as it is.
title: Care
quotes:
  - id: first
    text: "One."     # and this
    author: Somebody
license: ours
"""


def keys_of(path: Path) -> dict[str, object]:
    table, _, _ = split_front_matter(path.read_text(), path.name)
    assert table is not None
    found = plain(table)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("post", "content/blog/a-new-thing.md"),
        ("story", "content/stories/a-new-thing.md"),
        ("page", "content/pages/a-new-thing.md"),
        ("testimonial", "content/testimonials/a-new-thing.md"),
        ("author", "content/authors/a-new-thing.md"),
        ("quote", "content/quotes/quotes.yaml"),
        ("blog", "content/blog/a-new-thing.md"),
    ],
)
def test_a_new_thing_is_a_draft_that_builds(run: Run, site: Path, kind: str, path: str) -> None:
    result = run("new", kind, "A new thing")
    assert result.exit_code == 0
    assert result.output.strip().endswith(path)
    built = build_site(root=site)
    assert built.ok, built.report
    assert built.codes == ()
    held = {held.id.partition("#")[0] for held in built.held_back if held.state == "draft"}
    assert path in held or kind == "author"


def test_what_is_given_stands_in_the_front_matter(run: Run, site: Path) -> None:
    run("new", "post", "Open on Sundays: a trial", "-s", "Sundays!", "-d", "2026-12-01 9:05", "--author", "rosa",
        "--author", "Ines Okafor", "--tags", "care, hours", "--tags", "a:b")  # fmt: skip
    keys = keys_of(site / "content/blog/sundays.md")
    assert keys["title"] == "Open on Sundays: a trial"
    assert keys["date"] == "2026-12-01 09:05"
    assert keys["authors"] == ["rosa", "Ines Okafor"]
    assert keys["tags"] == ["care", "hours", "a:b"]
    assert keys["draft"] is True


@pytest.mark.parametrize("title", ["null", "no", 'He said: "no" # twice', "- [x]", "50 %", "日本", "{a}", "'", "\\n"])
def test_any_title_is_read_back_as_it_was_given(run: Run, site: Path, title: str) -> None:
    path = run("new", "post", "--slug", "x", "--", title).output.strip()
    assert build_site(root=site, drafts=True).site.pages["content/blog/x.md"].title == title, path


def test_nothing_is_overwritten_without_force(run: Run, site: Path) -> None:
    before = (site / "content/blog/hello.md").read_text()
    result = run("new", "post", "Hello")
    assert result.exit_code == 1
    assert "exists already" in result.output
    assert (site / "content/blog/hello.md").read_text() == before
    assert run("new", "post", "Hello", "--force").exit_code == 0
    assert (site / "content/blog/hello.md").read_text() != before


def test_a_folder_of_the_same_name_is_seen_too(run: Run, site: Path) -> None:
    write_site(site, "-- content/blog/pictures/index.md --\n---\ntitle: Pictures\n---\n")
    assert run("new", "post", "Pictures", "-f").exit_code == 1


def test_an_unknown_kind_gets_the_nearest_one(run: Run) -> None:
    result = run("new", "pots", "Hello")
    assert result.exit_code == 2
    assert "did you mean “post”?" in result.output


def test_a_bad_date_is_wrong_usage(run: Run) -> None:
    result = run("new", "post", "Hello again", "-d", "05/03/2026")
    assert result.exit_code == 2
    assert "day and month cannot be told apart" in result.output


def test_a_slug_cannot_leave_its_folder(run: Run, site: Path) -> None:
    run("new", "post", "Out", "--slug", "../../out")
    assert (site / "content/blog/out.md").is_file()


def test_a_collection_of_the_sites_own_can_be_named(run: Run, site: Path) -> None:
    with (site / "caresite.yaml").open("a") as file:
        file.write("collections: {news: {kind: post}}\n")
    assert run("new", "news", "We moved").output.strip().endswith("content/news/we-moved.md")


def test_consent_is_shown_as_a_comment_only(run: Run, site: Path) -> None:
    run("new", "testimonial", "Hattie Bloom")
    path = site / "content/testimonials/hattie-bloom.md"
    assert "# consent:\n#   at: " in path.read_text()
    assert "consent" not in keys_of(path)
    assert keys_of(path)["author"] == {"name": "Hattie Bloom", "display": "full", "role": None, "company": None}


def test_the_commented_consent_is_right_when_the_marks_are_taken_away(run: Run, site: Path) -> None:
    run("new", "testimonial", "Hattie Bloom")
    path = site / "content/testimonials/hattie-bloom.md"
    head, mark, tail = path.read_text().partition("# consent:")
    lines = tail.split("\n")
    shown = [line.removeprefix("# ").removeprefix("#") for line in lines[:4]]
    text = head + "consent:" + "\n".join([*shown, *lines[4:]])
    path.write_text(text.replace("draft: true", "draft: false") + "They carried it all.\n")
    built = build_site(root=site, now="2040-01-01")
    assert mark
    assert built.codes == (), built.report
    assert "They carried it all." in built.html("/testimonials/")


def test_a_quote_joins_a_collection_and_the_rest_of_the_file_stays(run: Run, site: Path) -> None:
    write_site(site, COLLECTION)
    path = site / "content/quotes/care.yaml"
    before = path.read_text()
    assert run("new", "quote", "Listen, twice", "--author", "Ada Lind").exit_code == 0
    after = path.read_text()
    assert after.startswith(before.partition("license")[0].rstrip())
    assert after.endswith("license: ours\n")
    quotes = plain(read_yaml(after, "care.yaml"))["quotes"]
    assert [quote["id"] for quote in quotes] == ["first", "listen-twice"]
    assert quotes[1]["text"] == "Listen, twice"
    assert quotes[1]["author"] == "Ada Lind"
    assert quotes[1]["draft"] is True


def test_a_second_quote_of_one_id_is_refused(run: Run, site: Path) -> None:
    write_site(site, COLLECTION)
    result = run("new", "quote", "First")
    assert result.exit_code == 1
    assert "error[Q105]" in result.output


def test_a_list_in_one_line_is_left_alone(run: Run, site: Path) -> None:
    write_site(site, "-- content/quotes/care.yaml --\ntitle: Care\nquotes: [{id: a, text: One.}]\n")
    before = (site / "content/quotes/care.yaml").read_text()
    result = run("new", "quote", "Two")
    assert result.exit_code == 1
    assert "add the quote by hand" in result.output
    assert (site / "content/quotes/care.yaml").read_text() == before


def test_a_list_at_the_start_of_a_line_and_a_bare_one_take_a_quote(run: Run, site: Path) -> None:
    write_site(site, "-- content/quotes/care.yaml --\n- id: a\n  text: One.")
    assert run("new", "quote", "Two").exit_code == 0
    assert [q["id"] for q in plain(read_yaml((site / "content/quotes/care.yaml").read_text(), "x"))] == ["a", "two"]


def test_among_several_collections_one_must_be_named(run: Run, site: Path) -> None:
    write_site(site, COLLECTION + "-- content/quotes/trade.yaml --\nquotes: [{id: a, text: One.}]\n")
    result = run("new", "quote", "Two")
    assert result.exit_code == 2
    assert "--in care" in result.output
    assert run("new", "quote", "Two", "--in", "care").exit_code == 0
    assert run("new", "quote", "Three", "--in", "letters").output.strip().endswith("content/quotes/letters.yaml")


def test_the_sites_archetype_is_filled(run: Run, site: Path) -> None:
    text = "---\ntitle: {{ title | yaml }}\ndate: {{ date }}\ndraft: true\ntags: {{ tags | yaml }}\n---\n# {{ slug }}\n"
    write_site(site, f"-- archetypes/post.md --\n{text}")
    run("new", "post", "A: b", "-d", "2026-05-01", "--tags", "x")
    assert (site / "content/blog/a-b.md").read_text() == (
        '---\ntitle: "A: b"\ndate: 2026-05-01\ndraft: true\ntags: [x]\n---\n# a-b\n'
    )


@pytest.mark.parametrize(("text", "code"), [("{{ titel }}", "T103"), ("{% if %}", "T102")])
def test_a_broken_archetype_is_a_fault_with_its_place(run: Run, site: Path, text: str, code: str) -> None:
    write_site(site, f"-- archetypes/post.md --\n{text}\n")
    result = run("new", "post", "A")
    assert result.exit_code == 1
    assert f"error[{code}]" in result.output
    assert "archetypes/post.md" in result.output
    assert not (site / "content/blog/a.md").exists()


def test_json_names_the_path(run: Run) -> None:
    data = json.loads(run("--json", "new", "post", "A").output)
    assert data["path"].endswith("content/blog/a.md")
    assert data["collection"] == "blog"


@pytest.mark.parametrize("kind", sorted(LIKELY))
def test_scaffolds_offer_only_keys_that_exist(kind: str) -> None:
    for key in LIKELY[kind]:
        parent, _, child = key.rpartition(".")
        record = KINDS[kind]
        if parent:
            record = next(field.shape.record for field in fields_of(record) if field.name == parent)
        assert child in {field.name for field in fields_of(record)}


@pytest.mark.parametrize(
    ("title", "name", "shown"),
    [
        ("Hattie Bloom", "Hattie Bloom", ""),
        ("Kind words from Ann", "Ann", "Kind words from Ann"),
        ("Praise from Jürgen van der Berg", "Jürgen van der Berg", "Praise from Jürgen van der Berg"),
        ("A letter by Åsa Öst", "Åsa Öst", "A letter by Åsa Öst"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven", ""),
        ("What a customer wrote", "", "What a customer wrote"),
        ("Greetings from the seaside", "", "Greetings from the seaside"),
    ],
)
def test_a_testimonial_is_called_by_its_title_or_by_who_said_it(
    run: Run, site: Path, title: str, name: str, shown: str
) -> None:
    path = Path(run("new", "testimonial", title, "--slug", "one").output.strip())
    table, _, _ = split_front_matter(path.read_text(encoding="utf-8"), "one.md")
    assert table is not None
    values = plain(table)
    assert (values["author"]["name"] or "", values.get("title") or "") == (name, shown)


def test_a_new_story_shows_how_figures_and_wins_are_written(run: Run, site: Path) -> None:
    path = Path(run("new", "story", "The door").output.strip())
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    start, wins = lines.index("# metrics:"), lines.index("# ::: wins")
    metrics = "\n".join(line[2:] for line in lines[start : start + 2])
    parts = "\n".join(line[2:] for line in lines[wins : lines.index("# :::") + 1])
    consent = "consent: {given_by: self, at: 2026-01-01, scopes: [publish_text, publish_name], how: letter}"
    head = "---\ntitle: The door\ndate: 2026-01-01\nauthor: {name: Ada Quill}\nrelation: customer\n"
    head += f"{consent}\n{metrics}\n"
    path.write_text(f"{head}---\nIt would not close.\n\n{parts}\n", encoding="utf-8")
    built = build_site(root=site, now="2026-11-22")
    assert not [d for d in built.diagnostics if "the-door" in d.span.path], built.report
    assert "A door that closes." in built.html("/stories/the-door/")
    assert "There are also:" in text


@pytest.mark.parametrize(
    ("language", "name"), [("de-AT", "gruesse-aus-koeln"), ("sv", "grusse-aus-koln"), ("en", "grusse-aus-koln")]
)
def test_a_name_of_a_file_is_written_as_its_language_writes_without_its_letters(
    run: Run, site: Path, language: str, name: str
) -> None:
    config = (site / "caresite.yaml").read_text()
    (site / "caresite.yaml").write_text(f"{config}\nlanguage: {language}\n".replace("\nlanguage: en\n", "\n", 1))
    assert run("new", "post", "Grüße aus Ko\u0308ln").exit_code == 0
    assert (site / f"content/blog/{name}.md").is_file()
