"""Scripts of the previewed site cannot reach the pages on which somebody decides about what customers sent."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from caresite.preview.isolation import MAX_BODY_BYTES

from .reviewing import Desk, deciding

HOME = "/_caresite/stories"
JOINING = "/*\n  Cross-Origin-Opener-Policy: same-origin\n  Service-Worker-Allowed: /\n  Referrer-Policy: unsafe-url\n"


@pytest.fixture(scope="module", params=["", JOINING], ids=["plain", "site-with-the-same-policy"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("apart") / "site"
    if request.param:
        (root / "static").mkdir(parents=True)
        (root / "static/_headers").write_text(request.param, encoding="utf-8")
        (root / "static/sw.js").write_text("self.addEventListener('fetch', () => {});", encoding="utf-8")
    with deciding(root) as running:
        yield running


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{desk.url}/")
        yield page


def test_a_window_that_a_script_opens_is_out_of_its_reach(desk: Desk, page: Page) -> None:
    item_id = desk.put()
    opens = f"() => {{ window.w = window.open('{HOME}/{item_id}') }}"
    page.evaluate(f"document.body.addEventListener('click', {opens}, {{once: true}})")
    with page.context.expect_page() as opened:
        page.mouse.click(5, 5)
    opened.value.wait_for_load_state()
    assert "ada@customers.example" in opened.value.content()  # a person sees it there
    assert page.evaluate("window.w.closed")
    assert opened.value.evaluate("window.opener") is None


def test_a_window_of_the_site_that_is_sent_there_is_lost_to_the_script(desk: Desk, page: Page) -> None:
    item_id = desk.put()
    page.evaluate("document.body.addEventListener('click', () => { window.w = window.open('/') }, {once: true})")
    with page.context.expect_page() as opened:
        page.mouse.click(5, 5)
    opened.value.wait_for_load_state()
    page.evaluate(f"window.w.location = '{HOME}/{item_id}'")
    opened.value.wait_for_url(f"**{HOME}/{item_id}")
    assert page.evaluate("window.w.closed")


def test_neither_a_script_nor_a_frame_is_given_a_page(desk: Desk, page: Page) -> None:
    item_id = desk.put()
    assert page.evaluate(f"fetch('{HOME}/{item_id}').then((answer) => answer.status)") == 403
    framed = f"""new Promise((done) => {{
        const frame = document.createElement("iframe");
        frame.onload = () => {{ try {{ done(frame.contentDocument?.body.innerText ?? "") }} catch {{ done("") }} }};
        frame.src = "{HOME}/{item_id}";
        document.body.append(frame);
    }})"""
    assert "ada@customers.example" not in page.evaluate(framed)


@pytest.mark.parametrize("part", ["", "/page", "/page?key=", "/picture/0"])
def test_no_part_of_a_sheet_can_be_framed_by_the_site(desk: Desk, page: Page, part: str) -> None:
    item_id = desk.put()
    page.goto(f"{desk.url}{HOME}/{item_id}")
    page.goto(f"{desk.url}/")
    assert item_id not in page.evaluate("document.referrer")
    framed = f"""new Promise((done) => {{
        const frame = document.createElement("iframe");
        frame.onload = () => {{ try {{ done(frame.contentDocument?.body.innerText ?? "") }} catch {{ done("") }} }};
        frame.src = "{HOME}/{item_id}{part}";
        document.body.append(frame);
        setTimeout(() => done(""), 5000);
    }})"""
    assert "They came at five" not in page.evaluate(framed)


def test_a_service_worker_removes_itself(desk: Desk, page: Page) -> None:
    page.evaluate("navigator.serviceWorker.register('/sw.js', {scope: '/'}).catch(() => 0)")
    page.wait_for_function("navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")


@pytest.mark.parametrize(
    "header",
    [
        *("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"),
        *("Fly-Client-IP", "Fastly-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Envoy-External-Address"),
        *("X-Original-Host", "X-Vercel-Forwarded-For", "CF-Ray"),
    ],
)
def test_nobody_gets_in_through_a_proxy(desk: Desk, header: str) -> None:
    status, text = asked(desk, "GET", HOME, {header: "203.0.113.7"})
    assert status == 403
    assert "through a proxy" in text


@pytest.mark.parametrize("path", ["/", HOME, "/_caresite/open", f"{HOME}/0000000000000001"])
def test_a_body_without_an_end_is_not_read(desk: Desk, path: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(3 * MAX_BODY_BYTES // 65_536):
            yield b"a" * 65_536

    connection = http.client.HTTPConnection(desk.url.removeprefix("http://"), timeout=20)
    try:
        connection.request("POST", path, body=endless(), headers={"Content-Type": "text/plain"}, encode_chunked=True)
        assert connection.getresponse().status in (303, 403, 404, 413)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hung up, which is as good
    finally:
        connection.close()
    assert asked(desk, "GET", "/")[0] == 200


def asked(desk: Desk, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(desk.url.removeprefix("http://"), timeout=20)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text
