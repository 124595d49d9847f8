"""Headers: `_headers` for the host, with a content security policy for each page from what that page uses.

Hosts differ in what they do when two rules for one path set the same header: they send both, join them with a
comma, or keep the later one. A browser that gets two policies obeys both (CSP Level 3, 8.1), so a strict rule for
all pages would forbid what a rule for one page allows. The scheme below is right with each of these hosts:

- `/*` has the ceiling, a policy that allows what any page needs. It holds where no narrower rule does, and for the
  404 page, which answers at addresses that nobody knows beforehand.
- Pages that need less get a narrower rule, and no page is matched by a narrower rule of other needs. What two
  policies of a page allow together is then exactly the narrower one.

Most sites need one policy, hence one rule. Where pages differ, those with the same needs share rules by the
beginning of their paths (`/blog/a*`), which takes a few dozen rules for thousands of pages; beyond `MAX_RULES`
each top folder gets the ceiling of its pages instead. `*` is taken to match anything, also across `/` and, after a
`/`, also without it; hosts that know fewer patterns fall back to the ceiling, and nothing breaks.

How long browsers may keep a file is told by kind, and for no path twice: what has a digest in its name for a year,
feeds for minutes. Pages get no rule, since the hosts that read this file have them asked for anew each time.

Templates need no meta element for any of this: the theme's pages have nothing inline.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Struct, defstruct

from caresite.core import codes
from caresite.core.config import place_in_config
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault
from caresite.core.model import Output
from caresite.core.plugins import Plugin
from caresite.core.schema import Doc
from caresite.core.urls import encode_file, encode_path
from caresite.pipeline.catalog import Site
from caresite.pipeline.csp import css_needs
from caresite.pipeline.own_output import SIGN

__all__ = ["MAX_RULES", "PLUGIN", "HeaderOptions", "HeaderRule", "checks", "narrower_rules", "rendered"]

MAX_RULES = 300
_MOST_FEEDS = 40
_BASE: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "style-src": ("'self'",),
    "img-src": ("'self'",),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "form-action": ("'self'",),
    "base-uri": ("'none'",),
    "frame-ancestors": ("'none'",),
}
_SAFE_END = re.compile(r".*/[A-Za-z0-9_%-]*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_VALUE = re.compile(r"[^\x00-\x1f\x7f]+")
_SOURCE = re.compile(r"[^\s;,]+")

# A policy: directives with their sources, sorted, so that equal needs are equal values.
Policy = tuple[tuple[str, tuple[str, ...]], ...]
# A pattern of paths, and the headers that are sent for them.
Rule = tuple[str, dict[str, str]]

if TYPE_CHECKING:

    class HeaderRule(Struct, frozen=True, kw_only=True):
        values: dict[str, str]

else:
    # the word is `for`, as on every host; Python keeps it for itself, so that it cannot be written as a field
    HeaderRule = defstruct(
        "HeaderRule",
        [
            ("for", Annotated[str, Doc("A path on this site; `*` stands for anything.", example="/offers/*")]),
            ("values", Annotated[dict[str, str], Doc("The headers, by name.")]),
        ],
        namespace={"__doc__": "Headers of your own for some paths."},
        frozen=True,
        kw_only=True,
    )


class HeaderOptions(Struct, frozen=True, kw_only=True):
    """The headers that the host sends; a bare list is its `rules`."""

    __list_shorthand__ = "rules"

    rules: Annotated[tuple[HeaderRule, ...], Doc("Rules of your own, added after ours.")] = ()
    csp: Annotated[
        dict[str, tuple[str, ...]],
        Doc("What every page may use besides what it is seen to use, by directive.", split=True),
    ] = {}
    referrer: Annotated[str, Doc("The Referrer-Policy.")] = "strict-origin-when-cross-origin"
    permissions: Annotated[str, Doc("The Permissions-Policy; empty for none.")] = (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    )
    cache_days: Annotated[
        int, Doc("How long browsers keep assets, whose names change with their content.", ge=0, le=3650)
    ] = 365
    feed_minutes: Annotated[int, Doc("How long feed readers and proxies may keep a feed.", ge=0, le=1440)] = 10
    hsts_days: Annotated[
        int,
        Doc(
            "How long browsers come by https only (RFC 6797). Not sent for a site at an http address or below a path.",
            ge=0,
            le=3650,
        ),
    ] = 365


# policies


def _merged(*needs: Mapping[str, Iterable[str]]) -> Policy:
    """Return the policy that allows everything that any of `needs` does; `'none'` stays where nobody needs more."""
    sources: dict[str, set[str]] = defaultdict(set)
    for need in needs:
        for directive, allowed in need.items():
            sources[directive] |= set(allowed)
    return tuple(
        (directive, tuple(sorted(sources[directive] - {"'none'"})) or ("'none'",))
        for directive in (*_BASE, *sorted(sources.keys() - _BASE.keys()))
        if directive in sources
    )


def _ceiling(policies: Iterable[Policy]) -> Policy:
    return _merged(_BASE, *(dict(policy) for policy in sorted(set(policies))))


def _shown(policy: Policy) -> str:
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy)


def _may_be_framed(policy: Policy) -> bool:
    return dict(policy).get("frame-ancestors") != ("'none'",)


def _policies(outputs: Iterable[Output], options: HeaderOptions) -> dict[str, Policy]:
    """Return the policy of each page by URL. All allow what the 404 page needs: it may answer anywhere."""
    outputs = tuple(outputs)
    pages = [o for o in outputs if o.path.endswith(".html") and o.url]
    styled = [css_needs(o.data.decode(errors="replace")) for o in outputs if o.path.endswith(".css")]
    everywhere = [options.csp, *styled, *(o.csp for o in pages if o.kind == "404")]
    known: dict[tuple[Any, ...], Policy] = {}  # most pages need the same, and there may be ten thousand
    policies = {}
    for output in pages:
        needs = tuple(output.csp.items())
        if needs not in known:
            known[needs] = _merged(_BASE, *everywhere, output.csp)
        policies[encode_path(output.url)] = known[needs]
    return policies


# which paths share a rule


def narrower_rules(policies: Mapping[str, Policy], ceiling: Policy, limit: int = MAX_RULES) -> dict[str, Policy]:
    """Return rules by path pattern for the pages that need less than `ceiling`; no page is matched by two."""
    rules = dict(_split("/", sorted(policies), policies, ceiling))
    if len(rules) <= limit:
        return rules
    folders = dict(_by_folder(policies, ceiling))
    return folders if len(folders) <= limit else {}


def _split(
    prefix: str, urls: list[str], policies: Mapping[str, Policy], ceiling: Policy
) -> Iterable[tuple[str, Policy]]:
    """Yield rules for `urls`, which all begin with `prefix`: one if they agree, else those of each branch."""
    found = {policies[url] for url in urls}
    if found == {ceiling}:
        return
    if len(urls) == 1:
        yield urls[0], policies[urls[0]]
    elif len(found) == 1 and len(prefix) > 1 and _can_end(prefix, urls):
        yield f"{prefix}*", found.pop()
    else:
        yield from _branches(urls, policies, ceiling)


def _can_end(prefix: str, urls: list[str]) -> bool:
    """Tell whether `prefix*` is safe: hosts may ignore case, read other characters as patterns, and drop a last `/`."""
    exact = all(url.startswith(prefix) for url in urls)
    return exact and not prefix.endswith("/") and _SAFE_END.fullmatch(prefix) is not None


def _branches(urls: list[str], policies: Mapping[str, Policy], ceiling: Policy) -> Iterable[tuple[str, Policy]]:
    shared = _shared_length(min(urls, key=str.casefold), max(urls, key=str.casefold))
    groups: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        groups[url[: shared + 1].casefold()].append(url)
    if len(groups) == 1:  # they differ in nothing but case
        yield from ((url, policies[url]) for url in urls)
        return
    for members in groups.values():
        yield from _split(members[0][: shared + 1], members, policies, ceiling)


def _shared_length(first: str, last: str) -> int:
    """Return how many characters the first and the last of sorted texts share; all between them do too."""
    pairs = zip(first.casefold(), last.casefold(), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(last)))


def _by_folder(policies: Mapping[str, Policy], ceiling: Policy) -> Iterable[tuple[str, Policy]]:
    """Yield a rule for each top folder, unless another's name begins like its own."""
    folders: dict[str, list[str]] = defaultdict(list)
    for url in policies:
        folders[url.split("/")[1].casefold() if url.count("/") > 1 else ""].append(url)
    for name, urls in sorted(folders.items()):
        policy = _ceiling(policies[url] for url in urls)
        begins = sum(url.casefold().startswith(f"/{name}") for url in policies)
        if name and policy != ceiling and begins == len(urls):
            yield f"/{urls[0].split('/')[1]}/*", policy


# the file


def rendered(site: Site, outputs: tuple[Output, ...], options: HeaderOptions) -> Iterable[Output]:
    """Yield `_headers`; one in `static/` is kept instead. Raises Problem when a value of the config cannot be sent."""
    if "_headers" in site.files:
        return
    for directive, sources in options.csp.items():
        for number, source in enumerate(sources, start=1):
            if not _SOURCE.fullmatch(source):
                place = f"csp.{directive}"
                message = f"`headers: csp` holds `{source}`, which is not one source"
                raise Problem(_bad(site, message, f"{place}[{number}]", place))
    configured = tuple(_configured(site, options))
    rules = [*_unless_configured(_ours(site, outputs, options), configured), *configured]
    text = f"{SIGN} from what the pages use; add rules under `headers` in the config.\n"
    yield Output(path="_headers", content=(text + "".join(_block(*rule) for rule in rules)).encode(), kind="headers")


def _unless_configured(ours: Iterable[Rule], configured: Iterable[Rule]) -> Iterable[Rule]:
    """Yield our rules without the headers that the owner sets for the very same path."""
    taken = {(path, name.lower()) for path, values in configured for name in values}
    for path, values in ours:
        if left := {name: value for name, value in values.items() if (path, name.lower()) not in taken}:
            yield path, left


def _block(path: str, values: Mapping[str, str]) -> str:
    return path + "\n" + "".join(f"  {name}: {value}\n" for name, value in values.items())


def _ours(site: Site, outputs: tuple[Output, ...], options: HeaderOptions) -> Iterable[Rule]:
    policies = _policies(outputs, options)
    ceiling = _ceiling([_merged(_BASE, options.csp), *policies.values()])
    yield "/*", _everywhere(site, options) | _framing(ceiling) | {"Content-Security-Policy": _shown(ceiling)}
    if options.cache_days:  # before the policies: a host that reads so many rules only has read these
        value = f"public, max-age={options.cache_days * 86400}, immutable"
        yield from ((path, {"Cache-Control": value}) for path in _lasting(site, outputs))
    if options.feed_minutes:
        value = f"public, max-age={options.feed_minutes * 60}"
        yield from ((path, {"Cache-Control": value}) for path in _feeds(site, outputs))
    for path, policy in sorted(narrower_rules(policies, ceiling).items()):
        framing = _framing(policy) if _may_be_framed(ceiling) else {}
        yield path, {**framing, "Content-Security-Policy": _shown(policy)}


def _framing(policy: Policy) -> dict[str, str]:
    return {} if _may_be_framed(policy) else {"X-Frame-Options": "DENY"}


def _everywhere(site: Site, options: HeaderOptions) -> dict[str, str]:
    values = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": options.referrer,
        "Permissions-Policy": options.permissions,
        "Strict-Transport-Security": f"max-age={options.hsts_days * 86400}"
        if _is_alone_by_https(site, options)
        else "",
        "X-Robots-Tag": "noindex" if site.settings.config.seo.noindex else "",
    }
    return {name: " ".join(value.split()) for name, value in values.items() if value}


def _is_alone_by_https(site: Site, options: HeaderOptions) -> bool:
    """Tell whether the whole host is this site's, so that it may speak for it."""
    config = site.settings.config
    return bool(options.hsts_days) and site.settings.base_path == "/" and config.base_url.startswith("https://")


def _lasting(site: Site, outputs: Iterable[Output]) -> Iterable[str]:
    """Yield the paths whose names change with their content: all of `/assets/`, unless the owner has files there."""
    base = site.settings.base_path
    own_files = any(path.startswith("assets/") for path in site.files)
    assets = sorted(o.path for o in outputs if o.kind == "asset")
    if not own_files and any(path.startswith("assets/") for path in assets):
        yield f"{base}assets/*"
    yield from (base + encode_file(path) for path in assets if own_files or not path.startswith("assets/"))


def _feeds(site: Site, outputs: Iterable[Output]) -> Iterable[str]:
    """Yield the paths of feeds, those of the site and its lists first; of thousands of terms, some go without."""
    feeds = sorted((o.path for o in outputs if o.kind == "feed"), key=lambda path: (path.count("/"), path))
    yield from (site.settings.base_path + encode_file(path) for path in feeds[:_MOST_FEEDS])


def _configured(site: Site, options: HeaderOptions) -> Iterable[Rule]:
    for number, rule in enumerate(options.rules, start=1):
        path, place = getattr(rule, "for"), f"rules[{number}]"
        if not path.startswith("/") or not _VALUE.fullmatch(path) or " " in path:
            message = f"`for: {path}` is not a path on this site, such as `/offers/*`"
            raise Problem(_bad(site, message, f"{place}.for"))
        for name, value in rule.values.items():
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value.strip()):
                message = f"the header `{name}` for `{path}` cannot be sent on one line"
                raise Problem(_bad(site, message, f"{place}.values.{name}"))
        values = {name: value.strip() for name, value in rule.values.items()}
        yield site.settings.base_path.rstrip("/") + encode_path(path), values


def _bad(site: Site, message: str, *places: str) -> Diagnostic:
    return fault(codes.WRONG_TYPE, place_in_config(site.settings, *(f"headers.{place}" for place in places)), message)


def checks(site: Site, outputs: tuple[Output, ...], options: HeaderOptions) -> Iterable[Diagnostic]:
    """Report a `_headers` in `static/` that hides the one made here, and with it the pages' policies."""
    source = site.files.get("_headers")
    if source:
        message = "this file is used as it is; the headers that caresite makes were left out"
        hint = "move its lines to `headers` in the config, or take `headers` out of `plugins`"
        yield fault(codes.URL_COLLISION, Span(source), message, hint=hint, severity="warning")


PLUGIN = Plugin(name="headers", version="1", options=HeaderOptions, rendered=rendered, checks=checks)
