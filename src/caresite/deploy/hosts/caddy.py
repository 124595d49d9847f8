"""Caddy: the site's rules as one file for a Caddyfile to import.

Everything stands in a `route`, so that it is done in the order written. Rules with patterns are matched on the address
as it was sent, and lead on with its own encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.rules import HostRules, Move, escaped, header_values, path_pattern

__all__ = ["HOST", "snippet"]

_FILES = "{path} {path}index.html {path}.html"
_QUERY = """\
map {http.request.uri.query} {caresite_query} {
	~^(.+)$ ?${1}
	default ""
}
"""


def snippet(rules: HostRules) -> str:
    """Return what a site of a Caddyfile imports: headers, redirects, files, and the page for what is not there."""
    inside = "".join(
        "".join(part)
        for part in (_headers(rules), _moves(rules, early=True), _folders(), _moves(rules, early=False), _end(rules))
    )
    return f"{_QUERY}\nroute {{\n{inside}}}\n\n{_not_found(rules)}"


def _headers(rules: HostRules) -> Iterator[str]:
    number = 0
    for name, values in header_values(rules).items():
        for path, value in values:
            if path == "/*":
                yield f"\theader {name} {_quoted(value)}\n"
                continue
            number += 1
            yield f"\t@caresite_h{number} path_regexp {_quoted(f'^{path_pattern(unquote(path))}$')}\n"
            yield f"\theader @caresite_h{number} {name} {_quoted(value)}\n"


def _moves(rules: HostRules, *, early: bool) -> Iterator[str]:
    """Yield rules; those with a pattern that do not win over files come late, when no file was found."""
    for number, move in enumerate(rules.moves, start=1):
        if early is (move.is_exact or move.forced):
            name = f"caresite_m{number}"
            yield f"\t@{name} {_matching(move, name, early)}\n"
            yield f"\t{_answer(move, name)}\n"


def _matching(move: Move, name: str, early: bool) -> str:
    if move.is_exact:
        slash = "/?" if move.path != "/" else ""
        return f"path_regexp {_quoted(f'^{escaped(move.path)}{slash}$')}"
    fits = f"vars_regexp {name} {{http.request.uri}} {_quoted(f'^{move.pattern}(?:[?]|$)')}"
    return fits if early else f"{{\n\t\tnot file {_FILES}\n\t\t{fits}\n\t}}"


def _answer(move: Move, name: str) -> str:
    if not move.leads_on:
        target = _quoted(_plain(unquote(move.target)))
        if move.status == 200:
            return f"rewrite @{name} {target}"
        return f"route @{name} {{\n\t\trewrite * {target}\n\t\tfile_server {{\n\t\t\tstatus {move.status}\n\t\t}}\n\t}}"
    first, last = move.filled(_plain, lambda capture: f"{{re.{name}.{capture}}}")
    query = "" if "?" in first else "{caresite_query}"
    return f"redir @{name} {_quoted(first + query + last)} {move.status}"


def _folders() -> Iterator[str]:
    yield "\ttry_files {path} {path}index.html {path}/ {path}.html\n"


def _end(rules: HostRules) -> Iterator[str]:
    base = rules.base_path
    yield f"\t@caresite_hidden {{\n\t\tpath {_quoted(f'{base}_redirects')} {_quoted(f'{base}_headers')} */.*\n"
    yield "\t\tnot path */.well-known/*\n\t}\n\terror @caresite_hidden 404\n"
    yield "\theader ?Vary Accept-Encoding\n\tfile_server {\n\t\tprecompressed br gzip\n\t}\n"


def _not_found(rules: HostRules) -> str:
    page = _quoted(_plain(f"{rules.base_path}404.html"))
    return (
        f"handle_errors {{\n\theader Cache-Control no-cache\n\trewrite * {page}\n"
        "\tfile_server {\n\t\tprecompressed br gzip\n\t}\n}\n"
    )


def _plain(text: str) -> str:
    """Return `text` where Caddy looks for placeholders."""
    return text.replace("{", "\\{")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"' if "`" in text else f"`{text}`"


def _caddyfile(brief: Brief) -> str:
    return f"""\
# A server for {brief.domain}, with https by itself. Put the finished site into
# /var/www/{brief.domain}{brief.rules.base_path} with `caresite deploy`, add what stands below to
# /etc/caddy/Caddyfile on the server, and there:
#
#   sudo cp rules.caddy /etc/caddy/{brief.domain}.caddy
#   sudo systemctl reload caddy
#
# rules.caddy changes with your redirects and pages: after `caresite build`, write it anew with
# `caresite deploy init caddy`, and copy it again.

{brief.domain} {{
	root * /var/www/{brief.domain}
	encode zstd gzip
	import {brief.domain}.caddy
}}
"""


def _host_files(brief: Brief) -> tuple[HostFile, ...]:
    return (
        HostFile("deploy/caddy/Caddyfile", _caddyfile(brief), "the server; yours to change"),
        HostFile("deploy/caddy/rules.caddy", snippet(brief.rules), "headers, redirects, and how files are found"),
    )


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "The commands to run on the server stand at the top of deploy/caddy/Caddyfile.",
        "When redirects or pages have changed, build, run `caresite deploy init caddy`, and copy rules.caddy again.",
    )


HOST = Host("caddy", "a server of your own with Caddy", _host_files, _steps, reads_rules=True)
