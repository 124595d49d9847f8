"""Guards: what must not go online, found before anything is sent."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from caresite.core import codes_deploy as codes
from caresite.core.codes_stories import UNPUBLISHED_WORDS
from caresite.core.config import Settings, place_in_config
from caresite.core.deployments import Deployment
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.model import HeldBack, Output
from caresite.core.rules import stops_going_live
from caresite.core.texts import counted
from caresite.core.urls import canonical_base_url
from caresite.deploy.plan import Plan
from caresite.deploy.target import File
from caresite.pipeline.dead_forms import dead_forms, dead_pages
from caresite.pipeline.own_output import is_own_output

__all__ = [
    "dead_on_target",
    "not_ours",
    "other_address",
    "other_output",
    "private_files",
    "same_place",
    "sample_people",
    "stand_ins",
    "too_many_deletes",
    "unpublished_words",
    "unreachable_address",
    "unsettled_words",
    "withheld_words",
]

_NAMED = 5
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
_STAND_INS = frozenset(("example.com", "example.net", "example.org"))  # RFC 2606, 3
_CANONICAL = re.compile(rb"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(rb"\bhref=[\"']?([^\"'\s>]+)", re.IGNORECASE)
_PRIVATE_NAMES = (
    *(".env", ".env.*", ".htpasswd", ".netrc", ".npmrc", ".pypirc", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*"),
    *("*.pem", "*.key", "*.ppk", "*.p12", "*.pfx", "*.jks", "*.kdbx", "*.keychain", "*.ovpn", "*.gpg"),
    *("*.sql", "*.sql.gz", "*.sqlite", "*.sqlite3", "*.db", "*.mdb", "*.mbox", "*.eml", "*.pst"),
    *("credentials", "credentials.json", "secrets.y*ml", "secrets.json", "wp-config.php", "*.bak", "*.swp"),
    *("caresite.y*ml", "caresite.*.y*ml", "caresite.toml", "consent.lock.yaml"),
)
_PRIVATE_FOLDERS = frozenset((".git", ".svn", ".hg", ".ssh", ".aws", ".gnupg", ".caresite", "private"))
_PLAIN = frozenset(
    (".html", ".css", ".js", ".json", ".xml", ".svg", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".woff2")
)
_SECRET_BEGINNINGS = (b"PRIVATE KEY-----", b"SQLite format 3\0", b"PuTTY-User-Key-File")


def sample_people(settings: Settings) -> Iterable[Diagnostic]:
    """Report a site whose people are made up."""
    if settings.config.sample:
        yield fault(
            codes.SAMPLE_PEOPLE,
            place_in_config(settings, "sample"),
            "the people on this site are made up (`sample: true`)",
        )


# addresses


def unreachable_address(settings: Settings, deployment: Deployment) -> Iterable[Diagnostic]:
    """Report a base URL at which no visitor finds this site, unless the target's own `url` says it."""
    host = urlsplit(settings.config.base_url).hostname or ""
    if deployment.options.url:
        return
    if _is_local(host):
        message = f"`base_url: {settings.config.base_url}` leads to this computer or network, not to your site"
        yield fault(codes.LOCAL_ADDRESS, place_in_config(settings, "base_url"), message)
    elif _stands_in(host):
        message = f"`base_url: {settings.config.base_url}` only stands in for the address of your site"
        yield fault(codes.LOCAL_ADDRESS, place_in_config(settings, "base_url"), message)


def stand_ins(settings: Settings) -> Iterable[Diagnostic]:
    """Report, long before a deploy, what only stands in for an address of the owner's; not where all is made up."""
    config = settings.config
    if config.sample:
        return
    if _stands_in(urlsplit(config.base_url).hostname or ""):
        message = f"`base_url: {config.base_url}` only stands in for the address of your site"
        yield fault(codes.STAND_IN, place_in_config(settings, "base_url"), message)
    if config.business and _stands_in(config.business.email.rpartition("@")[2].lower()):
        message = f"who writes to `{config.business.email}` does not reach you; it only stands in for your address"
        yield fault(codes.STAND_IN, place_in_config(settings, "business.email"), message)


def _stands_in(host: str) -> bool:
    return host.removeprefix("www.") in _STAND_INS


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith(_LOCAL_ENDINGS)


def other_address(settings: Settings, deployment: Deployment, url: str) -> Iterable[Diagnostic]:
    """Report a target whose own address, `url`, is not the one the site was built for."""
    base_url = settings.config.base_url
    if url and not deployment.options.url and not same_place(url, base_url):
        message = f"`base_url` is {base_url}, and what is sent to `{deployment.name}` is shown at {url}"
        hint = f"set `base_url: {url}`, or say under `deploy.{deployment.name}` that its `url` is {base_url}"
        yield fault(codes.OTHER_ADDRESS, place_in_config(settings, "base_url"), message, hint=hint)


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses lead to the same site, `www.` and the scheme aside."""
    return _place(one) == _place(other)


def _place(url: str) -> tuple[str, str]:
    with contextlib.suppress(ValueError):
        url = canonical_base_url(url)
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.strip("/")


# files


def private_files(files: Mapping[str, File]) -> Iterable[Diagnostic]:
    """Report files whose name, or whose beginning, is that of something nobody should see; and links."""
    for path, file in files.items():
        if file.source.is_symlink():
            yield fault(codes.PRIVATE_FILE, Span(path), "it is a link, and could lead anywhere")
        elif why := _looks_private(path) or _begins_private(path, file.source):
            yield fault(codes.PRIVATE_FILE, Span(path), why)


def _looks_private(path: str) -> str:
    *folders, name = path.casefold().split("/")
    if folder := next((folder for folder in folders if folder in _PRIVATE_FOLDERS), ""):
        return f"what is in a folder `{folder}` is for nobody but you"
    pattern = next((pattern for pattern in _PRIVATE_NAMES if fnmatch(name, pattern)), "")
    return f"files called `{pattern}` hold secrets, data or backups" if pattern else ""


def _begins_private(path: str, source: Path) -> str:
    if source.suffix.lower() in _PLAIN:
        return ""
    with source.open("rb") as file:
        start = file.read(256)
    return "it holds a private key or a database" if any(mark in start for mark in _SECRET_BEGINNINGS) else ""


def other_output(
    settings: Settings, folder: Path, files: Mapping[str, File], built: Iterable[str]
) -> Iterable[Diagnostic]:
    """Report an output folder that a build for visitors would not have made; `built` are the files it makes."""
    name = settings.config.output_dir
    if not is_own_output(folder):
        reason = f"`{name}/` was not made by caresite" if folder.is_dir() else f"there is no `{name}/`"
        yield fault(codes.OTHER_OUTPUT, Span(name), reason)
        return
    url = _address_of(files.get("index.html"))
    if url and not same_place(url, settings.config.base_url):
        message = f"`{name}/` was built for {url}, and this target is {settings.config.base_url}"
        yield fault(codes.OTHER_ADDRESS, Span(name), message, hint="leave out `--no-build`")
    unknown = sorted(path for path in files.keys() - frozenset(built) if path.endswith(".html"))
    for path in unknown[:_NAMED]:
        message = "a build for visitors does not make this page: a draft, or one that is not due or has expired"
        yield fault(codes.UNPUBLISHED_PAGE, Span(f"{name}/{path}"), message)


def _address_of(home: File | None) -> str:
    """Return the address that the home page says is its own; empty when it does not say."""
    if home is None:
        return ""
    link = _CANONICAL.search(home.source.read_bytes())
    found = _HREF.search(link[0]) if link else None
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


# consent


def withheld_words(
    withheld: Iterable[Diagnostic], held_back: Iterable[HeldBack], live: Mapping[str, str]
) -> Iterable[Diagnostic]:
    """Report words that are withheld for want of consent; `live` says where each item was put online last."""
    urls: dict[str, list[str]] = {}
    for item in held_back:
        if item.state == "withheld" and item.id in live:
            urls.setdefault(item.span.path, []).append(live[item.id])
    for diagnostic in withheld:
        where = ", ".join(urls.get(diagnostic.span.path, ()))
        still = f", and words from this file still stand online at {where}" if where else ""
        message = f"a customer's words are withheld for want of consent{still}"
        yield fault(codes.WITHHELD_WORDS, diagnostic.span, message)


def unpublished_words(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Report the sentences of stories that are not published; a build only warns of them."""
    for diagnostic in found:
        if diagnostic.code == UNPUBLISHED_WORDS.id and diagnostic.severity != "note":
            yield fault(codes.UNPUBLISHED_STORY, diagnostic.span, diagnostic.message, hint=diagnostic.hint)


def unsettled_words(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Report what a build may be made with and not be shown, by the rules for customers' words (`core/rules.yaml`)."""
    for diagnostic in found:
        if rules := stops_going_live(diagnostic):
            message = f"{diagnostic.message}; no site goes online against rule {rules[0].id} ({rules[0].basis})"
            yield fault(codes.UNSETTLED_WORDS, diagnostic.span, message, hint=diagnostic.hint)


def dead_on_target(settings: Settings, outputs: Iterable[Output], deployment: Deployment) -> Iterable[Diagnostic]:
    """Report forms of which nobody would get what people send from this target."""
    targets = (deployment,)
    for found in (*dead_forms(settings, targets), *dead_pages(settings, outputs, targets)):
        yield fault(codes.UNRECEIVED_FORM, found.span, found.message, hint=found.hint)


# the plan


def not_ours(plan: Plan, base_url: str, span: Span) -> Iterable[Diagnostic]:
    """Report a target that holds another site, or files of others where ours would go."""
    owner = plan.there.owner
    if owner and not same_place(owner, base_url):
        yield fault(codes.NOT_OURS, span, f"the target holds another site, {owner}")
        return
    taken = [file.path for file in plan.change if file.path in plan.there.foreign]
    if taken:
        names = ", ".join(f"`{path}`" for path in taken[:_NAMED])
        more = f" and {len(taken) - _NAMED} more" if len(taken) > _NAMED else ""
        message = f"{counted(len(taken), 'file')} that caresite did not put there would be replaced: {names}{more}"
        yield fault(codes.NOT_OURS, span, message)


def too_many_deletes(plan: Plan, limit: int, span: Span) -> Iterable[Diagnostic]:
    """Report a plan that deletes more than `limit` files."""
    if len(plan.delete) > limit:
        message = f"{counted(len(plan.delete), 'file')} would be deleted, and the limit is {limit:,}"
        hint = f"look at them with `--dry-run`; if it is meant, say `--max-deletes {len(plan.delete)}`"
        yield fault(codes.TOO_MANY_DELETES, span, message, hint=hint)
