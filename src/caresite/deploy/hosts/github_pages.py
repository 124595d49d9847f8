"""GitHub Pages: a workflow that builds the site after each push and every hour, and keeps what builds remember."""

from __future__ import annotations

from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.installation import INSTALL_ON_HOST, installation_files

__all__ = ["HOST"]

_PATH = ".github/workflows/pages.yml"
_WORKFLOW = """\
name: Pages
on:
  push:
    branches: [main]
  schedule:
    - cron: "7 * * * *" # every hour, for what is due; GitHub stops this after 60 days without a commit
  workflow_dispatch:

permissions:
  contents: read
  pages: write
  id-token: write

# One at a time, and none is broken off half-way.
concurrency:
  group: pages
  cancel-in-progress: false

jobs:
  pages:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      # What builds remember: the next one makes only what has changed. It may be lost at any time.
      - uses: actions/cache@v4
        with:
          path: |
            .caresite
            OUTPUT
          key: caresite-${{ github.run_id }}
          restore-keys: caresite-
      - run: INSTALL
      - run: caresite check
      - run: caresite build
      - uses: actions/upload-pages-artifact@v3
        with:
          path: OUTPUT
      - id: deployment
        uses: actions/deploy-pages@v4
"""


def _files(brief: Brief) -> tuple[HostFile, ...]:
    text = _WORKFLOW.replace("OUTPUT", brief.output_dir).replace("INSTALL", INSTALL_ON_HOST)
    return (HostFile(_PATH, text, "builds after each push and every hour"), *installation_files())


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "In the repository's settings, under Pages, choose GitHub Actions as the source. Then commit and push.",
        f"`base_url` must be the address that GitHub gives the site, or your own domain; now it is {brief.base_url}",
        "GitHub Pages reads neither _redirects nor _headers: small pages lead on from old addresses.",
    )


HOST = Host("github-pages", "GitHub builds the site from your repository", _files, _steps)
