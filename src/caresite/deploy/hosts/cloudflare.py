"""Cloudflare Pages: a build script that makes its rules what Cloudflare understands.

Cloudflare follows redirects before it looks for files, and passes over lines that say so with a `!`.
"""

from __future__ import annotations

import shlex

from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.installation import INSTALL_ON_HOST, installation_files

__all__ = ["HOST"]

_SCRIPT = """\
#!/bin/sh
# How Cloudflare Pages builds this site: its build command is `sh deploy/cloudflare-build.sh`.
set -eu

INSTALL

if [ "${CF_PAGES_BRANCH:-main}" = "main" ]; then
  caresite build
else
  # A preview lives at an address of its own and must not be found by search engines.
  CARESITE__SEO__NOINDEX=true caresite build --base-url "$CF_PAGES_URL"
fi

# Here every redirect wins over files, and a line that asks for it with a `!` would be passed over.
cd OUTPUT
if [ -f _redirects ]; then
  sed '/^#/!s/!$//' _redirects > _redirects.new
  mv _redirects.new _redirects
fi
"""


def _files(brief: Brief) -> tuple[HostFile, ...]:
    text = _SCRIPT.replace("OUTPUT", shlex.quote(brief.output_dir)).replace("INSTALL", INSTALL_ON_HOST)
    return (
        HostFile("deploy/cloudflare-build.sh", text, "builds the site, and makes its redirects Cloudflare's"),
        HostFile(".python-version", "3.12\n", "the Python that Cloudflare uses", ""),
        *installation_files(),
    )


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "At https://dash.cloudflare.com, connect the repository.",
        f"Its build command is `sh deploy/cloudflare-build.sh`, its output folder `{brief.output_dir}`.",
        "Cloudflare reads at most 2,000 redirects and 100 header rules, and keeps nothing that builds remember.",
        "For texts with a date: add a deploy hook there, and have it called by something that runs every hour.",
    )


HOST = Host("cloudflare-pages", "Cloudflare builds the site from your repository", _files, _steps)
