"""Each how-to page, done as it stands, makes a site without a fault. How a page is read is told in `walk.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.testing import build_site, write_site
from docs.walk import DOCS, blocks_of, in_process, walk

PAGES = sorted(page for page in (DOCS / "how-to").glob("*.md") if page.name != "plugin.md")  # which has a test of its own
PICTURES = {
    "write-a-post.md": ("content/blog/the-green-one/green.jpg", "content/blog/the-green-one/basket.jpg"),
}
"""What a reader is told to put in place, and no text can hold."""

_SMALLEST_JPEG = bytes.fromhex(
    "FFD8FFDB004300030202020202030202020303030304060404040404080606050609080A0A090809090A0C0F0C0A0B0E0B09090D110D"
    "0E0F101011100A0C12131210130F101010FFC9000B080001000101011100FFCC000600101005FFDA0008010100003F00D2CF20FFD9"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_says_is_so_and_what_it_makes_has_no_fault(page: Path, tmp_path: Path) -> None:
    write_site(tmp_path, "", dict.fromkeys(PICTURES.get(page.name, ()), _SMALLEST_JPEG))
    site = build_site(root=walk(page, tmp_path, in_process))
    assert site.codes == (), site.report
    written = {block.path for block in blocks_of(page) if block.does == "write" and block.path.startswith("content/")}
    known = {shown.source for shown in site.site.pages.values()} | {held.span.path for held in site.held_back}
    assert written <= known
