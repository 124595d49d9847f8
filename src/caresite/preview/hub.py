"""Hub: tells every open tab that there is something new, over server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from caresite.preview.state import PageState

__all__ = ["Hub"]

_RETRY_MS = 300
_HEARTBEAT_S = 15.0  # so that a tab that has gone without a word is noticed


class Hub:
    """Where tabs wait, in the server's thread, for news from the thread that builds."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._closed = False
        self._saved: tuple[int, str] = (0, "")

    @property
    def tabs(self) -> int:
        """How many tabs are open."""
        return len(self._waiting)

    def announce(self, saved_url: str = "") -> None:
        """Tell all tabs to look; from any thread. `saved_url` is that of the page whose file was saved."""
        if saved_url:
            self._saved = (self._saved[0] + 1, saved_url)
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Let all tabs go; from any thread."""
        self._closed = True
        self.announce()

    async def events(self, state: Callable[[], PageState | None]) -> AsyncIterator[str]:
        """Yield the events for one tab: its state, once there is one, and whenever it is another; pages just saved."""
        self._loop = asyncio.get_running_loop()
        news = asyncio.Event()
        self._waiting.add(news)
        sent, followed = b"", self._saved[0]
        try:
            yield f"retry: {_RETRY_MS}\n\n"
            while not self._closed:
                news.clear()
                known = state()
                now = msgspec.json.encode(known) if known else sent
                if now != sent:
                    sent = now
                    yield f"data: {now.decode()}\n\n"
                if self._saved[0] != followed:
                    followed, url = self._saved
                    yield f"event: saved\ndata: {msgspec.json.encode(url).decode()}\n\n"
                if not await _comes(news):
                    yield ":\n\n"
        finally:
            self._waiting.discard(news)

    def _wake(self) -> None:
        for news in self._waiting:
            news.set()


async def _comes(news: asyncio.Event) -> bool:
    """Wait for news; tell whether there were any in time."""
    try:
        await asyncio.wait_for(news.wait(), _HEARTBEAT_S)
    except TimeoutError:
        return False
    return True
