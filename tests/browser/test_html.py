"""The pages are valid HTML: for the Nu HTML checker, for html-validate, and for html5lib, which needs no program."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import html5lib
import pytest

from browser.sites import LOOKS, Site


@pytest.fixture(scope="module")
def folder(sites: Mapping[str, Site], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every page of every site."""
    folder = tmp_path_factory.mktemp("pages")
    for site in sites.values():
        for path, data in site.files.items():
            if path.endswith(".html"):
                target = folder / site.name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    return folder


@pytest.mark.timeout(300)  # it reads every page of all sites, in one run of Java
def test_the_nu_checker_finds_no_error(folder: Path, nu_checker: tuple[str, ...]) -> None:
    command = [*nu_checker, "--errors-only", "--format", "json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr)["messages"]
    found = sorted({_line(message, folder) for message in messages})
    assert not found, f"{len(messages)} errors\n" + "\n".join(found)


@pytest.mark.timeout(300)  # the same for Node
def test_html_validate_finds_nothing(folder: Path, html_validate: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*html_validate, "--formatter", "json", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    found = [
        f"{file['filePath'].removeprefix(f'{folder}/')}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for file in json.loads(done.stdout)
        for fault in file["messages"]
    ]
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


def _line(message: Mapping[str, str], folder: Path) -> str:
    place = message.get("url", "").removeprefix(f"file:{folder}/")
    extract = " ".join(message.get("extract", "").split())
    return f"{place}:{message.get('lastLine', '?')}: {message['message']}\n    {extract}"


@pytest.mark.parametrize(("name", "kind"), LOOKS)
def test_html5lib_finds_no_error(name: str, kind: str, sites: Mapping[str, Site]) -> None:
    site = sites[name]
    parser = html5lib.HTMLParser()
    parser.parse(site.files[site.path(site.typical(kind))], transport_encoding="utf-8")
    assert not [f"line {place[0]}: {fault} {details}" for place, fault, details in parser.errors]


@pytest.mark.parametrize("name", ["sample", "german"])
def test_every_page_that_may_be_found_says_what_it_is(name: str, sites: Mapping[str, Site]) -> None:
    site, said = sites[name], Counter[tuple[str, str]]()
    for kind, url in ((kind, url) for kind, urls in site.pages.items() for url in urls):
        head = html5lib.parse(site.files[site.path(url)], namespaceHTMLElements=False).find("head")
        meta = {tag.get("name") or tag.get("property"): tag.get("content", "") for tag in head.iter("meta")}
        if meta.get("robots") != "noindex":
            assert meta.get("description"), f"{url} has no description"
            assert meta["description"] == meta["og:description"], url
            assert [link.get("href") for link in head.iter("link") if link.get("rel") == "canonical"], url
            said[kind, head.findtext("title")] += 1
    assert not [title for title, count in said.items() if count > 1], "these titles stand on several pages of a kind"
