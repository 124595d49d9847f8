"""Visits by a real Chromium: what was asked of other hosts, what failed, what the console said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response

__all__ = ["FLAGS", "Visit", "by_the_real_clock", "launched"]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def launched(playwright: Playwright, path: str) -> Iterator[Browser]:
    """Run the Chromium at `path` without a window."""
    browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS), env=by_the_real_clock())
    try:
        yield browser
    finally:
        browser.close()


def by_the_real_clock() -> dict[str, str]:
    """Return the environment of a browser: faketime (`make test-ahead`) is left out of it, as it stops its waits."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


class Visit:
    """One visitor: a profile of its own, a tab, and everything that went wrong while looking at pages.

    `options` are those of a playwright context, such as `viewport` or `java_script_enabled`.
    """

    def __init__(self, browser: Browser, **options: Any) -> None:
        self._browser = browser
        self._options = options
        self._origin = ""
        self.faults: list[str] = []

    def __enter__(self) -> Visit:
        self._context: BrowserContext = self._browser.new_context(**self._options)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note(f"error in a script: {error}"))
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)
        self.page.on("requestfailed", self._note_failure)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()

    def begin(self) -> None:
        """Leave the last page, forget the faults found and all that was preferred."""
        self.page.goto("about:blank")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
        self.faults.clear()

    def go(self, origin: str, url: str) -> Page:
        """Open the page at `url` and wait until everything in it has come."""
        self._origin = origin
        self.page.goto(origin + url, wait_until="load")
        return self.page

    def look(self, width_px: int, height_px: int = 800, **media: Any) -> Page:
        """Change the window's size and what the visitor prefers, such as `color_scheme="dark"`."""
        self.page.set_viewport_size({"width": width_px, "height": height_px})
        if media:
            self.page.emulate_media(**media)
        return self.page

    def _note(self, what: str) -> None:
        self.faults.append(f"{urlsplit(self.page.url).path}: {what}")

    def _note_console(self, message: ConsoleMessage) -> None:
        of_the_page = message.location.get("url") == self.page.url and "status of 404" in message.text
        if message.type in ("error", "warning") and not of_the_page:
            self._note(f"the console says: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._origin}/", "data:", "about:")):
            self._note(f"asks another host: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._note(f"{response.status} for {response.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before
            self._note(f"could not load {request.url}: {request.failure}")
