"""Files from a Mac, where an accent is a letter and a mark, are found however they are named in a text."""

from __future__ import annotations

import pytest

from caresite.testing import build_site, picture

PNG = picture()
LOOSE, WHOLE = "cafe\u0301.png", "caf\u00e9.png"


@pytest.mark.parametrize("named", [LOOSE, WHOLE])
def test_a_picture_is_found_and_published(named: str) -> None:
    site = build_site(
        f"-- content/blog/b/index.md --\n---\ntitle: B\nimage: {named}\n---\n![A cup]({named})\n",
        files={f"content/blog/b/{LOOSE}": PNG, f"static/{LOOSE}": PNG},
        publish=True,
    )
    assert site.codes == (), site.report
    assert site.outputs[f"blog/b/{WHOLE}"] == PNG
    assert (site.root / "public" / WHOLE).is_file()
    assert 'src="/blog/b/caf%C3%A9.png"' in site.html("/blog/b/")
