"""Dead forms: forms of which nobody gets what people send, because the host that serves the site takes none in.

Some hosts answer a form with an error. Apache answers with the page at that address, so that people read "Thank you"
and what they sent is lost. Both the config and the finished pages are judged: owners write forms of their own, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from caresite.core.codes_stories import DEAD_FORM, NO_RECEIVER
from caresite.core.config import Settings, place_in_config
from caresite.core.deployments import Deployment
from caresite.core.diagnostics import Diagnostic, Severity, Span, fault
from caresite.core.model import Output, Post
from caresite.core.receivers import NEED_ACTION, RECEIVERS, Receiver, receiver_of, suited_to

__all__ = ["dead_forms", "dead_on", "dead_pages", "posts_of"]

_FORM = re.compile(r"<form\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_NETLIFY_MARKS = frozenset(("netlify", "data-netlify"))
_NO_CUSTOMERS = frozenset(("contact", "vote"))
_NETLIFY = RECEIVERS["netlify"]


# forms of the config


def dead_forms(settings: Settings, deployments: Iterable[Deployment]) -> list[Diagnostic]:
    """Return a diagnostic for each form without a receiver, and for each that one of `deployments` does not serve."""
    dead = [found for d in deployments for found in _unserved(settings, d.host, _place_of(d), _way_out(d))]
    return [*_without_receiver(settings), *dead]


def dead_on(settings: Settings, host: str) -> list[Diagnostic]:
    """Return a diagnostic for each form without a receiver, and for each that `host` does not serve."""
    return [*_without_receiver(settings), *_unserved(settings, host, f"the host `{host}`")]


def _without_receiver(settings: Settings) -> Iterator[Diagnostic]:
    for name, form in settings.config.forms.items():
        if receiver_of(form) is None:
            message = f"nobody receives the form `{name}`: it has no `backend`, and there is no e-mail address for it"
            hint = f"set `business.email`, or {_choices('netlify')}"
            yield fault(NO_RECEIVER, place_in_config(settings, f"forms.{name}"), message, hint=hint)


def _unserved(settings: Settings, host: str, place: str, way_out: str = "") -> Iterator[Diagnostic]:
    forms = settings.config.forms
    first = next((name for name, form in forms.items() if form.kind not in _NO_CUSTOMERS), "")
    for name, form in forms.items():
        receiver = receiver_of(form)
        if receiver and host not in receiver.hosts:
            named = f"the forms `{name}` and `manage-my-story` are" if name == first else f"the form `{name}` is"
            message = f"{named} received by {receiver.title}, which {place} does not have: what people send is lost"
            span = place_in_config(settings, f"forms.{name}.backend", f"forms.{name}")
            severity = _severity(settings, receiver)
            hint = f"{_reason(settings, name, receiver)}{_choices(host)}{way_out}"
            yield fault(DEAD_FORM, span, message, hint=hint, severity=severity)


def _reason(settings: Settings, form: str, receiver: Receiver) -> str:
    """Say what makes Netlify the receiver of a form whose config does not."""
    if receiver is not _NETLIFY or f"forms.{form}.backend" in settings.places:
        return ""
    return f"it names no backend, and {settings.shows_netlify} shows that Netlify serves the site; "


def _severity(settings: Settings, receiver: Receiver) -> Severity:
    """Return how bad it is for a build that a target does not serve a form: only a warning while another place does."""
    served = any(deployment.host in receiver.hosts for deployment in settings.deployments)
    return "warning" if served or (settings.is_on_netlify and "netlify" in receiver.hosts) else "error"


def _place_of(deployment: Deployment) -> str:
    served = f", served by {deployment.host}" if deployment.host else ""
    return f"the target `{deployment.name}` ({deployment.kind.name}{served})"


def _choices(host: str) -> str:
    backends = dict.fromkeys(name.partition("-")[0] for name in suited_to(host))
    needy = " and ".join(f"`{name}`" for name in backends if name in NEED_ACTION)
    named = ", ".join(f"`{name}`" for name in backends)
    return f"say `backend:` with one of {named}; {needy} need an `action:`, the address that takes the form in"


def _way_out(deployment: Deployment) -> str:
    if deployment.host:
        return ""
    return f"; or, if Netlify serves it, `served_by: netlify` under `deploy.{deployment.name}`"


# forms of finished pages


def posts_of(page: str) -> tuple[Post, ...]:
    """Return the forms in the HTML of a page that are sent by POST."""
    if "<form" not in page and "<FORM" not in page:
        return ()
    forms = [
        {name.lower(): unescape("".join(values)) for name, *values in _ATTRIBUTE.findall(attributes)}
        for attributes in _FORM.findall(page)
    ]
    return tuple(
        Post(form.get("name", ""), form.get("action", ""), bool(_NETLIFY_MARKS & form.keys()))
        for form in forms
        if form.get("method", "").lower() == "post"
    )


def dead_pages(
    settings: Settings, outputs: Iterable[Output], deployments: Iterable[Deployment]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each form of a finished page that is sent to a page of the site, where nobody takes it in.

    Netlify takes in the forms that have its mark; those of the config are judged by `dead_forms`.
    """
    outputs = tuple(outputs)
    posting = [output for output in outputs if output.posts]
    if not posting:
        return
    pages = {_plain(output.url or settings.base_path + output.path) for output in outputs}
    elsewhere = [deployment for deployment in deployments if deployment.host not in _NETLIFY.hosts]
    for output in posting:
        for post in output.posts:
            target = _own_address(post.action, output.url, settings.config.base_url)
            if not target or _plain(target) not in pages:
                continue
            if not post.is_netlify:
                yield _unanswered(settings, output, post, target)
            elif not _is_of_the_config(settings, post):
                yield from (_marked_for_netlify(settings, output, post, deployment) for deployment in elsewhere)


def _unanswered(settings: Settings, output: Output, post: Post, target: str) -> Diagnostic:
    is_ours = _is_of_the_config(settings, post)
    span = place_in_config(settings, f"forms.{post.name}.action", f"forms.{post.name}") if is_ours else _source(output)
    message = f"{_called(output, post)} is sent to `{target}`, a page of this site, which takes nothing in"
    hint = "give it the address of a service that receives it"
    return fault(DEAD_FORM, span, message, hint=hint, severity="error" if is_ours else "warning")


def _marked_for_netlify(settings: Settings, output: Output, post: Post, deployment: Deployment) -> Diagnostic:
    place = _place_of(deployment)
    message = f"{_called(output, post)} is received by {_NETLIFY.title}, which {place} does not have"
    hint = f"give it the address of a service that receives it{_way_out(deployment)}"
    return fault(DEAD_FORM, _source(output), message, hint=hint, severity=_severity(settings, _NETLIFY))


def _called(output: Output, post: Post) -> str:
    return f"the form `{post.name}` on {output.url}" if post.name else f"a form on {output.url}"


def _is_of_the_config(settings: Settings, post: Post) -> bool:
    return post.name in settings.config.forms or post.name == "manage-my-story"


def _source(output: Output) -> Span:
    return Span(output.source or output.path)


def _own_address(action: str, url: str, base_url: str) -> str:
    """Return the path on this site to which a form is sent; nothing when it is sent elsewhere."""
    site = urlsplit(base_url)
    address = urlsplit(urljoin(f"{site.scheme}://{site.netloc}{url}", action.strip()))
    return unquote(address.path) if address.netloc == site.netloc else ""


def _plain(path: str) -> str:
    """Return a path as hosts compare it: the page at `/a/` also answers at `/a`, `/a.html` and `/a/index.html`."""
    return unquote(path).removesuffix("index.html").removesuffix(".html").rstrip("/")
