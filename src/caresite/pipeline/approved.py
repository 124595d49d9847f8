"""What was approved: a digest of a customer's words, their stars and their name, as the page shows them.

It stands in `consent.lock.yaml`. So words that were changed after they were approved are noticed wherever the site is
built, also where nothing private is (16 CFR 255.1; no stars are ever edited).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from caresite.kinds.testimonial import Speaker

__all__ = ["approved_digest"]

_WORD = re.compile(r"[^\W_]+")


def approved_digest(words: str, rating: int, author: Speaker | None) -> str:
    """Return a digest of plain `words`, the stars, and all that names the author; case and punctuation do not count."""
    speaker = author or Speaker()
    name = () if speaker.display in ("role", "anonymous") else (speaker.name,)
    said = " ".join(_WORD.findall(unicodedata.normalize("NFKC", words).casefold()))
    shown = (said, str(rating or 0), speaker.display, *name, speaker.role, speaker.company, speaker.location)
    return hashlib.sha256("\x1f".join(shown).encode("utf-8", "replace")).hexdigest()[:32]
