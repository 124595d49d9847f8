"""What every command knows: where the site is, and how to speak to who called it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from caresite.core.config import Settings

__all__ = ["Session", "printable", "refuse_without_site"]


class Session(NamedTuple):
    """The options that stand before the verb.

    `start` is the folder that typed paths are seen from, where that is not the site's root.
    """

    root: Path = Path()
    configs: tuple[str, ...] = ()
    env: str = ""
    quiet: bool = False
    verbose: bool = False
    json: bool = False
    clock: str = ""
    start: Path | None = None

    def located(self) -> Session:
        """Return the session with the root of the site that the current folder is in, and say which site that is."""
        from caresite.core.site_root import find_site, has_config

        first = Path(self.configs[0]) if self.configs else None
        if first and first.parent == Path() and (self.root / first).is_file():
            return self  # a site without a `caresite.yaml`, whose config was named
        root = find_site(self.root)
        if root is None and has_config(self.root):
            raise click.ClickException(
                "the config in this folder is a link to a file of another user, so it is not used"
            )
        if self.start is not None or root is None or root == self.root:
            return self
        found = self._replace(root=root, start=self.root)
        if not (self.quiet or self.json):
            click.echo(f"Using the site in {self.shown(root)}", err=True)
        return found._replace(configs=tuple(found.typed(name) for name in self.configs))

    def typed(self, path: str) -> str:
        """Return a path that somebody typed as it is called from the site's root."""
        return path if self.start is None or not path else os.path.relpath(self.start / path, self.root)

    def say(self, text: str = "") -> None:
        """Print a line for people; nothing when they asked for quiet or for JSON."""
        if self.quiet or self.json:
            return
        if text.startswith("  "):  # an entry of a list
            from caresite.commands.table import fold

            text = fold(text)
        click.echo(printable(text))

    def command(self, words: str) -> str:
        """Return a command of caresite for the same site, as somebody in the current folder would type it."""
        options = [] if self.root in (Path(), Path.cwd()) or self.start is not None else ["-C", str(self.root)]
        options += [part for name in self.configs if self.start is None for part in ("-c", name)]
        options += ["-e", self.env] if self.env else []
        return " ".join((_program(), *(shlex.quote(option) for option in options), words))

    def answer(self, value: Any) -> None:
        """Print `value` as JSON, for machines."""
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))

    def settings(self) -> Settings:
        """Return the site's config. Raises Problem when it cannot be used."""
        from caresite.core.config import load_config

        settings, _ = load_config(self.root, files=self.configs, env=self.env, environ=os.environ)
        return settings

    def now(self) -> datetime:
        """Return what time it is for the whole command, in the site's zone: now, or what `--clock` names.

        Raises BadParameter when that is not a date.
        """
        from caresite.engine.clock import site_zone

        return self.now_in(site_zone(self.root, files=self.configs, env=self.env, environ=os.environ))

    def now_in(self, zone: tzinfo) -> datetime:
        """Return the same in a `zone` that is known already."""
        from caresite.engine.clock import moment

        try:
            return moment(zone, self.clock)
        except ValueError as error:
            raise click.BadParameter(f"{self.clock!r}: {error}", param_hint="--clock") from None

    def real_now(self) -> datetime | None:
        """Return the real moment where `--clock` names another, by which consent has to hold, too; else None."""
        from caresite.engine.clock import moment

        return moment(UTC) if self.clock else None

    def shown(self, path: Path) -> str:
        """Return `path` as somebody in the current folder would type it."""
        try:
            return min(os.path.relpath(path), str(path.absolute()), key=len)
        except ValueError:  # another drive on Windows
            return str(path)


def _program() -> str:
    """Return how caresite is called here: by its name where that is found, else as it was called."""
    if shutil.which("caresite"):
        return "caresite"
    return "python -m caresite" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


def printable(text: str) -> str:
    """Return `text` without the control characters that would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text)


def refuse_without_site(session: Session) -> None:
    """Raise Problem where there is no site at all; a config with faults is none of this."""
    from caresite.core.codes import NO_CONFIG
    from caresite.core.config import load_config
    from caresite.core.diagnostics import Problem

    try:
        load_config(session.root, files=session.configs, env=session.env, environ=os.environ)
    except Problem as problem:
        if any(d.code == NO_CONFIG.id for d in problem.diagnostics):
            raise
