"""What a shell offers when somebody presses Tab: names out of the site, where the command alone does not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from caresite.commands.session import Session

__all__ = ["Complete", "hosts", "kinds", "offered", "schemas", "states", "stories", "targets", "templates", "themes"]

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_Found = Iterable[tuple[str, str]]


def offered(find: Callable[[Session], _Found]) -> Complete:
    """Return what completes an argument with the names that `find` yields, each with a line about it."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            session = ctx.find_root().ensure_object(Session)._replace(quiet=True).located()
            found = [*find(session), *_commands(ctx)]
        except Exception:  # a shell in the middle of a line is no place for a message
            return []
        return [CompletionItem(name, help=about) for name, about in found if name.startswith(incomplete)]

    return complete


def _commands(ctx: click.Context) -> _Found:
    """Yield the commands of a group that also takes an argument."""
    if isinstance(ctx.command, click.Group):
        yield from ((name, command.get_short_help_str()) for name, command in ctx.command.commands.items())


def kinds(session: Session) -> _Found:
    """Yield what `new` can start: the kinds, and the collections of the config."""
    from caresite.commands.new import KIND_OF

    yield from ((kind, "") for kind in KIND_OF)
    yield from ((name, c.kind) for name, c in session.settings().collections.items() if name not in KIND_OF)


def targets(session: Session) -> _Found:
    """Yield the entries of `deploy:` in the config."""
    yield from ((deployment.name, deployment.kind.name) for deployment in session.settings().deployments)


def hosts(session: Session) -> _Found:
    """Yield the hosts that files can be written for."""
    from caresite.deploy.hosts.registry import HOSTS

    yield from ((host.name, host.about) for host in HOSTS.values())


def schemas(session: Session) -> _Found:
    """Yield what has a schema."""
    from caresite.kinds import KINDS

    yield from ((name, "") for name in ("config", "theme", *KINDS))


def templates(session: Session) -> _Found:
    """Yield the files of the theme that can be copied: templates by their own names, others with their folder."""
    from caresite.pipeline.themes import load_theme

    theme, _ = load_theme(session.root, session.settings())
    names = {name for layer in theme.layers for name in _files(layer.folder)}
    yield from ((name, "") for name in sorted(names))


def _files(folder: Path) -> Iterator[str]:
    for part in ("templates", "assets", "drawings"):
        files = (path for path in (folder / part).rglob("*") if path.is_file())
        yield from (path.relative_to(folder).as_posix().removeprefix("templates/") for path in files)


def themes(session: Session) -> _Found:
    """Yield the themes that come with caresite, and those of the site."""
    from caresite.pipeline.themes import bundled_themes

    folders = [folder for folder in (bundled_themes(), session.root / "themes") if folder.is_dir()]
    found = {path.name for folder in folders for path in folder.iterdir() if (path / "theme.yaml").is_file()}
    yield from ((name, "") for name in sorted(found))


def stories(session: Session) -> _Found:
    """Yield the ids of what came in, each with its state and its title."""
    from caresite.submissions.store import Store

    if (session.root / "private/submissions").is_dir():
        for summary in Store(session.root).listing().values():
            yield summary.id, f"{summary.state}  {summary.title or summary.excerpt}"[:60]


def states(session: Session) -> _Found:
    """Yield the states of what came in."""
    from caresite.submissions.records import STATES

    yield from ((state, "") for state in STATES)
