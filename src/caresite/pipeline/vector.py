"""Vector: SVG drawings, their size, and what of them may stand on a site.

A drawing is a document that can run scripts and load from elsewhere; what is not known to draw is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xml.etree import ElementTree

__all__ = ["BrokenDrawing", "SafeDrawing", "safe_drawing"]

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
MAX_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 256
_ROOMY_PX = 1200.0  # wider than any column, so that a stylesheet decides
_ELEMENTS = """
    svg g defs symbol use title desc style switch view a path rect circle ellipse line polyline polygon text tspan
    textPath image marker pattern mask clipPath linearGradient radialGradient stop filter feBlend feColorMatrix
    feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow
    feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
    fePointLight feSpecularLighting feSpotLight feTile feTurbulence animate animateMotion animateTransform mpath set
"""
_DRAWS = frozenset(_ELEMENTS.split())
_SETS = frozenset(("animate", "animateMotion", "animateTransform", "set"))
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif);", re.IGNORECASE)
_FROM_ELSEWHERE = re.compile(
    r"@import|expression\s*\(|url\(\s*[\"']?\s*(?!#|data:image/(?:png|jpeg|gif|webp))", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*+\+?(\d++(?:\.\d++)?|\.\d++)\s*+(?:px)?\s*+$")


class BrokenDrawing(Exception):
    """A file that is no drawing; the text says why, for people."""


class SafeDrawing(NamedTuple):
    """A drawing as it may stand on the site, its size in CSS pixels (0 where it tells none), what had to go."""

    data: bytes
    width_px: int
    height_px: int
    removed: tuple[str, ...]


def safe_drawing(data: bytes) -> SafeDrawing:
    """Return a drawing without whatever could run or load, and without the notes of the program that wrote it.

    One that has no such thing is returned as it was. Raises BrokenDrawing for what is no SVG, or declares entities,
    which could grow without end (XML 1.0, section 4.4; billion laughs).
    """
    if len(data) > MAX_BYTES:
        raise BrokenDrawing(f"it has {len(data) // 1_048_576} MB; {MAX_BYTES // 1_048_576} MB is the most")
    root = _parsed(data)
    if root.tag not in (f"{{{_SVG}}}svg", "svg"):
        raise BrokenDrawing("it is not an SVG drawing")
    cleaner = _Cleaner()
    cleaner.clean(root)
    width, height = _size_of(root)
    if not cleaner.changed:
        return SafeDrawing(data, width, height, ())
    from xml.etree import ElementTree

    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    clean = ElementTree.tostring(root, encoding="utf-8", short_empty_elements=True)
    return SafeDrawing(clean, width, height, tuple(dict.fromkeys(cleaner.removed)))


def _parsed(data: bytes) -> ElementTree.Element:
    from xml.etree import ElementTree
    from xml.parsers import expat

    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise BrokenDrawing("its parts are nested too deeply")
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(name))

    def refuse(*_: object) -> None:
        raise BrokenDrawing("it declares entities, which drawings have no need of")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except expat.ExpatError as error:
        raise BrokenDrawing(f"its XML is broken in line {error.lineno}") from None


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


class _Cleaner:
    """Takes out of a drawing what does not draw; `removed` names what could have done harm."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.changed = False

    def clean(self, element: ElementTree.Element) -> None:
        self._attributes(element)
        if _local(element.tag) == "style" and _FROM_ELSEWHERE.search(element.text or ""):
            element.text = ""
            self._take("a style that loads from elsewhere")
        for child in list(element):
            name = _local(child.tag)
            if name in _DRAWS and not self._sets_something_else(child, name):
                self.clean(child)
                continue
            element.remove(child)
            self.changed = True
            if child.tag.startswith(f"{{{_SVG}}}") and name != "metadata":
                self.removed.append(f"`{name}`")

    def _sets_something_else(self, element: ElementTree.Element, name: str) -> bool:
        target = element.get("attributeName", "").rpartition(":")[2].lower()
        return name in _SETS and (target in ("href", "style", "class") or target.startswith("on"))

    def _attributes(self, element: ElementTree.Element) -> None:
        for key, value in list(element.attrib.items()):
            name = _local(key)
            if key.startswith("{") and not key.startswith((f"{{{_XLINK}}}", f"{{{_XML}}}", f"{{{_SVG}}}")):
                del element.attrib[key]  # notes of a drawing program, which may hold names and folders
                self.changed = True
            elif name.lower().startswith("on"):
                self._drop(element, key, f"`{name}`")
            elif name in ("href", "src") and not _stays_here(element, value):
                self._drop(element, key, "an address elsewhere")
            elif name == "base" or (name not in ("href", "src") and _FROM_ELSEWHERE.search(value)):
                self._drop(element, key, "a style that loads from elsewhere")

    def _drop(self, element: ElementTree.Element, key: str, what: str) -> None:
        del element.attrib[key]
        self._take(what)

    def _take(self, what: str) -> None:
        self.removed.append(what)
        self.changed = True


def _stays_here(element: ElementTree.Element, address: str) -> bool:
    """Tell whether an address leads into the drawing itself; the link of a visible word may lead to a page."""
    plain = "".join(address.split())
    if plain.startswith("#") or _PICTURE.match(plain):
        return True
    return _local(element.tag) == "a" and (
        plain.startswith(("https://", "http://", "/")) and not plain.startswith("//")
    )


def _local(tag: str) -> str:
    """Return the name of an element of SVG, or of an attribute, without its namespace."""
    space, _, name = tag.rpartition("}")
    return name if space in ("", f"{{{_SVG}", f"{{{_XLINK}", f"{{{_XML}") else tag


def _size_of(root: ElementTree.Element) -> tuple[int, int]:
    """Return the size that a drawing says it has. One that tells its shape alone is as wide as there is room."""
    sides = [_NUMBER.match(root.get(name, "")) for name in ("width", "height")]
    width, height = (float(side[1]) if side else 0.0 for side in sides)
    across, down = _box_of(root)
    ratio = across / down if across > 0 and down > 0 else 0.0
    if not (width and height):
        width, height = _completed(width, height, ratio)
    return (round(width), round(height)) if 1 <= width < 100_000 and 1 <= height < 100_000 else (0, 0)


def _completed(width: float, height: float, ratio: float) -> tuple[float, float]:
    if not ratio:
        return 0, 0
    if height:
        return height * ratio, height
    width = width or _ROOMY_PX
    return width, width / ratio


def _box_of(root: ElementTree.Element) -> tuple[float, float]:
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    try:
        return (float(box[2]), float(box[3])) if len(box) == 4 else (0.0, 0.0)
    except ValueError:
        return 0.0, 0.0
