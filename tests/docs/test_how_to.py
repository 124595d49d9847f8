"""Each how-to page, done as it stands, makes a site without a fault, which shows what the page says it does.

How a page is read is told in `walk.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.testing import BuiltSite, build_site, picture, write_site
from docs.walk import DOCS, blocks_of, in_process, walk

PAGES = sorted(page for page in (DOCS / "how-to").glob("*.md") if page.stem != "plugin")  # it has a test of its own
PICTURES = {
    "write-a-post": ("content/blog/the-green-one/green.jpg", "content/blog/the-green-one/basket.jpg"),
    "pictures": (
        *(f"content/blog/the-new-shop/{name}.jpg" for name in ("street", "counter", "bench", "swirl")),
        "static/images/prices.jpg",
    ),
}
"""What a reader is told to put there, and no text can hold."""

SHOWN = {
    "write-a-post": {
        "/blog/the-left-wheel/": ('href="/prices/#wheels"', "In short", "<mark>The cobbles slope.</mark>"),
        "/blog/the-green-one/": ('src="/assets/pictures/blog/the-green-one/green-', "It has been to Scotland"),
        "/blog/the-wheel-on-the-wall/": ('href="/blog/the-right-wheel/"',),
        "/blog/": ("From the workshop",),
        "_redirects": ("/blog/the-spare-wheel/ /blog/the-wheel-on-the-wall/ 301",),
    },
    "a-story": {
        "/stories/the-bread-round/": ("Checked with the customer", "Marta Quill read this page", "from 11 to 0"),
        "/stories/the-night-call/": ("A clinic in the north", "Matron"),
        "/stories/the-driver-who-waited/": ("This is about Tidewell Buses, not about us.",),
        "/stories/best/2026/": ("The driver who waited", "Nobody paid and nobody voted"),
        "/blog/best-of-spring/": ('href="/stories/the-driver-who-waited/"',),
        "/stories/industry/bakery/": ("The bread round",),
        "/stories/product/repairs/": ("The bread round",),
    },
    "a-quote-collection": {
        "/quotes/on-mending/two-ways/": ("we have not seen it", "taken it to pieces", "Three Men on the Bummel"),
        "/quotes/on-mending/be-the-change/": ("Wrongly attributed.", "found in no text"),
        "/quotes/heard-here/the-basket/": ("Devi R.",),
        "/blog/the-wall-above-the-telephone/": ("you can ride it.", "Say when"),
        "/quotes/house-rules/look-up/": ("When the door goes",),
        "/quotes/today/": (),
        "quotes/calendar.json": (),
    },
    "best-story": {
        "/stories/best/2025/": (
            "The left wheel",
            "4 readers",
            "3.692",
            "do not change any more",
            "badge-2025-light.svg",
        ),
        "/best-story/": ("Which story was it?", "The vote is over, or it has not begun."),
    },
    "collect-words-with-consent": {
        "/testimonials/": ("Devi R.", "Tom Abara", "open to everybody who wrote", "Each review comes from somebody"),
        "/testimonials/rating/three-or-fewer/": (),
    },
    "collect-stories": {
        "/send-your-story/": ("You may publish my words on your website.", "form-name"),
        "/contact/": ("Something wrong?", "form-name"),
        "/manage-my-story/": ("form-name", "Marta and Tom", "90 days"),
        "/how-we-check/": ("Stars are never changed",),
    },
    "publish-stories": {"/": ()},
    "pictures": {
        "/blog/the-new-shop/": ("focus-top", "came up the stairs", 'class="gallery"', "-600x450.", 'alt=""'),
        "/prices/": ('content="A price list in chalk"', "/assets/pictures/images/prices-1200x630."),
    },
    "search": {"/search/": ("Find it", "data-search-index", 'type="search"')},
    "brand-it": {
        "/": ("We mend what you ride", "And we say when", "The kettle is on the left", "93", 'href="/blog/"'),
    },
    "override-a-template": {
        "/blog/hello/": ("Send this to a friend", "Closed on the second Monday", "/assets/mine.", "1 minute<"),
        "/opening/": ("Saturday 9 to 1", "Ring the bell.", "March 2, 2026"),
    },
    "embed": {"/embed/testimonials/bell/": ("They rang when", '<base target="_top">')},
    "make-a-theme": {"/": ("Rye on Thursdays", "/assets/bakehouse."), "/blog/hello/": ("Send this to a friend",)},
    "move-from-another-generator": {
        "/2019/05/04/the-left-wheel.html": ("Mo Hartley",),
        "_redirects": ("/left-wheel/ /2019/05/04/the-left-wheel.html 301", "/category/* /tags/:splat 301"),
        "/testimonials/": ("Devi Raman",),
    },
    "deploy": {"/blog/hello/": ("The shop is open.",)},
    "hosts": {
        "/blog/hello/": ("The shop is open.",),
        ".htaccess": ('RewriteCond %{REQUEST_URI} "^/news/hello/?$"', "Header always set Content-Security-Policy"),
    },
    "tab-completion": {"/": ()},
    "upgrade": {"/": ()},
    "several-sites": {"/about/": ("We look after animals.",)},
    "schedule": {"/": ()},
    "preview": {"/": ()},
    "sub-path-and-hosts": {
        "/shop/blog/hello/": ('href="/shop/blog/"', 'href="/shop/prices/"'),
        "_headers": ("/shop/blog/*\n  X-Robots-Tag: noarchive", "https://pictures.example.org"),
    },
}
NOWHERE = {
    "best-story": ("customers.example", "Quill", "Abara"),
    "a-story": ("Swithin", "Ana Bell", "Ned Low"),
    "a-quote-collection": ("Raman",),
    "collect-stories": ("Swithin", "Ned Low", "Rosa Bell", "with the light on", "mailinator"),
    "collect-words-with-consent": ("Raman", "Quill", "which way I ride", "Finch", "Tidewell Post"),
    "preview": ("winter service", "salt"),
    "publish-stories": ("Swithin", "Ada S.", "hands already black", "chain-on-the-hill"),
    "schedule": ("winter service", "What the salt does", "A thought"),
}
"""Names and words that a page says are kept back; they are in no file of the site."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_is_so(page: Path, tmp_path: Path) -> None:
    beside = {name: picture(1400, 900, format="JPEG") for name in PICTURES.get(page.stem, ())}
    write_site(tmp_path, "", beside)
    site = build_site(root=walk(page, tmp_path, in_process))
    assert site.codes == (), site.report
    assert_all_written_files_count(page, site)
    for address, words in SHOWN[page.stem].items():
        text = site.text(address)
        assert [word for word in words if word not in text] == [], f"{address}\n{text}"
    for name in NOWHERE.get(page.stem, ()):
        assert [path for path, data in site.outputs.items() if name.encode() in data] == [], name


def test_a_site_has_what_its_base_has(tmp_path: Path) -> None:
    site = walk(DOCS / "how-to/several-sites.md", tmp_path, in_process)
    assert "Made by Quay Studio." in (site / "public/about/index.html").read_text("utf-8")


TEMPLATES = [page for page in PAGES if any(block.path.startswith("templates/") for block in blocks_of(page))]


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.stem)
def test_a_template_of_a_page_works_on_a_site_with_everything_in_both_themes(
    page: Path, theme: str, tmp_path: Path
) -> None:
    root = walk_beside_everything(page, tmp_path, theme)
    site = build_site(root=root, now="2040-01-01")  # `init` dates its examples on the day that it is run
    assert [d for d in site.diagnostics if d.severity == "error"] == [], site.report
    assert any("/quotes/" in f"/{path}" for path in site.outputs)


def walk_beside_everything(page: Path, folder: Path, theme: str) -> Path:
    """Do what a page says in a site that `caresite init` made, with its examples; return that site."""
    in_process("caresite init everything --yes", folder)
    root = folder / "everything"
    config = root / "caresite.yaml"
    root_text = config.read_text("utf-8")
    config.write_text(root_text.replace("name: hearth", f"name: {theme}"), encoding="utf-8")
    for name in PICTURES.get(page.stem, ()):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(picture(1400, 900, format="JPEG"))
    for block in blocks_of(page):
        if block.does in ("write", "add") and block.path.startswith(("templates/", "i18n/", "assets/", "content/")):
            target = root / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.path == "caresite.yaml" and block.does == "add":
            config.write_text(f"{config.read_text('utf-8')}\n{block.text}", encoding="utf-8")
    return root


def assert_all_written_files_count(page: Path, site: BuiltSite) -> None:
    """A file in a place where nothing looks for it would make an example that says nothing."""
    written = {block.path for block in blocks_of(page) if block.path.startswith("content/")}
    known = {shown.source for shown in site.site.pages.values()} | {held.span.path for held in site.held_back}
    assert written <= known
