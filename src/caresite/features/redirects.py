"""Redirects: old addresses lead on, by the host's own rules (`_redirects`) and by pages where a host has none.

A host that reads `_redirects` looks for a file first, and finds the page made for other hosts. So the rule of an
alias is forced (`301!`): it answers before any file does. A rule of the config is forced only when it says so.
Exact rules stand before those with a wildcard, since the first that fits wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import urljoin

from msgspec import Struct, defstruct

from caresite.core import codes
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.host_rules import LEADING_ON
from caresite.core.model import Output, Page
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.urls import canonical_address, check_old_address, encode_file, is_external, output_path
from caresite.pipeline.catalog import Site

__all__ = ["PLUGIN", "Redirect", "RedirectOptions", "Rule", "checks", "rendered", "rules_of"]

_STATUSES = (200, 301, 302, 303, 307, 308, 404, 410)
_PLACEHOLDER = re.compile(r":[A-Za-z][A-Za-z0-9_]*")
_LONGEST_SHOWN = 5
_UNSAFE = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")

if TYPE_CHECKING:

    class Redirect(Struct, frozen=True, kw_only=True):
        to: str
        status: int = 301
        force: bool = False

else:
    # the word is `from`, as on every host; Python keeps it for itself, so that it cannot be written as a field
    Redirect = defstruct(
        "Redirect",
        [
            (
                "from",
                Annotated[
                    str,
                    Doc("The old path. `*` at its end and `:name` stand for anything.", example="/old/*"),
                ],
            ),
            (
                "to",
                Annotated[
                    str,
                    Doc(
                        "The new path, a source path, or an https address. `:splat` is what `*` stood for.",
                        example="/new/:splat",
                    ),
                ],
            ),
            (
                "status",
                Annotated[int, Doc(f"The answer: one of {', '.join(map(str, _STATUSES))}. 200 rewrites.")],
                301,
            ),
            ("force", Annotated[bool, Doc("Whether the rule wins over a page at the old path.")], False),
        ],
        namespace={"__doc__": "One rule for an address that is not, or not only, a page."},
        frozen=True,
        kw_only=True,
    )


class RedirectOptions(Struct, frozen=True, kw_only=True):
    """Where old addresses lead, besides the `aliases` of pages; a bare list is its `rules`."""

    __list_shorthand__ = "rules"

    rules: Annotated[tuple[Redirect, ...], Doc("The rules, in order.")] = ()
    pages: Annotated[bool, Doc("Whether each alias also gets a small page that leads on, for hosts without rules.")] = (
        True
    )


class Rule(NamedTuple):
    """A rule ready to be written, percent-encoded and with the site's sub-path; `what` names it to people."""

    source: str
    target: str
    status: int
    forced: bool
    span: Span
    what: str

    @property
    def leads_on(self) -> bool:
        return self.status in LEADING_ON

    @property
    def is_exact(self) -> bool:
        return "*" not in self.source and not _PLACEHOLDER.search(self.source)


# rules


def rules_of(site: Site, options: RedirectOptions, present: frozenset[str]) -> tuple[list[Rule], list[Diagnostic]]:
    """Return all rules in the order a host should read them, chains made short, and what is wrong with them.

    `present` has the URLs at which the site has something: a rule that is not forced never answers there.
    """
    found: list[Diagnostic] = []
    numbered = enumerate(options.rules, start=1)
    given = [rule for number, redirect in numbered if (rule := _configured(site, redirect, number, found))]
    aliases = [
        Rule(canonical_address(a.url), canonical_address(a.target), 301, True, a.span, f"the alias `{a.url}`")
        for a in sorted(site.aliases, key=lambda a: (a.url, a.page_id))
    ]
    exact = _unique([*aliases, *(rule for rule in given if rule.is_exact)], found)
    table = _Table([*exact, *(rule for rule in given if not rule.is_exact)], present)
    return [_shortened(rule, table, found) for rule in table.rules], found


def _configured(site: Site, redirect: Redirect, number: int, found: list[Diagnostic]) -> Rule | None:
    old, new = getattr(redirect, "from"), redirect.to
    what, key = f"the redirect from `{old}`", "from"
    try:
        source = _source(site, old)
        key = "status"
        if redirect.status not in _STATUSES:
            raise ValueError(f"{redirect.status} is not one of {', '.join(map(str, _STATUSES))}")
        key = "to"
        target = _target(site, new)
        if unknown := set(_PLACEHOLDER.findall(_path_of(target))) - _names(source):
            raise ValueError(f"`to` has {min(unknown)}, which `from` does not give")
    except ValueError as error:
        found.append(fault(codes.BAD_REDIRECT, _place(site, number, key), f"{what} cannot work: {error}"))
        return None
    return Rule(source, target, redirect.status, redirect.force, _place(site, number, "from"), what)


def _place(site: Site, number: int, key: str) -> Span:
    return place_in_config(site.settings, f"redirects.rules[{number}].{key}", f"redirects.rules[{number}]")


def _names(source: str) -> set[str]:
    return {*_PLACEHOLDER.findall(source), *([":splat"] if source.endswith("*") else [])}


def _path_of(target: str) -> str:
    """Return the path of a target, whose host may have a colon before its port."""
    return re.sub(r"^\w+://[^/]*", "", target)


def _source(site: Site, text: str) -> str:
    if not text.startswith("/") or text.startswith("//"):
        raise ValueError("`from` must be a path on this site, such as `/old/`")
    if "?" in text or "#" in text:
        raise ValueError("`from` is a path alone, without `?` and `#`")
    head, star, tail = text.partition("*")
    if tail or (star and not head.endswith("/")):
        raise ValueError("`*` may only stand alone at the end, as in `/old/*`")
    parts = (part if _PLACEHOLDER.fullmatch(part) else _checked(part) for part in head.split("/"))
    return site.settings.base_path.rstrip("/") + "/".join(parts) + star


def _checked(part: str) -> str:
    return check_old_address(f"/{part}", has_page=False).strip("/") if part else part


def _target(site: Site, text: str) -> str:
    if text in site.sources:
        return canonical_address(site.pages[site.sources[text]].url)
    if is_external(text) and not re.match(r"https?://[^/]", text):
        raise ValueError("`to` must be a path on this site or an https address")
    if not is_external(text) and not text.startswith("/"):
        raise ValueError("`to` must begin with `/`, be a file of the site, or be an https address")
    if unsafe := _UNSAFE.search(text):
        raise ValueError(f"`to` holds the character {unsafe.group()!a}, which addresses cannot have")
    return canonical_address(text if is_external(text) else site.settings.base_path.rstrip("/") + text)


def _unique(rules: Iterable[Rule], found: list[Diagnostic]) -> list[Rule]:
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(_key(rule.source), rule)
        if other.target != rule.target:
            message = f"{rule.what} and {other.what} want the same address to lead to two places"
            found.append(fault(codes.BAD_REDIRECT, rule.span, message, related=(other.span,)))
    return list(first.values())


def _key(url: str) -> str:
    """Return what hosts compare: to them `/old` and `/old/` are one address."""
    return url.rstrip("/") or "/"


class _Table:
    """The rules as a host asks them: which one answers for a URL?"""

    def __init__(self, rules: list[Rule], present: frozenset[str]) -> None:
        self.rules = rules
        self.present = present
        self.exact = {_key(rule.source): rule for rule in rules if rule.is_exact}
        self.patterns = [(_pattern(rule.source), rule) for rule in rules if not rule.is_exact]

    def next_of(self, url: str) -> tuple[Rule, str] | None:
        """Return the rule that leads on from `url`, and to where; None when `url` is an end."""
        path = re.split(r"[?#]", url)[0]
        rule, names = self.exact.get(_key(path)), dict[str, str]()
        if rule is None:
            rule, names = self._fitting(path)
        if rule is None or not rule.leads_on or (path in self.present and not rule.forced):
            return None
        return rule, _filled(rule.target, names)

    def _fitting(self, path: str) -> tuple[Rule | None, dict[str, str]]:
        for pattern, rule in self.patterns:
            if match := pattern.fullmatch(path):
                return rule, {f":{name}": value for name, value in match.groupdict().items()}
        return None, {}


def _pattern(source: str) -> re.Pattern[str]:
    parts = [
        f"(?P<{part[1:]}>[^/]+)" if _PLACEHOLDER.fullmatch(part) else re.escape(part)
        for part in source.removesuffix("*").split("/")
    ]
    whole = "/".join(parts)
    return re.compile(f"{whole.removesuffix('/')}(?:/(?P<splat>.*))?" if source.endswith("*") else f"{whole}/?")


def _filled(target: str, names: Mapping[str, str]) -> str:
    head = target[: len(target) - len(_path_of(target))]
    return head + _PLACEHOLDER.sub(lambda match: names.get(match[0], "") or "", _path_of(target))


def _sample(source: str) -> str:
    return _PLACEHOLDER.sub("example", source).replace("*", "example")


def _shortened(rule: Rule, table: _Table, found: list[Diagnostic]) -> Rule:
    """Return `rule` leading to the end of its chain; one that never ends is reported and left as it is."""
    if not rule.leads_on:
        return rule
    names = dict.fromkeys(_names(rule.source), "example")
    url, steps = _filled(rule.target, names), [_sample(rule.source)]
    while (step := table.next_of(url)) and len(steps) <= len(table.rules):
        steps.append(url)
        url = step[1]
    if step:
        shown = " → ".join(_once_around([*steps, url]))
        found.append(fault(codes.REDIRECT_LOOP, rule.span, f"{rule.what} never ends: {shown}"))
        return rule
    return rule._replace(target=url) if rule.is_exact else rule


def _once_around(steps: list[str]) -> Iterable[str]:
    """Yield the steps up to the first that comes again, or the first few of those that never do."""
    seen: set[str] = set()
    for step in steps[:_LONGEST_SHOWN]:
        yield f"`{step}`"
        if _key(step) in seen:
            return
        seen.add(_key(step))
    yield "…"


# files


def _present(site: Site, outputs: Iterable[Output]) -> frozenset[str]:
    """Return the URLs at which the site has something, our own pages at old addresses aside."""
    base = site.settings.base_path
    files = {base + encode_file(path) for path in site.files}
    folders = {path.removesuffix("index.html") for path in files if path.endswith("/index.html")}
    made = {o.url or base + encode_file(o.path) for o in outputs if o.kind != "redirect"}
    return frozenset(canonical_address(url) for url in made | files | folders)


def rendered(site: Site, outputs: tuple[Output, ...], options: RedirectOptions) -> Iterable[Output]:
    """Yield `_redirects` and, at each alias, a page that leads on; rules in `static/_redirects` replace ours."""
    rules, _ = rules_of(site, options, _present(site, outputs))
    if rules and "_redirects" not in site.files:
        lines = "".join(f"{_line(rule)}\n" for rule in rules)
        text = "# Made from the `redirects` of the config and the `aliases` of pages.\n" + lines
        yield Output(path="_redirects", content=text.encode(), kind="redirects")
    if options.pages:
        yield from _pages(site, rules, {output.path for output in outputs})


def _line(rule: Rule) -> str:
    return f"{rule.source} {rule.target} {rule.status}{'!' if rule.forced else ''}"


_UNNAMABLE = re.compile("[#%?]")  # some system or host has no file of such a name


def _pages(site: Site, rules: Iterable[Rule], taken: set[str]) -> Iterable[Output]:
    targets = {rule.source: rule.target for rule in rules}
    for alias in sorted(site.aliases, key=lambda a: (a.url, a.page_id)):
        path = output_path(alias.url.removeprefix(site.settings.base_path.rstrip("/")))
        # a host tells the type of a file by its name: a page called `old.php` would be downloaded
        named = path.endswith((".html", ".htm")) and not _UNNAMABLE.search(path)
        if named and path not in taken and path not in site.files:
            taken.add(path)
            page = site.pages[alias.page_id]
            target = targets.get(canonical_address(alias.url), canonical_address(alias.target))
            data = _page(target, urljoin(site.settings.config.base_url, target), page)
            yield Output(path=path, content=data, url=alias.url, kind="redirect", source=page.source, noindex=True)


def _page(target: str, permalink: str, page: Page) -> bytes:
    """Return a page that leads to `target` without any script."""
    url, canonical = escape(target), escape(permalink)
    name = escape(page.title) or canonical
    return (
        f'<!doctype html>\n<html lang="{escape(page.lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{name}</title>\n<meta name="robots" content="noindex">\n'
        f'<link rel="canonical" href="{canonical}">\n<meta http-equiv="refresh" content="0; url={url}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n'
        f'<body>\n<p><a href="{url}">{name}</a></p>\n</body>\n</html>\n'
    ).encode()


# checks


def checks(site: Site, outputs: tuple[Output, ...], options: RedirectOptions) -> Iterable[Diagnostic]:
    """Report rules that cannot work, go in circles, lead nowhere, or are replaced by a file of the owner."""
    present = _present(site, outputs)
    rules, found = rules_of(site, options, present)
    yield from found
    yield from _leading_nowhere(rules, present)
    if rules and "_redirects" in site.files:
        message = "this file is used as it is; the rules from `redirects` and `aliases` were left out"
        hint = "move its lines to `redirects` in the config"
        span = Span(site.files["_redirects"])
        yield fault(codes.BAD_REDIRECT, span, message, hint=hint, severity="warning")


def _leading_nowhere(rules: list[Rule], present: frozenset[str]) -> Iterable[Diagnostic]:
    known = {_key(url) for url in present} | {_key(rule.source) for rule in rules}  # circles are told already
    for rule in rules:
        path = re.split(r"[?#]", rule.target)[0]
        if is_external(path) or _PLACEHOLDER.search(path) or _key(path) in known or "/." in path:
            continue  # below a name with a dot are a host's own things, such as functions
        message = f"{rule.what} leads to `{path}`, which does not exist on this site"
        yield fault(codes.BAD_REDIRECT, rule.span, message, severity="warning")


PLUGIN = Plugin(name="redirects", version="1", options=RedirectOptions, rendered=rendered, checks=checks)
