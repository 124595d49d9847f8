"""The pages are valid HTML: for the Nu HTML checker, and for html5lib, which needs no Java."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import html5lib
import pytest

from browser.sites import LOOKS, Site


@pytest.mark.timeout(300)  # it reads every page of three sites, in one run of Java
def test_the_nu_checker_finds_no_error(sites: Mapping[str, Site], nu_checker: tuple[str, ...], tmp_path: Path) -> None:
    for site in sites.values():
        for path, data in site.files.items():
            if path.endswith(".html"):
                target = tmp_path / site.name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    command = [*nu_checker, "--errors-only", "--format", "json", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr)["messages"]
    found = sorted({_line(message, tmp_path) for message in messages})
    assert not found, f"{len(messages)} errors\n" + "\n".join(found)


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
