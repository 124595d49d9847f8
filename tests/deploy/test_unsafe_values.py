"""A config that somebody else wrote starts no program through git, rsync or ssh; no secret goes over an open line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from caresite.core.config import load_config
from caresite.core.diagnostics import Problem
from caresite.core.outgoing import is_private_line, looks_like_option
from deploy.sending import errand, opened

CONFIG = "title: x\nbase_url: https://www.harbour-vets.org/\ntimezone: UTC\nplugins: []\ndeploy:\n"
PROGRAMS = ("git", "rsync", "ssh")
AS_OPTIONS = [
    "a: {target: git, branch: b, remote: '--upload-pack=touch pwned;:x'}",
    "a: {target: git, branch: '--upload-pack=touch pwned', remote: origin}",
    "a: {target: github-pages, remote: '-uorigin'}",
    'a: {target: git, remote: x, token_user: "x\\nhost=evil.example"}',
    'a: {target: git, remote: "https://git.example.org/a\\n.git"}',
    "a: {target: rsync, host: '-oProxyCommand=touch pwned', path: www}",
    "a: {target: rsync, host: h.example, path: www, user: '-oProxyCommand=touch pwned'}",
    "a: {target: rsync, host: h.example, path: '-www'}",
    "a: {target: rsync, host: h.example, path: www, key_file: '-oProxyCommand=x'}",
    "a: {target: sftp, host: '%2DoProxyCommand=x', path: www}",
    "a: {target: sftp, host: h.example, path: www, known_hosts: ' -x'}",
    "a: {target: s3, bucket: '-b'}",
    "a: {target: netlify, site: '--site'}",
    "a: {target: folder, path: '-www'}",
    "a: {target: folder, path: www, preview: {path: '-www'}}",
]
HIDDEN = [
    ("git", {"remote": "ext::sh -c touch% pwned"}),
    ("git", {"remote": "EXT::sh -c touch% pwned"}),
    ("git", {"remote": "fd::17/foo"}),
    ("git", {"remote": "anything::https://git.example.org/a.git"}),
    ("git", {"remote": "ftp://git.example.org/a.git"}),
    ("git", {"remote": "ssh://-oProxyCommand=touch pwned/x"}),
    ("git", {"remote": "ssh://%2DoProxyCommand=touch pwned/x"}),
    ("git", {"remote": "ssh://-u@git.example.org/x"}),
    ("git", {"remote": "ssh://git.example.org/-x"}),
    ("git", {"remote": "git@-oProxyCommand=x:y"}),
    ("git", {"remote": "git@git.example.org:-x"}),
    ("git", {"remote": "https://git.example.org/a.git", "branch": "a:refs/heads/main"}),
    ("git", {"remote": "https://git.example.org/a.git", "branch": "a b"}),
    ("git", {"remote": "https://git.example.org/a.git", "branch": "../main"}),
    ("git", {"remote": "https://git.example.org/a.git", "branch": "main.lock"}),
    ("github-pages", {"remote": "ext::sh -c touch% pwned"}),
    ("rsync", {"host": "h.example::module", "path": "x"}),
    ("rsync", {"host": "h;touch", "path": "x"}),
    ("rsync", {"host": "`touch`", "path": "x"}),
    ("rsync", {"host": "h.example", "path": "x", "user": "a$(touch)"}),
    ("sftp", {"host": "h|touch", "path": "x"}),
    ("sftp", {"host": "h.example", "path": "x", "user": "a;b"}),
]
OPEN = [
    ("git", {"remote": "http://git.example.org/a.git"}, "H118"),
    ("git", {"remote": "HTTP://git.example.org/a.git"}, "H118"),
    ("git", {"remote": "http://127.0.0.1:9/a.git"}, "H118"),
    ("git", {"remote": "git://git.example.org/a.git"}, "H118"),
    ("github-pages", {"remote": "http://github.com/a/b.git"}, "H118"),
    ("s3", {"bucket": "b", "endpoint": "http://s3.example.org"}, "H118"),
    ("s3", {"bucket": "b", "endpoint": "HTTP://s3.example.org:9000"}, "H118"),
    ("s3", {"bucket": "b", "endpoint": "http://localhost.example.org"}, "H118"),
    ("netlify", {"site": "x", "api": "http://api.example.org/v1"}, "H101"),
]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there as soon as git, rsync or ssh has been started."""
    programs, sign = tmp_path / "programs", tmp_path / "started"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).write_text(f'#!/bin/sh\necho {name} >> {sign}\nexec {shutil.which(name)} "$@"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return sign


def environ_with_secrets() -> dict[str, str]:
    names = ("CARESITE_GIT_TOKEN", "GITHUB_TOKEN", "NETLIFY_AUTH_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    return {**os.environ, **dict.fromkeys(names, "only-for-tests")}


@pytest.mark.parametrize("entry", AS_OPTIONS)
def test_no_value_of_the_config_is_taken_for_an_option(tmp_path: Path, started: Path, entry: str) -> None:
    (tmp_path / "caresite.yaml").write_text(f"{CONFIG}  {entry}\n", "utf-8")
    with pytest.raises(Problem) as raised:
        load_config(tmp_path)
    (found,) = raised.value.diagnostics
    assert (found.code, found.span.path, found.span.line) == ("H117", "caresite.yaml", 6)
    assert not started.exists()


@pytest.mark.parametrize(("kind", "options"), HIDDEN)
def test_no_address_starts_a_program(tmp_path: Path, started: Path, kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(Problem) as raised, opened(kind, options, errand(tmp_path, environ=environ_with_secrets())):
        pass
    assert raised.value.diagnostics[0].code == "H117"
    assert not started.exists()
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(("kind", "options", "code"), OPEN)
def test_no_secret_goes_over_an_open_line(
    tmp_path: Path, started: Path, kind: str, options: dict[str, Any], code: str
) -> None:
    with pytest.raises(Problem) as raised, opened(kind, options, errand(tmp_path, environ=environ_with_secrets())):
        pass
    assert raised.value.diagnostics[0].code == code
    assert "only-for-tests" not in str(raised.value.diagnostics)
    assert not started.exists()


def test_a_remote_that_a_repository_names_is_checked_too(tmp_path: Path) -> None:
    os.system(f"git init -q {tmp_path} && git -C {tmp_path} remote add origin 'ext::sh -c touch% pwned'")
    with pytest.raises(Problem) as raised, opened("git", {"remote": "origin"}, errand(tmp_path)):
        pass
    assert raised.value.diagnostics[0].code == "H117"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("git", {"remote": "git@git.example.org:harbour/www.git"}),
        ("git", {"remote": "ssh://git@git.example.org:2222/harbour/www.git", "branch": "site/live-2"}),
        ("git", {"remote": "git@[::1]:harbour/www.git"}),
        ("git", {"remote": "https://git.example.org/harbour/www.git"}),
        ("git", {"remote": "../elsewhere"}),
        ("sftp", {"host": "h-1.example.org", "path": "~/www", "user": "anna@example.org"}),
        ("sftp", {"host": "::1", "path": "/var/www", "user": "DOMAIN\\anna"}),
        ("s3", {"bucket": "b", "endpoint": "https://s3.example.org"}),
        ("s3", {"bucket": "b", "endpoint": "http://127.0.0.1:9000"}),
    ],
)
def test_what_people_write_is_taken(tmp_path: Path, kind: str, options: dict[str, Any]) -> None:
    with opened(kind, options, errand(tmp_path, environ=environ_with_secrets())):
        pass


def test_what_is_an_option_and_what_is_a_private_line() -> None:
    assert all(map(looks_like_option, ("-x", " -x", "%2dx", "a\nb", "a%0ab", "\x7f")))
    assert not any(map(looks_like_option, ("a-x", "www", "", "ä b", "100%")))
    assert all(map(is_private_line, ("https://a.example", "HTTPS://a.example", "http://127.0.0.1:1/", "http://[::1]/")))
    assert not any(
        map(is_private_line, ("http://a.example", "ftp://a.example", "a.example", "http://127.0.0.1.a.example"))
    )
