"""The kinds of content and the front matter of each, declared once.

From these declarations come decoding with positions, the JSON Schema, the reference page and the scaffold
of `caresite new`.
"""

from __future__ import annotations

from caresite.kinds.author import Author
from caresite.kinds.consent import Consent, ConsentLock, LockedConsent
from caresite.kinds.content import Content
from caresite.kinds.page import PageContent, SectionContent, TermContent
from caresite.kinds.post import Post
from caresite.kinds.quotes import Quote, QuoteCollection
from caresite.kinds.story import Story
from caresite.kinds.testimonial import Testimonial

__all__ = [
    "KINDS",
    "Author",
    "Consent",
    "ConsentLock",
    "Content",
    "LockedConsent",
    "PageContent",
    "Post",
    "Quote",
    "QuoteCollection",
    "SectionContent",
    "Story",
    "TermContent",
    "Testimonial",
]

KINDS: dict[str, type[Content]] = {
    "post": Post,
    "page": PageContent,
    "story": Story,
    "testimonial": Testimonial,
    "quotes": QuoteCollection,
    "quote": Quote,
    "author": Author,
    "section": SectionContent,
    "term": TermContent,
}
