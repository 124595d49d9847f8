"""The plain page, and the texts that lists and terms carry."""

from __future__ import annotations

from typing import Annotated

from caresite.core.schema import Doc
from caresite.kinds.content import CallToAction, Content

__all__ = ["PageContent", "SectionContent", "TermContent"]


class PageContent(Content, frozen=True, kw_only=True):
    """A page of its own: about, contact, prices. `content/pages/*.md`."""

    subtitle: Annotated[str, Doc("A second line under the headline.", peers=("deck", "subheading"))] = ""
    cta: Annotated[CallToAction | None, Doc("The button at the end.")] = None


class SectionContent(Content, frozen=True, kw_only=True):
    """The title and text of a collection's list: `_index.md` in its folder."""

    subtitle: Annotated[str, Doc("A second line under the headline.", peers=("deck", "subheading"))] = ""


class TermContent(Content, frozen=True, kw_only=True):
    """The text and picture of a term: `content/tags/care.md` for the tag `care`."""
