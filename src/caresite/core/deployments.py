"""Where a site goes online: the entries of `deploy:` in the config, and the kinds of target that are installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Annotated, Any

from msgspec import Struct

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.installed import installed, load_record
from caresite.core.outgoing import unsafe_values
from caresite.core.receivers import HostName
from caresite.core.schema import Doc, Reading, decode
from caresite.core.values import Scalar, Table, Value

__all__ = [
    "TARGETS",
    "TARGET_COMMANDS",
    "Deployment",
    "TargetKind",
    "TargetOptions",
    "load_target",
    "read_deployments",
    "target_names",
]

TARGETS = "caresite.targets"
"""The entry points of the kinds of target."""

TARGET_COMMANDS = frozenset(("init", "log", "rollback"))
"""What `caresite deploy` takes for a command of its own, and not for the name of an entry."""


_SECRET = re.compile(r"(.*_)?(token|password|passwd|passphrase|secret|api_?key|access_?key|secret_?key|private_?key)")


class TargetOptions(Struct, frozen=True, kw_only=True):
    """What every entry of `deploy:` may say, whatever its target."""

    target: Annotated[
        str, Doc("The kind of target. The name of the entry when that is one of them.", example="folder")
    ] = ""
    url: Annotated[
        str,
        Doc(
            "The address at which visitors find this target, when it is not `base_url`. The site is built for it.",
            address=True,
            example="https://staging.example.com/",
        ),
    ] = ""
    served_by: Annotated[
        HostName,
        Doc(
            "Who serves what is sent there, such as `netlify` for a branch that Netlify publishes. Forms depend on it."
        ),
    ] = ""
    preview: Annotated[
        dict[str, Any],
        Doc("What is different with `--preview`: options of the target that replace those above, and a `url`."),
    ] = {}


class TargetKind(Struct, frozen=True, kw_only=True):
    """A kind of place that a site can be sent to.

    options   the record of its options in the config; it inherits from `TargetOptions`
    open      (options, errand) → a context manager that yields the `Target` (`caresite.deploy.target`)
    previews  whether it has previews of its own; otherwise `preview:` in the config says where they go
    patience_s  for how many seconds after a deploy its visitors may still get the old site
    served_by  who serves what is sent there, where the kind alone tells it (`caresite.core.receivers`)
    """

    name: str
    options: type[TargetOptions]
    open: Callable[[Any, Any], AbstractContextManager[Any]]
    previews: bool = False
    patience_s: float = 0.0
    served_by: HostName = ""


class Deployment(Struct, frozen=True):
    """One entry of `deploy:`, decoded. `preview` has the options of a preview; None when it has nowhere to go."""

    name: str
    kind: TargetKind
    options: TargetOptions
    preview: TargetOptions | None
    span: Span

    @property
    def host(self) -> str:
        """The host that serves this target; empty when neither the config nor the kind of target says it."""
        return self.options.served_by or self.kind.served_by


def target_names() -> tuple[str, ...]:
    """Return the kinds of target that are installed."""
    return tuple(installed(TARGETS))


def load_target(name: str, span: Span) -> TargetKind:
    """Return the installed kind of target called `name`. Raises Problem when there is none, or it cannot be loaded."""
    bad = codes.BAD_TARGET
    return load_record(TARGETS, name, TargetKind, span, called="target", unknown=bad, broken=bad)


def read_deployments(value: Value | None, reading: Reading) -> tuple[Deployment, ...]:
    """Return the entries of `deploy:`, in order. What is wrong with one is reported, and it is left out."""
    if not isinstance(value, Table):
        return ()  # what else it may be is reported with the rest of the config
    return tuple(found for name, entry in value.entries.items() for found in _entry(name, entry, value, reading))


def _entry(name: str, entry: Value, above: Table, reading: Reading) -> Iterable[Deployment]:
    span = above.keys.get(name, entry.span)
    table = Table({}, {}, entry.span) if isinstance(entry, Scalar) and entry.is_null else entry
    if not isinstance(table, Table):
        message = f"`deploy.{name}` must be a mapping of `key: value` lines"
        reading.report(fault(codes.BAD_TARGET, entry.span, message, hint="write `target:` and its options below it"))
        return
    if name in TARGET_COMMANDS:
        hint = "call it `production`, for one"
        reading.report(fault(codes.BAD_TARGET, span, f"`{name}` is a command of `caresite deploy`", hint=hint))
        return
    try:
        kind = load_target(*_kind_of(name, table, span))
    except Problem as problem:
        for diagnostic in problem.diagnostics:
            reading.report(diagnostic)
        return
    table = _without_secrets(name, table, reading)
    if unsafe := list(unsafe_values(f"deploy.{name}", table)):
        for path, given in unsafe:
            message = f"`{path}` must not begin with `-` or hold control characters, as “{_printable(given.text)}” does"
            reading.report(fault(codes.UNSAFE_OPTION, given.span, message))
        return
    options, _ = decode(table, kind.options, reading, f"deploy.{name}.")
    if options is not None:
        yield Deployment(name, kind, options, _preview(name, kind, table, reading), span)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def _kind_of(name: str, table: Table, span: Span) -> tuple[str, Span]:
    """Return the kind that an entry names and where it does; without `target` its own name may be one."""
    named = table.entries.get("target")
    if isinstance(named, Scalar) and named.text.strip():
        return named.text.strip(), named.span
    if name in target_names():
        return name, span
    hint = f"add `target:` with one of {', '.join(target_names())}"
    raise Problem(fault(codes.BAD_TARGET, span, f"`deploy.{name}` does not say what it is", hint=hint))


def _without_secrets(name: str, table: Table, reading: Reading) -> Table:
    """Return an entry without the tokens and passwords that stand in it, each of which is reported."""
    named = {key for key in table.entries if _SECRET.fullmatch(key.replace("-", "_").casefold())}
    for key in named:
        message = f"`deploy.{name}.{key}` puts a secret into the config, which others read"
        hint = "take it out, get a new one, and put that into an environment variable or a file that only you can read"
        reading.report(fault(codes.UNSAFE_SECRET, table.keys.get(key, table.span), message, hint=hint))
    return Table({key: value for key, value in table.entries.items() if key not in named}, table.keys, table.span)


def _preview(name: str, kind: TargetKind, table: Table, reading: Reading) -> TargetOptions | None:
    """Return the options of a preview: those of the entry, with what stands under `preview` in place of its own."""
    own = table.entries.get("preview")
    if not isinstance(own, Table):
        return None
    entries = {key: value for key, value in table.entries.items() if key not in ("preview", "url")} | own.entries
    merged = Table(entries, {**table.keys, **own.keys}, own.span)
    options, _ = decode(merged, kind.options, reading, f"deploy.{name}.preview.")
    return options
