"""HTML under construction: strings, references and components, cut into segments when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from caresite.core.model import Component, Reference, Section, Segment, Segments
from caresite.pipeline.components import ComponentSpec
from caresite.pipeline.markdown.blocks import Call

__all__ = ["Anchored", "Draft", "Opening", "Piece", "content_problem", "finished", "shows"]


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


def shows(piece: Piece) -> bool:
    """Tell whether a reader would see anything of a piece."""
    return not isinstance(piece, str) or not (piece == "" or piece.isspace())


def content_problem(spec: ComponentSpec, draft: Draft) -> str:
    """Say what is wrong with the content of a component, or nothing."""
    shown = any(shows(piece) for piece in draft.pieces)
    if spec.body == "none":
        return "shows nothing of what stands inside it" if shown else ""
    if spec.body == "lines":
        return "" if draft.call.lines else "has no lines to show"
    if spec.body == "markdown":
        return "" if shown or spec.may_be_empty else "has nothing inside"
    return _section_problem(spec, draft)


def _section_problem(spec: ComponentSpec, draft: Draft) -> str:
    if not draft.openings:
        return "needs headings inside, each with text below it"
    rank = min(opening.level for opening in draft.openings)
    heads = [opening for opening in draft.openings if opening.level == rank]
    if any(shows(piece) for piece in draft.pieces[: heads[0].start]):
        return "shows only what stands below its headings; move the words before the first one out"
    if spec.sections and len(heads) != spec.sections:
        return f"needs {spec.sections} headings of one level inside, not {len(heads)}"
    return ""
