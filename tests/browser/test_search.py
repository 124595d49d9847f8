"""The search page as visitors use it: in a real browser, under its own policy, by keyboard, and with nonsense."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from browser.chromium import Visit
from browser.sites import Site

WORDS = {
    "post": ("Fridays four o’clock", "/blog/friday-four-oclock/"),
    "story": ("pianos Hartle", "/stories/hartle-pianos/"),
    "page": ("how we work", "/how-we-work/"),
    "testimonial": ("Raymond Pargeter", "/testimonials/"),
    "quote": ("counter", "/quotes/counter-rules/"),
    "author": ("Samir Noor", "/authors/samir-noor/"),
}


@pytest.fixture
def search(visit: Visit, origins: Mapping[str, str]) -> Page:
    """Return the tab with the search page of the sample site."""
    return visit.go(origins["sample"], "/search/")


def asked(page: Page, words: str, **filters: str) -> list[str]:
    """Open the search page for `words` and return the addresses found."""
    page.goto(page.url.partition("?")[0] + "?" + urlencode({"q": words, **filters}))
    expect(page.get_by_role("status")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    links = page.locator(".search-results a")
    return [str(link.get_attribute("href")) for link in links.all()]


@pytest.mark.parametrize("kind", WORDS)
def test_a_word_of_each_kind_is_found(visit: Visit, search: Page, kind: str) -> None:
    words, address = WORDS[kind]
    assert any(url.startswith(address) for url in asked(search, words, kind=kind)), search.content()
    assert visit.faults == []


def test_typing_finds_and_the_address_says_what(visit: Visit, search: Page) -> None:
    search.get_by_role("searchbox").fill("piano")
    expect(search.locator(".search-results a").first).to_be_visible()
    expect(search.get_by_role("status")).to_contain_text("found")
    expect(search.locator(".search-results mark").first).to_be_visible()
    expect(search.locator("[data-search-index]")).to_be_hidden()
    assert search.url.endswith("?q=piano")
    search.get_by_role("searchbox").fill("")
    expect(search.locator("[data-search-index]")).to_be_visible()
    expect(search.get_by_role("status")).to_be_empty()
    assert visit.faults == []


def test_filters_by_kind_tag_and_industry(visit: Visit, search: Page) -> None:
    everything = asked(search, "care")
    stories = asked(search, "care", kind="story")
    assert stories
    assert all(url.startswith("/stories/") for url in stories)
    assert len(stories) < len(everything) or len(everything) == 10
    tagged = asked(search, "", tag="third-win")
    assert tagged
    industry = search.get_by_label("Industry").locator("option").nth(1)
    value = str(industry.get_attribute("value"))
    of_industry = asked(search, "", industry=value)
    assert of_industry
    assert all(url.startswith("/stories/") for url in of_industry)
    assert visit.faults == []


def test_it_can_be_used_by_keyboard(visit: Visit, search: Page) -> None:
    field = search.get_by_role("searchbox")
    field.focus()
    search.keyboard.type("piano")
    expect(search.locator(".search-results a").first).to_be_visible()
    search.keyboard.press("ArrowDown")
    expect(search.locator(".search-results a").first).to_be_focused()
    search.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    search.keyboard.press("ArrowDown")
    search.keyboard.press("Enter")
    search.wait_for_url(lambda url: "/search/" not in url)
    assert visit.faults == []


def test_more_is_shown_when_asked_for(visit: Visit, search: Page) -> None:
    assert len(asked(search, "", kind="quote")) == 10
    search.get_by_role("button", name="Show more").click()
    expect(search.locator(".search-results a")).not_to_have_count(10)
    assert visit.faults == []


def test_the_404_page_has_a_field_that_leads_here(visit: Visit, origins: Mapping[str, str]) -> None:
    page = visit.go(origins["sample"], "/no/such/page/")
    page.get_by_role("searchbox").fill("piano")
    page.keyboard.press("Enter")
    expect(page.locator(".search-results a").first).to_be_visible()
    assert visit.faults == []


def test_below_a_path_and_in_another_language(
    visit: Visit, origins: Mapping[str, str], sites: Mapping[str, Site]
) -> None:
    site = sites["german"]
    page = visit.go(origins["german"], f"{site.base_path}search/")
    found = asked(page, "", kind="story")
    assert found
    assert {site.path(url) for url in found} <= site.files.keys()
    assert visit.faults == []


def test_what_is_withheld_is_not_found(search: Page, sites: Mapping[str, Site]) -> None:
    shown = asked(search, "", kind="testimonial")
    assert shown
    assert not any("potter" in url for url in shown)  # consent was withdrawn
    assert b"potter" not in sites["sample"].files["search/pagefind/filters.json"]


def test_only_the_search_page_may_run_webassembly(visit: Visit, origins: Mapping[str, str]) -> None:
    policies = {}
    for path in ("/", "/search/", "/blog/", "/stories/"):
        response = visit.page.request.get(origins["sample"] + path)
        sent = [h["value"] for h in response.headers_array if h["name"].lower() == "content-security-policy"]
        policies[path] = all("wasm-unsafe-eval" in policy for policy in sent)
    assert policies == {"/": False, "/search/": True, "/blog/": False, "/stories/": False}


def test_without_scripts_it_is_an_index_from_a_to_z(visit_without_scripts: Visit, origins: Mapping[str, str]) -> None:
    page = visit_without_scripts.go(origins["sample"], "/search/")
    expect(page.locator("[data-search]")).to_be_hidden()
    expect(page.locator(".letter").first).to_be_visible()
    page = visit_without_scripts.go(origins["sample"], "/no/such/page/")
    expect(page.get_by_role("search")).to_be_hidden()


def test_nonsense_is_searched_for_like_anything_else(visit: Visit, search: Page, shared_fixtures: Path) -> None:
    strings = json.loads((shared_fixtures / "hostile/naughty-strings/blns.json").read_text(encoding="utf-8"))
    assert len(strings) == 515
    search.evaluate("() => { window.alert = () => document.body.setAttribute('data-alerted', '') }")
    answers = search.evaluate(ASK_ALL, strings)
    assert [answer for answer in answers if not answer["told"] and answer["words"]] == []
    assert search.locator("[data-alerted]").count() == 0
    assert search.locator(".search :is(script, img, iframe, svg)").count() == 0
    assert visit.faults == []


ASK_ALL = """async (strings) => {
  const field = document.querySelector('[data-search] input[name=q]');
  const status = document.querySelector('.search-count');
  const failed = document.querySelector('[data-search]').dataset.failed;
  const answers = [];
  for (const words of strings) {
    status.textContent = '';
    field.value = words;
    field.form.requestSubmit();
    const until = performance.now() + 5000;
    while (!status.textContent && field.value.trim() && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    answers.push({ words: field.value.trim(), told: status.textContent !== failed && status.textContent });
  }
  return answers;
}"""
