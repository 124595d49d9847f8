"""The same site gives the same bytes, whatever order files come in and whatever process builds it; and what is
written can be read back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from random import Random
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from caresite.core.dates import parse_date
from caresite.core.urls import check_address, collision_key, encode_path, output_path, slug_of
from caresite.core.values import plain, read_json, read_yaml
from caresite.testing import BuiltSite, build_site, split_files, write_site

GOLDEN = Path(__file__).parent.parent / "golden" / "every-kind" / "site"
NOW = "2026-11-22 09:00"


def digests(site: BuiltSite) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in site.outputs.items()}


def told(site: BuiltSite) -> list[str]:
    return [f"{d.span} {d.code} {d.message}" for d in site.diagnostics] + [h.id for h in site.held_back]


# the order of files

TAGS = st.lists(st.sampled_from(["care", "Care", "winter", "After hours", "x"]), max_size=3)
DAYS = st.integers(0, 6)


@st.composite
def posts(draw: st.DrawFn) -> dict[str, str]:
    """Return a few posts and stories that share days, tags and series, so that only tie-breaks order them."""
    texts = {}
    for number in range(draw(st.integers(2, 7))):
        kind = draw(st.sampled_from(["blog", "stories"]))
        keys = [f"title: {draw(st.sampled_from(['One', 'Two', 'Ärger']))}", f"date: 2026-01-0{draw(DAYS) + 1}"]
        keys.append(f"tags: {json.dumps(draw(TAGS))}")
        keys.append(f"authors: {json.dumps(draw(st.lists(st.sampled_from(['Rosa', 'rosa', 'Sam']), max_size=2)))}")
        if kind == "blog" and draw(st.booleans()):
            keys.append("series: Winter")
        if kind == "stories":
            keys.append("consent: {at: 2026-01-01, scopes: [publish_text], how: letter}")
        texts[f"content/{kind}/p{number}.md"] = "---\n" + "\n".join(keys) + "\n---\nText.\n"
    return texts


@settings(max_examples=8)
@given(texts=posts(), seed=st.integers(0, 2**32))
def test_the_order_in_which_the_disk_lists_files_changes_nothing(texts: dict[str, str], seed: int) -> None:
    files = {path: text.encode() for path, text in texts.items()}
    before = build_site(files=files, now=NOW)
    random, real = Random(seed), os.scandir
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", lambda path: shuffled(list(real(path)), random))
        after = build_site(files=files, now=NOW)
    assert digests(after) == digests(before)
    assert told(after) == told(before)


class shuffled(list[os.DirEntry[str]]):  # noqa: N801 - it stands in for a function
    """A listing of a folder in another order; it can be closed like the real one."""

    def __init__(self, entries: list[os.DirEntry[str]], random: Random) -> None:
        random.shuffle(entries)
        super().__init__(entries)

    def __enter__(self) -> shuffled:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32))
def test_a_site_with_everything_does_not_care_about_order_either(seed: int) -> None:
    before = golden_digests()
    random, real = Random(seed), os.scandir
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", lambda path: shuffled(list(real(path)), random))
        assert digests(build_golden()) == before


@cache
def golden_digests() -> dict[str, str]:
    return digests(build_golden())


def build_golden() -> BuiltSite:
    paths = [path for path in GOLDEN.rglob("*") if path.is_file()]
    return build_site(files={p.relative_to(GOLDEN).as_posix(): p.read_bytes() for p in paths}, now=NOW)


def test_two_processes_with_different_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path / "site")
    script = (
        "import hashlib, sys; from pathlib import Path; from caresite.testing import build_site\n"
        f"site = build_site(root=Path(sys.argv[1]), now={NOW!r})\n"
        "for path in sorted(site.outputs): print(path, hashlib.sha256(site.outputs[path]).hexdigest())\n"
        "for d in site.diagnostics: print(d.span, d.code, d.message)\n"
        "for term in site.site.terms['tags'].values(): print(term)\n"
    )

    def run(seed: str) -> str:
        environ = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC"}
        command = [sys.executable, "-c", script, str(tmp_path / "site")]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout

    first = run("1")
    assert first.count("\n") > 50
    assert run("4242") == first


def test_a_later_build_of_the_same_moment_is_the_same(tmp_path: Path) -> None:
    first = golden_digests()
    shutil.copytree(GOLDEN, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert digests(build_site(root=tmp_path / "site", now=NOW)) == first


# what is written can be read back

NO_CHARACTERS = "".join(
    map(
        chr,
        (*range(0xFDD0, 0xFDF0), *(plane + end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))),
    )
)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf"), exclude_characters=NO_CHARACTERS), max_size=20
)
NUMBERS = st.integers(-(10**15), 10**15)
KEYS = st.text("abcdefgh_", min_size=1, max_size=8)


def tree(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Return lists and mappings of `leaves`, in each other."""
    return st.recursive(
        st.none() | st.booleans() | leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    )


@given(tree(WORDS | NUMBERS))
def test_json_that_others_write_is_read_as_it_was_meant(value: object) -> None:
    for ascii_only in (True, False):
        text = json.dumps({"x": value}, ensure_ascii=ascii_only)
        assert plain(read_json(text, "x.json")) == {"x": value}


# YAML 1.1, which PyYAML writes, and 1.2 differ in what looks like a number, so words do not begin like one
@given(tree(WORDS.filter(lambda word: word[:1] not in tuple("+-.0123456789")) | NUMBERS))
def test_yaml_that_others_write_is_read_as_it_was_meant(value: object) -> None:
    text = yaml.safe_dump({"x": value}, allow_unicode=True)
    assert plain(read_yaml(text, "x.yaml")) == {"x": value}


MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(8999, 12, 31)).map(lambda m: m.replace(microsecond=0))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS, ZONES)
def test_a_moment_written_out_is_the_same_moment(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=zone)
    for text in (aware.isoformat(), aware.isoformat(" "), f"{aware:%Y-%m-%d %H:%M:%S %z}"):
        assert parse_date(text, UTC) == aware


@given(st.text(max_size=60))
def test_slugs_are_stable_and_safe(text: str) -> None:
    slug = slug_of(text)
    assert slug_of(slug) == slug
    assert not set(slug) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(max_size=60))
def test_an_address_that_is_accepted_is_accepted_as_it_is(text: str) -> None:
    try:
        address = check_address(text)
    except ValueError:
        return
    assert check_address(address) == address
    assert address.startswith("/")
    assert ".." not in output_path(address).split("/")
    assert collision_key(output_path(address)) == collision_key(collision_key(output_path(address)))


@given(st.text(st.characters(codec="utf-8", exclude_characters="%"), max_size=40))
def test_a_path_encoded_for_a_url_is_read_back(path: str) -> None:
    assert unquote(encode_path(path)) == path
    assert encode_path(encode_path(path)) == encode_path(path)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.md", fullmatch=True), st.text("ab\n#", max_size=30))
)
def test_a_site_in_one_string_is_the_files_in_it(files: dict[str, str]) -> None:
    contents = {path: text.replace("\n-- ", "\n") + "\n" for path, text in files.items()}
    assert split_files("".join(f"-- {path} --\n{text}" for path, text in contents.items())) == contents


def test_a_record_can_be_taken_apart_and_put_together(tmp_path: Path) -> None:
    write_site(tmp_path, "-- content/blog/a.md --\n---\ntitle: A\ntags: [x]\n---\nText.\n")
    site = build_site(root=tmp_path, now=NOW).site
    for page in site.pages.values():
        assert type(page)(**asdict(page)) == page
