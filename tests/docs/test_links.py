"""The pages of the documentation are listed, and what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.walk import DOCS

PAGES = sorted(DOCS.rglob("*.md"))
_CODE = re.compile(r"^(`{3,}).*?^\1$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links_of(page: Path) -> list[tuple[str, str]]:
    return _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))


def ids_of(page: Path) -> set[str]:
    """Return the ids of headings as GitHub and GitLab make them."""
    text = page.read_text(encoding="utf-8")
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(text))
    return {*headings, *re.findall(r'<a id="([^"]+)"', text)}


def test_the_index_lists_every_page_once() -> None:
    listed = [target for target, _ in links_of(DOCS / "README.md") if target.endswith(".md") and ".." not in target]
    rows = [target for target in listed if target != "tutorial.md"]
    assert len(rows) == len(set(rows))
    assert {DOCS / target for target in listed} == set(PAGES) - {DOCS / "README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in links_of(page):
        file = page.parent / target if target else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in ids_of(file), f"{page.name} links to {target}#{anchor}: {sorted(ids_of(file))}"
