"""Apache: the site's rules as `.htaccess`, which works on shared hosting too.

Rules look at the line of the request as it was sent, since Apache calls the file that it finds by the address later on.
What a rewrite puts into an answer is not decoded for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from caresite.core.urls import encode_file
from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.rules import HostRules, Move, escaped, header_values, path_pattern

__all__ = ["HOST", "htaccess"]

_TYPES = """\
AddDefaultCharset utf-8
<IfModule mod_mime.c>
  AddCharset utf-8 .html .css .js .mjs .json .xml .txt .svg .webmanifest .ics .csv .md .vtt
  AddType image/avif .avif
  AddType image/webp .webp
  AddType font/woff2 .woff2
  AddType text/javascript .js .mjs
  AddType application/manifest+json .webmanifest
  AddType text/vtt .vtt
  AddType text/calendar .ics
</IfModule>
"""
_COMPRESSED = """\
<IfModule mod_deflate.c>
  AddOutputFilterByType DEFLATE text/html text/css text/plain text/javascript text/calendar text/csv text/markdown
  AddOutputFilterByType DEFLATE text/vtt text/xml image/svg+xml application/javascript application/json application/xml
  AddOutputFilterByType DEFLATE application/rss+xml application/atom+xml application/manifest+json application/wasm
</IfModule>
<IfModule mod_headers.c>
  <FilesMatch "\\.(html|css|js|mjs|json|xml|txt|svg|webmanifest|ics|csv|md|vtt)(\\.(gz|br))?$">
    Header merge Vary Accept-Encoding
  </FilesMatch>
</IfModule>
# Files that were compressed beforehand (`precompress` of the target) go out as they are.
<IfModule mod_mime.c>
  <FilesMatch "\\.(html|css|js|mjs|json|xml|txt|svg|webmanifest|ics|csv|md|vtt)\\.(gz|br)$">
    RemoveLanguage .br
    RemoveType .gz .br
    AddEncoding gzip .gz
    AddEncoding br .br
    SetEnv no-gzip 1
    SetEnv no-brotli 1
  </FilesMatch>
</IfModule>
"""
_NO_LISTINGS = """\
  # A folder without a page is not listed. Some hosts allow no `Options` here, and would refuse all pages.
  RewriteCond %{REQUEST_FILENAME} -d
  RewriteCond %{REQUEST_FILENAME}/index.html !-f
  RewriteRule ^ - [R=404,L]

"""
_PRECOMPRESSED = """\
  RewriteCond %{HTTP:Accept-Encoding} \\bbr\\b
  RewriteCond %{REQUEST_FILENAME}.br -f
  RewriteRule ^ %{REQUEST_URI}.br [L]
  RewriteCond %{HTTP:Accept-Encoding} \\bgzip\\b
  RewriteCond %{REQUEST_FILENAME}.gz -f
  RewriteRule ^ %{REQUEST_URI}.gz [L]
"""
# what is kept for long must not be kept when it is not there
_STATUS_CONDITIONS = {"cache-control": ("%{REQUEST_STATUS} -lt 400",)}


def htaccess(rules: HostRules) -> str:
    """Return `.htaccess` for the folder of the site."""
    start = f"DirectoryIndex index.html\nErrorDocument 404 {encode_file(rules.base_path)}404.html\n"
    return "\n".join((start + "".join(_error_pages(rules)), _TYPES, _headers(rules), _rewriting(rules), _COMPRESSED))


def _headers(rules: HostRules) -> str:
    return f"<IfModule mod_headers.c>\n{''.join(_header_lines(rules))}</IfModule>\n"


def _header_lines(rules: HostRules) -> Iterator[str]:
    for name, values in header_values(rules).items():
        for path, value in values:
            conditions = [*_path_condition(path), *_STATUS_CONDITIONS.get(name.lower(), ())]
            when = f' "expr={" && ".join(conditions)}"' if conditions else ""
            yield f"  Header always set {name} {_quoted(value.replace('%', '%%'))}{when}\n"
    yield '  Header always set Cache-Control "no-cache" "expr=%{REQUEST_STATUS} -ge 400"\n'


def _path_condition(path: str) -> Iterator[str]:
    if path != "/*":
        yield f"%{{THE_REQUEST}} =~ m#^\\S+ {_in_expression(path)}[ ?]#"


def _in_expression(path: str) -> str:
    return path_pattern(path).replace(".*", "[^ ?]*").replace("#", "\\#").replace('"', "%22")


def _rewriting(rules: HostRules) -> str:
    return (
        "<IfModule mod_rewrite.c>\n  RewriteEngine On\n\n"
        f"{''.join(_rule(move) for move in rules.moves if move.is_exact or move.forced)}"
        f'  RewriteRule "^(_redirects|_headers)$|(^|/)\\.(?!well-known/)" - [R=404,L]\n\n'
        f"{_NO_LISTINGS}"
        "  RewriteCond %{REQUEST_FILENAME} !-f\n  RewriteCond %{REQUEST_FILENAME} !-d\n"
        "  RewriteCond %{REQUEST_FILENAME}.html -f\n  RewriteRule ^ %{REQUEST_URI}.html [L]\n\n"
        f"{''.join(_rule(move, late=True) for move in rules.moves if not (move.is_exact or move.forced))}"
        f"{_PRECOMPRESSED}</IfModule>\n"
    )


def _rule(move: Move, *, late: bool = False) -> str:
    missing = "  RewriteCond %{REQUEST_FILENAME} !-f\n  RewriteCond %{REQUEST_FILENAME} !-d\n" if late else ""
    condition = f"{missing}  RewriteCond {_condition(move)}\n"
    if not move.leads_on:
        return f"{condition}  RewriteRule ^ {_shown(move)}\n"
    numbers = {name: f"%{number}" for number, name in enumerate(move.names, start=1)}
    first, fragment = move.filled(_text, numbers.__getitem__)
    plain = f'{condition}  RewriteRule ^ "{first}{fragment}" [R={move.status},NE,L]\n'
    if not fragment or "?" in first:
        return plain
    # Apache adds the query at the end, where it would belong to the fragment
    asked = f"  RewriteCond %{{QUERY_STRING}} .\n{condition}  RewriteRule ^ "
    return f'{asked}"{first}?%{{QUERY_STRING}}{fragment}" [R={move.status},NE,L]\n{plain}'


def _condition(move: Move) -> str:
    """Return what a rewrite asks for, in quotes; between them Apache takes a rewrite's words as they are."""
    if move.is_exact:
        slash = "/?" if move.path != "/" else ""
        return f'%{{REQUEST_URI}} "^{_unquoted(escaped(move.path))}{slash}$"'
    return f'%{{THE_REQUEST}} "^[A-Z]+ {_unquoted(_spaceless(move.pattern))}[ ?]"'


def _unquoted(pattern: str) -> str:
    return pattern.replace('"', "\\x22")


def _spaceless(pattern: str) -> str:
    """Return `pattern` with groups that end where the address does, and that are known by number."""
    return re.sub(r"\(\?P<\w+>", "(", pattern).replace("[^?]*", "[^ ?]*").replace("[^/?]+", "[^/ ?]+")


def _shown(move: Move) -> str:
    return f'"{_text(unquote(move.target))}" [L]' if move.status == 200 else f"- [R={move.status},L]"


def _error_pages(rules: HostRules) -> Iterator[str]:
    """Yield which page is shown with what has gone for good."""
    for move in rules.moves:
        if move.status in (404, 410) and move.is_exact:
            condition = f"%{{THE_REQUEST}} =~ m#^\\S+ {_in_expression(quote(move.path))}/?[ ?]#"
            yield f'<If "{condition}">\n  ErrorDocument {move.status} {move.target}\n</If>\n'


def _text(text: str) -> str:
    """Return `text` for the inside of quotes of a rewrite, where `%` and `$` begin what was captured."""
    return re.sub(r"[\\%$]", lambda match: "\\" + match[0], text.replace('"', "%22"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _host_files(brief: Brief) -> tuple[HostFile, ...]:
    return (HostFile("static/.htaccess", htaccess(brief.rules), "headers, redirects, and how files are found"),)


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "Build again: static/.htaccess is copied into the site, and Apache reads it there.",
        "It works where `AllowOverride All` is set, as it is on most shared hosting.",
        "When redirects or pages have changed, build, run `caresite deploy init apache` again, and build once more.",
    )


HOST = Host("apache", "shared hosting, or a server of your own with Apache", _host_files, _steps, reads_rules=True)
