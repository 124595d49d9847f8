"""The review in a real browser: a story from coming to going, with keys, without a script, and for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import Visit
from caresite.submissions.records import About, Incentive, Showing, Spam, Submitter, Words
from submissions.deciding import BODY

from .reviewing import Desk, deciding
from .test_browser import violations

HOME = "/_caresite/stories"
OTHER_WORDS = "They came at five, with the van. Nobody asked for money."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with deciding(tmp_path_factory.mktemp("stories") / "site") as running:
        yield running


def state_of(page: Page) -> str:
    return page.locator(".facts .state").inner_text()


def press(page: Page, key: str) -> None:
    """Press a key when the page has come whole, and with it what listens to keys."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def test_a_story_from_its_coming_to_its_going(desk: Desk, visit: Visit) -> None:
    item_id = desk.put(text=Words(title="The oven and the lamp", body=BODY, rating=5))
    page = visit.go(desk.url, f"{HOME}?q=lamp")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=desk.url)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="The oven and the lamp")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The oven and the lamp")

    press(page, "e")
    expect(page.get_by_label("Words", exact=True)).to_be_focused()
    page.get_by_label("Words", exact=True).fill(OTHER_WORDS)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("It is saved.")
    expect(page.locator("#told")).to_be_focused()
    expect(page.locator("del").first).to_contain_text("and the big lamp")
    expect(page.get_by_text("“but” was left out").first).to_be_visible()

    press(page, "a")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("their author has not agreed")
    assert state_of(page) == "to decide"

    press(page, "l")
    letter = page.get_by_label("Letter")
    expect(letter).to_be_focused()
    assert f"> {OTHER_WORDS}" in letter.input_value()
    page.get_by_role("button", name="Copy the letter").click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == letter.input_value()
    page.get_by_role("button", name="It is sent").click()
    expect(page.locator(".facts .state")).to_have_text("waits for its author")

    page.locator("#told").focus()
    press(page, "a")
    evidence = page.get_by_label("What they wrote, or who said what and when")
    expect(evidence).to_be_focused()
    evidence.fill("Yes, shorter is better. Ada")
    page.get_by_role("button", name="Keep the answer and approve").click()
    expect(page.locator(".facts .state")).to_have_text("approved")
    expect(page.locator("#told")).to_contain_text("consent.lock.yaml")

    desk.shown.wait(lambda: desk.ask("/stories/the-oven-and-the-lamp/").status == 200)
    page.goto(f"{desk.url}{HOME}/{item_id}")
    page.get_by_role("link", name="See it on the site").click()
    expect(page.get_by_text(OTHER_WORDS).first).to_be_visible()
    assert "Ada Q." in page.content()
    assert "Quill" not in page.content()

    page.goto(f"{desk.url}{HOME}/{item_id}")
    page.get_by_label("What they wrote, if you have it").fill("Please take it down.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".facts .state")).to_have_text("taken back by its author")
    expect(page.locator("#told")).to_contain_text("content/stories/the-oven-and-the-lamp.md")
    expect(page.locator("#told")).to_contain_text("What no tool can reach")
    desk.shown.wait(lambda: desk.ask("/stories/the-oven-and-the-lamp/").status == 404)
    assert [fault for fault in visit.faults if "status of 422" not in fault] == []


def test_the_page_is_seen_before_it_is_one(desk: Desk, visit: Visit) -> None:
    item_id = desk.put(text=Words(title="Seen first", body=BODY, rating=5))
    page = visit.go(desk.url, f"{HOME}/{item_id}")
    page.get_by_text("How it looks on the site").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Seen first")).to_be_visible(timeout=20_000)
    expect(frame.get_by_text("They came at five, with the van and the big lamp.").first).to_be_visible()
    assert visit.faults == []
    assert desk.ask("/stories/seen-first/").status == 404


def test_all_of_it_works_without_a_script(desk: Desk, browser: Browser) -> None:
    item_id = desk.put(text=Words(title="Nothing runs here", body=BODY))
    with Visit(browser, java_script_enabled=False) as visit:
        page = visit.go(desk.url, f"{HOME}?q=runs")
        page.get_by_role("link", name="Nothing runs here").click()
        page.get_by_label("Title", exact=True).fill("Nothing runs")
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Nothing runs"
        assert not page.get_by_role("button", name="Copy the letter").is_visible()
        page.get_by_label("Reason").select_option("off-topic")
        page.get_by_role("button", name="Decline").click()
        assert state_of(page) == "declined"
        page.get_by_text("Erase", exact=True).first.click()
        page.get_by_label("That cannot be undone").check()
        page.get_by_role("button", name="Erase").click()
        assert state_of(page) == "erased"
        assert visit.faults == []
    assert desk.item(item_id).text.body == ""


def test_keys_lead_and_decide_nothing_and_can_be_turned_off(desk: Desk, visit: Visit) -> None:
    item_id = desk.put(text=Words(title="Only keys", body=BODY))
    before = desk.bytes_of_all()
    page = visit.go(desk.url, f"{HOME}/{item_id}")
    for key, focused in (("e", "body"), ("c", "consent"), ("a", "approve"), ("d", "reason"), ("l", "letter")):
        page.locator("h1").click()
        page.keyboard.press(key)
        expect(page.locator(f"#{focused}")).to_be_focused()
    page.locator("#body").focus()
    page.keyboard.press("d")
    expect(page.locator("#body")).to_be_focused()
    page.locator("#consent").focus()
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.reload()
    page.keyboard.press("e")
    expect(page.locator("#body")).not_to_be_focused()
    assert desk.bytes_of_all() == before


def test_what_is_not_saved_is_not_lost_by_a_wrong_click(desk: Desk, visit: Visit) -> None:
    item_id = desk.put(text=Words(title="Half written", body=BODY))
    page = visit.go(desk.url, f"{HOME}/{item_id}")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#body").press_sequentially("More. ")
    page.get_by_role("link", name="Everything on the site").click(no_wait_after=True)
    desk.shown.wait(lambda: asked or page.wait_for_timeout(50))
    assert asked == ["beforeunload"]
    assert "More. " in page.locator("#body").input_value()


def test_two_at_once_see_both(desk: Desk, browser: Browser) -> None:
    item_id = desk.put(text=Words(title="Two at once", body=BODY))
    with Visit(browser) as one, Visit(browser) as other:
        pages = [visit.go(desk.url, f"{HOME}/{item_id}") for visit in (one, other)]
        for page, words in zip(pages, ("Thank you.", "Bless you."), strict=True):
            page.get_by_label("Words", exact=True).fill(f"{BODY} {words}")
            page.get_by_role("button", name="Save").click()
        second = pages[1]
        expect(second.get_by_role("heading", level=1)).to_have_text("Somebody else was faster")
        expect(second.get_by_role("region", name="Saved by them")).to_contain_text("Thank you.")
        expect(second.get_by_role("region", name="Written by you")).to_contain_text("Bless you.")
        assert desk.item(item_id).showing.body.endswith("Thank you.")
        second.get_by_role("button", name="Save mine in its place").click()
        expect(second.get_by_role("status").first).to_contain_text("It is saved.")
    assert desk.item(item_id).showing.body.endswith("Bless you.")


# for everybody


@pytest.fixture(scope="module")
def sheets(desk: Desk) -> dict[str, str]:
    """Return the paths of pages in every state."""
    edited = Showing(body="They were late. It was Tom Abara.", kinds=("length",), reply="Thank you.", reply_by="Ines")
    words = Words(title="They were not late", body="They were not late, but tired. It was Tom Abara.", rating=2)
    sender = Submitter(name="Zoë " + "Ngata" * 12, display="full", email="zoe@customers.example", role="Baker")
    ids = {
        "everything": desk.put(
            text=words,
            showing=edited,
            submitter=sender,
            about=About(staff_named=("Tom Abara",)),
            incentive=Incentive(given=True, description="a cake"),
            spam=Spam(score=4, verdict="suspect", reasons=("4 links (+3.2)",)),
            extra={"How did you hear of us?": "A friend, " + "w" * 90},
            noticed=("the date was not understood",),
        ),
        "asked": desk.put(state="awaiting_author", consent=()),
        "quarantined": desk.put(state="quarantined", spam=Spam(score=9, verdict="spam", reasons=("an offer (+9)",))),
        "approved": desk.put(state="approved"),
        "a request": desk.put(kind="request"),
        "erased": desk.put(),
    }
    assert desk.decide(ids["erased"], "erase", sure="yes").status == 303
    paths = {name: f"{HOME}/{item_id}" for name, item_id in ids.items()}
    return paths | {"the queue": HOME, "quarantine": f"{HOME}?group=quarantine", "nothing": f"{HOME}?q=nothing-such"}


PAGES = ("everything", "asked", "quarantined", "approved", "a request", "erased", "the queue", "quarantine", "nothing")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(desk: Desk, visit: Visit, axe_source: str, sheets: dict[str, str], name: str) -> None:
    page = visit.go(desk.url, sheets[name])
    page.evaluate("for (const each of document.querySelectorAll('details:not(.page)')) each.open = true")
    for width, schemes in ((360, ("light", "dark")), (1280, ("dark", "light"))):
        for scheme in schemes if name in ("everything", "the queue") else schemes[:1]:
            visit.look(width, color_scheme=scheme)
            assert violations(page, axe_source) == [], f"{name} {scheme} {width}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide for {width}"
    assert visit.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_what_one_rarely_sees(desk: Desk, visit: Visit, axe_source: str, scheme: Any) -> None:
    item_id = desk.put(text=Words(title="Rarely seen", body=BODY))
    page = visit.go(desk.url, f"{HOME}/{item_id}")
    desk.decide(item_id, "edit", body=f"{BODY} Thank you.", note="theirs")
    visit.look(360, color_scheme=scheme)
    page.get_by_label("Words", exact=True).fill("Bless you.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else was faster")
    assert violations(page, axe_source) == []
    page.get_by_role("link", name="Keep theirs").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("alert")).to_contain_text("without a reason")
    assert violations(page, axe_source) == []
    page.get_by_label("Reason").select_option(label="spam")
    page.get_by_role("button", name="Decline").click()
    expect(page.locator("#told")).to_be_visible()
    assert violations(page, axe_source) == []


def test_every_field_is_reached_by_tab_in_the_order_of_the_page(
    desk: Desk, visit: Visit, sheets: dict[str, str]
) -> None:
    page = visit.go(desk.url, sheets["everything"])
    fields = "main :is(a[href], button:not([hidden]), input:not([type=hidden]), select, textarea, summary)"
    wanted = page.evaluate(f"[...document.querySelectorAll('{fields}')].filter((e) => e.checkVisibility()).length")
    page.locator("main").focus()
    places: list[float] = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.closest('main') !== null")
        if not inside:
            break
        places.append(page.evaluate(f"[...document.querySelectorAll('{fields}')].indexOf(document.activeElement)"))
    reached = [place for place in places if place >= 0]
    assert reached == sorted(reached)
    assert len(reached) >= wanted - 2
    assert re.search(r"Decide", page.locator("main").inner_text())
