"""Drawings: flat pictures that a theme keeps for pages without a photograph, chosen by what a page is about."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from caresite.core import codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.files import decode_text, may_be_read
from caresite.core.suggest import nearest
from caresite.core.values import plain, read_yaml
from caresite.core.walk import files_below, is_file
from caresite.pipeline.themes import Theme

__all__ = ["Drawings"]

_OUTER = re.compile(r"\A.*?<svg\b[^>]*>|</svg>\s*\Z", re.DOTALL)
_NO_WORD = re.compile(r"[-,’'\"“”.:;!?()\s]+")


class Drawings:
    """The drawings of a theme: `drawings/<name>.svg`, and in `drawings.yaml` the words each one stands for.

    A site's own `drawings/` folder adds to them and wins by name.
    """

    def __init__(self, theme: Theme) -> None:
        self._pictures: dict[str, Markup] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._others: tuple[str, ...] = ()
        self._chosen: dict[str, str] = {}
        for layer in reversed(theme.layers):
            folder = layer.folder / "drawings"
            for path in files_below(folder, layer.folder)[0]:
                if path.suffix == ".svg" and path.parent == folder:
                    text, _ = decode_text(path.read_bytes(), f"drawings/{path.name}")
                    self._pictures[path.stem] = Markup(_OUTER.sub("", text).strip())
            if is_file(folder / "drawings.yaml") and may_be_read(folder / "drawings.yaml", layer.folder):
                self._take(_read(folder / "drawings.yaml", f"{layer.name}/drawings/drawings.yaml"))

    @property
    def pictures(self) -> Mapping[str, str]:
        """What stands inside the `svg` element of each drawing, by name."""
        return self._pictures

    def _take(self, declared: Mapping[str, Any]) -> None:
        words = {
            name: tuple(str(b).casefold() for b in beginnings)
            for name, beginnings in (declared.get("words") or {}).items()
        }
        self._words = {**words, **{k: v for k, v in self._words.items() if k not in words}}
        self._others = tuple(declared.get("others") or self._others)

    def choose(self, subjects: str) -> str:
        """Return the name of the drawing for `subjects`: what a page is about, best guess first, parted by `|`.

        The first subject wins that has a word beginning as some drawing's word does; without any, one of the
        neutral drawings is chosen by the text, always the same for the same text.
        """
        if subjects not in self._chosen:
            self._chosen[subjects] = self._choose(str(subjects))
        return self._chosen[subjects]

    def _choose(self, subjects: str) -> str:
        for subject in subjects.split("|"):
            text = " " + _NO_WORD.sub(" ", subject.casefold()) + " "
            for name, beginnings in self._words.items():
                if name in self._pictures and any(" " + beginning in text for beginning in beginnings):
                    return name
        others = [name for name in self._others if name in self._pictures] or sorted(self._pictures)
        digest = hashlib.md5(subjects.encode(), usedforsecurity=False).digest()
        return others[digest[0] % len(others)] if others else ""

    def picture(self, name: str) -> Markup:
        """Return what stands inside the `svg` element of a drawing. Raises Problem when there is none of that name."""
        if name in self._pictures:
            return self._pictures[name]
        near = nearest(name, self._pictures)
        message = f"there is no drawing `{name}`"
        raise Problem(
            fault(
                codes.ASSET_MISSING,
                Span(f"drawings/{name}.svg"),
                message,
                hint=f"did you mean `{near}`?" if near else "",
            )
        )


def _read(path: Any, name: str) -> Mapping[str, Any]:
    text, _ = decode_text(path.read_bytes(), name)
    table = plain(read_yaml(text, name))
    return table if isinstance(table, dict) else {}
