"""Forms: nobody is thanked for words that no one gets, whatever serves the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import html5lib
import httpx
import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.core.receivers import HOST_NAMES, RECEIVERS
from caresite.deploy.hosts.registry import HOSTS
from caresite.deploy.hosts.rules import rules_in
from caresite.testing import BuiltSite, build_site, write_site
from hosts.servers import SERVERS, running

SITE = """
-- caresite.yaml --
title: Spoke & Bell
ranking: {2026: bayes}
base_url: https://bikes.example/
timezone: Europe/London
EMAIL
forms:
  story: {consent: story-2026-01, BACKEND}
  praise: {kind: testimonial, page: /praise/, consent: story-2026-01, BACKEND}
  best: {kind: vote, page: /best-story/, BACKEND}
  contact: {kind: contact, page: /write/, BACKEND}
TARGETS
-- consent/story-2026-01.md --
---
title: Your story on our website
purposes:
  publish_text: You may publish my words on your website.
---
We publish what you tell us.
-- content/stories/van.md --
---
title: The van
date: 2026-02-01
consent: {at: 2026-01-10, how: letter, scopes: [publish_text]}
---
They found my van.
"""
BUSINESS = "business: {name: Spoke & Bell, email: hello@bikes.example}"
NETLIFY = "backend: netlify"
OWN = """
-- content/pages/order.md --
---
title: Order
---
<form method="POST" action='/order/'><input name="what"></form>
"""
MARKED = OWN.replace("<form", "<form data-netlify=true")


def text(backend: str = "", targets: str = "", *, business: str = BUSINESS) -> str:
    deploy = f"deploy: {{{targets}}}" if targets else ""
    backend = backend or "min_age: 16"
    return SITE.replace("EMAIL", business).replace("BACKEND", backend).replace("TARGETS", deploy)


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(root), *words])


class Sent(NamedTuple):
    """A form that was found on a page, and where it goes."""

    page: str
    action: str


def posted(folder: Path) -> Iterator[Sent]:
    for path in sorted(folder.rglob("*.html")):
        url = "/" + path.relative_to(folder).as_posix().removesuffix("index.html")
        for form in html5lib.parse(path.read_bytes(), namespaceHTMLElements=False).iter("form"):
            if form.get("method", "").lower() == "post":
                yield Sent(url, urljoin(url, form.get("action", "")))


# real servers


@pytest.mark.parametrize("name", sorted(SERVERS))
@pytest.mark.parametrize("backend", ["", "backend: custom, action: /in.php", "backend: custom, action: /praise"])
def test_no_server_thanks_for_what_is_lost(name: str, backend: str, tmp_path: Path) -> None:
    targets = f"production: {{target: folder, path: www, served_by: {name}}}"
    site = build_site(text(backend, targets), root=tmp_path, publish=True)
    if backend.endswith("/praise"):
        assert "S111" in site.codes
        assert not (tmp_path / "public").exists()
        return
    assert site.ok, site.report
    sent = [each for each in posted(tmp_path / "public") if not urlsplit(each.action).netloc]
    assert len(sent) == (5 if backend else 0)  # with `manage-my-story`
    with running(name, tmp_path / "public", rules_in(tmp_path / "public", "/")) as server:
        for each in sent:
            assert httpx.post(server.url + each.action, data={"story": "lost?"}).status_code >= 400, each


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_form_for_netlify_is_refused_for_a_server(name: str, tmp_path: Path) -> None:
    targets = f"production: {{target: folder, path: www, served_by: {name}}}"
    site = build_site(text(NETLIFY, targets), root=tmp_path, publish=True)
    assert not (tmp_path / "public").exists()
    named = [d.message for d in site.diagnostics if d.code == "S111"]
    assert len(named) == 4
    for form in ("story", "manage-my-story", "praise", "best", "contact"):
        assert any(f"`{form}`" in message for message in named), form


def test_the_advice_names_what_chose_netlify_and_what_a_backend_needs() -> None:
    for backend, file, reason in (
        (
            "",
            {"netlify.toml": b"# ours"},
            "it names no backend, and `netlify.toml` shows that Netlify serves the site; ",
        ),
        (NETLIFY, {}, ""),
        (NETLIFY, {"netlify.toml": b"# ours"}, ""),
    ):
        site = build_site(text(backend, "production: {target: folder, path: www}"), files=file)
        hints = {d.hint for d in site.diagnostics if d.code == "S111"}
        assert len(hints) == 1
        (hint,) = hints
        assert hint.startswith(f"{reason}say `backend:` with one of `formspree`, `custom`, `mailto`; ")
        assert "`formspree` and `custom` need an `action:`" in hint
    two = "elsewhere: {target: folder, path: www}, online: {target: netlify, site: x}"
    site = build_site(text("", two))
    assert {"`online`" in d.hint for d in site.diagnostics if d.code == "S111"} == {True}


# what is chosen when nothing is said


def receivers(site: BuiltSite) -> set[str]:
    assert site.built.site
    return {form.backend for form in site.built.site.settings.config.forms.values()}


def test_netlify_is_the_default_only_where_it_shows() -> None:
    assert receivers(build_site(text())) == {"mailto"}
    assert receivers(build_site(text() + "-- netlify.toml --\n[build]\n")) == {"netlify"}
    assert receivers(build_site(text("", "production: {target: netlify, site: x}"))) == {"netlify"}
    branch = "{target: git, remote: 'https://git.example/x.git', branch: www, served_by: netlify}"
    assert receivers(build_site(text("", f"production: {branch}"))) == {"netlify"}
    assert receivers(build_site(text("", "production: {target: folder, path: www}"))) == {"mailto"}


def test_without_an_address_somebody_has_to_choose() -> None:
    site = build_site(text(business=""))
    assert site.codes.count("S110") == 4
    assert "`backend:` with one of `netlify`, `formspree`, `custom`, `mailto`" in site.report
    assert "S110" not in build_site(text("email: tom@bikes.example", business="")).codes


def test_the_next_build_sees_that_netlify_came(tmp_path: Path) -> None:
    write_site(tmp_path, text(), {})
    page = tmp_path / "public/send-your-story/index.html"
    assert run(tmp_path, "build").exit_code == 0
    assert "data-netlify" not in page.read_text("utf-8")
    (tmp_path / "netlify.toml").write_text("[build]\n")
    assert run(tmp_path, "build").exit_code == 0
    assert "data-netlify" in page.read_text("utf-8")


# each host with each backend


@pytest.mark.parametrize("host", HOST_NAMES[:-1])
@pytest.mark.parametrize(
    ("backend", "receiver"),
    [
        (NETLIFY, "netlify"),
        ("backend: formspree, action: xyz", "formspree"),
        ("backend: custom, action: https://forms.example.org/in", "custom"),
        ("backend: custom, action: /in.php", "custom-path"),
        ("backend: mailto", "mailto"),
    ],
)
def test_deploy_init_judges_by_the_table(host: str, backend: str, receiver: str, tmp_path: Path) -> None:
    write_site(tmp_path, text(backend), {})
    done = run(tmp_path, "deploy", "init", host)
    if host in RECEIVERS[receiver].hosts:
        assert "S111" not in done.output
    else:
        assert done.exit_code == 1
        assert "error[S111] the forms `story` and `manage-my-story` are received by" in done.output
        assert f"`{host}`" in done.output


def test_the_table_has_the_hosts_that_files_are_written_for() -> None:
    assert set(HOST_NAMES) == {*HOSTS, ""}


def test_the_guide_has_the_same_table() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/hosts.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in guide.splitlines() if line[:2] == "| "]
    start = next(number for number, row in enumerate(rows) if row[0] == "backend")
    table = [row[1:] for row in rows[start + 1 : start + 1 + len(RECEIVERS)]]
    assert [len(row) for row in table] == [len(HOST_NAMES)] * len(RECEIVERS)
    expected = [["yes" if host in r.hosts else "no" for host in HOST_NAMES] for r in RECEIVERS.values()]
    assert table == expected


@pytest.mark.parametrize("host", ["apache", "github-pages"])
def test_doctor_judges_hosts_that_files_were_written_for(host: str, tmp_path: Path) -> None:
    write_site(tmp_path, text(), {})
    assert run(tmp_path, "build").exit_code == 0
    assert run(tmp_path, "deploy", "init", host).exit_code == 0
    (tmp_path / "netlify.toml").write_text("[build]\n")  # from here on, the forms are for Netlify
    examined = run(tmp_path, "doctor")
    assert (
        f"wrong  the form `contact` is received by Netlify Forms, which the host `{host}` does not" in examined.output
    )


# several targets


TWO = "production: {target: netlify, site: x}, staging: {target: folder, path: www}"


def test_a_deploy_judges_its_target_and_check_judges_all(tmp_path: Path) -> None:
    write_site(tmp_path, text("", TWO), {})
    assert run(tmp_path, "build").exit_code == 0  # it is right for one of them
    checked = run(tmp_path, "check")
    assert checked.exit_code == 1
    assert "the target `staging` (folder)" in checked.output
    assert "the target `production` (" not in checked.output
    refused = run(tmp_path, "deploy", "staging", "-y", "--no-verify")
    assert refused.exit_code == 1
    assert "error[H114]" in refused.output
    assert not (tmp_path / "www").exists()
    assert "H114" not in run(tmp_path, "deploy", "production", "-y").output
    examined = run(tmp_path, "doctor")
    assert examined.exit_code == 1
    assert "`manage-my-story`" in examined.output


def test_staging_in_an_overlay_has_a_receiver_of_its_own(tmp_path: Path) -> None:
    write_site(tmp_path, text("", "production: {target: netlify, site: x}"), {})
    forms = "\n".join(f"  {name}: {{backend: mailto}}" for name in ("story", "praise", "best", "contact"))
    staging = f"deploy:\n  staging: {{target: folder, path: www, url: 'https://s.bikes.org/'}}\nforms:\n{forms}\n"
    (tmp_path / "caresite.staging.yaml").write_text(staging)
    assert run(tmp_path, "check").exit_code == 0
    assert run(tmp_path, "--env", "staging", "check").exit_code == 0
    sent = run(tmp_path, "--env", "staging", "deploy", "staging", "-y", "--no-verify")
    assert sent.exit_code == 0, sent.output
    assert not tuple(posted(tmp_path / "www"))


# forms of the owner's own


@pytest.mark.parametrize("own", [OWN, MARKED, OWN.replace("'/order/'", '"https://bikes.example/order"')])
def test_forms_written_by_hand_are_judged_too(own: str, tmp_path: Path) -> None:
    write_site(tmp_path, text("", "production: {target: folder, path: www}") + own, {})
    checked = run(tmp_path, "check")
    assert checked.exit_code == 1
    assert "S111" in checked.output
    assert "content/pages/order.md" in checked.output
    refused = run(tmp_path, "deploy", "-y", "--no-verify")
    assert refused.exit_code == 1
    assert "a form on /order/" in refused.output
    assert not (tmp_path / "www").exists()


@pytest.mark.parametrize(
    "own",
    [
        OWN.replace("'/order/'", "/order.php"),
        OWN.replace("/order/'", "https://f.example/'"),
        OWN.replace("POST", "get"),
    ],
)
def test_forms_that_go_elsewhere_are_left_alone(own: str) -> None:
    assert "S111" not in build_site(text("", "production: {target: folder, path: www}") + own).codes


def test_a_form_marked_for_netlify_is_right_at_netlify() -> None:
    assert "S111" not in build_site(text("", "production: {target: netlify, site: x}") + MARKED).codes
