"""One story from the form to the page and back, with nothing in between that a shop owner would not do."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from click.testing import CliRunner, Result
from PIL import Image, ImageColor

from caresite.cli import cli
from caresite.testing import picture, write_site
from submissions.conftest import SITE, netlify_entry

STORIES = (
    ("Wilhelmina Ashdown", "The lamp in the yard", "They stood in the yard with a lamp until the oven drew again."),
    ("Rosa Bell", "Bread for ninety", "Ninety guests, no oven, and by noon there was bread on every table of ours."),
    ("Ned Low", "The wrong flour", "I had bought the wrong flour. They swapped the sack and would take no money."),
    (
        "Ines Okafor",
        "A cake by bicycle",
        "Snow on the hill, so the cake came by bicycle, with not a crumb out of place.",
    ),
    ("Tom Abara", "Sunday at six", "On a Sunday at six somebody answered the telephone, and then somebody came."),
)
HER = "Wilhelmina Ashdown"
HER_WORDS = "stood in the yard with a lamp"
HER_SLUG = "the-lamp-in-the-yard"


def caresite(root: Path, *arguments: str, code: int = 0, stdin: str = "") -> Result:
    done = CliRunner().invoke(cli, ["-C", str(root), *arguments], input=stdin, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def deliver(root: Path) -> None:
    """Put into the inbox what the form's service delivers, with a picture of hers."""
    (root / "private/inbox").mkdir(parents=True)
    entries = [
        netlify_entry(
            number,
            name=name,
            title=title,
            story=story,
            display="full",
            rating=str(5 - number % 3),
            company="",
            consent_publish_photo="yes" if number == 1 else "",
        )
        for number, (name, title, story) in enumerate(STORIES, start=1)
    ]
    (root / "private/inbox/netlify.json").write_text(json.dumps(entries), encoding="utf-8")


def add_picture(root: Path, item_id: str) -> None:
    """Give her submission the picture that a service would have delivered as a file."""
    from msgspec.structs import replace

    from caresite.submissions.records import Media
    from caresite.submissions.store import Store

    store = Store(root)
    item, revision = store.read(item_id)
    data = picture(640, 480, format="PNG", color="#7a3b1e")
    with store.locked():
        store._write_picture(f"attachments/{item_id}-1.png", data)
        store.replace(replace(item, media=(Media(path=f"attachments/{item_id}-1.png", alt="Her lamp"),)), revision)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site with five stories of customers on it, all of which went the whole way."""
    root = tmp_path_factory.mktemp("bakery") / "site"
    config = (
        "\nsources:\n  form: {type: netlify, path: private/inbox/netlify.json}\nranking: {2026: {method: recent}}\n"
    )
    write_site(root, SITE)
    (root / "caresite.yaml").write_text((root / "caresite.yaml").read_text("utf-8") + config, encoding="utf-8")
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    (root / ".gitignore").write_text("/public/\n/private/\n/.caresite/\n", encoding="utf-8")
    caresite(root, "build")
    assert "You may publish my words" in (root / "public/send-your-story/index.html").read_text("utf-8")
    deliver(root)
    assert "5 new submissions taken in." in caresite(root, "stories", "pull").output
    ids = {entry["name"]: entry["id"] for entry in json.loads(caresite(root, "stories", "list", "--json").output)}
    add_picture(root, ids[HER])
    caresite(root, "stories", "approve", *ids.values(), "--by", "Agnes")
    caresite(root, "build")
    commit(root, "Five stories")
    return root


def commit(root: Path, message: str) -> None:
    who = ("-c", "user.name=Agnes", "-c", "user.email=agnes@bakery.example")
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(root), *who, "commit", "-q", "-m", message], check=True)


def id_of(root: Path, name: str) -> str:
    entries = json.loads(caresite(root, "stories", "list", "--json").output)
    return str(next(entry["id"] for entry in entries if entry["name"] == name))


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_approved_story_is_a_page_in_lists_feeds_and_ranking(published: Path) -> None:
    public = published / "public"
    for name, title, story in STORIES:
        page = (public / "stories" / title.lower().replace(" ", "-") / "index.html").read_text("utf-8")
        assert name in page
        assert story[:40] in re.sub(r"\s+", " ", page)
    index, feed = (public / "stories/index.html").read_text("utf-8"), (public / "stories/feed.xml").read_text("utf-8")
    best = (public / "stories/best/2026/index.html").read_text("utf-8")
    for _, title, _ in STORIES:
        assert title in index
        assert title in feed
        assert title in best


def test_what_is_committed_holds_no_more_than_was_agreed_to(published: Path) -> None:
    lock = yaml.safe_load((published / "consent.lock.yaml").read_text("utf-8"))
    assert len(lock["items"]) == 5
    done = subprocess.run(["git", "-C", str(published), "ls-files"], capture_output=True, text=True, check=True)
    kept = b"".join((published / path).read_bytes() for path in done.stdout.split())
    assert "private/" not in done.stdout
    for number in range(1, 6):
        assert f"ada{number}@customers.example".encode() not in kept


def test_a_clone_without_anything_private_builds_the_same_pages(published: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(published), str(clone)], check=True)
    assert not (clone / "private").exists()
    caresite(clone, "build")
    assert files_of(clone / "public") == files_of(published / "public")


def test_words_that_were_changed_by_hand_are_withheld_until_they_are_approved(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    text = copy / "content/stories/the-wrong-flour.md"
    text.write_text(text.read_text("utf-8").replace("would take no money", "took my money"), encoding="utf-8")
    checked = caresite(copy, "check", code=1)
    assert "changed since it was approved: text" in checked.output
    caresite(copy, "build")
    assert not (copy / "public/stories/the-wrong-flour").exists()
    assert b"wrong flour" not in b"".join(files_of(copy / "public").values())


ADDED = {
    "title": "title: They refused us",
    "pull quotes": "quotes:\n- {text: They took my money.}",
    "figures": "metrics:\n- {label: Loaves, value: '900'}",
    "timeline": "timeline:\n- {date: May, title: They took my money}",
    "outcome": "outcome: They took my money.",
    "summary": "summary: They took my money.",
    "customer": "customer: {name: Rival Bakers}",
}


@pytest.mark.parametrize("part", ADDED)
def test_whatever_speaks_for_the_customer_is_withheld_once_changed(published: Path, tmp_path: Path, part: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    text = copy / "content/stories/the-wrong-flour.md"
    head = re.sub(r"(?m)^title: .*\n", "", text.read_text("utf-8")) if part == "title" else text.read_text("utf-8")
    text.write_text(head.replace("---\n", f"---\n{ADDED[part]}\n", 1), encoding="utf-8")
    checked = caresite(copy, "check", code=1)
    assert f"changed since it was approved: {part}" in checked.output


@pytest.mark.parametrize(
    "marked", ["would take <del>no</del> money", "would take ~~no~~ money", "would take <i hidden>no</i> money"]
)
def test_a_word_that_is_struck_out_by_hand_is_noticed(published: Path, tmp_path: Path, marked: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    text = copy / "content/stories/the-wrong-flour.md"
    text.write_text(text.read_text("utf-8").replace("would take no money", marked), encoding="utf-8")
    assert "changed since it was approved: text" in caresite(copy, "check", code=1).output


def test_what_the_owner_added_is_approved_with_the_story_and_by_nothing_else(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    item_id, text = id_of(copy, "Rosa Bell"), copy / "content/stories/bread-for-ninety.md"
    added = "quotes:\n- {text: They came.}\ntags: [bread]\n"
    text.write_text(text.read_text("utf-8").replace("---\n", f"---\n{added}", 1), encoding="utf-8")
    caresite(copy, "stories", "edit", item_id, "--reply", "Thank you.")
    assert "changed since it was approved: pull quotes" in caresite(copy, "check", code=1).output
    caresite(copy, "stories", "reopen", item_id)
    caresite(copy, "stories", "approve", item_id)
    caresite(copy, "check")
    assert "They came." in text.read_text("utf-8")


def test_a_lock_file_of_an_earlier_version_still_shows_its_stories(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(published, copy)
    lock = copy / "consent.lock.yaml"
    earlier = re.sub(r"(?m)^    parts:.*\n(?:     .*\n)*", "", lock.read_text("utf-8"))
    assert earlier != lock.read_text("utf-8")
    lock.write_text(earlier, encoding="utf-8")
    caresite(copy, "check")


def test_what_is_put_aside_is_off_the_site_and_may_come_back(published: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    item_id = id_of(site, "Rosa Bell")
    caresite(site, "stories", "reopen", item_id)
    caresite(site, "check")
    caresite(site, "build")
    assert not (site / "public/stories/bread-for-ninety").exists()
    caresite(site, "stories", "approve", item_id)
    caresite(site, "build")
    assert files_of(site / "public").keys() == files_of(published / "public").keys()


def test_who_takes_her_story_back_is_gone_with_the_next_build(published: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    caresite(site, "build")
    drawn = [data for path, data in files_of(site / "public").items() if "picture" in path]
    assert drawn, "her picture is shown"
    assert traces(site, drawn), "the search finds what is there"
    told = caresite(site, "stories", "withdraw", id_of(site, HER))
    assert f"content/stories/{HER_SLUG}/index.md" in told.output
    assert "web.archive.org" in told.output
    assert "1 commit with content/" in told.output
    caresite(site, "check")
    caresite(site, "build")
    assert traces(site, drawn) == []
    assert not (site / "public/stories" / HER_SLUG).exists()
    assert (site / "public/404.html").exists()
    assert len(list((site / "public/stories").glob("*/index.html"))) >= 4
    entry = yaml.safe_load((site / "consent.lock.yaml").read_text("utf-8"))["items"][id_of(site, HER)]
    assert entry["withdrawn"]


BEFORE = """---
title: The yard before
date: 2026-03-01
image: yard.png
---
![The shop](/shop.png) ![The street](/street%20view.png)
"""


@pytest.mark.parametrize("decision", ["withdraw", "erase --yes", "withdraw --only publish_photo"])
def test_what_is_kept_of_one_story_goes_and_pictures_of_others_stay(
    decision: str, published: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    colors = {"yard": "#204060", "shop": "#604020", "street view": "#206040"}
    drawn = {name: picture(640, 480, format="PNG", color=color) for name, color in colors.items()}
    beside = "content/blog/the-yard-before/"
    files = {f"static/{name}.png": drawn[name] for name in ("shop", "street view")}
    copy_of_hers = picture(640, 480, format="PNG", color="#7a3b1e") if decision == "erase --yes" else drawn["yard"]
    write_site(site, f"-- {beside}index.md --\n{BEFORE}", {f"{beside}yard.png": copy_of_hers, **files})
    caresite(site, "build")
    before = pictures_in_cache(site)
    assert {name for name, color in colors.items() if shows(before, color)} == {*colors} - (
        {"yard"} if decision == "erase --yes" else set()
    )
    stray = Path(tempfile.gettempdir(), f"caresite-page-{_GONE}-x1")
    stray.mkdir(exist_ok=True)
    (stray / "index.html").write_text(HER_WORDS)
    verb, *options = decision.split()
    caresite(site, "stories", verb, id_of(site, HER), *options)
    after = pictures_in_cache(site)
    assert not stray.exists(), "what a killed process left"
    left = {name for name, color in colors.items() if shows(after, color)}
    is_shown = "--only" in decision
    if decision == "erase --yes":
        assert left == {"shop", "street view"}
        assert shows(after, "#7a3b1e"), "another text has the same picture"
    else:
        assert left == {"yard", "shop", "street view"}
        assert not shows(after, "#7a3b1e")
    assert all(before[name] == stamp for name, stamp in after.items()), "nothing is drawn anew"
    if not is_shown:
        assert [path for path in traces(site, []) if path.startswith(".caresite/")] == []
    caresite(site, "build")
    if not is_shown:
        assert traces(site, []) == []
    if decision != "erase --yes":  # there, some sizes were wanted by her page alone
        assert after.items() <= pictures_in_cache(site).items(), "the next build uses them"


_GONE = 2**22 + 1  # no process of Linux has such a number


def pictures_in_cache(site: Path) -> dict[Path, int]:
    found = (path for path in (site / ".caresite/pictures").iterdir() if path.name != "known")
    return {path: path.stat().st_mtime_ns for path in found}


def shows(cached: dict[Path, int], color: str) -> bool:
    """Tell whether a picture drawn in one color is among those kept: JPEG and AVIF are a little off."""
    wanted = ImageColor.getrgb(color)
    for path in cached:
        with Image.open(path) as image:
            found = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
        if isinstance(found, tuple) and all(abs(a - b) < 6 for a, b in zip(found, wanted, strict=False)):
            return True
    return False


def test_who_is_erased_is_gone_from_the_store_too(published: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(published, site)
    item_id = id_of(site, HER)
    told = caresite(site, "stories", "erase", item_id, "--yes")
    assert f"private/submissions/attachments/{item_id}-1.png" in told.output
    assert "Files of yours that still hold it, or its author's address: private/inbox/netlify.json. " in told.output
    (site / "private/inbox/netlify.json").unlink()
    caresite(site, "build")
    assert [path for path, found in searched(site, needles()) if not path.startswith(".git/")] == []
    again = json.loads(caresite(site, "stories", "show", item_id, "--json").output)
    assert again["moderation"]["state"] == "erased"
    deliver_again(site)
    assert "Nothing new" in caresite(site, "stories", "pull").output, "who was erased does not come back"


def deliver_again(root: Path) -> None:
    shutil.rmtree(root / "private/inbox")
    deliver(root)


# the search


def traces(site: Path, pictures: list[bytes]) -> list[str]:
    """Return where output or cache hold her name, words, address or picture, in any writing."""
    found = {path for path, _ in searched(site, needles()) if path.startswith(("public/", ".caresite/"))}
    for folder in ("public", ".caresite"):
        if (site / folder).is_dir():
            held = files_of(site / folder)
            found |= {f"{folder}/{path}" for path, data in held.items() if any(each in data for each in pictures)}
            found |= {f"{folder}/{path}" for path in held if HER_SLUG in path}
    return sorted(found)


def needles() -> tuple[bytes, ...]:
    """Return what to search for: name, words and slug, as they are and as others write them."""
    return tuple(dict.fromkeys(way for text in (HER, HER_WORDS, HER_SLUG) for way in _ways(text)))


def _ways(text: str) -> Iterator[bytes]:
    for case in (text, text.lower(), text.upper()):
        yield from (case.encode(), case.encode("utf-16-le"), case.encode("utf-16-be"), quote(case).encode())
        yield from (case.replace(" ", "+").encode(), escape(case).encode(), case.encode().hex().encode())
        yield "".join(f"&#{ord(c)};" for c in case).encode()
        for start in range(3):  # base64 of a longer text, wherever it begins
            inner = case.encode()[start : start + (len(case) - start) // 3 * 3]
            yield base64.b64encode(inner).strip(b"=")


def searched(site: Path, wanted: tuple[bytes, ...]) -> Iterator[tuple[str, bytes]]:
    for path, data in files_of(site).items():
        for view in _views(data):
            for needle in wanted:
                if needle in view:
                    yield path, needle


def _views(data: bytes) -> Iterator[bytes]:
    yield data
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    for match in re.finditer(rb"x[\x01\x5e\x9c\xda]", data):  # streams of zlib, as in databases and pictures
        try:
            yield zlib.decompressobj().decompress(data[match.start() :], 1_000_000)
        except zlib.error:
            continue
