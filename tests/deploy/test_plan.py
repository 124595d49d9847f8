"""What is planned: exactly what differs, in an order that keeps the site whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.deploy.plan import Plan, made, steps
from caresite.deploy.target import File, There, Wanted


def wanted(**digests: str) -> Wanted:
    paths = {name.replace("__", "/").replace("_", "."): digest for name, digest in digests.items()}
    return Wanted({path: File(path, Path(path), 10) for path in paths}, paths)


def names(plan: Plan) -> tuple[list[str], list[str], list[str]]:
    return [f.path for f in plan.add], [f.path for f in plan.change], list(plan.delete)


def test_only_what_differs_is_planned() -> None:
    site = wanted(index_html="1", new_html="2", same_css="3")
    plan = made(site, There({"index.html": "0", "same.css": "3", "old.html": "4"}))
    assert names(plan) == (["new.html"], ["index.html"], ["old.html"])
    assert (plan.unchanged, plan.bytes, plan.is_empty) == (1, 20, False)


def test_nothing_is_planned_when_all_is_there() -> None:
    assert made(wanted(index_html="1"), There({"index.html": "1"})).is_empty


def test_a_file_that_nobody_can_tell_is_sent_again() -> None:
    assert names(made(wanted(index_html="1"), There({"index.html": ""})))[1] == ["index.html"]


def test_files_of_others_stay_unless_the_target_is_taken_over() -> None:
    there = There({"index.html": "1", "cgi-bin/old.pl": "2"}, foreign=frozenset(["cgi-bin/old.pl"]))
    assert made(wanted(index_html="1"), there).is_empty
    assert names(made(wanted(index_html="1"), there, take_over=True))[2] == ["cgi-bin/old.pl"]


def test_unfinished_files_are_something_to_do() -> None:
    assert not made(wanted(index_html="1"), There({"index.html": "1"}, leftovers=(".x.part",))).is_empty


def test_assets_go_before_pages_and_pages_before_what_leads_to_them() -> None:
    site = wanted(a_html="1", assets__x_css="1", assets__x_png="1", sitemap_xml="1", feed_json="1", b_html="1")
    rules = dict.fromkeys((".htaccess", "_headers", "_redirects", "shop/.htaccess"), "1")
    site = Wanted({**site.files, **{p: File(p, Path(p), 10) for p in rules}}, {**site.digests, **rules})
    plan = made(site, There({"b.html": "0"}))
    order = [(step.name, [file.path for file in step.files]) for step in steps(plan)]
    assert order == [
        ("assets", ["assets/x.png"]),
        ("styles", ["assets/x.css"]),
        ("new pages", ["a.html"]),
        ("pages", ["b.html"]),
        ("rules", [".htaccess", "_headers", "_redirects", "shop/.htaccess"]),
        ("feeds", ["feed.json", "sitemap.xml"]),
    ]


@pytest.mark.parametrize(
    ("first", "then"), [("sitemap.xml", ".htaccess"), (".htaccess", "a.html"), ("a.html", "x.css"), ("x.css", "x.png")]
)
def test_what_others_ask_for_is_deleted_after_them(first: str, then: str) -> None:
    assert made(wanted(), There({then: "1", first: "1"})).delete == (first, then)
