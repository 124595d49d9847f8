"""`caresite embed`: words of customers as HTML for another site, to be framed or pasted."""

from __future__ import annotations

import os
from html import escape

import click

from caresite.commands.report import print_diagnostics
from caresite.commands.session import Session, printable
from caresite.core import codes
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.model import Output
from caresite.core.suggest import nearest
from caresite.core.urls import join_site
from caresite.engine.build import Options, build
from caresite.features.embeds.plugin import KIND
from caresite.features.embeds.snippet import snippet_of

__all__ = ["run"]

_SITES = "CARESITE__EMBEDS__SITES"
_NOTE = (
    "What is pasted stays there, also when the words are taken back: note where you paste it. "
    "`--frame` shows what is published."
)


def run(session: Session, name: str, *, frame: bool) -> int:
    """Print the HTML for `name`, or what may be named; returns 1 when the site cannot be built."""
    framed = any(a.plugin.name == "embeds" and a.options.sites for a in session.settings().plugins)
    if frame and not framed:
        message = "no site may show pages of this one in a frame"
        hint = "name yours in caresite.yaml: `embeds: {sites: [https://shop.example.com]}`"
        raise Problem(fault(codes.UNKNOWN_ITEM, Span("caresite.yaml"), message, hint=hint, severity="error"))
    environ = dict(os.environ) if framed else os.environ | {_SITES: "https://example.invalid"}
    options = Options(
        now=session.now(),
        configs=session.configs,
        env=session.env,
        environ=environ,
        publish=False,
        finish=False,
    )
    built = build(session.root, options)
    if not built.ok or built.site is None:
        print_diagnostics(session, built.diagnostics)
        return 1
    base_path, base_url = built.site.settings.base_path, built.site.settings.config.base_url
    found = {_name(output, base_path): output for output in built.outputs if output.kind == KIND}
    if not name:
        for known in found:
            click.echo(printable(known))
        return 0
    output = _chosen(found, name)
    url = join_site(base_url, output.url)
    click.echo(
        _frame(url, built.site.settings.config.title) if frame else snippet_of(output.data.decode(), url), nl=False
    )
    if not frame and not session.quiet:
        click.echo(_NOTE, err=True)
    return 0


def _name(output: Output, base_path: str) -> str:
    return output.url.removeprefix(f"{base_path}embed/").strip("/")


def _chosen(found: dict[str, Output], name: str) -> Output:
    if name in found:
        return found[name]
    near = nearest(name, found)
    hint = f"did you mean `{near}`?" if near else "`caresite embed` lists what there is"
    raise Problem(
        fault(codes.UNKNOWN_ITEM, Span(name), f"there is nothing to embed as `{name}`", hint=hint, severity="error")
    )


def _frame(url: str, title: str) -> str:
    size = 'width="100%" height="320" style="border:0"'
    return f'<iframe src="{escape(url)}" title="{escape(title)}" loading="lazy" {size}></iframe>\n'
