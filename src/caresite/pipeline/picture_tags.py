"""Picture tags: every `<img>` of a finished page gets its sizes, its small formats, and its turn to load.

So a theme or a text writes `<img src alt>` and nothing more. What it may add: `sizes`, as in HTML; `data-width`, the
width in CSS pixels that it is never shown wider than; `data-crop`, a shape such as `16/10` to cut it to; `data-focus`,
what must stay in sight. Where the page has said more (`srcset`, `loading`, `width`), that is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import NamedTuple

from caresite.core.config import Images
from caresite.core.model import Variation
from caresite.core.numbers import whole_number
from caresite.core.urls import decoded_path, encode_file, split_address
from caresite.pipeline.pictures import Facts, Wish, focus_of, name_of, shape_of, variations_of

__all__ = ["Shown", "with_pictures"]

# What is looked at: a picture's tag; and what is passed over whole, as nothing in it is a picture to be shown.
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<over>script|style|template|textarea|svg|noscript|picture)\b.*?(?:</(?P=over)\s*>|\Z)"
    r"|(?P<img><img\b(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>)|<img\b.*",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_TAG = re.compile(r"<[^<>]*>")
_OURS = ("data-width", "data-crop", "data-focus", "sizes")
_TYPES = {"avif": "image/avif", "webp": "image/webp"}
_COLUMN_PX = 704  # of a text of 65 letters a line
_FIRST_VIEW = 500  # letters that stand above a picture which is seen without scrolling, more or less
_SMALL_PX = 200  # what is smaller than this is not what a page is waited for


class Shown(NamedTuple):
    """A page with its pictures: how it wants them drawn, and the output paths of those that cannot be."""

    html: str
    variations: tuple[Variation, ...]
    broken: tuple[str, ...]


def with_pictures(html: str, base_path: str, images: Images, facts_of: Callable[[str], Facts | None]) -> Shown:
    """Return a page whose pictures come in the sizes and formats that suit each screen.

    `facts_of` answers what is known of the picture at an output path, None when none stands there.
    """
    writer = _Writer(html, base_path, images, facts_of)
    done = _PIECE.sub(writer.piece, html)
    return Shown(done, tuple(dict.fromkeys(writer.variations)), tuple(dict.fromkeys(writer.broken)))


class _Writer:
    """Writes the pictures of one page."""

    def __init__(self, html: str, base_path: str, images: Images, facts_of: Callable[[str], Facts | None]) -> None:
        self.html = html
        self.base_path, self.base = decoded_path(base_path), base_path
        self.images = images
        self.facts_of = facts_of
        self.variations: list[Variation] = []
        self.broken: list[str] = []
        self.main = html.find("<main")
        self.has_lead = 'fetchpriority="high"' in html

    def piece(self, match: re.Match[str]) -> str:
        """Return what is written for a tag; what is no picture stays as it is."""
        if not match["img"]:
            return match[0]
        given = _attributes(match["img"])
        if "srcset" in given or "src" not in given:
            return match[0]
        path = self.path_of(given["src"])
        facts = self.facts_of(path) if path else None
        if facts and facts.trouble:
            self.broken.append(path)
        wish, kept = _wish(given), {key: value for key, value in given.items() if key not in _OURS}
        if facts and facts.width_px and "height" not in kept:
            kept |= _sides(facts, wish, kept.get("width", ""))
        kept |= self.turn(match.start(), wish, kept)
        kept |= _classes(kept, given, facts)
        if not facts or not facts.is_drawn:
            return _tag(kept)
        return self.picture(path, facts, wish, kept, given.get("sizes", ""))

    def path_of(self, address: str) -> str:
        """Return the output path behind an address of this site; empty for one elsewhere."""
        host, path, _, _ = split_address(address)
        path = decoded_path(path)
        return path.removeprefix(self.base_path) if not host and path.startswith(self.base_path) else ""

    def turn(self, place: int, wish: Wish, kept: Mapping[str, str]) -> dict[str, str]:
        """Return when a picture is loaded: at once where it is seen first, else when a reader comes near it."""
        if "loading" in kept or "fetchpriority" in kept:
            return {} if "decoding" in kept else {"decoding": "async"}
        is_large = not wish.shown_px or wish.shown_px > _SMALL_PX
        if not self.has_lead and is_large and 0 <= self.main < place:
            self.has_lead = True
            if len(_TAG.sub("", self.html[self.main : place])) < _FIRST_VIEW:
                return {"fetchpriority": "high", "decoding": "async"}
        return {"loading": "lazy", "decoding": "async"}

    def picture(self, path: str, facts: Facts, wish: Wish, kept: dict[str, str], sizes: str) -> str:
        """Return the `picture` element of a photograph."""
        wish = wish if wish.shown_px else Wish(0 if sizes else _COLUMN_PX, wish.crop, wish.focus)
        *small, own = variations_of(path, facts, wish, self.images).items()
        sizes = escape(sizes or f"(min-width: {wish.shown_px}px) {wish.shown_px}px, 100vw")
        sources = "".join(
            f'<source type="{_TYPES[kind]}" srcset="{self.srcset(drawn)}"{self.sizes(drawn, sizes)}>'
            for kind, drawn in small
        )
        last = own[1][-1]
        kept = {"src": self.url(last)} | {key: value for key, value in kept.items() if key != "src"}
        if len(own[1]) > 1:
            kept |= {"srcset": self.srcset(own[1]), "sizes": sizes}
            return f"<picture>{sources}{_tag(kept, raw=('srcset', 'sizes'))}</picture>"
        self.variations.append(last)
        return f"<picture>{sources}{_tag(kept)}</picture>"

    def sizes(self, drawn: tuple[Variation, ...], sizes: str) -> str:
        return f' sizes="{sizes}"' if len(drawn) > 1 else ""

    def srcset(self, drawn: tuple[Variation, ...]) -> str:
        self.variations.extend(drawn)
        if len(drawn) == 1:
            return self.url(drawn[0])
        return ", ".join(f"{self.url(one)} {one.width_px}w" for one in drawn)

    def url(self, variation: Variation) -> str:
        return self.base + encode_file(name_of(variation))


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag with their values as they are meant, the first of each name."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag[4:-1]):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found


def _tag(attributes: Mapping[str, str], raw: tuple[str, ...] = ()) -> str:
    """Return a picture's tag; the values of `raw` are escaped already."""
    pairs = ((key, value if key in raw else escape(value)) for key, value in attributes.items())
    return "<img" + "".join(f' {key}="{value}"' for key, value in pairs) + ">"


def _wish(given: Mapping[str, str]) -> Wish:
    width = given.get("data-width", "") or given.get("width", "")
    across, _, down = given.get("data-crop", "").partition("/")
    try:
        crop = (float(across), float(down)) if down else (0.0, 0.0)
    except ValueError:
        crop = (0.0, 0.0)
    return Wish(whole_number(width) or 0, crop if min(crop) > 0 else (0.0, 0.0), _focus(given))


def _focus(given: Mapping[str, str]) -> tuple[int, int]:
    """Return the point that must stay in sight; in a text, a class such as `focus-top` names it."""
    named = (word.removeprefix("focus-") for word in given.get("class", "").split() if word.startswith("focus-"))
    return focus_of(given.get("data-focus", "") or next(named, "")) or (50, 50)


def _sides(facts: Facts, wish: Wish, given: str) -> dict[str, str]:
    """Return the size that tells a browser a picture's shape before it is there; `given` is a width of the page's."""
    width, height = shape_of(facts, wish) if facts.is_drawn else (facts.width_px, facts.height_px)
    across = whole_number(given) or round(width)
    return {"width": given, "height": str(round(across * height / width))} if given else _whole(width, height)


def _whole(width: float, height: float) -> dict[str, str]:
    return {"width": str(round(width)), "height": str(round(height))}


def _classes(kept: Mapping[str, str], given: Mapping[str, str], facts: Facts | None) -> dict[str, str]:
    """Return the classes by which a stylesheet keeps in sight what must be, where it cuts a picture itself, and knows
    what can be seen through, which needs a ground that its lines were drawn for.
    """
    x, y = focus_of(given.get("data-focus", "")) or (50, 50)
    words = ("top" if y < 34 else "bottom" if y > 66 else "", "left" if x < 34 else "right" if x > 66 else "")
    focus = "-".join(word for word in words if word)
    names = (kept.get("class", ""), focus and f"focus-{focus}", "see-through" if facts and facts.alpha else "")
    name = " ".join(name for name in names if name)
    return {"class": name} if name else {}
