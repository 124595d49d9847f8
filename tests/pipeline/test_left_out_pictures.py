"""A picture that its author did not agree to is nowhere; the words that they agreed to are shown without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from caresite.cli import cli
from caresite.testing import BuiltSite, build_site, picture, write_site

SCOPES = "publish_text, publish_name"
SITE = """
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
business: {name: Example, email: hello@example.com}
theme: {name: THEME}
embeds: [https://shop.example]
feeds: {formats: [atom, rss, json]}
-- content/stories/move/index.md --
---
title: The move
date: 2026-02-03
author: {name: Ines Okafor, photo: me.jpg}
IMAGE
CONSENT
---
It went well, and nobody hurried us. BODY
-- content/testimonials/letter.md --
---
date: 2026-02-01
author: {name: Ines Okafor, photo: me.jpg}
CONSENT
---
A good job.
-- content/blog/a.md --
---
title: A
date: 2026-03-01
---
::: story move
:::
-- consent.lock.yaml --
LOCK
"""
FILES = {"content/stories/move/me.jpg": picture(), "content/testimonials/me.jpg": picture()}
INLINE = "consent: {at: 2026-01-01, scopes: [SCOPES], how: HOW}"
LOCKED = "items: {3f9a: {scopes: [SCOPES], approved: 2026-01-01, method: HOW}}"


def text(
    scopes: str = SCOPES,
    *,
    how: str = "letter",
    locked: bool = False,
    image: str = "",
    body: str = "",
    theme: str = "hearth",
) -> str:
    consent, lock = ("consent_ref: 3f9a", LOCKED) if locked else (INLINE, "{}")
    made = SITE.replace("CONSENT", consent).replace("LOCK", lock).replace("SCOPES", scopes).replace("HOW", how)
    return made.replace("IMAGE", image).replace("BODY", body).replace("THEME", theme)


def build(**how: object) -> BuiltSite:
    return build_site(text(**how), files=FILES, finish=True)  # type: ignore[arg-type]


def shows(site: BuiltSite) -> list[str]:
    """Return the files that are, or name, a picture of the author."""
    return [path for path, data in site.outputs.items() if b"me.jpg" in data or "/me." in f"/{path}"]


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
@pytest.mark.parametrize("locked", [False, True], ids=["inline", "in the lock"])
def test_the_words_stay_and_the_photo_is_nowhere(locked: bool, theme: str) -> None:
    site = build(locked=locked, theme=theme)
    assert site.ok, site.report
    assert site.held_back == ()
    assert "nobody hurried us" in site.text("/stories/move/")
    assert "A good job." in site.text("/testimonials/")
    assert shows(site) == []
    assert site.built.site
    assert not [path for path in site.built.site.files if "me." in path]
    assert {(d.code, d.severity) for d in site.diagnostics if d.code.startswith("K")} == {("K108", "note")}
    agreed = build(scopes=f"{SCOPES}, publish_photo", locked=locked, theme=theme)
    assert "K108" not in agreed.codes
    assert agreed.built.site
    assert [path for path in agreed.built.site.files if "me." in path]


@pytest.mark.parametrize("how", ["platform-terms", "imported-claim"])
def test_a_weak_yes_to_a_photo_is_none(how: str) -> None:
    site = build(scopes=f"{SCOPES}, publish_photo", how=how)
    assert site.held_back == ()
    assert shows(site) == []
    assert f"consent by {how} never covers a photo" in site.report


@pytest.mark.parametrize("key", ["image", "share_image"])
@pytest.mark.parametrize("src", ["me.jpg", "./me.jpg"])
def test_the_same_photo_elsewhere_in_the_front_matter(key: str, src: str) -> None:
    assert shows(build(image=f"{key}: {{src: {src}, alt: Ines}}")) == []


def test_a_picture_of_a_submission_is_its_authors() -> None:
    files = FILES | {"content/stories/move/oven.jpg": picture()}
    made = text(locked=True, image="image: {src: oven.jpg, alt: An oven}")
    site = build_site(made, files=files, finish=True)
    assert site.held_back == ()
    assert not [path for path, data in site.outputs.items() if b"oven." in data]
    of_the_owner = build_site(text(image="image: {src: oven.jpg, alt: An oven}"), files=files)
    assert b"oven." in of_the_owner.outputs["stories/move/index.html"]


@pytest.mark.parametrize("body", ["![Ines](me.jpg)", "\n\n::: figure src=./me.jpg alt=Ines\n:::"])
def test_a_photo_in_the_text_itself_still_withholds_the_item(body: str) -> None:
    site = build(body=body)
    (held,) = site.held_back
    assert "its text shows `me.jpg`" in held.reason
    assert shows(site) == []


@pytest.mark.parametrize("scopes", ["publish_text", "publish_name"])
def test_what_else_is_missing_still_withholds(scopes: str) -> None:
    site = build(scopes=scopes)
    assert {held.state for held in site.held_back} == {"withheld"}
    assert len(site.held_back) == 2


def run(root: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["-C", str(root), *words])
    return result.exit_code, result.output


def pictures_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith("me."))


def test_check_passes_and_the_next_build_takes_the_photo_away_and_brings_it_back(tmp_path: Path) -> None:
    with_photo = f"{SCOPES}, publish_photo"
    write_site(tmp_path, text(scopes=with_photo, locked=True), FILES)
    assert run(tmp_path, "build")[0] == 0
    before = pictures_in(tmp_path / "public")
    assert before
    lock = tmp_path / "consent.lock.yaml"
    lock.write_text(lock.read_text("utf-8").replace(f"[{with_photo}]", f"[{SCOPES}]"))
    code, said = run(tmp_path, "build", "--verify")
    assert code == 0, said
    assert "Verified" in said
    assert pictures_in(tmp_path / "public") == []
    assert run(tmp_path, "check")[0] == 0
    assert run(tmp_path, "check", "--fail-on", "warning")[0] == 0
    lock.write_text(lock.read_text("utf-8").replace(f"[{SCOPES}]", f"[{with_photo}]"))
    assert "Verified" in run(tmp_path, "build", "--verify")[1]
    assert pictures_in(tmp_path / "public") == before


# an earlier clock


@pytest.mark.parametrize("locked", [False, True], ids=["inline", "in the lock"])
def test_an_earlier_clock_brings_nothing_back(locked: bool, tmp_path: Path) -> None:
    made = text(locked=locked)
    for name, ending in (
        ("withdrawn", "withdrawn: 2026-03-01"),
        ("ended", f"{'until' if locked else 'expires'}: 2020-03-01"),
    ):
        root = tmp_path / name
        place = "method: letter" if locked else "how: letter"
        early = made.replace("2026-01-01", "2019-01-01").replace("2026-0", "2019-0")
        write_site(root, early.replace(place, f"{place}, {ending.replace('2026', '2020')}"), FILES)
        code, said = run(root, "build", "--clock", "2019-06-01")
        assert code == 0, said
        assert not (root / "public/stories/move").exists()
        assert "nobody hurried us" not in "".join(p.read_text("utf-8") for p in (root / "public").rglob("*.html"))
        assert run(root, "list", "--clock", "2019-06-01")[1].count("withheld") >= 2


def test_consent_that_still_holds_is_shown_at_an_earlier_clock(tmp_path: Path) -> None:
    made = text().replace("2026-01-01", "2019-01-01").replace("2026-0", "2019-0")
    write_site(tmp_path, made.replace("how: letter", "how: letter, expires: 9000-01-01"), FILES)
    assert run(tmp_path, "build", "--clock", "2019-06-01")[0] == 0
    assert (tmp_path / "public/stories/move/index.html").exists()
