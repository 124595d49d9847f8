"""What the tests of hosts share: one finished site with rules of every kind, and the servers that show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from caresite.deploy.compressed import SUFFIXES, compressed, gains
from caresite.deploy.hosts.rules import HostRules, rules_in
from caresite.testing import build_site
from hosts.servers import SERVERS, WebServer, running

SITE = """
-- caresite.yaml --
title: Spoke & Bell
base_url: {base_url}
timezone: Europe/London
theme: plain
plugins: [feeds, sitemap, redirects, headers]
feeds: {{formats: [atom]}}
redirects:
  - {{from: /shop, to: https://shop.example.com:8443/start}}
  - {{from: /offer, to: /blog/, status: 302}}
  - {{from: /asked, to: "/blog/?from=old"}}
  - {{from: /part, to: "/about/#people"}}
  - {{from: /gone, to: /about/, status: 410}}
  - {{from: /shown, to: /about/, status: 200}}
  - {{from: /about, to: /blog/}}
  - {{from: "/a price/", to: /prices%20(2026)/}}
  - {{from: "/news/:year/:slug", to: /blog/:slug/, status: 308}}
  - {{from: /old/*, to: /blog/:splat, status: 307}}
  - {{from: /blog/*, to: /about/}}
  - {{from: /closed/*, to: /about/, force: true}}
  - {{from: /app/*, to: /about/, status: 200}}
headers:
  rules:
    - {{for: /about/, values: {{X-Said: 'he said "50 % off $5 {{x}} `now`"'}}}}
    - {{for: /blog/*, values: {{X-Robots-Tag: noarchive}}}}
    - {{for: "/caf%C3%A9/", values: {{X-Where: tea}}}}
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-02
aliases: [/greetings/, /früher/, /index.php, /it's(1)/]
---
Words.
-- content/blog/film.md --
---
title: Film
date: 2026-03-03
---
<iframe src="https://films.example/1" title="Film"></iframe>
-- content/pages/about.md --
---
title: About
---
Long enough to be worth it. {words}
-- content/pages/cafe.md --
---
title: Café
permalink: /café/
---
Tea.
-- content/pages/not-there.md --
---
title: Not there
permalink: /404.html
---
Nothing is at this address.
-- static/closed/today.txt --
closed
-- static/two words.txt --
two
-- static/plain.html --
<!doctype html><title>Plain</title>
-- static/.well-known/security.txt --
mailto:a@b.example
"""


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return finished sites by base path, with compressed files beside."""
    return {
        "/": _finished(tmp_path_factory.mktemp("site"), "https://bikes.example/"),
        "/shop/": _finished(tmp_path_factory.mktemp("site"), "https://bikes.example/shop/"),
        "/my bü/": _finished(tmp_path_factory.mktemp("site"), "https://bikes.example/my%20b%C3%BC/"),
    }


def _finished(root: Path, base_url: str) -> Path:
    theme = Path(__file__).parents[1] / "themes" / "plain"
    files = {f"themes/plain/{p.relative_to(theme).as_posix()}": p.read_bytes() for p in theme.rglob("*.*")}
    text = SITE.format(base_url=base_url, words="Rope and twine. " * 40)
    site = build_site(text, now="2026-06-01", files=files, root=root, publish=True)
    assert site.ok, site.report
    for path in sorted((root / "public").rglob("*")):
        if path.is_file() and gains(path.name, path.stat().st_size):
            for how, suffix in SUFFIXES.items():
                path.with_name(path.name + suffix).write_bytes(compressed(path.read_bytes(), how))
    return root / "public"


@pytest.fixture(scope="session")
def finished_files(finished: dict[str, Path]) -> dict[str, bytes]:
    folder = finished["/"]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="session")
def asset(finished_files: dict[str, bytes]) -> str:
    """Return the address of a stylesheet whose name has a digest in it."""
    return "/" + min(path for path in finished_files if path.startswith("assets/") and path.endswith(".css"))


@pytest.fixture(scope="session")
def rules(finished: dict[str, Path]) -> dict[str, HostRules]:
    return {base: rules_in(folder, base) for base, folder in finished.items()}


@pytest.fixture(scope="session", params=sorted(SERVERS))
def server(
    request: pytest.FixtureRequest, finished: dict[str, Path], rules: dict[str, HostRules]
) -> Iterator[WebServer]:
    with running(request.param, finished["/"], rules["/"]) as answering:
        yield answering


@pytest.fixture(scope="session", params=sorted(SERVERS))
def server_below(
    request: pytest.FixtureRequest, finished: dict[str, Path], rules: dict[str, HostRules]
) -> Iterator[WebServer]:
    with running(request.param, finished["/shop/"], rules["/shop/"]) as answering:
        yield answering


@pytest.fixture(scope="session", params=sorted(SERVERS))
def server_below_encoded(
    request: pytest.FixtureRequest, finished: dict[str, Path], rules: dict[str, HostRules]
) -> Iterator[WebServer]:
    with running(request.param, finished["/my bü/"], rules["/my bü/"]) as answering:
        yield answering
