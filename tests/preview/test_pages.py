"""Other parts of caresite add pages to the preview, in its looks and under its rules."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from browser.chromium import Visit
from caresite.commands import serve
from caresite.core.diagnostics import Problem
from caresite.preview.pages import AddedPage, Addition, Workbench

from .conftest import Show

_TEMPLATE = """{% extends "frame.html" %}
{% block title %}Letters{% endblock %}
{% block main %}<h1>Letters</h1><p>{{ count }} drafts, {{ words }}</p>
<form method="post" action="/_caresite/letters/answer"><button>Answer</button></form>{% endblock %}
"""


def letters(folder: Path) -> Addition:
    """Return an addition: a page of a template in `folder`, and a form that has the site built again."""
    (folder / "letters.html").write_text(_TEMPLATE)

    def add(bench: Workbench) -> AddedPage:
        bench.add_templates(folder)

        def show(request: Request) -> Response:
            site = bench.current().site
            drafts = sum(page.state == "draft" for page in site.pages.values()) if site else 0
            return bench.page(request, "letters.html", {"count": drafts, "words": "<b>quoted</b>"})

        async def answer(request: Request) -> Response:
            (bench.root / "content/blog/answer.md").write_text("---\ntitle: Answer\ndraft: true\n---\nYes.\n")
            bench.ask_for_build()
            return PlainTextResponse("answered")

        routes = (Route("/_caresite/letters/", show), Route("/_caresite/letters/answer", answer, methods=["POST"]))
        return AddedPage("Letters", routes)

    return add


def test_an_added_page_is_linked_and_shown(show: Show, visit: Visit, tmp_path: Path) -> None:
    shown = show(additions=(letters(tmp_path),))
    page = visit.go(shown.url, "/_caresite/")
    page.get_by_role("link", name="Letters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Letters")
    expect(page.get_by_text("1 drafts, <b>quoted</b>")).to_be_visible()
    assert page.get_by_role("link", name="Letters").get_attribute("aria-current") == "page"
    links = json.loads(shown.ask("/_caresite/about?path=/").text)["links"]
    assert {"url": "/_caresite/letters/", "text": "Letters"} in links
    shown.rebuilt(lambda: page.get_by_role("button", name="Answer").click())
    assert shown.ask("/blog/answer/").status == 200
    assert visit.faults == []


def test_an_added_page_is_under_the_preview_s_rules(show: Show, tmp_path: Path) -> None:
    shown = show(additions=(letters(tmp_path),))
    said = shown.ask("/_caresite/letters/")
    assert "default-src 'none'" in said.headers["content-security-policy"]
    refused = shown.ask("/_caresite/letters/answer", method="POST", origin="https://evil.example")
    assert refused.status == 403
    assert not (shown.root / "content/blog/answer.md").exists()
    assert shown.ask("/_caresite/letters/", host="harbour.example").status == 403


def test_additions_are_found_by_their_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    found = EntryPoint("status", "caresite.preview.pages:status_page", serve.GROUP)
    monkeypatch.setattr(serve, "installed", lambda group: {"status": found} if group == serve.GROUP else {})
    assert [add.__name__ for add in serve.additions()] == ["status_page"]


def test_an_addition_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = EntryPoint("letters", "no_such_module:page", serve.GROUP)
    monkeypatch.setattr(serve, "installed", lambda group: {"letters": found})
    with pytest.raises(Problem, match="`letters` cannot be loaded"):
        serve.additions()
