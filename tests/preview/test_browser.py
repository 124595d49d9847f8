"""What the person at work sees in a real Chromium: every save at once, in its place, and what is wrong over it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from browser.chromium import Visit
from caresite.preview.editors import Editor

from .conftest import SITE, Show
from .running import NOW, Shown, showing

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], iframes: false, preload: false})"
_POST = "content/blog/hello.md"
_FOCUSED = """() => {
    let element = document.activeElement;
    while (element.shadowRoot) element = element.shadowRoot.activeElement;
    return element.textContent;
}"""
_SIZE = """() => [
    document.documentElement.scrollHeight, document.documentElement.scrollWidth, document.body.childElementCount
]"""
_HELD = "() => [...document.querySelectorAll('[data-caresite-held]')].map(a => a.dataset.caresiteHeld).sort()"
_CORNER = "document.querySelector('caresite-preview').shadowRoot.querySelector('.corner')"


def arrives(what: Callable[[], object], patience_s: float = 15) -> None:
    """Wait until something is so in the page; its policy forbids the waiting that Playwright does in there."""
    end = time.monotonic() + patience_s
    while True:
        with suppress(Error):  # the page may be going just now
            if what():
                return
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def go(visit: Visit, shown: Shown, path: str) -> Page:
    """Open a page and wait until its toolbar has come, which is the last thing to come."""
    page = visit.go(shown.url, path)
    page.locator("caresite-preview .toggle .name").wait_for()
    return page


def marked(page: Page) -> None:
    """Leave a mark that is lost when the page is loaded anew."""
    page.evaluate("() => { window.sameDocument = true; }")


def is_same(page: Page) -> bool:
    return bool(page.evaluate("() => window.sameDocument === true"))


# a save


def test_an_edit_shows_and_the_reader_keeps_their_place(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    page.evaluate("() => scrollTo(0, 900)")
    for number, words in enumerate(("Paragraph seven", "Paragraph nine", "Paragraph seven again")):
        shown.edit(_POST, "We listen." if not number else f"We {number}.", f"We {number + 1}.\n\n{words} is new.")
        expect(page.locator("main").get_by_text(f"{words} is new.")).to_have_count(1)
    assert page.evaluate("() => scrollY") == pytest.approx(900, abs=400)  # as far as the words above have grown
    assert visit.faults == []


def test_what_was_unfolded_stays_unfolded(show: Show, visit: Visit) -> None:
    folds = "<details id='one'><summary>One</summary>Inside one</details>\n\n<details><summary>Two</summary>B</details>"
    shown = show(SITE.replace("We listen.", f"{folds}\n\nWe listen."))
    page = go(visit, shown, "/blog/hello/")
    page.locator("main").get_by_text("Two", exact=True).click()
    shown.edit(_POST, "Inside one", "Inside the first")
    expect(page.locator("#one")).to_contain_text("Inside the first")
    assert page.evaluate("() => [...document.querySelectorAll('main details')].map(d => d.open)") == [False, True]


def test_a_page_with_scripts_is_loaded_anew_in_its_place(show: Show, visit: Visit) -> None:
    script = '<script src="/count.js"></script>\n\n<details><summary>Fold</summary>In it</details>'
    shown = show(
        SITE.replace("We listen.", f"{script}\n\nWe listen.")
        + "-- static/count.js --\ndocument.documentElement.dataset.runs = 'once';\n"
    )
    page = go(visit, shown, "/blog/hello/")
    page.locator("main").get_by_text("Fold", exact=True).click()
    page.evaluate("() => scrollTo(0, 900)")
    marked(page)
    shown.edit(_POST, "We listen.", "We hear.")
    expect(page.locator("main").get_by_text("We hear.")).to_be_attached()
    assert not is_same(page)
    arrives(lambda: page.evaluate("() => scrollY") == 900)
    assert page.evaluate("() => document.querySelector('main details').open")
    shown.save("static/count.js", "document.documentElement.dataset.runs = 'twice';\n")
    arrives(lambda: page.evaluate("() => document.documentElement.dataset.runs") == "twice")
    assert visit.faults == []


def test_a_stylesheet_is_swapped_and_the_page_stays(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/about/")
    marked(page)
    for value in ("second", "third"):
        shown.save("assets/mine.css", f"body {{ --mine: {value}; }}")
        read = "() => getComputedStyle(document.body).getPropertyValue('--mine').trim()"
        arrives(lambda value=value, read=read: page.evaluate(read) == value)  # type: ignore[misc]
    sheets = "() => [...document.querySelectorAll('link[rel=stylesheet]')].filter(l => l.href.includes('mine')).length"
    arrives(lambda: page.evaluate(sheets) == 1)
    shown.wait(lambda: shown.told[-1].paths == {"assets/mine.css"})
    assert is_same(page)
    assert visit.faults == []


def test_a_stylesheet_from_static_is_swapped_too(show: Show, visit: Visit) -> None:
    link = '<link rel="stylesheet" href="/plain.css">'
    shown = show(
        SITE.replace('<link rel="stylesheet" href="{{ asset("mine.css") }}">', link)
        + "-- static/plain.css --\nbody { --mine: first; background-image: url(/paper.svg); }\n"
        + "-- static/paper.svg --\n<svg xmlns='http://www.w3.org/2000/svg'/>\n"
    )
    page = go(visit, shown, "/about/")
    marked(page)
    shown.save("static/plain.css", "body { --mine: second; background-image: url(/paper.svg); }")
    read = "() => getComputedStyle(document.body).getPropertyValue('--mine').trim()"
    arrives(lambda: page.evaluate(read) == "second")
    assert is_same(page)
    shown.save("static/paper.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9'/>")
    arrives(lambda: not is_same(page))  # no element loads it, so the page is loaded anew
    assert visit.faults == []


def test_a_picture_is_swapped_and_the_page_stays(show: Show, visit: Visit) -> None:
    square = "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{0}'/>"
    text = SITE.replace("We answer.", "![A square](/square.svg)\n\nWe answer.")
    shown = show(f"{text}-- static/square.svg --\n{square.format(10)}\n")
    page = go(visit, shown, "/blog/second/")
    marked(page)
    width = "() => document.querySelector('img[alt=\"A square\"]').naturalWidth"
    arrives(lambda: page.evaluate(width) == 10)
    for size in (20, 30):
        shown.save("static/square.svg", square.format(size))
        arrives(lambda size=size: page.evaluate(width) == size)  # type: ignore[misc]
    shown.edit("content/blog/second.md", "We answer.", "We answer soon.")
    expect(page.locator("main").get_by_text("We answer soon.")).to_be_attached()
    assert page.evaluate(width) == 30
    assert is_same(page)
    assert visit.faults == []


def test_a_page_that_did_not_change_is_not_touched(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/about/")
    page.evaluate(
        "() => { window.changes = 0; new MutationObserver(() => window.changes++)"
        ".observe(document, {subtree: true, childList: true, attributes: true, characterData: true}); }"
    )
    marked(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown.rebuilt(lambda: shown.edit(_POST, "We listen.", "We hear."))
    shown.rebuilt(lambda: shown.edit(_POST, "We hear.", "We listen."))
    page.wait_for_timeout(300)
    assert is_same(page)
    assert page.evaluate("() => window.changes") == 0
    assert asked == []


# addresses that come and go


def test_a_renamed_post_takes_its_tab_along(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    (shown.root / _POST).rename(shown.root / "content/blog/welcome.md")
    page.wait_for_url("**/blog/welcome/")
    expect(page.locator("main").get_by_text("We listen.")).to_be_attached()
    shown.edit("content/blog/welcome.md", "title: Hello", "title: Hello\nslug: good-day")
    page.wait_for_url("**/blog/good-day/")
    text = (shown.root / "content/blog/welcome.md").read_text()
    shown.save("content/blog/again.md", text.replace("slug: good-day", "slug: again"))
    (shown.root / "content/blog/welcome.md").unlink()  # as some programs rename: written anew, then removed
    page.wait_for_url("**/blog/again/")
    assert visit.faults == []


def test_the_page_of_a_new_tag_appears(show: Show, visit: Visit) -> None:
    shown = show()
    page = visit.go(shown.url, "/tags/repairs/")
    expect(page.locator("main").get_by_text("We mend")).to_have_count(0)
    page.locator("caresite-preview").wait_for(state="attached")
    shown.edit(_POST, "tags: [care]", "tags: [care, repairs]")
    expect(page.get_by_role("heading", level=1)).to_contain_text("repairs", ignore_case=True)
    assert "Hello" in page.inner_text("main")
    shown.edit(_POST, "tags: [care, repairs]", "tags: [care]")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("repairs", ignore_case=True)


def test_a_deleted_post_is_gone_everywhere(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/")
    expect(page.get_by_role("link", name="Second").first).to_be_visible()
    (shown.root / "content/blog/second.md").unlink()
    expect(page.get_by_role("link", name="Second")).to_have_count(0)
    assert shown.ask("/blog/second/").status == 404
    text = shown.ask("/feed.xml").text + shown.ask("/tags/care/").text
    assert "Second" not in text
    assert visit.faults == []


def test_a_tab_on_a_deleted_post_says_so_and_comes_back_with_it(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/second/")
    text = (shown.root / "content/blog/second.md").read_text()
    (shown.root / "content/blog/second.md").unlink()
    expect(page.locator("main").get_by_text("We answer.")).to_have_count(0)
    shown.save("content/blog/second.md", text)
    expect(page.locator("main").get_by_text("We answer.")).to_have_count(1)


def test_following_goes_to_the_page_just_saved(show: Show, visit: Visit) -> None:
    shown = show(follow=True)
    page = go(visit, shown, "/")
    shown.edit("content/blog/second.md", "We answer.", "We answer soon.")
    page.wait_for_url("**/blog/second/")
    shown.edit("content/pages/about.md", "About us.", "About all of us.")
    page.wait_for_url("**/about/")
    assert visit.faults == []


def test_nobody_follows_who_did_not_ask_to(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/")
    shown.rebuilt(lambda: shown.edit("content/pages/about.md", "About us.", "About all of us."))
    page.wait_for_timeout(300)
    assert page.url == f"{shown.url}/"


# tabs and servers


def test_two_tabs_each_show_their_own_page(show: Show, visit: Visit) -> None:
    shown = show()
    first = go(visit, shown, "/blog/hello/")
    second = first.context.new_page()
    second.goto(f"{shown.url}/blog/")
    second.locator("caresite-preview .toggle .name").wait_for()
    marked(first)
    shown.edit(_POST, "title: Hello", "title: Good day")
    expect(first.get_by_role("heading", level=1)).to_have_text("Good day")
    expect(second.get_by_role("link", name="Good day").first).to_be_visible()
    shown.edit(_POST, "We listen.", "We hear.")
    expect(first.locator("main").get_by_text("We hear.")).to_be_attached()
    second.close()


def test_a_tab_that_nobody_looks_at_leaves_its_connection_to_others(show: Show, visit: Visit) -> None:
    shown = show()
    pages = [go(visit, shown, "/blog/hello/")]
    for _ in range(8):  # a browser has six connections to a server
        page = pages[0].context.new_page()
        page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.looking !== true });")
        page.goto(f"{shown.url}/blog/hello/")
        pages.append(page)
    shown.edit(_POST, "We listen.", "We hear.")
    expect(pages[0].locator("main").get_by_text("We hear.")).to_be_attached()
    last = pages[-1]
    assert last.locator("main").get_by_text("We hear.").count() == 0
    last.evaluate("() => { window.looking = true; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(last.locator("main").get_by_text("We hear.")).to_be_attached()


def test_a_tab_finds_the_server_again_after_a_restart(tmp_path: Path, visit: Visit) -> None:
    root = tmp_path / "site"
    with showing(root, SITE) as shown:
        port = shown.preview.server.port
        page = go(visit, shown, "/blog/hello/")
        marked(page)
    expect(page.locator("caresite-preview [role=status]")).to_contain_text("not running")
    text = (root / _POST).read_text()
    (root / _POST).write_text(text.replace("We listen.", "We hear."))
    with showing(root, port=port) as shown:
        assert shown.preview.server.port == port
        expect(page.locator("main").get_by_text("We hear.")).to_be_attached(timeout=10_000)
        expect(page.locator("caresite-preview [role=status]")).to_have_text("")
        shown.edit(_POST, "We hear.", "We understand.")
        expect(page.locator("main").get_by_text("We understand.")).to_be_attached()


def test_after_a_restart_without_a_change_nothing_is_reloaded(tmp_path: Path, visit: Visit) -> None:
    root = tmp_path / "site"
    with showing(root, SITE) as shown:
        port = shown.preview.server.port
        page = go(visit, shown, "/blog/hello/")
        marked(page)
    expect(page.locator("caresite-preview [role=status]")).to_contain_text("not running")
    with showing(root, port=port):
        expect(page.locator("caresite-preview [role=status]")).to_have_text("", timeout=10_000)
        assert is_same(page)


# faults


def test_a_fault_lies_over_the_last_good_page_and_goes_with_it(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    page.evaluate("() => scrollTo(0, 900)")
    marked(page)
    shown.edit(_POST, "date: 2026-03-01", "date: never")
    overlay = page.get_by_role("dialog", name="One thing is wrong")
    expect(overlay).to_be_visible()
    words = overlay.inner_text()
    for part in (f"{_POST}:3:7", "error V204", "never", "date: never\n", "^^^^^", "What to do:"):
        assert part in words, words
    expect(page.locator("main").get_by_text("We listen.")).to_be_attached()
    shown.edit(_POST, "date: never", "date: 2026-03-01")
    expect(overlay).to_be_hidden()
    assert is_same(page)
    assert page.evaluate("() => scrollY") == 900
    assert visit.faults == []


def test_every_fault_is_listed_and_none_is_read_as_markup(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    shown.save("content/blog/bad.md", "---\ntitle: Bad\ndate: <img src=x onerror=alert(1)>\n---\n![](<script>.png)\n")
    shown.save("content/blog/worse.md", "---\ntitle: 'Worse\n---\n")
    overlay = page.get_by_role("dialog")
    expect(overlay.get_by_role("listitem")).to_have_count(2)
    assert "<img src=x onerror=alert(1)>" in overlay.inner_text()
    assert overlay.locator("img, script").count() == 0
    assert visit.faults == []


def test_one_bad_post_never_takes_the_site_down(show: Show, visit: Visit) -> None:
    shown = show(SITE + "-- content/blog/bad.md --\n---\ntitle: [\n---\n")
    page = go(visit, shown, "/blog/second/")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("main").get_by_text("We answer.")).to_be_visible()
    shown.edit("content/blog/second.md", "We answer.", "We answer soon.")  # the fault is still there
    expect(page.locator("main").get_by_text("We answer soon.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()  # it was seen and put away
    page.get_by_role("button", name="1 error").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    (shown.root / "content/blog/bad.md").unlink()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="1 error")).to_be_hidden()


def test_a_broken_config_is_told_from_the_start(show: Show, visit: Visit) -> None:
    shown = show(SITE.replace("timezone: Europe/London", "timezone: Europe/Londn"))
    page = visit.go(shown.url, "/blog/hello/")
    expect(page.get_by_role("heading", level=1)).to_have_text("The site cannot be shown yet")
    assert "Europe/Londn" in page.inner_text("main")
    assert "Europe/London" in page.inner_text("main")
    shown.edit("caresite.yaml", "Europe/Londn", "Nowhere/At-all")
    expect(page.locator("main").get_by_text("Nowhere/At-all").first).to_be_visible()
    shown.edit("caresite.yaml", "Nowhere/At-all", "Europe/London")
    expect(page.locator("main").get_by_text("We listen.")).to_be_attached()
    shown.edit("caresite.yaml", "title: Harbour Vets", "titel: Harbour Vets")
    overlay = page.get_by_role("dialog")
    expect(overlay).to_be_visible()
    assert "caresite.yaml:1" in overlay.inner_text()


def test_a_link_in_the_overlay_opens_the_editor(show: Show, visit: Visit, tmp_path: Path) -> None:
    opened = tmp_path / "opened.txt"
    shown = show(editor=Editor(command=("/bin/sh", "-c", f'echo "$0" >> {opened}', "{file}:{line}:{column}")))
    page = go(visit, shown, "/blog/hello/")
    shown.edit(_POST, "date: 2026-03-01", "date: never")
    page.get_by_role("dialog").get_by_role("button", name=f"{_POST}:3:7").click()
    shown.wait(lambda: opened.exists() and opened.read_text())
    assert opened.read_text() == f"{shown.root}/{_POST}:3:7\n"
    assert visit.faults == []


def test_an_editor_with_an_address_of_its_own_gets_a_link(show: Show, visit: Visit) -> None:
    shown = show(editor=Editor(address="vscode://file{file}:{line}:{column}"))
    page = go(visit, shown, "/blog/hello/")
    page.get_by_role("button", name=_POST).click()
    link = page.get_by_role("link", name=_POST)
    assert link.get_attribute("href") == f"vscode://file{shown.root}/{_POST}:2:1"


# drafts and the toolbar


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/blog/plans/", "Draft: not on the public site"),
        ("/blog/new-year/", "Not due yet: it goes live on 2031-01-01 09:30 GMT"),
        ("/blog/offer/", "Expired: it expired on 2025-02-01 00:00 GMT"),
    ],
)
def test_what_the_public_cannot_see_is_marked(show: Show, visit: Visit, path: str, words: str) -> None:
    page = go(visit, show(), path)
    expect(page.locator("caresite-preview .mark")).to_have_text(words)
    assert page.evaluate(f"() => getComputedStyle({_CORNER}).position") == "fixed"
    page.keyboard.press("Alt+c")
    expect(page.locator("caresite-preview .mark")).to_be_visible()  # the mark stays, the bar goes
    expect(page.locator("caresite-preview .bar")).to_be_hidden()


def test_links_to_what_the_public_cannot_see_are_marked(show: Show, visit: Visit) -> None:
    page = go(visit, show(), "/blog/")
    arrives(lambda: page.evaluate("() => document.querySelectorAll('[data-caresite-held]').length") == 3)
    states = page.evaluate(
        "() => [...document.querySelectorAll('[data-caresite-held]')].map(a => a.dataset.caresiteHeld)"
    )
    assert sorted(states) == ["draft", "expired", "future"]


def test_with_production_they_are_hidden(show: Show, visit: Visit) -> None:
    shown = show(production=True)
    page = go(visit, shown, "/blog/")
    assert page.evaluate(_HELD) == []
    assert "Plans" not in page.inner_text("main")
    assert shown.ask("/blog/plans/").status == 404
    listed = shown.ask("/_caresite/").text
    assert "it is a draft" in listed
    assert "it goes live on 2031-01-01 09:30" in listed


def test_the_toolbar_says_what_there_is_to_know(show: Show, visit: Visit) -> None:
    page = go(visit, show(), "/about/")
    toggle = page.get_by_role("button", name="content/pages/about.md")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    panel = page.locator("caresite-preview .panel")
    words = panel.inner_text()
    for part in (
        "content/pages/about.md",
        "State\npublic",
        "the title has",
        "“Then of level five” is of level 5 and follows one of level 3",
        "harbour.example › about",
    ):
        assert re.sub(r"\s+", " ", part) in re.sub(r"\s+", " ", words), words
    shared = panel.get_by_role("img", name="Harbour Vets")
    expect(shared).to_have_js_property("naturalWidth", 1200)
    expect(shared).to_have_js_property("naturalHeight", 630)
    assert panel.get_by_role("link", name="Everything on the site").get_attribute("href") == "/_caresite/"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(toggle).to_be_focused()
    assert visit.faults == []


def test_a_list_without_a_description_is_told(show: Show, visit: Visit) -> None:
    page = go(visit, show(), "/blog/")
    page.locator("caresite-preview .toggle").click()
    expect(page.locator("caresite-preview .notes")).to_contain_text("there is no description")
    expect(page.locator("caresite-preview dl")).to_contain_text("it is made from others")


def test_warnings_come_and_go_with_the_text(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    expect(page.locator("caresite-preview .number")).to_have_count(0)
    shown.edit(_POST, "We listen.", "![](/square.svg)\n\nWe listen.")
    shown.save("static/square.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    expect(page.locator("caresite-preview .number")).to_have_text("1 warning")
    page.locator("caresite-preview .toggle").click()
    assert "M308" in page.locator("caresite-preview .notes").inner_text()
    shown.edit(_POST, "![](/square.svg)", "![A square](/square.svg)")
    expect(page.locator("caresite-preview .number")).to_have_count(0)


def test_the_key_takes_the_toolbar_away_for_good(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/hello/")
    page.keyboard.press("Alt+c")
    expect(page.locator("caresite-preview .bar")).to_be_hidden()
    page.goto(f"{shown.url}/about/")
    page.wait_for_timeout(300)
    expect(page.locator("caresite-preview .bar")).to_be_hidden()
    page.keyboard.press("Alt+c")
    expect(page.locator("caresite-preview .bar")).to_be_visible()


def test_the_toolbar_is_out_of_the_page_s_flow(show: Show, visit: Visit) -> None:
    shown = show()
    sizes = []
    for path in ("/blog/hello/", "/blog/plans/"):
        page = go(visit, shown, path)
        with_bar = page.evaluate(_SIZE)
        page.evaluate("() => document.querySelector('caresite-preview').remove()")
        sizes.append((with_bar, page.evaluate(_SIZE)))
    assert all(with_bar == without for with_bar, without in sizes), sizes
    page.emulate_media(media="print")
    page.goto(f"{shown.url}/blog/plans/")
    page.locator("caresite-preview .toggle .name").wait_for(state="attached")
    expect(page.locator("caresite-preview .mark")).to_be_hidden()


def test_everything_can_be_done_with_the_keyboard(show: Show, visit: Visit) -> None:
    shown = show()
    page = go(visit, shown, "/blog/second/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "content/blog/second.md" in page.evaluate(_FOCUSED):
            break
    page.keyboard.press("Enter")
    expect(page.locator("caresite-preview .panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("caresite-preview .panel")).to_be_hidden()
    shown.edit("content/blog/second.md", "date: 2026-03-02", "date: never")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(_FOCUSED) == "One thing is wrong"
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED) == "Look at the page"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


# the page of everything


def test_the_page_of_everything(show: Show, visit: Visit) -> None:
    shown = show(SITE + "-- content/testimonials/unasked.md --\n---\nauthor: {name: Otto}\n---\nHe came.\n")
    page = visit.go(shown.url, "/_caresite/")
    headings = [re.sub(r"\s+", " ", text) for text in page.get_by_role("heading", level=2).all_inner_texts()]
    assert headings == ["Warnings", "Drafts 1", "Not due yet 1", "Expired 1", "Withheld 1", "Published 3"]
    assert "Next due: 2031-01-01 09:30 GMT." in page.inner_text("main")
    assert page.get_by_role("row", name="Plans").get_by_role("link").get_attribute("href") == "/blog/plans/"
    shown.edit("content/blog/plans.md", "draft: true", "draft: false")
    expect(page.get_by_role("heading", name="Drafts")).to_have_count(0)
    shown.edit("content/blog/plans.md", "draft: false", "draft: [")
    expect(page.get_by_role("heading", name="Errors")).to_be_visible()
    assert "content/blog/plans.md:" in page.get_by_role("region", name="Errors").inner_text()
    assert visit.faults == []


@pytest.mark.parametrize("path", ["/blog/plans/", "/blog/", "/nowhere/", "/_caresite/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Show, visit: Visit, axe_source: str, path: str, scheme: Any) -> None:
    shown = show()
    page = visit.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{shown.url}{path}")
    if path != "/_caresite/":
        page.locator("caresite-preview .toggle").click()
        page.locator("caresite-preview .panel h2").wait_for()
    for width in (320, 1280):
        visit.look(width)
        assert violations(page, axe_source) == [], f"{path} {scheme} {width}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_overlay(show: Show, visit: Visit, axe_source: str, scheme: Any) -> None:
    shown = show()
    page = visit.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{shown.url}/blog/hello/")
    shown.edit(_POST, "date: 2026-03-01", "date: never")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page, axe_source) == []
    broken = shown.root / "caresite.yaml"
    broken.write_text("title: [\n")
    expect(page.get_by_role("dialog")).to_contain_text("caresite.yaml")
    assert violations(page, axe_source) == []


def violations(page: Page, axe_source: str) -> list[str]:
    page.evaluate(axe_source)
    found = page.evaluate(_RUN, _TAGS)["violations"]
    return [
        f"{violation['id']}: {json.dumps(node['target'])} {' '.join(node['failureSummary'].split())}"
        for violation in found
        for node in violation["nodes"]
    ]


def test_every_page_is_quiet(show: Show, visit: Visit) -> None:
    """No error in the console, no request to another host, no policy that is broken."""
    shown = show(SITE.replace("We answer.", "[A link](../pages/about.md) and `code`.\n\n```python\nprint()\n```\n"))
    paths = [output.url for entry in shown.current.tree.entries.values() if (output := entry.output) and entry.is_page]
    assert len(paths) > 10
    for path in [*paths, "/_caresite/"]:
        page = visit.go(shown.url, path or "/404.html")
        page.locator("caresite-preview").wait_for(state="attached")
    page.wait_for_timeout(200)
    assert visit.faults == []
    assert NOW.year == 2026
