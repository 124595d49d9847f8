"""Cut the fonts of the themes out of the published ones. Run by hand; builds and tests never do.

    npm pack @fontsource-variable/figtree@5.3.0 @fontsource-variable/newsreader@5.3.0
    for name in figtree newsreader; do
      mkdir -p packages/$name
      tar -xzf fontsource-variable-$name-5.3.0.tgz -C packages/$name --strip-components=1
    done
    pip install fonttools==4.68.0 brotli==1.2.1
    python tools/subset_fonts.py cut packages themes/hearth/assets/fonts
    python tools/subset_fonts.py cut packages themes/ledger/assets/fonts --theme ledger  # with source-serif-4@5.3.1
    python tools/subset_fonts.py metrics themes/hearth/assets/fonts Arial.ttf ArialBold.ttf Times.ttf TEXT...

`cut` writes the files, the same bytes each time. `metrics` prints what the fallback faces in `fonts.css` say,
worked out for the letters of some texts; fonts with the widths of Arial and Times New Roman do as well as those.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

LATIN = frozenset(
    (
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        0x131,  # dotless i
        *(0x152, 0x153),  # OE
        *(0x2010, 0x2011, 0x2013, 0x2014),  # hyphens and dashes
        *(0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E),  # quotation marks
        *(0x2022, 0x2026, 0x2039, 0x203A),  # bullet, ellipsis, single guillemets
        *(0x20AC, 0x2122, 0x2212),  # euro, trade mark, minus
    )
)
LATIN_EXT = frozenset(
    (
        *range(0x100, 0x180),
        *range(0x218, 0x21C),  # Romanian
        *range(0x1E80, 0x1E86),  # Welsh
        *(0x1E9E, 0x1EF2, 0x1EF3),  # capital sharp s, Y with grave
    )
) - {0x131, 0x152, 0x153}
FEATURES = ("kern", "liga", "locl", "pnum", "tnum", "rvrn")
QUOTE_FEATURES = ("kern", "liga", "locl")  # and proportional figures in place of the even ones
KERNING_STEP = 0.004  # em; off by a seventh of a pixel at most in the largest quotes, and 2.7 KB less of each file
NAMES = (0, 1, 2, 3, 4, 5, 6, 13, 14)
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


class Cut(NamedTuple):
    """One file to make: from `source`, with the axes in `limits`, which leave a plain font when each is one value."""

    family: str
    style: str
    source: str
    characters: frozenset[int]
    limits: dict[str, Any]
    features: tuple[str, ...]


def _figtree(subset: str, characters: frozenset[int]) -> Cut:
    source = f"figtree/files/figtree-{subset}-wght-normal.woff2"
    return Cut("Figtree", "Regular", source, characters, {"wght": (400, 800)}, FEATURES)


def _newsreader(subset: str, characters: frozenset[int], style: str = "Regular") -> Cut:
    """Quotes are set from 20 to 67 px; 24 keeps the hairlines of the small ones and is fine enough for the large.

    They have one weight. A font that varies is half as large again, and what it could do besides, bold and italic,
    is rare in the words of customers: those are files of their own, which are asked for by the pages that need them.
    """
    slope = "italic" if style == "Italic" else "normal"
    source = f"newsreader/files/newsreader-{subset}-opsz-{slope}.woff2"
    weight = 600 if style == "Bold" else 440
    return Cut("Newsreader", style, source, characters, {"opsz": 24, "wght": weight}, QUOTE_FEATURES)


def _source_serif(subset: str, characters: frozenset[int], style: str = "Regular") -> Cut:
    """The words of the firm and its headings are of two weights; what customers say, in italic, is of one.

    “Source” is a Reserved Font Name, which a subset may not bear (OFL 1.1, condition 3); so it has another.
    """
    slope = "italic" if style == "Italic" else "normal"
    source = f"source-serif-4/files/source-serif-4-{subset}-opsz-{slope}.woff2"
    weight: Any = 400 if style == "Italic" else (400, 700)
    return Cut("Ledger Serif", style, source, characters, {"opsz": 18, "wght": weight}, (*QUOTE_FEATURES, "onum"))


LEDGER_CUTS = {
    "ledger-serif-latin": _source_serif("latin", LATIN),
    "ledger-serif-latin-ext": _source_serif("latin-ext", LATIN_EXT),
    "ledger-serif-latin-italic": _source_serif("latin", LATIN, "Italic"),
    "ledger-serif-latin-ext-italic": _source_serif("latin-ext", LATIN_EXT, "Italic"),
}
CUTS = {
    "figtree-latin": _figtree("latin", LATIN),
    "figtree-latin-ext": _figtree("latin-ext", LATIN_EXT),
    "newsreader-latin": _newsreader("latin", LATIN),
    "newsreader-latin-ext": _newsreader("latin-ext", LATIN_EXT),
    "newsreader-latin-bold": _newsreader("latin", LATIN, "Bold"),
    "newsreader-latin-ext-bold": _newsreader("latin-ext", LATIN_EXT, "Bold"),
    "newsreader-latin-italic": _newsreader("latin", LATIN, "Italic"),
    "newsreader-latin-ext-italic": _newsreader("latin-ext", LATIN_EXT, "Italic"),
}


def cut(packages: Path, target: Path, theme: str) -> None:
    """Write every font of a theme into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, wanted in {"hearth": CUTS, "ledger": LEDGER_CUTS}[theme].items():
        path = target / f"{name}.woff2"
        path.write_bytes(_made(packages / wanted.source, wanted))
        print(f"{path.stat().st_size:>7,}  {path.name}")


def _made(source: Path, wanted: Cut) -> bytes:
    font = _reread(_limited(source, wanted.limits))
    _add_hyphens(font)
    if wanted.family == "Newsreader":
        _make_figures_proportional(font)
    if wanted.family != "Figtree":
        _round_kerning(font)
    _rename(font, wanted)
    if "fvar" in font:
        font["fvar"].instances = []
    options = subset.Options()
    options.layout_features = list(wanted.features)
    options.name_IDs = list(NAMES)
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["STAT"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted.characters)
    cutter.subset(font)
    font.flavor = "woff2"
    data = io.BytesIO()
    font.save(data)
    return data.getvalue()


def _limited(source: Path, limits: dict[str, Any]) -> TTFont:
    font = TTFont(source, recalcTimestamp=False)
    if "fvar" not in font:
        return font
    return instancer.instantiateVariableFont(font, limits, overlap=instancer.OverlapMode.KEEP_AND_DONT_SET_FLAGS)


def _reread(font: TTFont) -> TTFont:
    """Return the font as a file would hold it; the cutter wants tables that nobody has taken apart."""
    data = io.BytesIO()
    font.flavor = None
    font.save(data)
    data.seek(0)
    return TTFont(data, recalcTimestamp=False)


def _add_hyphens(font: TTFont) -> None:
    """Draw U+2010 and the non-breaking U+2011 as the hyphen-minus, which is what they look like."""
    for table in font["cmap"].tables:
        if table.isUnicode() and ord("-") in table.cmap:
            table.cmap |= {0x2010: table.cmap[ord("-")], 0x2011: table.cmap[ord("-")]}


def _make_figures_proportional(font: TTFont) -> None:
    """Let the figures of running text be what one gets without asking for them; the others are then cut away."""
    table = font["GSUB"].table
    wanted = {i for f in table.FeatureList.FeatureRecord if f.FeatureTag == "pnum" for i in f.Feature.LookupListIndex}
    swaps = {
        plain: proportional
        for index in wanted
        for part in table.LookupList.Lookup[index].SubTable
        for plain, proportional in getattr(part, "ExtSubTable", part).mapping.items()
    }
    for characters in font["cmap"].tables:
        if characters.isUnicode():
            characters.cmap = {character: swaps.get(name, name) for character, name in characters.cmap.items()}


def _round_kerning(font: TTFont) -> None:
    step = round(KERNING_STEP * font["head"].unitsPerEm)
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            part = getattr(part, "ExtSubTable", part)
            if part.LookupType == 2:
                for value in _kerns(part):
                    value.XAdvance = round(value.XAdvance / step) * step


def _kerns(part: Any) -> Iterable[Any]:
    """Yield the values of pair positioning, by glyphs (format 1) or by classes (format 2)."""
    rows = (
        [s.PairValueRecord for s in part.PairSet] if part.Format == 1 else [c.Class2Record for c in part.Class1Record]
    )
    return (pair.Value1 for row in rows for pair in row if hasattr(pair.Value1, "XAdvance"))


def _rename(font: TTFont, wanted: Cut) -> None:
    """Name the font plainly, say that it is a subset, and keep its licence inside it (OFL 1.1, condition 2)."""
    names = font["name"]
    version = names.getDebugName(5)
    family, style = wanted.family, wanted.style
    full_name = family if style == "Regular" else f"{family} {style}"
    told = {
        1: family,
        2: style,
        3: f"{version};subset;{full_name}",
        4: full_name,
        5: f"{version}; subset for caresite",
        6: f"{family.replace(' ', '')}-{style}",
        13: LICENCE,
        14: "https://openfontlicense.org",
    }
    for number, text in told.items():
        names.setName(text, number, 3, 1, 0x409)


def metrics(fonts: Path, arial: Path, arial_bold: Path, times: Path, texts: Iterable[Path]) -> None:
    """Print, for each fallback face, the descriptors that make it as wide and as high as the font it stands in for."""
    letters = [_letters(path) for path in texts]
    for file, weight, other in (
        ("figtree-latin", 400, arial),
        ("figtree-latin", 700, arial_bold),
        ("newsreader-latin", 440, times),
    ):
        font = _limited(fonts / f"{file}.woff2", {"wght": weight})
        stand_in = TTFont(other)
        ratios = [_width(font, text) / _width(stand_in, text) for text in letters]
        size = sum(ratios) / len(ratios)
        head, em = font["hhea"], font["head"].unitsPerEm
        print(f"{file}, weight {weight}, on {other.stem}; by text {min(ratios):.1%} to {max(ratios):.1%}")
        print(f"  size-adjust: {size:.1%};")
        print(f"  ascent-override: {head.ascent / em / size:.1%};")
        print(f"  descent-override: {-head.descent / em / size:.1%};")
        print(f"  line-gap-override: {head.lineGap / em / size:.1%};")


def _letters(path: Path) -> Counter[str]:
    words = " ".join(path.read_text(encoding="utf-8").split())
    return Counter(c for c in words if (c.isalpha() and c < "Ā") or c in " ,.’")


def _width(font: TTFont, text: Counter[str]) -> float:
    """Return the mean width of the letters of a text, in ems."""
    glyphs, widths = font.getBestCmap(), font["hmtx"]
    total = sum(widths[glyphs[ord(letter)]][0] * count for letter, count in text.items())
    return total / text.total() / font["head"].unitsPerEm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    cutting = commands.add_parser("cut")
    cutting.add_argument("packages", type=Path)
    cutting.add_argument("target", type=Path)
    cutting.add_argument("--theme", choices=("hearth", "ledger"), default="hearth")
    cutting.set_defaults(run=cut)
    measuring = commands.add_parser("metrics")
    for name in ("fonts", "arial", "arial_bold", "times"):
        measuring.add_argument(name, type=Path)
    measuring.add_argument("texts", type=Path, nargs="+")
    measuring.set_defaults(run=metrics)
    asked = vars(parser.parse_args())
    asked.pop("run")(**asked)


if __name__ == "__main__":
    main()
