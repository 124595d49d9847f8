"""The project's own files for Netlify are those that `caresite deploy init netlify` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from caresite.core.host_rules import read_headers
from caresite.deploy.hosts import netlify
from caresite.deploy.hosts.files import Brief
from caresite.deploy.hosts.rules import HostRules

ROOT = Path(__file__).parents[2]
BRIEF = Brief(
    title="",
    base_url="https://caresite.example/",
    output_dir="public",
    version="",
    rules=HostRules(base_path="/", moves=(), headers=(), left_out=()),
)
INSTALL = "pip install --require-hashes -r requirements.lock && pip install --no-deps --no-build-isolation ."
FILES = {
    **{file.path: file.text for file in netlify.HOST.files(BRIEF) if file.path.startswith("netlify/")},
    "netlify.toml": netlify.config_file("public", keeps=True, install=INSTALL).text,
}


@pytest.mark.parametrize("path", sorted(FILES))
def test_the_projects_file_is_the_one_that_is_written(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == FILES[path]


# Netlify's rules, by its documentation: what it would answer "Could not parse" to

_PATH = re.compile(r"/(?!\.netlify)\S*")
_TARGET = re.compile(r"(/|https?://)\S*")
_STATUS = re.compile(r"(200|301|302|303|307|308|404|410)!?")


def unread_redirects(text: str) -> list[str]:
    """Return the lines of `_redirects` that are not `from to status`, which is all that we write."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    fits = (_PATH, _TARGET, _STATUS)
    good = [len(words) == 3 and all(p.fullmatch(w) for p, w in zip(fits, words, strict=True)) for words in lines]
    return [" ".join(words) for words, is_good in zip(lines, good, strict=True) if not is_good]


def unread_headers(text: str) -> list[str]:
    """Return the lines of `_headers` that are neither a path nor, below one, `Name: value`."""
    bad, seen = [], False
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("/"):
            seen = True
        elif not (seen and re.fullmatch(r"  [A-Za-z0-9-]+: \S.*", line)):
            bad.append(line)
    return bad


@pytest.mark.parametrize("base", ["/", "/shop/"])
def test_netlify_understands_every_line_that_we_write(finished: dict[str, Path], base: str) -> None:
    redirects = (finished[base] / "_redirects").read_text("utf-8")
    headers = (finished[base] / "_headers").read_text("utf-8")
    assert len(redirects.splitlines()) > 15
    assert unread_redirects(redirects) == []
    assert unread_headers(headers) == []
    assert len(read_headers(headers)) == sum(line.startswith("/") for line in headers.splitlines())


@pytest.mark.parametrize(
    ("line", "good"),
    [("/a /b 301!", True), ("/a b 301", False), ("/a", False), ("/a /b 999", False), ("a /b 301", False)],
)
def test_what_netlify_does_not_understand_is_found(line: str, good: bool) -> None:
    assert (unread_redirects(line) == []) is good
