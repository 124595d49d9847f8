"""The author: who writes for the firm."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from caresite.core.schema import Doc
from caresite.kinds.content import Content, Picture

__all__ = ["Author", "Link"]


class Link(Struct, frozen=True, kw_only=True):
    """A link with its words; a bare string is its `url`."""

    __shorthand__ = "url"

    url: Annotated[str, Doc("Where it leads.", address=True)]
    text: Annotated[str, Doc("The words of the link; the host name when empty.")] = ""


class Author(Content, frozen=True, kw_only=True):
    """A person who writes here: one file in `content/authors/`, or an entry of `authors.yaml`."""

    name: Annotated[str, Doc("The name as shown.", example="Rosa Lind", peers=("display_name", "full_name"))] = ""
    role: Annotated[str, Doc("What they do in the firm.", peers=("position", "job_title"))] = ""
    bio: Annotated[
        str,
        Doc(
            "One paragraph, in Markdown. The body of a Markdown file may be longer.",
            peers=("biography", "about"),
        ),
    ] = ""
    photo: Annotated[Picture | None, Doc("A picture of them.", peers=("avatar", "picture"))] = None
    links: Annotated[tuple[Link, ...], Doc("Their own pages elsewhere.")] = ()
