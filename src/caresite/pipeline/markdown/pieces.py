"""HTML under construction: strings, references and components, cut into segments when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from caresite.core.model import Component, Reference, Section, Segment, Segments
from caresite.pipeline.markdown.blocks import Call

__all__ = ["Anchored", "Draft", "Opening", "Piece", "finished"]


class Anchored(NamedTuple):
    """HTML with an id that may stand on one page only, and what stands for it in an excerpt on another."""

    html: str
    bare: str


class Opening(NamedTuple):
    """A heading directly inside a component: its title, and where it and what follows it begin."""

    level: int
    title: str
    start: int
    after: int


class Draft(NamedTuple):
    """A component whose content is not yet cut into segments."""

    call: Call
    line: int
    pieces: Sequence[Piece]
    openings: Sequence[Opening]


Piece = str | Reference | Anchored | Draft


def finished(pieces: Sequence[Piece], *, anchors: bool = True) -> Segments:
    """Cut pieces into segments, with neighbouring strings joined; without `anchors`, as an excerpt."""
    segments: list[Segment] = []
    strings: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            strings.append(piece)
        elif isinstance(piece, Anchored):
            strings.append(piece.html if anchors else piece.bare)
        else:
            if strings:
                segments.append("".join(strings))
                strings = []
            segments.append(_component(piece, anchors) if isinstance(piece, Draft) else piece)
    if strings:
        segments.append("".join(strings))
    return tuple(segment for segment in segments if segment != "")


def _component(draft: Draft, anchors: bool) -> Component:
    call = draft.call
    return Component(
        name=call.name,
        args=call.args,
        body=finished(draft.pieces, anchors=anchors),
        sections=_sections(draft, anchors),
        lines=call.lines,
        line=draft.line,
    )


def _sections(draft: Draft, anchors: bool) -> tuple[Section, ...]:
    """Split at the headings of the highest rank; deeper ones stay inside their section."""
    if not draft.openings:
        return ()
    rank = min(opening.level for opening in draft.openings)
    heads = [opening for opening in draft.openings if opening.level == rank]
    ends = [*(head.start for head in heads[1:]), len(draft.pieces)]
    return tuple(
        Section(head.title, finished(draft.pieces[head.after : end], anchors=anchors))
        for head, end in zip(heads, ends, strict=True)
    )
