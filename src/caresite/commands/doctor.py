"""`caresite doctor`: what makes trouble sooner or later, and the repair of what can be repaired without asking."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import click

from caresite import __version__
from caresite.commands.deploy_init import outdated, prepared_hosts
from caresite.commands.git import Git
from caresite.commands.session import Session, printable
from caresite.commands.table import fold
from caresite.core.config import CONFIG_NAMES, Settings
from caresite.core.diagnostics import Problem, format_text
from caresite.core.files import MAX_TEXT_BYTES, read_as_text, write_atomically
from caresite.core.texts import counted
from caresite.core.walk import diagnostic_of, files_below, is_file, is_linked_theme
from caresite.pipeline.dead_forms import dead_forms, dead_on
from caresite.pipeline.own_output import is_own_output
from caresite.pipeline.themes import load_theme

__all__ = ["Finding", "examine", "run"]

_SOURCES = ("content", "data", "static", "assets", "templates", "i18n", "drawings", "archetypes", "consent", "themes")
_TEXTS = frozenset((".md", ".markdown", ".yaml", ".yml", ".toml", ".json", ".csv", ".html", ".css", ".txt"))
_IGNORED = ("public", "private", ".caresite")
_SECRET = re.compile(
    r"(?:^|/)(?:\.env(?:\..+)?|\.netrc|\.npmrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.json)?"
    r"|.+\.(?:pem|key|p12|pfx|keystore))$"
)
_NOT_SECRET = re.compile(r"\.env\.(?:example|sample|template)$")
_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_PLACEHOLDERS = frozenset(("example.com", "www.example.com", "localhost", "127.0.0.1", "0.0.0.0"))
_MARKS = {"ok": ("ok", "green"), "note": ("note", "cyan"), "wrong": ("wrong", "red"), "fixed": ("fixed", "green")}


class Finding(NamedTuple):
    """One thing that was looked at: how it is, and what to do about it."""

    state: Literal["ok", "note", "wrong", "fixed"]
    text: str
    advice: str = ""


def run(session: Session, *, fix: bool) -> int:
    """Examine the site and this computer; returns 1 when something is wrong."""
    findings = tuple(examine(session, fix=fix))
    wrong = sum(finding.state == "wrong" for finding in findings)
    if session.json:
        session.answer({"ok": not wrong, "findings": [finding._asdict() for finding in findings]})
        return 1 if wrong else 0
    for finding in findings:
        if not session.quiet or finding.state == "wrong":
            _print(finding)
    session.say(f"{counted(wrong, 'thing')} to put right." if wrong else "Nothing is wrong.")
    return 1 if wrong else 0


def _print(finding: Finding) -> None:
    word, color = _MARKS[finding.state]
    text = fold(f"{'':5}{printable(finding.text)}").strip()
    click.echo(f"{click.style(f'{word:<6}', fg=color)} {text}")
    if finding.advice:
        click.echo(fold(f"       {printable(finding.advice)}"))


def examine(session: Session, *, fix: bool = False) -> Iterator[Finding]:
    """Yield what is found, one thing after another; with `fix` what is safe to repair is repaired."""
    yield from _installation()
    try:
        settings = session.settings()
    except Problem as problem:
        settings = None
        yield from (Finding("wrong", format_text(d, {})) for d in problem.diagnostics)
    if settings:
        yield from _config(session.root, settings, session.now_in(settings.zone))
    paths = tuple(_paths(session.root))
    yield from _left_out(session.root)
    yield from _names(paths)
    yield from _encodings(session.root, paths, fix=fix)
    yield from _output(session.root, settings.config.output_dir if settings else "public")
    if settings:
        yield from _forms(session.root, settings)
        yield from _hosts(session.root, settings)
    yield from _pins(session.root)
    yield from _git(session.root, fix=fix)


# this computer


def _installation() -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding("ok", f"Python {version}, caresite {__version__}")
    try:
        needed = importlib.metadata.requires("caresite") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("note", "caresite runs from its source tree", "Install it with pip to be sure of its libraries.")
        return
    names = [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needed if "extra ==" not in need]
    versions = {name: _version(name) for name in names}
    for name in (name for name, found in versions.items() if not found):
        yield Finding("wrong", f"the library {name} is not installed", "Install caresite again with pip.")
    yield Finding("ok", "libraries: " + ", ".join(f"{name} {found}" for name, found in versions.items() if found))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


# the config


def _config(root: Path, settings: Settings, now: datetime) -> Iterator[Finding]:
    config = settings.config
    yield Finding("ok", f"{settings.path} can be read")
    yield Finding("ok", f"timezone {config.timezone}: it is {now:%Y-%m-%d %H:%M} there")
    host = urlsplit(config.base_url).hostname or ""
    if host in _PLACEHOLDERS or not config.base_url.startswith("https://"):
        yield Finding(
            "note", f"base_url is {config.base_url}", "Before you go online, set the address people will type."
        )
    else:
        yield Finding("ok", f"base_url {config.base_url}")
    try:
        theme, found = load_theme(root, settings)
    except Problem as problem:
        yield from (Finding("wrong", format_text(d, {})) for d in problem.diagnostics)
        return
    yield Finding("ok", f"theme {theme.name} {theme.version}".rstrip())
    yield from (Finding("note", d.message, d.hint) for d in found)


# files


def _paths(root: Path) -> Iterator[str]:
    """Yield the paths of the site's own files, as they are named on disk."""
    yield from (name for name in (*CONFIG_NAMES, "consent.lock.yaml") if is_file(root / name))
    for folder in _SOURCES:
        for path in files_below(root / folder, root)[0]:
            if not any(part.startswith(".") for part in path.relative_to(root).parts[:-1]):
                yield path.relative_to(root).as_posix()


def _left_out(root: Path) -> Iterator[Finding]:
    """Yield what a build leaves out because of its name or of what it is."""
    for folder in _SOURCES:
        for entry in files_below(root / folder, root)[1]:
            if is_linked_theme(entry, root):
                continue
            told = diagnostic_of(entry, os.path.relpath(entry.path, root.absolute()).replace(os.sep, "/"))
            yield Finding("wrong", f"{told.span}: {told.message}", f"{told.hint[:1].upper()}{told.hint[1:]}.")


def _names(paths: Iterable[str]) -> Iterator[Finding]:
    same: dict[str, set[str]] = defaultdict(set)
    faults = 0
    for path in paths:
        for part in (PurePosixPath(path), *PurePosixPath(path).parents):
            same[unicodedata.normalize("NFC", part.as_posix()).casefold()].add(part.as_posix())
        for finding in _name(path):
            faults += 1
            yield finding
    for alike in same.values():
        if len(alike) > 1:
            faults += 1
            names = " and ".join(sorted(alike))
            advice = "On Windows and macOS one hides the other: rename one of them."
            yield Finding("wrong", f"{names} differ only in capitals or in how an accent is stored", advice)
    if not faults:
        yield Finding("ok", "file names work on every computer")


def _name(path: str) -> Iterator[Finding]:
    name = PurePosixPath(path).name
    if unicodedata.normalize("NFC", path) != path:
        advice = "Rename it on a computer other than a Mac, if links to it ever break."
        yield Finding("note", f"{path}: an accent is stored as a letter and a mark", advice)
    if _WINDOWS.search(name) or name != name.strip() or PurePosixPath(path).stem.endswith("."):
        yield Finding("wrong", f"{path}: Windows cannot have a file of this name", "Rename it.")
    elif " " in name:
        yield Finding("note", f"{path}: there is a space in the name", "A hyphen makes a nicer address.")


def _encodings(root: Path, paths: Iterable[str], *, fix: bool) -> Iterator[Finding]:
    odd = 0
    for path in paths:
        if PurePosixPath(path).suffix.lower() in _TEXTS and (finding := _encoding(root, path, fix=fix)):
            odd += 1
            yield finding
    if not odd:
        yield Finding("ok", "every text is UTF-8")


def _encoding(root: Path, path: str, *, fix: bool) -> Finding | None:
    try:
        with (root / path).open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        return Finding("wrong", f"{path} cannot be read: {error.strerror}")
    encoding = _encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if len(data) > MAX_TEXT_BYTES:
            return None  # cut in the middle of a character: the build says that it is too large
        return Finding("wrong", f"{path} is not UTF-8", "Open it in your editor and save it as UTF-8.")
    if encoding != "utf-8":
        kind = "UTF-16" if encoding == "utf-16" else "UTF-8 with a byte-order mark"
        if not fix or (root / path).is_symlink() or len(data) > MAX_TEXT_BYTES:
            return Finding("note", f"{path} is saved as {kind}", "`caresite doctor --fix` saves it as plain UTF-8.")
        write_atomically(root / path, text.encode())
        return Finding("fixed", f"{path} was {kind} and is plain UTF-8 now")
    if "\r" in text:
        return Finding("note", f"{path} has line ends of Windows", "They are understood; your editor can change them.")
    return None


def _encoding_of(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8"


def _output(root: Path, name: str) -> Iterator[Finding]:
    folder = root / name
    if folder.is_dir() and any(folder.iterdir()) and not is_own_output(folder):
        advice = "Choose another `output_dir`, move the files away, or run `caresite build --clean` once."
        yield Finding("wrong", f"{name}/ holds files that caresite did not make", advice)


def _forms(root: Path, settings: Settings) -> Iterator[Finding]:
    dead = [*dead_forms(settings, settings.deployments)]
    dead += [found for host in prepared_hosts(root, settings) for found in dead_on(settings, host)]
    yield from (Finding("wrong", d.message, _sentence(d.hint)) for d in dict.fromkeys(dead))
    if settings.config.forms and settings.deployments and not dead:
        yield Finding("ok", "every form has a receiver at every target")


def _sentence(hint: str) -> str:
    return f"{hint[:1].upper()}{hint[1:]}."


def _hosts(root: Path, settings: Settings) -> Iterator[Finding]:
    for host, path in outdated(root, settings):
        advice = f"Run `caresite deploy init {host}`, and give the file to the server."
        yield Finding("note", f"{path} was written for other redirects or pages than the site has now", advice)


_PIN = re.compile(
    r"\bcaresite(?:\[[\w, -]*\])?[ \t]*={2,3}[ \t]*[\"']?(\d[\w.+!-]*)|\bcaresite-(\d[\w.+!]*?)(?:-py3|\.tar)"
)
_PINNING = (
    *("netlify.toml", "requirements*.txt", "requirements.lock", "pyproject.toml", "Pipfile", "Dockerfile", "*.sh"),
    *(".github/workflows/*.y*ml", ".gitlab-ci.yml", "wrangler.toml", "wrangler.jsonc", "Makefile", "runtime.txt"),
)
"""Files that say which caresite a host installs."""


def _pins(root: Path) -> Iterator[Finding]:
    """Yield each file by which a host builds the site with another caresite than this one."""
    files = sorted({path for pattern in _PINNING for path in root.glob(pattern) if path.is_file()})
    for path in files:
        found = {match[1] or match[2] for match in _PIN.finditer(read_as_text(path))}
        for version in sorted(found - {__version__}):
            name = path.relative_to(root).as_posix()
            advice = "`caresite deploy init HOST` writes this version there; see docs/how-to/upgrade.md."
            yield Finding("note", f"{name} names caresite {version}, and this is {__version__}", advice)


# git


def _git(root: Path, *, fix: bool) -> Iterator[Finding]:
    git = Git(root)
    if not git.is_there:
        yield Finding("note", "the site is not kept in git", "With git nothing you write is ever lost.")
        return
    loose = [name for name in _IGNORED if not git.ignores(f"{name}/x")]
    if loose and fix:
        _ignore(root, loose)
        yield Finding("fixed", f".gitignore leaves out {', '.join(loose)} now")
    for name in () if fix else loose:
        state: Literal["wrong", "note"] = "wrong" if name == "private" else "note"
        yield Finding(state, f"git does not leave out {name}/", "`caresite doctor --fix` adds it to .gitignore.")
    tracked = git.tracked()
    private = [path for path in tracked if path.startswith("private/")]
    for path in private:
        yield Finding("wrong", f"{path} is in git", f"Take it out: `git rm --cached {path}`. Earlier versions keep it.")
    secrets = [p for p in tracked if _SECRET.search(p) and not _NOT_SECRET.search(p) and p not in private]
    for path in secrets:
        yield Finding("wrong", f"{path} is in git and looks like a secret", "Take it out, and change the secret.")
    if any(path.startswith("public/") for path in tracked):
        yield Finding(
            "note", "public/ is in git", "It is made by every build; `git rm -r --cached public` takes it out."
        )
    if not (loose or private or secrets):
        yield Finding("ok", "git keeps nothing that it should not")


def _ignore(root: Path, names: Iterable[str]) -> None:
    path = root / ".gitignore"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text and not text.endswith("\n"):
        text += "\n"
    write_atomically(path, (text + "".join(f"/{name}/\n" for name in names)).encode())
