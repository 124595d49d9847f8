"""The door: who may see what customers sent, and who may decide. Besides what the preview's guard asks of everybody.

Only somebody at this computer gets in, however far the preview itself can be reached, and nobody through a proxy. The
previewed site has the same origin, and its scripts are not to read along: so a page is given to a tab that goes there,
not to a script, and to no window that a script holds (`preview.isolation`). A decision comes from a form that we made,
which holds a word that nobody else knows (OWASP, synchronizer token).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request

from caresite.preview.guard import is_loopback

__all__ = ["TOKEN", "Door"]

TOKEN = "token"
_FORWARDED = re.compile(  # headers by which proxies and tunnels say for whom they ask
    r"forwarded|x-original-|\bvia$|real-ip|client-ip|connecting-ip|external-address|^cf-|^true-"
)


class Door:
    """Tells who is refused, and why. The word in its forms is another one each time the preview is started."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)

    def refusal(self, request: Request, goes_to: str = "document") -> str:
        """Return why a request is refused, or nothing; `goes_to` is what its answer is for, as browsers name it."""
        client = request.client.host if request.client else ""
        if not is_loopback(client) or not is_loopback(request.url.hostname or ""):
            return "what customers sent is shown on this computer only. Open it there, at http://127.0.0.1."
        if any(map(_FORWARDED.search, request.headers)):
            return (
                "another computer asks for this through a proxy or a tunnel. Open it on this one, at http://127.0.0.1."
            )
        if request.headers.get("sec-fetch-dest", goes_to) != goes_to:
            return "a script or a frame asks for this. Open it in a tab of its own."
        return ""

    def is_ours(self, form: Mapping[str, str]) -> bool:
        """Tell whether a form was made by us, since this preview was started."""
        return hmac.compare_digest(form.get(TOKEN, "").encode(), self.token.encode())

    def key_of(self, item_id: str) -> str:
        """Return the word in the addresses of what a sheet shows of a submission; the site does not know it."""
        return hmac.new(self.token.encode(), item_id.encode(), hashlib.sha256).hexdigest()[:32]

    def has_key(self, request: Request, item_id: str) -> bool:
        """Tell whether a request has the word that belongs to the submission."""
        return hmac.compare_digest(request.query_params.get("key", "").encode(), self.key_of(item_id).encode())
