"""Whatever strangers type into whatever field stays text: in pages, attributes, feeds, tables, terminals, names."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from caresite.cli import cli
from caresite.core.texts import without_invisible
from caresite.submissions.export import as_csv, as_json, neutral
from caresite.submissions.fold import clean_line, clean_text
from caresite.submissions.public import as_text, content_file
from caresite.submissions.records import About, Agreement, Submission
from caresite.submissions.sources.json_files import SOURCE as JSON
from caresite.submissions.sources.registry import Delivery
from caresite.submissions.sources.tables import read_table
from caresite.submissions.store import Store
from caresite.testing import BuiltSite, build_site, split_files
from submissions.conftest import NOW, SITE, netlify_entry
from submissions.test_pull import desk_of

FIELDS = (
    "story",
    "name",
    "role",
    "company",
    "location",
    "about",
    "title",
    "incentive_what",
    "phone",
    "website",
    "email",
)
RECIPES = (
    *(
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "＝1+1",
    ),
    *(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title><script>alert(1)</script>",
        "]]>",
        "--><b>",
    ),
    *("{{ 7*7 }}", "{% include 'x' %}", "{{< sc >}}", "---\ntitle: x\n---", "::: quote x\n:::", "<!-- more -->", "+++"),
    *(
        "[x](javascript:alert(1))",
        "![x](http://x.example/y.png)",
        "javascript:alert(1)",
        "../../etc/passwd",
        "CON",
        "a\0b",
    ),
    *(
        "\u202eevil\u2066",
        "\x1b[31mred\x1b]0;title\x07",
        "\x9b31m",
        "</script>",
        "\u2028\u2029",
        "# h\n## h2",
        "- a\n- b",
    ),
    *(
        "1. x",
        "    code",
        "a\n===\nb",
        "| a |\n|---|\n| b |",
        "&lt;b&gt;",
        "http://x.example www.x.example a@b.example",
    ),
)


@cache
def naughty() -> tuple[str, ...]:
    path = Path(__file__).parents[3] / "shared/fixtures/hostile/naughty-strings/blns.json"
    return tuple(json.loads(path.read_text("utf-8"))) if path.is_file() else ()


def test_there_are_all_of_them(shared_fixtures: Path) -> None:
    assert shared_fixtures.is_dir()
    assert len(naughty()) == 515


def strings() -> tuple[str, ...]:
    return (*naughty(), *RECIPES)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store with a submission for each string, which stands in every field of it."""
    site = tmp_path_factory.mktemp("site")
    for path, text in split_files(SITE).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    desk, intake = desk_of(site)
    entries = []
    for number, text in enumerate(strings()):
        fields = dict.fromkeys(FIELDS, text)
        entry = netlify_entry(number, **fields | {"Another question": text, "story": f"They came.\n\n{text}"})
        entries.append(entry | {"id": f"{number}-{text}"})
    desk.take(JSON, [Delivery("x", json.dumps(entries).encode())], intake)
    assert len(desk.outcome.arrived) == len(strings()), [d.message for d in desk.outcome.diagnostics][:3]
    return Store(site)


def kept(store: Store) -> Iterator[tuple[str, Submission]]:
    """Yield each string with its submission."""
    texts = strings()
    for item_id in store.listing():
        submission = store.read(item_id).submission
        number = int(submission.source_id.split("-")[0])
        yield texts[number], submission


def test_nothing_is_lost_and_nothing_unseen_is_kept(full: Store) -> None:
    assert not full.broken
    for text, submission in kept(full):
        assert submission.text.body == clean_text(f"They came.\n\n{text}")
        assert submission.submitter.role == clean_line(text, 120)
        for value in (submission.text.body, *submission.extra.values()):
            assert value == without_invisible(value)


def test_file_names_are_ours(full: Store) -> None:
    names = {path.relative_to(full.folder).as_posix() for path in full.folder.rglob("*") if path.is_file()}
    expected = re.compile(
        r"[0-9a-f]{16}\.yaml|log\.jsonl|secret|README\.txt|\.listing|\.lock|wordings/[0-9a-f]{64}\.md"
    )
    assert [name for name in names if not expected.fullmatch(name)] == []
    for text, submission in kept(full):
        path, _ = content_file(submission)
        assert re.fullmatch(r"content/stories/[a-z0-9][a-z0-9-]*\.md", path), (text, path)


# tables and data


def test_no_cell_of_an_export_is_a_formula(full: Store) -> None:
    data = as_csv(submission for _, submission in kept(full))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(strings()) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows[1:] for cell in row):
        start = cell.lstrip()[:1]
        assert start not in tuple("=+@＝＋－＠\t\r|%") or cell.lstrip() == "", cell
        assert start != "-" or re.fullmatch(r"-?[\d.]+", cell), cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", " =1", "＝1", "|calc", "%0A=1", "x\n=1"])
def test_what_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["They came.", "-5", "4.5", "", "a=b", "ada@x.example", "x\ny"])
def test_what_does_not_is_left_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell


def test_an_export_comes_back_through_our_own_reader(full: Store) -> None:
    _, intake = desk_of(full.root)
    data = as_csv(submission for _, submission in kept(full))
    received = read_table(data, replace(intake, now=NOW))
    bodies = {submission.text.body for _, submission in kept(full)}
    back = {entry.submission.text.body for entry in received.entries}
    assert len(bodies - back) <= 2, "but for an apostrophe of their own"


def test_json_is_json(full: Store) -> None:
    found = json.loads(as_json(submission for _, submission in kept(full)))
    assert len(found) == len(strings())


# terminals


@pytest.mark.parametrize("command", [("list",), ("list", "--format", "csv"), ("show",), ("show", "--page")])
def test_nothing_steers_the_terminal(command: tuple[str, ...], full: Store) -> None:
    ids = list(full.listing())[:: 1 if command[0] == "list" else 9]
    calls = [command] if command[0] == "list" else [(command[0], item_id, *command[1:]) for item_id in ids]
    for call in calls:
        done = CliRunner().invoke(cli, ["-C", str(full.root), "stories", *call], catch_exceptions=False)
        assert done.exit_code == 0
        assert [c for c in done.output if not (c.isprintable() or c == "\n")] == [], call


def test_a_row_of_the_list_is_a_row(full: Store) -> None:
    done = CliRunner().invoke(cli, ["-C", str(full.root), "stories", "list"], catch_exceptions=False)
    lines = done.output.splitlines()
    assert len(lines) == len(strings()) + 1
    assert all(re.match(r"[0-9a-f]{16}  ", line) for line in lines[:-1])


# pages


PUBLISHED = """\
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
"""


@pytest.fixture(scope="module")
def published(full: Store, tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Return a site on which each submission is a story, with everything agreed to."""
    files: dict[str, bytes] = {"caresite.yaml": PUBLISHED.encode()}
    agreed = Agreement(
        at=next(iter(full.listing().values())).received_at,
        method="letter",
        granted=("publish_text", "publish_name", "publish_company"),
    )
    for number, (text, submission) in enumerate(kept(full)):
        shown = replace(
            submission,
            consent=(agreed,),
            submitter=replace(submission.submitter, display="full"),
            about=About(self=False, name=clean_line(text, 160)) if clean_line(text) else About(),
        )
        _, content = content_file(shown)
        inline = "consent: {at: 2026-10-01, scopes: [publish_text, publish_name, publish_company], how: letter}"
        content = content.replace("draft: true\n", f"slug: s{number}\ndisclosure: They got something.\n{inline}\n", 1)
        content = re.sub(r"(?m)^consent_ref: .*\n", "", content, count=1)
        files[f"content/stories/s{number}.md"] = content.encode()
    return build_site(files=files, root=tmp_path_factory.mktemp("published"))


def tree_of(page: str) -> Element:
    return html5lib.parse(page, namespaceHTMLElements=False)


def test_every_story_is_a_page_and_no_string_is_more_than_words(published: BuiltSite) -> None:
    errors = [d for d in published.diagnostics if d.severity == "error"]
    assert errors == [], published.report[:2000]
    pages = {path for path in published.outputs if re.fullmatch(r"stories/s\d+/index\.html", path)}
    assert len(pages) == len(strings())
    plain = shape(tree_of(published.html("/stories/s0/")))
    for path in sorted(pages):
        tree = tree_of(published.html(path))
        assert shape(tree) <= plain | ALLOWED, (path, shape(tree) - plain)
        check_attributes(tree, path)


ALLOWED = {
    "br",
    "p",
    "a",
    "blockquote",
    "ol",
    "li",
    "details",
    "summary",
    "aside",
    "figure",
    "figcaption",
    "h3",
    "dl",
    "dt",
    "dd",
}


def shape(tree: Element) -> set[str]:
    """Return the names of all elements of a page."""
    return {str(element.tag) for element in tree.iter() if isinstance(element.tag, str)}


def check_attributes(tree: Element, path: str) -> None:
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), (path, name)
            assert name != "style", (path, value)
            if name in ("href", "src", "action", "srcset"):
                address = re.sub(r"[\x00-\x20]", "", value).lower()
                assert not address.startswith(("javascript:", "data:text", "vbscript:", "file:")), (path, value)
        if element.tag == "script":
            assert element.get("src") is None, path
            assert element.get("type") == "application/ld+json", path


def test_the_words_are_read_as_they_were_written(published: BuiltSite, full: Store) -> None:
    for number, (text, submission) in enumerate(kept(full)):
        page = published.html(f"/stories/s{number}/")
        tree = tree_of(page)
        said = [" ".join("".join(p.itertext()).split()) for p in tree.iter("p")]
        assert "They came." in said, text
        expected = plain_of(submission.text.body)
        assert expected in plain_of(" ".join("".join(tree.itertext()).split())), (text, number)


def plain_of(text: str) -> str:
    """Return letters and digits alone: quotation marks and dashes are set in the manner of the language."""
    return "".join(c for c in unescape(text) if c.isalnum())


def test_structured_data_is_data(published: BuiltSite) -> None:
    for path in published.outputs:
        if path.endswith(".html"):
            for script in tree_of(published.outputs[path].decode()).iter("script"):
                if script.get("type") != "application/ld+json":
                    assert re.fullmatch(r"/(?:assets|search)/[\w.-]+\.js", script.get("src") or ""), path
                    assert not script.text, path
                    continue
                value = json.loads(script.text or "")
                assert isinstance(value, (dict, list))
                assert not re.search(r"[<>]|&(?!amp|lt|gt)", script.text or ""), path


def test_feeds_are_feeds(published: BuiltSite) -> None:
    names = [path for path in published.outputs if path.endswith((".xml", ".json"))]
    assert any("stories" in name or name == "feed.xml" for name in names)
    for path in names:
        data = published.data(path)
        if path.endswith(".json"):
            for item in json.loads(data).get("items", []):
                check_attributes(tree_of(item.get("content_html", "")), path)
            continue
        root = ET.fromstring(data)
        for element in root.iter():
            if (
                element.text
                and "<" in element.text
                and str(element.tag).endswith(("content", "description", "encoded", "summary"))
            ):
                found = tree_of(element.text)
                assert not list(found.iter("script")), path
                check_attributes(found, path)


def test_a_word_that_is_escaped_says_what_it_said() -> None:
    assert as_text("a_b *c* `d`") == "a\\_b \\*c\\* \\`d\\`"
    assert as_text("It’s 10.30, isn't it? (Yes.)") == "It’s 10\\.30, isn't it? (Yes.)"
    assert as_text("one\ntwo\n\nthree") == "one\\\ntwo\n\nthree"
