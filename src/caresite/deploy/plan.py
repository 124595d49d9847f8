"""The plan: what has to be sent, what to be deleted, and in which order the site stays whole."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from caresite.deploy.target import File, There, Wanted

__all__ = ["Plan", "Step", "emptied", "in_the_way", "made", "steps", "turn"]

_PAGES = (".html", ".htm", ".xhtml")
_USED_BY_PAGES = (".css", ".js", ".mjs")
_FEEDS = (".xml", ".rss", ".atom")
_FEED_NAMES = frozenset(("feed.json", "robots.txt", "llms.txt"))
_RULES = frozenset(("_headers", "_redirects", ".htaccess", "web.config"))
"""What tells a server how to serve files: it must not lead to a page, or forbid what it needs, before that is there."""


class Step(Struct, frozen=True):
    """Files that may be sent at once: all steps before it are done when it begins."""

    name: str
    files: tuple[File, ...]


class Plan(Struct, frozen=True):
    """What makes the target the wanted site. `delete` is in order: pages first, then what they may have used."""

    wanted: Wanted
    add: tuple[File, ...]
    change: tuple[File, ...]
    delete: tuple[str, ...]
    there: There = There()

    @property
    def unchanged(self) -> int:
        """How many files are right already."""
        return len(self.wanted.files) - len(self.add) - len(self.change)

    @property
    def bytes(self) -> int:
        """How many bytes have to be sent."""
        return sum(file.size for file in (*self.add, *self.change))

    @property
    def is_empty(self) -> bool:
        return not (self.add or self.change or self.delete or self.there.leftovers)


def made(wanted: Wanted, there: There, *, take_over: bool = False) -> Plan:
    """Return the plan from what is there to what is wanted.

    Files that caresite did not put there stay, unless the target is taken over or one of ours goes in their place.
    """
    add = [file for path, file in wanted.files.items() if path not in there.files]
    known = {path: there.files.get(path, digest) for path, digest in wanted.digests.items()}
    change = [file for path, file in wanted.files.items() if known[path] != wanted.digests[path]]
    kept = frozenset[str]() if take_over else there.foreign
    delete = there.files.keys() - wanted.files.keys() - kept
    return Plan(
        wanted,
        tuple(sorted(add, key=_by_path)),
        tuple(sorted(change, key=_by_path)),
        tuple(sorted(delete, key=lambda path: (-turn(path), path))),
        there,
    )


def _by_path(file: File) -> str:
    return file.path


def turn(path: str) -> int:
    """Return when it is a file's turn: what others ask for goes before those that ask for it."""
    name = path.rpartition("/")[2].removesuffix(".br").removesuffix(".gz")
    if name in _RULES:
        return 4
    if name.endswith(_FEEDS) or name in _FEED_NAMES:
        return 5
    if name.endswith(_PAGES):
        return 2
    return 1 if name.endswith(_USED_BY_PAGES) else 0


def steps(plan: Plan) -> Iterable[Step]:
    """Yield the steps of sending: assets, styles and scripts, new pages, changed pages, rules of the server, feeds."""
    turns: dict[int, list[File]] = {}
    for files, is_new in ((plan.add, True), (plan.change, False)):
        for file in files:
            at = turn(file.path)
            turns.setdefault(at + 1 if at == 2 and not is_new else at, []).append(file)
    for at, name in enumerate(("assets", "styles", "new pages", "pages", "rules", "feeds")):
        if at in turns:
            yield Step(name, tuple(turns[at]))


def in_the_way(plan: Plan) -> tuple[str, ...]:
    """Return the files that must go first: a file where a folder will be, or all in a folder where a file will be."""
    folders = {path[:at] for file in plan.add for path in [file.path] for at in _slashes(path)}
    files = {file.path for file in plan.add}
    return tuple(p for p in plan.delete if p in folders or any(p[:at] in files for at in _slashes(p)))


def emptied(plan: Plan, deleted: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of `deleted` files that are empty when the plan is carried out, innermost first."""
    stays = plan.wanted.files.keys() | (plan.there.files.keys() - set(plan.delete))
    gone = {path[:at] for path in deleted for at in _slashes(path)}
    return tuple(sorted(gone - {path[:at] for path in stays for at in _slashes(path)}, key=len, reverse=True))


def _slashes(path: str) -> Iterable[int]:
    return (at for at, character in enumerate(path) if character == "/")
