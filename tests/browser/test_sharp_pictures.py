"""No picture is enlarged from a copy while its file has more pixels: in every use, both themes, narrow and wide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.chromium import Visit
from browser.host import serving
from caresite.testing import BuiltSite, build_site, picture

SCREENSHOT = (Path(__file__).parents[1] / "fixtures" / "screenshot-590-wide.jpg").read_bytes()
WIDTHS = (360, 600, 740, 1000, 1280, 1900)
SIZES = (590, 2400)
CONSENT = "consent: {at: 2026-01-01, scopes: [publish_text, publish_name, publish_company, publish_photo], how: letter}"
SITE = """\
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
theme:
  name: THEME
  covers: photo
  hero: grid
  blog_list: cards
  story_head: wide
  wall: grid
  home: [hero, stories, wall, blog, quotes]
  logo: /logo.png
-- content/blog/screenshot/index.md --
---
title: A
date: 2026-01-02
---

![A screenshot](s.jpg)
"""
TEXT = """
![In the text](b.jpg)

::: figure b.jpg alt="A figure" caption="A figure"
:::

::: before-after
## Before
![Before](b.jpg)
## After
![After](b.jpg)
:::

::: gallery
![One](b.jpg)
![Two](b.jpg)
![Three](b.jpg)
:::

::: gallery
![Alone](b.jpg)
:::
"""
# an <img>, the widest copy that was made, and how many pixels the browser had to fill with what it took
MEASURE = """() => [...document.images].filter((img) => img.getBoundingClientRect().width).map((img) => {
  const size = (url) => (url.match(/-(\\d+)x(\\d+)\\.[0-9a-f]{10}\\./) ?? []).slice(1).map(Number);
  const box = img.getBoundingClientRect();
  const offered = [img.src, ...(img.srcset ? img.srcset.split(", ") : [])].map(size);
  const [width, height] = size(img.currentSrc);
  const cover = getComputedStyle(img).objectFit === "cover";
  const shown = cover ? Math.max(box.width, (box.height * width) / height) : box.width;
  const most = Math.max(...offered.map(([w]) => w ?? 0));
  return { name: img.currentSrc, shown: shown * devicePixelRatio, width, most };
})"""


def built(theme: str) -> BuiltSite:
    parts, files = [SITE.replace("THEME", theme)], {"content/blog/screenshot/s.jpg": SCREENSHOT}
    for width in SIZES:
        shape = picture(width, width * 3 // 4, format="JPEG")
        image = "image: {src: b.jpg, alt: A cover}"
        parts.append(f"-- content/blog/p{width}/index.md --\n---\ntitle: P\ndate: 2026-01-02\n{image}\n---\n{TEXT}")
        parts.append(
            f"-- content/stories/s{width}/index.md --\n---\ntitle: S\ndate: 2026-01-02\n{image}\n{CONSENT}\n"
            f"author: {{name: Ada Roe, display: full, photo: {{src: b.jpg, alt: Ada}}}}\n"
            f"customer: {{name: Roe, logo: {{src: b.jpg}}, logo_permission: true}}\n---\n{TEXT}"
        )
        parts.append(
            f"-- content/testimonials/t{width}.md --\n---\nimage: {{src: t{width}.jpg, alt: A photo}}\n"
            f"author: {{name: Ada Roe, display: full, photo: {{src: t{width}.jpg, alt: Ada}}}}\n"
            f"{CONSENT}\n---\nWell done.\n"
        )
        files |= {f"content/{place}/b.jpg": shape for place in (f"blog/p{width}", f"stories/s{width}")}
        files[f"content/testimonials/t{width}.jpg"] = shape
    files["static/logo.png"] = picture(590, 120)
    return build_site("".join(parts), files=files)


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
def test_no_copy_is_enlarged_while_the_file_has_more(visit: Visit, theme: str) -> None:
    site = built(theme)
    assert site.ok, site.report
    pages = ["/", "/blog/", "/blog/screenshot/", "/stories/", "/testimonials/"]
    pages += [f"/{place}{width}/" for place in ("blog/p", "stories/s") for width in SIZES]
    faults: dict[tuple[str, Any], str] = {}
    with serving(dict(site.outputs), "/") as origin:
        for page in pages:
            for width in WIDTHS:
                visit.look(width)
                tab = visit.go(origin, page)
                for img in tab.query_selector_all("img"):
                    img.scroll_into_view_if_needed()
                tab.wait_for_function("() => [...document.images].every((img) => img.complete)")
                for seen in tab.evaluate(MEASURE):
                    if seen["width"] and seen["shown"] > seen["width"] + 1 and seen["width"] < seen["most"]:
                        faults[page, seen["name"].rpartition("/")[2]] = f"{width}: {seen}"
    assert not faults, "\n".join(f"{page}: {said}" for (page, _), said in faults.items())
