"""A site in one string, built: for the tests of themes, plugins and caresite itself.

    site = build_site('''
    -- content/blog/hello.md --
    ---
    title: Hello
    ---
    We *listen*.
    ''')
    assert site.codes == ()
    assert "<em>listen</em>" in site.html("/blog/hello/")

A line `-- path --` begins a file, which goes on to the next such line.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import textwrap
import weakref
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from caresite.core.diagnostics import Diagnostic, format_text
from caresite.core.model import HeldBack
from caresite.core.suggest import nearest
from caresite.core.urls import output_path
from caresite.engine.build import Built, Options, build
from caresite.engine.clock import moment, site_zone
from caresite.pipeline.catalog import Site
from caresite.pipeline.gates import Gates
from caresite.pipeline.publish import Published

__all__ = ["DEFAULT_CONFIG", "NOW", "BuiltSite", "build_site", "picture", "split_files", "write_site"]

NOW = "2026-11-22"
DEFAULT_CONFIG = """\
title: Example
base_url: https://example.com/
timezone: Europe/London
"""
_SEPARATOR = re.compile(r"^-- (\S(?:.*\S)?) --[ \t]*\n?", re.MULTILINE)


class BuiltSite:
    """What became of a site: its files by output path, what was wrong with it, what it holds back."""

    def __init__(self, root: Path, built: Built) -> None:
        self.root = root
        self.built = built
        self.outputs: Mapping[str, bytes] = _Contents(root, built)

    @property
    def ok(self) -> bool:
        return self.built.ok

    @property
    def site(self) -> Site:
        """The assembled site. Raises AssertionError when the build did not get that far."""
        assert self.built.site is not None, f"the site could not be read\n{self.report}"
        return self.built.site

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.built.diagnostics

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the errors and warnings, in the order of their places; notes are left out."""
        return tuple(d.code for d in self.diagnostics if d.severity != "note")

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        return self.built.site.held_back if self.built.site else ()

    @property
    def published(self) -> Published | None:
        """What was written to disk; None after an error, and without `publish=True`."""
        return self.built.published

    @property
    def report(self) -> str:
        """All diagnostics as the terminal shows them."""
        texts = {d.span.path: _text_of(self.root / d.span.path) for d in self.diagnostics}
        return "\n".join(format_text(d, texts) for d in self.diagnostics)

    def data(self, path: str) -> bytes:
        """Return the bytes of an output, named by its address (`/blog/x/`) or path (`blog/x/index.html`).

        Raises LookupError, which names the nearest output and what was wrong, when there is none.
        """
        wanted = self._output(path)
        if wanted not in self.outputs:
            near = nearest(wanted, self.outputs)
            raise LookupError(f"there is no `{wanted}`; nearest is `{near}`\n{self.report}")
        return self.outputs[wanted]

    def text(self, path: str) -> str:
        """Return an output as text: a feed, `_headers`, a page."""
        return self.data(path).decode()

    def html(self, path: str) -> str:
        """Return a page, named as in `data`. Raises AssertionError when it could not be rendered."""
        page = self.text(path)
        assert page, f"`{path}` was not rendered\n{self.report}"
        return page

    def _output(self, path: str) -> str:
        if not path.startswith("/"):
            return output_path(path)
        home = self.built.site.settings.base_path if self.built.site else "/"
        return output_path(path.removeprefix(home))


def build_site(
    text: str = "",
    *,
    now: str | datetime = NOW,
    drafts: bool = False,
    future: bool = False,
    expired: bool = False,
    publish: bool = False,
    finish: bool = False,
    strict: bool = False,
    minify: bool = False,
    base_url: str = "",
    env: str = "",
    environ: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    root: Path | None = None,
) -> BuiltSite:
    """Build the site in `text`, with binary `files` beside, as it is at `now`; nothing is published unless asked.

    What takes its time, such as the search index, is made for what is published, and with `finish`.

    The folder is `root`, which keeps what is in it already, or a temporary one that goes with the answer.
    A `caresite.yaml` is added when there is none.
    """
    folder = root or Path(tempfile.mkdtemp(prefix="caresite-test-"))
    write_site(folder, text, files or {})
    at = now if isinstance(now, datetime) else moment(site_zone(folder, env=env, environ=environ), now)
    options = Options(
        now=at,
        env=env,
        environ=environ or {},
        base_url=base_url,
        gates=Gates(drafts, future, expired),
        strict=strict,
        minify=minify,
        publish=publish,
        finish=publish or finish,
    )
    site = BuiltSite(folder, build(folder, options))
    if root is None:
        weakref.finalize(site.outputs, shutil.rmtree, folder, ignore_errors=True)
    return site


def write_site(root: Path, text: str, files: Mapping[str, bytes] | None = None) -> None:
    """Write the files in `text` and `files` below `root`, and a `caresite.yaml` when there is none."""
    contents = {path: content.encode() for path, content in split_files(text).items()} | dict(files or {})
    for path, data in contents.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    root.mkdir(parents=True, exist_ok=True)
    if not any((root / f"caresite.{suffix}").exists() for suffix in ("yaml", "yml", "toml")):
        (root / "caresite.yaml").write_text(DEFAULT_CONFIG, encoding="utf-8")


def picture(width_px: int = 4, height_px: int = 3, *, format: str = "PNG", color: str = "teal", **more: Any) -> bytes:
    """Return a picture file of one colour, for `files`; `more` is what Pillow takes when it saves that format."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width_px, height_px), color).save(file, format, **more)
    return file.getvalue()


def split_files(text: str) -> dict[str, str]:
    """Return path and content of each file in `text`. Raises ValueError for words that belong to no file."""
    head, *parts = _SEPARATOR.split(textwrap.dedent(text))
    if head.strip():
        raise ValueError(f"these words stand before the first `-- path --` line: {head.strip()[:60]!r}")
    found: dict[str, str] = {}
    for path, content in zip(parts[::2], parts[1::2], strict=True):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or path in found:
            raise ValueError(f"`{path}` leaves the site's folder, or stands there twice")
        found[path] = content
    return found


class _Contents(Mapping[str, bytes]):
    """The files of a site by output path; what is drawn for it is drawn when somebody looks."""

    def __init__(self, root: Path, built: Built) -> None:
        copied = built.site.files if built.site else {}
        self._read: dict[str, bytes] = {path: (root / source).read_bytes() for path, source in copied.items()}
        self._outputs = {output.path: output for output in built.outputs}
        for path, output in self._outputs.items():
            self._read.pop(path, None)
            if output.kind != "picture":
                self._read[path] = output.data

    def __getitem__(self, path: str) -> bytes:
        if path not in self._read:
            self._read[path] = self._outputs[path].data
        return self._read[path]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._read, **self._outputs})

    def __len__(self) -> int:
        return len(self._read.keys() | self._outputs.keys())


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
