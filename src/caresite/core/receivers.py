"""Receivers: who takes in what a form sends, and on which hosts that works. One table, for all that judge forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from caresite.core.intake import Form

__all__ = [
    "HOST_NAMES",
    "NEED_ACTION",
    "RECEIVERS",
    "HostName",
    "Receiver",
    "receiver_of",
    "suited_to",
    "with_receivers",
]

HostName = Literal["netlify", "github-pages", "cloudflare-pages", "s3", "nginx", "caddy", "apache", ""]
"""The hosts that are told apart, and one that nobody has named: any of them may serve a folder or a branch."""

HOST_NAMES: tuple[HostName, ...] = get_args(HostName)

_ANY_HOST = frozenset(HOST_NAMES)
_RUNS_PROGRAMS = _ANY_HOST - {"github-pages", "s3"}


class Receiver(Struct, frozen=True, kw_only=True):
    """One row of the table: what a form's `backend` comes down to, and the hosts on which it takes anything in."""

    name: str
    title: str
    hosts: frozenset[str]


RECEIVERS: Mapping[str, Receiver] = {
    receiver.name: receiver
    for receiver in (
        Receiver(name="netlify", title="Netlify Forms", hosts=frozenset(("netlify",))),
        Receiver(name="formspree", title="Formspree", hosts=_ANY_HOST),
        Receiver(name="custom", title="a service at another address", hosts=_ANY_HOST),
        Receiver(name="custom-path", title="a program on the site's own server", hosts=_RUNS_PROGRAMS),
        Receiver(name="mailto", title="e-mail", hosts=_ANY_HOST),
    )
}


NEED_ACTION = ("formspree", "custom")
"""The backends that work only with an address."""


def receiver_of(form: Form) -> Receiver | None:
    """Return who receives `form`; None when the config does not say and nothing shows it."""
    is_path = form.backend == "custom" and form.action.startswith("/") and not form.action.startswith("//")
    return RECEIVERS.get("custom-path" if is_path else form.backend)


def suited_to(host: str) -> tuple[str, ...]:
    """Return the names of the receivers that work on `host`."""
    return tuple(receiver.name for receiver in RECEIVERS.values() if host in receiver.hosts)


def with_receivers(forms: Mapping[str, Form], *, on_netlify: bool, email: str) -> dict[str, Form]:
    """Return `forms` with a backend for each that names none: Netlify on Netlify, else e-mail where there is one."""
    return {
        name: form if form.backend else replace(form, backend=_default_backend(form, on_netlify, email))
        for name, form in forms.items()
    }


def _default_backend(form: Form, on_netlify: bool, email: str) -> Literal["netlify", "mailto", ""]:
    if on_netlify:
        return "netlify"
    return "mailto" if form.email or email else ""
