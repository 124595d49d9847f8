"""Faults that only show when everything is there: links between finished pages, quotes, figures, plugins' checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.model import Output
from caresite.core.plugins import ActivePlugin, Plugin
from caresite.pipeline.check import check
from caresite.pipeline.reader import Plan
from caresite.testing import BuiltSite, picture

SmallSite = Callable[..., BuiltSite]
POST = "-- content/blog/a.md --\n---\ntitle: A\n---\n## One\n\nText.\n"


def found(site: BuiltSite, code: str) -> list[Diagnostic]:
    return [d for d in site.diagnostics if d.code == code]


def with_home(html: str) -> dict[str, bytes]:
    return {"templates/home.html": html.encode()}


# names of other pages in front matter

OTHERS = """
-- content/blog/rye.md --
---
title: Rye
---
Text.
-- content/blog/later.md --
---
title: Later
draft: true
---
Text.
"""


def naming(name: str) -> str:
    return OTHERS + f"-- content/blog/a.md --\n---\ntitle: A\nrelated:\n  - {name}\n---\nText.\n"


@pytest.mark.parametrize("name", ["rye", "content/blog/rye.md", "later", "content/blog/later.md"])
def test_related_pages_that_there_are_or_will_be_are_nothing_to_say(small_site: SmallSite, name: str) -> None:
    assert small_site(naming(name)).codes == ()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ryee", "did you mean `rye`?"),
        ("content/blog/ry.md", "did you mean `content/blog/rye.md`?"),
        ("sourdough", "correct the id"),
    ],
)
def test_a_related_page_that_there_is_not_is_told(small_site: SmallSite, name: str, hint: str) -> None:
    [told] = found(small_site(naming(name)), "L106")
    assert (told.severity, str(told.span), told.hint) == ("warning", "content/blog/a.md:4:5", hint)
    assert told.message == f"`related` names `{name}`, and there is no such page"


def test_the_story_of_a_testimonial_is_looked_for_too(small_site: SmallSite) -> None:
    consent = "consent: {at: 2026-03-02, scopes: [publish_text, publish_name], how: letter}"
    words = f"-- content/testimonials/jo.md --\n---\nauthor: Jo Marsh\nstory: NAME\n{consent}\n---\nGood.\n"
    story = f"-- content/stories/oven.md --\n---\ntitle: The oven\n{consent}\n---\nText.\n"
    assert found(small_site(story + words.replace("NAME", "oven")), "L106") == []
    [told] = found(small_site(story + words.replace("NAME", "ovn")), "L106")
    assert (str(told.span), told.hint) == ("content/testimonials/jo.md:3:8", "did you mean `oven`?")


# links in finished pages


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/blog/a/">x</a>',
        '<a href="/blog/a/#one">x</a>',
        '<a href="/blog/a/?x=1#one">x</a>',
        '<p id="here"></p><a href="#here">x</a>',
        '<a href="#top">x</a>',
        '<a href="/404.html">x</a>',
        '<a href="/images/a%20b.png">x</a>',
        '<a href="/images/a b.png">x</a>',
        '<a href="//cdn.example/x">x</a><a href="https://x.example/nowhere/">x</a>',
        '<a href="mailto:a@example.com">x</a>',
        '<p>They wrote <b>x</b> href="/nowhere/" and src="/x.png", with id="#y".</p>',
    ],
)
def test_links_that_lead_somewhere_are_nothing_to_say(small_site: SmallSite, html: str) -> None:
    files = with_home(html) | {"static/images/a b.png": picture()}
    assert small_site(POST, files=files).codes == ()


@pytest.mark.parametrize(
    ("html", "code", "said"),
    [
        ('<a href="/nowhere/">x</a>', "L103", "`/nowhere/`"),
        ('<img src="/x.png">', "L103", "`/x.png`"),
        ('<a href="/blog/a">x</a>', "L103", "`/blog/a`"),
        ('<a href="/blog/a/#two">x</a>', "L102", "`/blog/a/#two`"),
        ('<a href="#nowhere">x</a>', "L102", "`#nowhere`"),
        ('<a class="x" id="y" href="/nowhere/">x</a>', "L103", "`/nowhere/`"),
        ('<link rel="icon" href="/404.html" href="/nowhere/">', "L103", "`/nowhere/`"),
    ],
)
def test_a_link_a_template_wrote_is_checked_in_the_finished_page(
    small_site: SmallSite, html: str, code: str, said: str
) -> None:
    site = small_site(POST, files=with_home(html))
    (told,) = found(site, code)
    assert (told.severity, said in told.message) == ("warning", True)


def test_what_was_told_while_the_page_was_written_is_not_told_again(small_site: SmallSite) -> None:
    site = small_site(POST.replace("Text.", "[x](/nowhere/)"))
    assert len(found(site, "L103")) == 1


# quotes and figures


def quotes(*items: str) -> str:
    return "-- content/quotes/q.yaml --\n" + "".join(f"- {item}\n" for item in items)


def test_an_attribution_without_a_source_is_a_warning_and_of_the_living_an_error(small_site: SmallSite) -> None:
    dead = "{id: a, text: One., author: {name: Rosa, died: 1900}}"
    living = "{id: b, text: Two., author: {name: Sam, living: true}}"
    told = found(small_site(quotes(dead, living)), "Q101")
    assert [(d.severity, d.span.line) for d in told] == [("warning", 1), ("error", 2)]


@pytest.mark.parametrize("line", ["source: A book", "status: anonymous", "status: paraphrase"])
def test_a_quote_with_a_source_or_another_status_is_fine(small_site: SmallSite, line: str) -> None:
    assert small_site(quotes(f"{{id: a, text: One., author: Rosa, {line}}}")).codes == ()


@pytest.mark.parametrize("status", ["verified", "sourced"])
def test_a_source_that_was_seen_has_to_be_named(small_site: SmallSite, status: str) -> None:
    bare = f"{{id: a, text: One., author: Rosa, status: {status}}}"
    assert [d.severity for d in found(small_site(quotes(bare)), "Q101")] == ["warning"]
    assert small_site(quotes(bare.replace("}", ", source: A book}"))).codes == ()


@pytest.mark.parametrize("status", ["disputed", "misattributed"])
def test_doubt_needs_its_evidence(small_site: SmallSite, status: str) -> None:
    bare = f"{{id: a, text: One., author: Rosa, status: {status}}}"
    assert [d.severity for d in found(small_site(quotes(bare)), "Q102")] == ["error"]
    noted = bare.replace("}", ", status_note: Not in her letters.}")
    assert found(small_site(quotes(noted)), "Q102") == []


def test_the_same_words_under_two_names_are_told(small_site: SmallSite) -> None:
    one = "{id: a, text: Listen first!, author: Rosa, source: X}"
    other = "{id: b, text: “listen ==first==”, author: Sam, source: Y}"
    (told,) = found(small_site(quotes(one, other)), "Q103")
    assert ("Rosa and Sam" in told.message, [str(s) for s in told.related]) == (True, ["content/quotes/q.yaml:1:3"])


def test_the_same_words_by_the_same_person_are_fine(small_site: SmallSite) -> None:
    one = "{id: a, text: Listen first., author: Rosa, source: X}"
    assert found(small_site(quotes(one, one.replace("id: a", "id: b"))), "Q103") == []


@pytest.mark.parametrize(
    ("rest", "lacks"),
    [("", "no period and no source"), (", period: a year", "no source"), (", source: the till", "no period")],
)
def test_a_figure_without_its_proof_is_told(small_site: SmallSite, rest: str, lacks: str) -> None:
    text = (
        "-- content/stories/s.md --\n---\ntitle: S\n"
        "consent: {at: 2026-01-01, scopes: [publish_text], how: letter}\n"
        f"metrics:\n  - {{label: Saved, value: '11', unit: hours{rest}}}\n---\n"
    )
    (told,) = found(small_site(text), "Q104")
    assert (f"“11 hours” has {lacks}" in told.message, told.span.line) == (True, 5)


# plugins


def checked(small_site: SmallSite, checks: Callable[..., Iterable[Diagnostic]]) -> list[tuple[str, str]]:
    from msgspec.structs import replace

    site = small_site(POST).site
    plugin = ActivePlugin(Plugin(name="mine", version="1", checks=checks), None)
    site = replace(site, settings=replace(site.settings, plugins=(plugin,)))
    outputs = (Output(path="x.txt", content=b"x"),)
    return [(d.code, d.message) for d in check(site, Plan(), outputs)]


def test_a_plugins_check_sees_the_site_and_its_files(small_site: SmallSite) -> None:
    def told(site: Any, outputs: tuple[Output, ...], options: Any) -> Iterable[Diagnostic]:
        yield fault(codes.BARE_METRIC, Span("x"), f"{site.settings.config.title} {outputs[0].path}")

    assert checked(small_site, told) == [("Q104", "Example x.txt")]


def test_a_plugin_that_fails_is_named(small_site: SmallSite) -> None:
    def broken(site: Any, outputs: tuple[Output, ...], options: Any) -> Iterable[Diagnostic]:
        raise ZeroDivisionError("oops")

    ((code, message),) = checked(small_site, broken)
    assert (code, "`mine`" in message, "ZeroDivisionError: oops" in message) == ("P101", True, True)


def test_a_plugins_problem_is_told_as_it_is(small_site: SmallSite) -> None:
    def refused(site: Any, outputs: tuple[Output, ...], options: Any) -> Iterable[Diagnostic]:
        raise Problem(fault(codes.BAD_DATA, Span("data/x.yaml"), "no"))

    assert checked(small_site, refused) == [("D107", "no")]
