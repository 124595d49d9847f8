"""The post: an article on the firm's blog."""

from __future__ import annotations

from typing import Annotated

from caresite.core.schema import Doc
from caresite.kinds.content import CallToAction, Content

__all__ = ["Post"]


class Post(Content, frozen=True, kw_only=True):
    """A blog post: `content/blog/*.md`."""

    subtitle: Annotated[str, Doc("A second line under the headline.", peers=("deck", "subheading"))] = ""
    key_points: Annotated[
        tuple[str, ...], Doc("Two to five sentences for the “In short” box.", peers=("takeaways", "tldr"))
    ] = ()
    related: Annotated[
        tuple[str, ...], Doc("Source paths or slugs of pages to show as related, instead of chosen ones.")
    ] = ()
    cta: Annotated[CallToAction | None, Doc("The button at the end.")] = None
