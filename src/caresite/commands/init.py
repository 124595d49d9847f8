"""`caresite init`: a new site that builds at once."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from caresite import __version__
from caresite.commands.scaffold import yaml_text
from caresite.commands.schemas import built_in_plugins, config_schema, default_theme
from caresite.commands.session import Session, printable
from caresite.core import codes
from caresite.core.config import CONFIG_NAMES, load_config
from caresite.core.diagnostics import Problem
from caresite.core.files import put_in_site
from caresite.core.site_root import find_site
from caresite.core.texts import counted
from caresite.deploy.hosts.files import content_of
from caresite.deploy.hosts.installation import installation_files
from caresite.deploy.hosts.netlify import config_file
from caresite.pipeline.themes import bundled_themes

__all__ = ["Flags", "guess_language", "guess_timezone", "run"]

_PLACEHOLDER = "https://example.com/"
_EXAMPLES = ("content/blog/", "content/stories/", "content/quotes/", "content/testimonials/")
_LANGUAGES = "languages/"
_ADDRESSES = "addresses.yaml"
_BARE_PAGE = "---\ntitle: $title\n---\n"  # for languages without examples: no English words before visitors
_NAMES_ON_DISK = {"gitignore": ".gitignore"}
_OWN_FAULTS = frozenset(code.id for code in (codes.BAD_TIMEZONE, codes.BAD_BASE_URL, codes.BAD_LANGUAGE))


class Flags(NamedTuple):
    """The argument and options of `init`."""

    folder: Path = Path()
    title: str = ""
    base_url: str = ""
    timezone: str = ""
    language: str = ""
    examples: bool | None = None
    yes: bool = False
    force: bool = False


class _Answers(NamedTuple):
    title: str
    base_url: str
    timezone: str
    language: str
    examples: bool


def run(session: Session, flags: Flags) -> int:
    """Write the files of a new site, keeping every file that exists. Returns 1 when the folder is in use."""
    folder = session.root / flags.folder
    if reason := _in_use(folder, flags.force) or _inside_site(session, folder, flags.force):
        _refuse(session, reason)
        return 1
    asks = not (flags.yes or session.json or session.quiet) and sys.stdin.isatty() and sys.stdout.isatty()
    answers = _asked(folder, flags) if asks else _given(folder, flags)
    if wrong := _what_is_wrong(answers):
        raise click.UsageError(wrong)
    written, kept = _write(folder, answers, session.now_in(ZoneInfo(answers.timezone)))
    if session.json:
        session.answer({"ok": True, "folder": session.shown(folder), "written": written, "kept": kept})
    _tell(session, folder, written, kept)
    _say_language(session, answers)
    _say_next(session, folder)
    return 0


def _in_use(folder: Path, force: bool) -> str:
    if not folder.exists():
        return ""
    if found := next((name for name in CONFIG_NAMES if (folder / name).exists()), ""):
        return f"there is a site in {folder.resolve().name}/ already: it has a `{found}`"
    first = next((entry.name for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")), "")
    if first and not force:
        name = folder.resolve().name
        advice = "with `--force` the site is put beside it, and no file is overwritten"
        return f"{name}/ is not empty, it holds `{first}`; {advice}"
    return ""


def _inside_site(session: Session, folder: Path, force: bool) -> str:
    """Return why no site is made in a folder of another site, unless that is wanted."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    site = None if force else find_site(there)
    if site is None:
        return ""
    advice = "choose a folder outside of it, or make a site inside a site with `--force`"
    return f"{session.shown(folder)} is inside the site in {session.shown(site)}; {advice}"


def _refuse(session: Session, reason: str) -> None:
    if session.json:
        session.answer({"ok": False, "message": reason})
    else:
        click.echo(printable(reason), err=True)


# what it is told


def _given(folder: Path, flags: Flags) -> _Answers:
    return _Answers(
        title=flags.title or _title_of(folder),
        base_url=_with_scheme(flags.base_url) or _PLACEHOLDER,
        timezone=flags.timezone or guess_timezone(),
        language=flags.language or guess_language(os.environ),
        examples=flags.examples is not False,
    )


def _asked(folder: Path, flags: Flags) -> _Answers:
    """Ask for what no option gave; each answer is checked before the next question."""
    answers = _given(folder, flags)
    questions = {
        "title": "What is the site called?",
        "base_url": "What address will people type?",
        "timezone": "Which timezone are you in?",
        "language": "Which language do you write in?",
    }
    for name, question in questions.items():
        while not getattr(flags, name):
            answer = click.prompt(question, default=getattr(answers, name)).strip()
            answer = _with_scheme(answer) if name == "base_url" else answer
            tried = _Answers(**{**answers._asdict(), name: answer})
            if not (wrong := _what_is_wrong(tried)):
                answers = tried
                break
            click.echo(f"  {wrong}")
    if flags.examples is None:
        examples = click.confirm("Start with one example of each kind?", default=True)
        answers = answers._replace(examples=examples)
    return answers


def _title_of(folder: Path) -> str:
    words = re.sub(r"[-_.]+", " ", folder.resolve().name).strip()
    return words[:1].upper() + words[1:] if words else "My site"


def _with_scheme(address: str) -> str:
    """Return an address as people dictate it, `example.com`, as a web address."""
    bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", address)
    return f"https://{address}" if bare else address


def guess_timezone() -> str:
    """Return the timezone this computer keeps, or UTC when it does not say."""
    local = Path("/etc/localtime")
    named = Path("/etc/timezone")
    guesses = [
        os.environ.get("TZ", "").lstrip(":"),
        os.path.realpath(local).partition("zoneinfo/")[2] if local.is_symlink() else "",
        named.read_text(encoding="ascii", errors="replace").strip() if named.is_file() else "",
    ]
    return next((guess for guess in guesses if _is_zone(guess)), "UTC")


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None and not name.startswith("Etc/")
    except (KeyError, ValueError, OSError):
        return False


def guess_language(environ: Mapping[str, str]) -> str:
    """Return the language this computer speaks: `en-GB` for `en_GB.UTF-8`, `en` when it does not say."""
    name = next((environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(key)), "")
    match = re.match(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?:[.@]|$)", name)
    return "-".join(part for part in match.groups() if part) if match else "en"


def _what_is_wrong(answers: _Answers) -> str:
    """Say in words why a config with these answers could not be used; empty when it could."""
    with tempfile.TemporaryDirectory() as name:
        text = "".join(f"{key}: {yaml_text(value)}\n" for key, value in _plain(answers).items())
        (Path(name) / CONFIG_NAMES[0]).write_text(f"plugins: []\n{text}", encoding="utf-8")
        try:
            load_config(Path(name))
        except Problem as problem:
            own = [d for d in problem.diagnostics if d.code in _OWN_FAULTS] or list(problem.diagnostics)
            return own[0].message + (f"; {own[0].hint}" if own[0].hint else "")
    return ""


def _plain(answers: _Answers) -> dict[str, str]:
    return {name: getattr(answers, name) for name in ("title", "base_url", "timezone", "language")}


# what it writes


def _write(folder: Path, answers: _Answers, now: datetime) -> tuple[list[str], list[str]]:
    """Write every file that is not there yet; return the paths written and the paths kept."""
    written: list[str] = []
    kept: list[str] = []
    for path, content in tuple(_contents(answers, now)):
        target = folder / path
        if target.exists():
            kept.append(path)
            continue
        put_in_site(folder, target, content)
        written.append(path)
    return written, kept


def _contents(answers: _Answers, now: datetime) -> Iterator[tuple[str, bytes]]:
    texts = _starter_texts(answers.language)
    shown = {path: text for path, text in texts.items() if answers.examples or not path.startswith(_EXAMPLES)}
    has_examples = any(path.startswith(_EXAMPLES) for path in shown)
    known = _known(answers, now, texts.get(_ADDRESSES, ""), has_examples=has_examples)
    for path, text in shown.items():
        if path != _ADDRESSES:
            yield _NAMES_ON_DISK.get(path, path), Template(text).substitute(known).encode()
    if not has_examples:
        yield from ((f"{folder}.gitkeep", b"") for folder in _EXAMPLES)
    for file in (config_file("public", keeps=False), *installation_files()):
        yield file.path, content_of(file, "netlify")
    yield "caresite.schema.json", _schema()


def _starter_texts(language: str) -> dict[str, str]:
    """Return what a new site is made from, by path: in its own language, else with no words that visitors read."""
    folder = files("caresite") / "starter"
    texts = {path: text for path, text in _starter(folder) if not path.startswith(_LANGUAGES)}
    if _base_language(language) == "en":
        return texts
    own = dict(_starter(folder / _LANGUAGES / _base_language(language)))
    shared = {path: text for path, text in texts.items() if not path.startswith("content/")}
    return shared | (own or {"content/pages/about.md": _BARE_PAGE})


def _base_language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _starter(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.startswith("__"):
            continue
        if entry.is_dir():
            yield from _starter(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_text(encoding="utf-8")


_SAMPLE = """\
# The people in the examples are made up, and each page says so. Take this away with the examples.
sample: true
"""


def _known(answers: _Answers, now: datetime, addresses: str, *, has_examples: bool) -> dict[str, str]:
    plain = {name: yaml_text(value) for name, value in _plain(answers).items()}
    return plain | {
        "heading": " ".join(answers.title.split()),
        "sample": _SAMPLE if has_examples else "",
        "addresses": addresses,
        "today": f"{now:%Y-%m-%d}",
        "version": __version__,
    }


def _schema() -> bytes:
    schema = config_schema(built_in_plugins(), default_theme())
    return json.dumps(schema, indent=1, ensure_ascii=False).encode() + b"\n"


def _tell(session: Session, folder: Path, written: list[str], kept: list[str]) -> None:
    where = session.shown(folder)
    session.say(f"Made {counted(len(written), 'file')} in {where}/")
    if kept:
        session.say("Kept as they were: " + ", ".join(kept))


def _say_language(session: Session, answers: _Answers) -> None:
    """Say which words of the new site are not in its language."""
    language = _base_language(answers.language)
    if language == "en":
        return
    messages = {path.name.partition(".")[0] for path in (bundled_themes() / "hearth/i18n").iterdir()}
    if language not in messages:
        session.say(
            f"caresite has no messages in `{answers.language}`: menus and buttons come in English until you "
            f"translate them in i18n/{language}.yaml (see docs/how-to/override-a-template.md)."
        )
    if not (files("caresite") / "starter" / _LANGUAGES / language).is_dir():
        session.say(f"There are no examples in `{answers.language}`, so none were written.")


def _say_next(session: Session, folder: Path) -> None:
    where = session.shown(folder)
    step = f"cd {where} && " if where != "." else ""
    session.say(f"See it in your browser, new with every save: {step}caresite serve")
