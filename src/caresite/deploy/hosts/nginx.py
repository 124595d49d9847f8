"""nginx: the site's rules as maps and locations, and a server that uses them.

What a request asks for is kept in `$caresite_…_path` when it comes in, since nginx calls the file that it finds `$uri`
later on. Values of maps are computed once a request, which keeps it. Rules with patterns are matched on the address as
it was sent: what nginx decodes and puts into an answer could hold a line break.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.rules import HostRules, Move, header_values, path_pattern

__all__ = ["HOST", "maps", "server"]

_TYPES = """\
charset utf-8;
charset_types text/css text/plain text/javascript application/javascript application/json application/xml
    application/rss+xml application/atom+xml application/manifest+json text/calendar text/csv text/markdown text/vtt;
include mime.types;
types {
    application/manifest+json   webmanifest;
    text/javascript             mjs;
    text/vtt                    vtt;
    text/calendar               ics;
    text/markdown               md;
    text/csv                    csv;
}
"""
_COMPRESSED = """\
gzip on;
gzip_vary on;
gzip_proxied any;
gzip_types text/css text/plain text/javascript text/calendar text/csv text/markdown text/vtt text/xml image/svg+xml
    application/javascript application/json application/xml application/rss+xml application/atom+xml
    application/manifest+json application/wasm;
# Files that were compressed beforehand (`precompress` of the target) go out as they are.
gzip_static on;
# With the package libnginx-mod-http-brotli-static, also:
# brotli_static on;
"""
_LONGEST = 28


def maps(rules: HostRules, site: str = "") -> str:
    """Return what belongs into nginx's `http` block: which headers a path gets, and where patterns lead.

    All sites of a server share the names of variables there, so `site` tells ours apart.
    """
    return _named("\n".join((*_fixed_maps(), *_header_maps(rules), *_move_maps(rules))), site)


def _named(text: str, site: str) -> str:
    """Return `text` with this site's prefix in place of the sign that our variables begin with, which no text holds."""
    return text.replace("\0", f"caresite_{hashlib.sha256(site.encode()).hexdigest()[:6]}_")


def _fixed_maps() -> Iterator[str]:
    yield "# The address that was asked for, as it came in.\nmap $uri $\0path {\n    default $uri;\n}\n"
    yield 'geo $\0dollar {\n    default "$";\n}\n'


def _header_maps(rules: HostRules) -> Iterator[str]:
    for name, values in header_values(rules).items():
        yield _map("$\0path", _variable(name), _by_path(values))
    caching = _variable("Cache-Control")
    yield "# A page that is not there now may be there soon.\n" + _map(
        "$status", "$\0caching", (('"~^[23]"', caching), ("default", '"no-cache"'))
    )


def _by_path(values: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """Yield patterns and values, the later rule first, since nginx takes the first that fits."""
    everywhere = next((value for path, value in reversed(values) if path == "/*"), "")
    for path, value in reversed(values):
        if path == "/*":
            break
        yield _quoted(f"~^{path_pattern(unquote(path))}$"), _literal(value)
    yield "default", _literal(everywhere)


def _map(source: str, target: str, pairs: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    lines = "".join(f"    {key} {value};\n" for key, value in pairs)
    return f"map {source} {target} {{\n{lines}}}\n"


def _move_maps(rules: HostRules) -> Iterator[str]:
    patterns = [move for move in rules.moves if not move.is_exact]
    for forced in (True, False):
        pairs = [
            (_quoted(f"~^{_captures(move.pattern)}(?:[?]|$)"), f'"{move.status}:{_target(move)}"')
            for move in patterns
            if move.forced == forced
        ]
        yield _map("$request_uri", _moved(forced), (*pairs, ("default", '""')))


def _moved(forced: bool) -> str:
    return "$\0moved" if forced else "$\0moved_if_missing"


def _captures(pattern: str) -> str:
    """Return `pattern` with names of its own for what it captures: nginx shares them with its variables."""
    return re.sub(r"\(\?P<(\w+)>", r"(?<asked_\1>", pattern)


def _target(move: Move) -> str:
    """Return where a rule leads, in quotes; the query goes along unless the target has one (as at Netlify)."""
    if not move.leads_on:
        return _text(unquote(move.target))
    first, last = move.filled(_text, lambda name: f"${{asked_{name}}}")
    return f"{first}{'' if '?' in first else '$is_args$args'}{last}"


def _variable(header: str) -> str:
    """Return the variable of a header; nginx refuses names of more than 46 letters unless it is set up for them."""
    name = re.sub(r"\W", "_", header.lower())
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 5]}_{hashlib.sha256(name.encode()).hexdigest()[:4]}"
    return f"$\0{short}"


def _text(text: str) -> str:
    """Return `text` for the inside of quotes in which nginx looks for variables."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${\0dollar}")


def _literal(text: str) -> str:
    return f'"{_text(text)}"'


def _quoted(text: str) -> str:
    """Return a text in which nginx looks for no variables."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# the server


def server(rules: HostRules, site: str = "") -> str:
    """Return what belongs into a `server` block: headers, redirects, and how files are found."""
    asked = "absolute_redirect off;\nset $\0asked $\0path;\n"
    headers, exact = "".join(_added_headers(rules)), "".join(_exact(rules))
    return _named("\n".join((_TYPES, asked, headers, _COMPRESSED, exact, _files(rules))), site)


def _added_headers(rules: HostRules) -> Iterator[str]:
    for name in header_values(rules):
        value = "$\0caching" if name == "Cache-Control" else _variable(name)
        yield f"add_header {name} {value} always;\n"


def _exact(rules: HostRules) -> Iterator[str]:
    for move in rules.moves:
        if move.is_exact:
            paths = (move.path,) if move.path == "/" else (move.path, f"{move.path}/")
            yield "".join(f"location = {_quoted(path)} {{ {_answer(move)} }}\n" for path in paths)


def _answer(move: Move) -> str:
    target = f'"{_target(move)}"'
    if move.leads_on:
        return f"return {move.status} {target};"
    if move.status == 200:
        return f"rewrite ^ {target} last;"
    return f"error_page {move.status} {target}; return {move.status};"


def _files(rules: HostRules) -> str:
    base = rules.base_path
    return f"""\
location = {_quoted(f"{base}_redirects")} {{ return 404; }}
location = {_quoted(f"{base}_headers")} {{ return 404; }}
location ~ /\\.(?!well-known/) {{ return 404; }}

location {_quoted(base)} {{
{_returns(rules, forced=True)}\
    try_files $uri ${{uri}}index.html $uri.html @caresite_missing;
}}

location @caresite_missing {{
    if (-f $document_root${{uri}}/index.html) {{ rewrite ^(.*)$ $1/ permanent; }}
{_returns(rules, forced=False)}\
    return 404;
}}

error_page 404 {_quoted(f"{base}404.html")};
"""


def _returns(rules: HostRules, *, forced: bool) -> str:
    statuses = sorted({move.status for move in rules.moves if not move.is_exact and move.forced == forced})
    asked = f"    if ({_moved(forced)} ~ ^%s:(?<asked_to>.*)$) {{ %s }}\n"
    return "".join(asked % (status, _return(status)) for status in statuses)


def _return(status: int) -> str:
    if status in (404, 410):
        return f"return {status};"
    return "rewrite ^ $asked_to last;" if status == 200 else f"return {status} $asked_to;"


# the files


def _site(brief: Brief) -> str:
    return f"""\
# A server for {brief.domain}. Put the finished site into /var/www/{brief.domain}{brief.rules.base_path}
# with `caresite deploy`, then, on the server:
#
#   sudo cp maps.conf /etc/nginx/conf.d/{brief.domain}.conf
#   sudo cp rules.conf /etc/nginx/snippets/{brief.domain}.conf
#   sudo cp site.conf /etc/nginx/sites-available/{brief.domain}
#   sudo ln -s ../sites-available/{brief.domain} /etc/nginx/sites-enabled/
#   sudo nginx -t && sudo systemctl reload nginx
#
# The first two change with your redirects and pages: after `caresite build`, write them anew with
# `caresite deploy init nginx`, and copy them again.

server {{
    listen 80;
    listen [::]:80;
    server_name {brief.domain};
    root /var/www/{brief.domain};

    # No visitor's address is written down. Take this out if you need to, and say so in your privacy notice.
    access_log off;

    # For https, `sudo certbot --nginx` adds what is needed here.

    include snippets/{brief.domain}.conf;
}}
"""


def _host_files(brief: Brief) -> tuple[HostFile, ...]:
    folder, site = "deploy/nginx", brief.base_url
    return (
        HostFile(f"{folder}/site.conf", _site(brief), "the server; yours to change"),
        HostFile(f"{folder}/maps.conf", maps(brief.rules, site), "headers and redirects by address"),
        HostFile(f"{folder}/rules.conf", server(brief.rules, site), "how files are found, and what goes with them"),
    )


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "The commands to run on the server stand at the top of deploy/nginx/site.conf.",
        "When redirects or pages have changed, build, run `caresite deploy init nginx` again, and copy the two files.",
    )


HOST = Host("nginx", "a server of your own with nginx", _host_files, _steps, reads_rules=True)
