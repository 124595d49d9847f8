"""Output folders, and sending them: what the tests of all targets share."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from caresite.core.deployments import load_target
from caresite.core.diagnostics import Span
from caresite.deploy.digests import output_files, wanted_from
from caresite.deploy.plan import Plan, made
from caresite.deploy.target import Errand, Sent, Target

__all__ = ["NOW", "PAGES", "errand", "opened", "planned", "sent", "tree", "write"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGES: Mapping[str, str] = {
    "index.html": '<link rel="stylesheet" href="/assets/main.1.css"><a href="/blog/hello/">Hello</a>',
    "blog/index.html": '<link rel="stylesheet" href="/assets/main.1.css"><a href="/blog/hello/">Hello</a>',
    "blog/hello/index.html": '<link rel="stylesheet" href="/assets/main.1.css"><img src="/blog/hello/cup.png">',
    "blog/hello/cup.png": "a cup",
    "assets/main.1.css": "body { color: black }",
    "feed.xml": "<feed>hello</feed>",
    "sitemap.xml": "<urlset>hello</urlset>",
    "404.html": '<link rel="stylesheet" href="/assets/main.1.css">',
    "menü & more/a b#1%.html": '<link rel="stylesheet" href="/assets/main.1.css">',
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Make `folder` hold exactly `files`."""
    for path in sorted(folder.rglob("*"), reverse=True) if folder.exists() else ():
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif files.get(path.relative_to(folder).as_posix()) != path.read_text("utf-8"):
            path.unlink()
    for name, text in files.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return folder


def tree(folder: Path) -> dict[str, str]:
    """Return what a folder holds, without what deploys leave there for themselves."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != ".caresite-deploy.json")
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


def errand(root: Path, **more: Any) -> Errand:
    """Return an errand from the site in `root`; it does not wait between attempts."""
    given: dict[str, Any] = {
        "root": root,
        "name": "production",
        "span": Span("caresite.yaml", 1, 1),
        "state": root / ".caresite/deploy/production",
        "base_url": "https://example.com/",
        "environ": {},
        "now": NOW,
        "sleep": lambda seconds: None,
    }
    return Errand(**{**given, **more})


def opened(kind: str, options: Mapping[str, Any], given: Errand) -> AbstractContextManager[Target]:
    """Open a target of `kind` with `options` as the config would give them."""
    found = load_target(kind, given.span)
    return found.open(found.options(**options), given)


def planned(target: Target, folder: Path, *, take_over: bool = False) -> Plan:
    """Return what would bring the site in `folder` to `target`."""
    wanted = wanted_from(output_files(folder), target.digest)
    return made(wanted, target.look(wanted), take_over=take_over)


def sent(target: Target, folder: Path, *, take_over: bool = False) -> tuple[Plan, Sent | None]:
    """Bring the site in `folder` to `target`, and return what that took."""
    plan = planned(target, folder, take_over=take_over)
    return plan, None if plan.is_empty else target.send(plan, lambda step, done, total: None)
