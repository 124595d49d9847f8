"""What was made from a picture that is gone leaves the cache, and nothing else does."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from caresite.core.model import Card, Variation
from caresite.pipeline.picture_cache import (
    CACHE_FOLDER,
    cached_card,
    cached_picture,
    delete_pictures_without_source,
    pictures_only_in,
)
from caresite.testing import write_site

HERS = "content/stories/rosa/index.md"
POST = "content/blog/shop/index.md"
SITE = f"""
-- {HERS} --
![Her door](/door.png) ![The shop](/shop.png) ![Street](../street%20view.jpg) ![The yard](../../blog/shop/yard.png)
-- {POST} --
![The yard](yard.png)
-- data/facts.yaml --
- {{picture: /shop.png}}
"""
PICTURES = {
    "static/door.png": b"door",
    "static/shop.png": b"shop",
    "content/stories/street view.jpg": b"street",
    "content/blog/shop/yard.png": b"yard",
    "content/stories/rosa/picture.png": b"rosa",
    "assets/logo.svg": b"logo",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_site(tmp_path, SITE, PICTURES)
    (tmp_path / CACHE_FOLDER).mkdir(parents=True)
    return tmp_path


def digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def keep(site: Path, name: str, content: str) -> None:
    (site / CACHE_FOLDER / name).write_text(content)


def kept(site: Path) -> set[str]:
    return {path.read_text() for path in (site / CACHE_FOLDER).iterdir()}


def card(title: str, **more: str) -> Card:
    return Card(kind="page", source="x/index.html", look="l", title=title, firm="f", **more)  # type: ignore[arg-type]


def test_pictures_that_one_text_alone_names_are_found_wherever_they_are(site: Path) -> None:
    assert set(pictures_only_in(site, (HERS,))) == {"static/door.png", "content/stories/street view.jpg"}
    assert pictures_only_in(site, ()) == ()


def test_only_what_has_all_its_sources_stays(site: Path) -> None:
    for name, data in (("door", b"door"), ("shop", b"shop"), ("yard", b"yard"), ("rosa", b"rosa"), ("gone", b"gone")):
        keep(site, cached_picture(Variation(f"{name}.png", digest(data), "webp")), name)
    keep(site, cached_card(card("The shop"), POST), "card of the post")
    keep(site, cached_card(card("The shop", photo="p", photo_digest=digest(b"rosa")), POST), "card with her picture")
    keep(site, cached_card(card("Rosa"), HERS), "her card")
    keep(site, cached_card(card("The best stories"), ""), "card of a list")
    keep(site, "known", "addresses of pictures")
    keep(site, "0123abcd", "of an earlier version")
    (site / "content/stories/rosa/picture.png").unlink()
    delete_pictures_without_source(site, (HERS, *pictures_only_in(site, (HERS,))))
    assert kept(site) == {"shop", "yard", "card of the post"}


def test_a_picture_that_two_texts_have_stays(site: Path) -> None:
    (site / "content/blog/shop/rosa.png").write_bytes(b"rosa")
    keep(site, cached_picture(Variation("rosa.png", digest(b"rosa"), "webp")), "rosa")
    (site / "content/stories/rosa/picture.png").unlink()
    assert delete_pictures_without_source(site, (HERS,)) == ()
    assert kept(site) == {"rosa"}


def test_what_lies_in_private_or_behind_a_link_is_no_source(site: Path) -> None:
    write_site(site, "", {"private/rosa.png": b"private"})
    (site / "static/link.png").symlink_to(site / "private/rosa.png")
    keep(site, cached_picture(Variation("rosa.png", digest(b"private"), "webp")), "private")
    delete_pictures_without_source(site, ())
    assert kept(site) == set()


def test_a_cache_that_is_a_link_is_unlinked(site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "mine.png").write_bytes(b"mine")
    (site / CACHE_FOLDER).rmdir()
    (site / CACHE_FOLDER).symlink_to(elsewhere)
    delete_pictures_without_source(site, ())
    assert not (site / CACHE_FOLDER).exists()
    assert (elsewhere / "mine.png").exists()


def test_a_folder_in_the_cache_goes_too(tmp_path: Path) -> None:
    (tmp_path / CACHE_FOLDER / "aa-bb/cc").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept.txt").write_text("x")
    (tmp_path / CACHE_FOLDER / "dd-ee").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert len(delete_pictures_without_source(tmp_path, ())) == 2
    assert list((tmp_path / CACHE_FOLDER).iterdir()) == []
    assert (tmp_path / "elsewhere/kept.txt").exists()
