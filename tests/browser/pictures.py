"""Pictures of every type of page, for people to look at: three widths, light and dark, on paper, and a sheet of each.

make pictures                         # the sample site in both themes, into pictures/
make pictures ARGS="FOLDER --site german"
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from browser.chromium import Visit, launched
from browser.host import serving
from browser.sites import SITES, Site, site_called

_WIDTHS_PX = (360, 768, 1280)
_SCHEMES = ("light", "dark")
_PAPER_PX = 703  # what the margins leave of an A4 sheet
_LOAD_EVERYTHING = """() => Promise.all([...document.images].map(image => {
    image.loading = 'eager';
    return image.decode().catch(() => {});
}))"""
_SHEET = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ margin: 1rem; font: 14px system-ui; background: #888; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, 300px); gap: 1rem; }}
figure {{ margin: 0; }}
a {{ display: block; height: 480px; overflow: hidden; background: #aaa; }}
img {{ width: 300px; }}
</style>
<h1>{title}</h1>
<main>
{figures}
</main>
"""
_FIGURE = '<figure><a href="{0}"><img src="{0}" alt=""></a><figcaption>{1}</figcaption></figure>'


class Picture(NamedTuple):
    """One picture: what it shows, and the file it is in."""

    caption: str
    file: Path


def main() -> None:
    """Take the pictures that the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path, nargs="?", default=Path("pictures"))
    options.add_argument("--site", choices=SITES, action="append")
    given = options.parse_args()
    chromium = shutil.which("chromium")
    if not chromium:
        raise SystemExit("there is no Chromium on this machine: apt-get install chromium")
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright, chromium) as browser:
        for name in given.site or ("sample", "ledger"):
            _photograph(browser, site_called(name), folder)


def _photograph(browser: Browser, site: Site, folder: Path) -> None:
    """Take all pictures of one site."""
    with serving(site.files, site.base_path) as origin:
        for width in _WIDTHS_PX:
            _sheet(browser, folder / f"{site.name}-{width}", tuple(_taken(browser, site, origin, width, folder)))
        _sheet(browser, folder / f"{site.name}-print", tuple(_printed(browser, site, origin, folder)))
    _sheet(browser, folder / f"{site.name}-shared", tuple(_share_images(site, folder)))
    print(f"The pictures are in {folder}; begin with the sheets {site.name}-*.html")


def _taken(browser: Browser, site: Site, origin: str, width: int, folder: Path) -> Iterable[Picture]:
    """Photograph the largest page of each kind, from its top to its end."""
    with Visit(browser) as visit:
        for kind in site.pages:
            page = visit.go(origin, site.seen_at(site.typical(kind)))
            for scheme in _SCHEMES:
                visit.look(width, color_scheme=scheme, reduced_motion="reduce")
                page.evaluate(_LOAD_EVERYTHING)
                file = folder / f"{site.name}-{width}-{kind}-{scheme}.png"
                page.screenshot(path=file, full_page=True)
                yield Picture(f"{kind}, {scheme}", file)


def _printed(browser: Browser, site: Site, origin: str, folder: Path) -> Iterable[Picture]:
    """Print the same pages to PDF, and photograph each as one long sheet of paper."""
    with Visit(browser) as visit:
        for kind in site.pages:
            page = visit.go(origin, site.seen_at(site.typical(kind)))
            visit.look(_PAPER_PX, media="screen")
            page.evaluate(_LOAD_EVERYTHING)
            visit.look(_PAPER_PX, media="print")
            file = folder / f"{site.name}-print-{kind}.png"
            page.screenshot(path=file, full_page=True)
            page.pdf(path=file.with_suffix(".pdf"), format="A4", prefer_css_page_size=True)
            yield Picture(kind, file)


def _share_images(site: Site, folder: Path) -> Iterable[Picture]:
    """Write out what other services show beside links to the site's pages."""
    for path, data in sorted(site.files.items()):
        if path.startswith("assets/cards/"):
            file = folder / f"{site.name}-shared-{path.removeprefix('assets/cards/').replace('/', '-')}"
            file.write_bytes(data)
            yield Picture(path, file)


def _sheet(browser: Browser, path: Path, pictures: tuple[Picture, ...]) -> None:
    """Write the tops of all pictures onto one page, as HTML and as a picture itself."""
    figures = "\n".join(_FIGURE.format(picture.file.name, escape(picture.caption)) for picture in pictures)
    html = path.with_suffix(".html")
    html.write_text(_SHEET.format(title=escape(path.name), figures=figures), encoding="utf-8")
    with Visit(browser, viewport={"width": 1600, "height": 900}) as visit:
        visit.page.goto(html.as_uri())
        visit.page.screenshot(path=path.with_suffix(".png"), full_page=True)


if __name__ == "__main__":
    main()
