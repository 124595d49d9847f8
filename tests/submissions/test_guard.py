"""The search for personal data runs whatever the list of plugins says, and a list that forgets forms is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from caresite.core.config import load_config
from caresite.core.plugins import BUILT_IN
from caresite.submissions.records import Submitter
from caresite.submissions.store import Store
from caresite.testing import build_site, write_site
from submissions.stored import stored

EMAIL = "ada.quill@customers.example"
CONFIG = "title: Example\nbase_url: https://example.com/\ntimezone: Europe/London\n"
PAGE = f"-- content/pages/about.md --\n---\ntitle: About\n---\nAsk {EMAIL}.\n"
LISTS = {
    "the usual ones": "",
    "none": "plugins: []\n",
    "one that forgets it": "plugins: [feeds, sitemap, structured_data, quotes_json, redirects, headers]\n",
    "a single name": "plugins: feeds\n",
    "without it": "plugins: {remove: [submissions]}\n",
    "one more": "plugins: {add: [search]}\n",
}


def site(root: Path, config: str) -> Path:
    write_site(root, f"-- caresite.yaml --\n{CONFIG}{config}{PAGE}")
    return root


def with_store(root: Path) -> Path:
    submission = replace(stored("00000000000000ad"), submitter=Submitter(name="Ada Quill", email=EMAIL))
    store = Store(root)
    with store.locked():
        store.add_all([(submission, ())])
    return root


@pytest.mark.parametrize("config", LISTS.values(), ids=LISTS)
def test_no_list_switches_the_search_for_personal_data_off(config: str, tmp_path: Path) -> None:
    built = build_site(root=with_store(site(tmp_path, config)), publish=True)
    assert "S101" in built.codes, built.report
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("config", LISTS.values(), ids=LISTS)
def test_without_a_private_folder_a_list_is_just_a_list(config: str, tmp_path: Path) -> None:
    assert build_site(root=site(tmp_path, config)).codes == ()


def test_what_the_owner_allows_is_allowed_without_the_plugin_too(tmp_path: Path) -> None:
    config = f"plugins: [feeds]\nsubmissions: {{allow: [{EMAIL}, Ada Quill]}}\n"
    assert set(build_site(root=with_store(site(tmp_path, config))).codes) == {"S113"}  # the store needs the plugin


@pytest.mark.parametrize("off", ["plugins: [feeds]\n", "plugins: {remove: [submissions]}\n"])
@pytest.mark.parametrize(
    "work",
    [
        "forms: {contact: {kind: contact, email: hello@example.com, backend: mailto}}\n",
        "sources: {paper: {type: csv, path: private/inbox/*.csv}}\n",
    ],
)
def test_forms_and_sources_need_the_plugin(off: str, work: str, tmp_path: Path) -> None:
    assert "S113" in build_site(root=site(tmp_path, off + work)).codes


# the two shapes


def plugins(root: Path, config: str, **files: str) -> tuple[str, ...]:
    (root / "caresite.yaml").write_text(CONFIG + config)
    for name, text in files.items():
        (root / f"caresite.{name}.yaml").write_text(text)
    settings, _ = load_config(root, env=next(iter(files), ""))
    return tuple(active.plugin.name for active in settings.plugins)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", BUILT_IN),
        ("plugins: {}\n", BUILT_IN),
        ("plugins: {remove: [search, feeds]}\n", tuple(n for n in BUILT_IN if n not in ("search", "feeds"))),
        ("plugins: {remove: search, add: [search]}\n", tuple(n for n in BUILT_IN if n != "search")),
        ("plugins: {add: [feeds]}\n", BUILT_IN),
        ("plugins: {only: [sitemap], add: [feeds]}\n", ("sitemap", "feeds")),
        ("plugins: [sitemap, feeds]\n", ("sitemap", "feeds")),
        ("plugins: []\n", ()),
        ("plugins: feeds\n", ("feeds",)),
    ],
)
def test_which_plugins_are_in_use(config: str, expected: tuple[str, ...], tmp_path: Path) -> None:
    assert plugins(tmp_path, config) == expected


def test_an_overlay_adds_to_the_list_below_it(tmp_path: Path) -> None:
    assert plugins(tmp_path, "plugins: [sitemap]\n", live="plugins: {add: [feeds]}\n") == ("sitemap", "feeds")
    assert plugins(tmp_path, "plugins: {add: [feeds]}\n", live="plugins: [sitemap]\n") == ("sitemap",)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("plugins: {ad: [feeds]}\n", "V206"),
        ("plugins: {add: [feeeds]}\n", "C105"),
        ("plugins: {remove: [serch]}\n", "C112"),
        ("plugins: {add: {feeds: true}}\n", "V201"),
    ],
)
def test_a_slip_is_reported(config: str, code: str, tmp_path: Path) -> None:
    assert code in build_site(root=site(tmp_path, config)).codes
