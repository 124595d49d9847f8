"""Pictures are looked at once and drawn once, whoever builds; what stands on the site holds pixels and nothing else."""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from caresite.core.model import Output
from caresite.engine.build import Built, Options, build
from caresite.engine.memory import Memory
from caresite.engine.pictures import DrawnCard, DrawnPicture, PictureGone
from caresite.testing import build_site, picture, write_site
from engine.sites import NOW

SECRET = "rosa@private.example"
SITE = """
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
-- content/blog/shop/index.md --
---
title: The shop
date: 2026-01-01
image: {src: front.jpg, alt: The shop from the street, focus: top}
---
Words.

![The yard](yard.png "Behind the shop.")

[The whole photograph](front.jpg)

::: gallery
![One](one.webp)
![Two](one.webp){.focus-left}
:::
-- content/blog/words.md --
---
title: Words
date: 2026-01-02
---
Only words.
-- content/authors/rosa.yaml --
name: Rosa Bell
image: rosa.jpg
-- static/press/logo.png --
"""


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010E], found[0x0112] = SECRET, 6
    return found


FILES = {
    "content/blog/shop/front.jpg": picture(900, 600, format="JPEG", exif=exif()),
    "content/blog/shop/yard.png": picture(500, 400, color="olive"),
    "content/blog/shop/one.webp": picture(500, 400, format="WEBP", color="navy"),
    "content/authors/rosa.jpg": picture(400, 400, format="JPEG", color="tan"),
    "static/press/logo.png": picture(300, 100, color="black"),
}


def options(**more: object) -> Options:
    return Options(now=NOW, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site that was built once."""
    root = tmp_path_factory.mktemp("pictures")
    write_site(root, SITE, FILES)
    make_old(root)
    built = build(root, options())
    assert built.ok, built.diagnostics
    return root


@pytest.fixture
def site(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "site", copy_function=shutil.copy2)
    return tmp_path / "site"


def make_old(root: Path) -> None:
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def pictures_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in (folder / "assets/pictures").rglob("*.*"))


def page_of(root: Path, name: str = "blog/shop") -> str:
    return (root / "public" / name / "index.html").read_text()


def test_pages_show_pictures_in_the_sizes_and_formats_that_suit(first: Path) -> None:
    page = page_of(first)
    assert page.count("<picture>") == 4 + page.count('class="face')
    lead = re.findall(r"<picture>.*?</picture>", page)[0]
    assert 'fetchpriority="high"' in lead
    assert 'alt="The shop from the street"' in lead
    assert 'width="600" height="900"' in lead, "it was held upright"
    assert "focus-top" in lead
    yard = next(p for p in re.findall(r"<figure>.*?</figure>", page) if "Behind the shop." in p)
    assert 'loading="lazy"' in yard
    wanted = {
        address.strip().split()[0] for value in re.findall(r'srcset="([^"]+)"', page) for address in value.split(",")
    }
    assert wanted <= {"/" + path for path in pictures_of(first / "public")}


def test_every_picture_that_stands_there_is_wanted_by_some_page(first: Path) -> None:
    pages = "".join(path.read_text() for path in (first / "public").rglob("*.html"))
    assert [path for path in pictures_of(first / "public") if "/" + path not in pages] == []


def test_no_file_of_the_site_says_who_took_it(first: Path) -> None:
    assert SECRET.encode() in (first / "content/blog/shop/front.jpg").read_bytes(), "the owner's file is left as it is"
    for path in (first / "public").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    upright = Image.open(first / "public/blog/shop/front.jpg")
    assert upright.size == (600, 900)
    upright.close()


def test_a_picture_that_holds_nothing_else_is_copied(first: Path) -> None:
    for path in ("press/logo.png", "blog/shop/yard.png"):
        source = next(data for name, data in FILES.items() if name.endswith(path.rpartition("/")[2]))
        assert (first / "public" / path).read_bytes() == source


def test_a_second_build_reads_and_draws_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caresite.engine.memory._YOUNG_NS", 0)  # or their stamps would prove nothing for two seconds
    build(site, options())  # the stamps of a copy are new
    (site / "content/blog/words.md").write_text("---\ntitle: Words\ndate: 2026-01-02\n---\nOther words.\n")
    touched = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda *args, **more: touched.append(args) or real(*args, **more))
    built = build(site, options())
    assert built.published
    assert built.rendered == ("blog/words/index.html",) or "blog/words/index.html" in built.rendered
    assert not touched
    assert not [path for path in built.published.written if path.startswith("assets/pictures/")]


def test_another_picture_is_another_address_for_the_pages_that_show_it(site: Path) -> None:
    before = page_of(site)
    (site / "content/blog/shop/yard.png").write_bytes(picture(520, 400, color="red"))
    built = build(site, options())
    assert "blog/shop/index.html" in built.rendered
    assert "blog/words/index.html" not in built.rendered
    assert page_of(site) != before
    assert [p for p in pictures_of(site / "public") if "yard-500x" in p] == []


def test_what_leaves_the_site_leaves_the_cache(site: Path) -> None:
    (site / "content/authors/rosa.yaml").write_text("name: Rosa Bell\n")
    before = set((site / ".caresite/pictures").iterdir())
    built = build(site, options())
    after = set((site / ".caresite/pictures").iterdir())
    assert len(after) < len(before)
    drawn = {Path(o.content.kept) for o in built.outputs if isinstance(o.content, DrawnCard | DrawnPicture)}
    assert after - {site / ".caresite/pictures/known"} == drawn


def test_every_way_of_building_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    there = {p.relative_to(site): p.read_bytes() for p in (site / "public").rglob("*") if p.is_file()}
    shutil.rmtree(site / ".caresite")
    shutil.rmtree(site / "public")
    many = {f"content/blog/shop/more-{n}.jpg": picture(200 + n, 100, format="JPEG") for n in range(5)}
    write_site(site, "", many)
    assert build(site, options(workers=2)).ok
    anew = {p.relative_to(site): p.read_bytes() for p in (site / "public").rglob("*") if p.is_file()}
    assert {path: anew[path] for path in there} == there


def test_progress_counts_what_is_drawn(site: Path) -> None:
    shutil.rmtree(site / ".caresite/pictures")
    told: list[tuple[str, int, int]] = []
    build(site, options(workers=2), progress=lambda *what: told.append(what))
    drawn = [what for what in told if what[0] == "pictures"]
    assert drawn == [("pictures", n, 7) for n in range(1, 8)], "four files and three share images"


def test_what_is_only_looked_at_is_not_kept(tmp_path: Path) -> None:
    write_site(tmp_path, SITE, FILES)
    assert build(tmp_path, options(publish=False)).ok
    assert build(tmp_path, options(dry_run=True)).ok
    assert not (tmp_path / ".caresite").exists()


def test_a_picture_that_fails_while_it_is_drawn_keeps_the_last_good_site(site: Path) -> None:
    before = page_of(site)
    broken = bytearray(picture(500, 400))
    start = broken.index(b"IDAT") + 4
    broken[start : start + 20] = b"\0" * 20
    (site / "content/blog/shop/yard.png").write_bytes(broken)
    built = build(site, options(workers=2))
    assert [(d.code, d.span.path) for d in built.diagnostics if d.severity == "error"] == [
        ("L107", "content/blog/shop/yard.png")
    ]
    assert built.published is None
    assert page_of(site) == before


def test_a_limit_of_the_config_is_held_and_changing_it_looks_again(site: Path) -> None:
    config = site / "caresite.yaml"
    config.write_text(config.read_text() + "images: {max_megapixels: 1}\n")
    (site / "content/blog/shop/yard.png").write_bytes(picture(1200, 1000))
    assert "L107" in {d.code for d in build(site, options()).diagnostics}
    config.write_text(config.read_text().replace("max_megapixels: 1", "max_megapixels: 2"))
    assert build(site, options()).ok


# a preview


@pytest.fixture
def previewed(tmp_path: Path) -> tuple[Path, Built]:
    write_site(tmp_path, SITE, FILES)
    return tmp_path, build(tmp_path, options(publish=False), memory=Memory())


def drawn_in(built: Built) -> list[Output]:
    return [output for output in built.outputs if isinstance(output.content, DrawnPicture)]


def test_a_preview_draws_what_is_asked_for_once(previewed: tuple[Path, Built]) -> None:
    root, built = previewed
    assert not (root / ".caresite/pictures").exists() or not list((root / ".caresite/pictures").iterdir())
    one = next(output for output in drawn_in(built) if output.path.endswith(".webp"))
    data = one.data
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.format == "WEBP"
    assert isinstance(one.content, DrawnPicture)
    assert Path(one.content.kept).read_bytes() == data
    (root / "content/blog/shop/yard.png").unlink()
    assert one.data == data


def test_a_picture_that_was_changed_since_is_not_drawn_under_its_old_name(previewed: tuple[Path, Built]) -> None:
    root, built = previewed
    one = next(output for output in drawn_in(built) if "yard" in output.path)
    (root / "content/blog/shop/yard.png").write_bytes(picture(100, 100))
    with pytest.raises(PictureGone):
        _ = one.data
    assert not Path(one.content.kept).exists()  # type: ignore[union-attr]


def test_a_site_in_a_text_has_its_pictures_drawn() -> None:
    site = build_site(SITE, files=FILES)
    assert site.ok, site.report
    addresses = re.findall(r'<img src="/(assets/pictures/[^"]+)"', site.html("/blog/shop/"))
    assert addresses
    assert all(len(site.data(path)) > 100 for path in addresses)
