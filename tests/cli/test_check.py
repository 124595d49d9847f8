"""`caresite check`: it writes nothing, and fails on what must not go online."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from caresite.submissions.store import Store
from caresite.testing import write_site
from submissions.stored import stored

from .conftest import WITHHELD, Run

WARNED = """
-- content/blog/link.md --
---
title: Link
---
[away](/nowhere/)
"""


def test_a_good_site_passes_and_nothing_is_written(run: Run, site: Path) -> None:
    before = sorted(site.rglob("*"))
    result = run("check")
    assert result.exit_code == 0
    assert "nothing is wrong" in result.output
    assert sorted(site.rglob("*")) == before


def test_a_warning_fails_only_when_asked(run: Run, site: Path) -> None:
    write_site(site, WARNED.replace("[away](/nowhere/)", "[away](../stories/later.md)"))
    write_site(site, "-- content/stories/later.md --\n---\ntitle: Later\ndraft: true\n---\nSoon.\n")
    assert run("check").exit_code == 0
    result = run("check", "--fail-on", "warning")
    assert result.exit_code == 1
    assert "warning[L105]" in result.output
    assert "The check fails on warnings, as `--fail-on warning` asks." in result.output


@pytest.mark.parametrize(
    "link", ["[a](/nowhere/)", "[a](../nowhere/)", "![A door](/nowhere.png)", '<a href="/nowhere/">a</a>']
)
def test_a_dead_address_of_the_site_fails_as_other_broken_links_do(run: Run, site: Path, link: str) -> None:
    write_site(site, WARNED.replace("[away](/nowhere/)", link))
    assert run("build").exit_code == 0, "sites that exist keep building"
    result = run("check")
    assert result.exit_code == 1
    assert "The check fails because `caresite deploy` refuses it, whatever `--fail-on` says: L10" in result.output
    config = site / "caresite.yaml"
    text = config.read_text()
    config.write_text(text + "deploy: {live: {target: folder, path: ../www}}\n")
    done = run("deploy", "-y")
    assert done.exit_code == 1
    assert "error[L10" in done.output
    assert done.output.rstrip().endswith("Nothing was deployed.")
    assert not (site.parent / "www").exists()
    config.write_text(config.read_text() + "check: {links: warning, images: warning}\n")
    assert run("check").exit_code == 0


def test_a_form_that_would_be_lost_says_why_the_check_fails(run: Run, site: Path) -> None:
    with (site / "caresite.yaml").open("a") as config:
        config.write("forms: {contact: {kind: contact, backend: netlify}}\n")
        config.write("deploy: {live: {target: folder, path: ../www}, other: {target: netlify, site: x}}\n")
    result = run("check")
    assert result.exit_code == 1
    assert "warning[S111]" in result.output
    assert "whatever `--fail-on` says: S111." in result.output


def test_words_withheld_for_want_of_consent_fail_until_they_are_settled(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    result = run("check")
    assert result.exit_code == 1
    assert "warning[K102]" in result.output
    assert "1 item withheld" in result.output


def test_a_draft_without_consent_is_a_draft(run: Run, site: Path) -> None:
    write_site(site, WITHHELD.replace("author:", "draft: true\nauthor:"))
    assert run("check").exit_code == 0


def test_format_json_says_the_same(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    result = run("check", "--format", "json")
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert data["ok"] is False
    assert [d["code"] for d in data["diagnostics"]] == ["K102"]


def test_an_unknown_format_is_wrong_usage(run: Run) -> None:
    assert run("check", "--format", "xml").exit_code == 2


# the rules for customers' words


def test_consent_alone_tells_of_each_rule_that_is_broken(run: Run, site: Path) -> None:
    write_site(site, WARNED + WITHHELD)
    result = run("check", "consent")
    assert result.exit_code == 1
    assert "C01  No customer's text is shown without valid consent. (error; GDPR 6 and 7)" in result.output
    assert "warning[K102]" in result.output
    assert "L103" not in result.output, "a link is no matter of consent"
    assert "1 broken, C01." in result.output
    assert "C08, D06, I04 could be looked at only in part" in result.output


def test_consent_of_a_good_site_passes_and_tells_what_keeps_each_rule(run: Run) -> None:
    result = run("check", "consent", "-v")
    assert result.exit_code == 0
    assert "none is broken" in result.output
    assert "I13  kept by the pages themselves" in result.output


def test_consent_as_json_has_every_rule_with_what_was_found(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    data = json.loads(run("check", "consent", "--json").output)
    assert data["ok"] is False
    assert len(data["rules"]) == 62
    rules = {rule["id"]: rule for rule in data["rules"]}
    assert [found["code"] for found in rules["C01"]["findings"]] == ["K102"]
    assert rules["C01"]["findings"][0]["rules"] == ["C01"]
    assert {"severity", "rule", "basis", "kept_by", "remedy"} <= rules["Q05"].keys()


def test_what_the_private_store_tells_fails_no_build_and_is_told_by_check(run: Run, site: Path) -> None:
    store = Store(site)
    with store.locked():
        store.add(stored("00000000000000ad", erase_after=date(2026, 1, 1)))
    assert "S502" not in run("build").output
    result = run("check", "--fail-on", "warning")
    assert result.exit_code == 1
    assert "warning[S502] 1 submission should have been erased by now" in result.output
    assert "C08  Nothing is kept longer than was promised." in run("check", "consent").output


def test_a_fault_tells_its_rule_when_asked_for_more(run: Run, site: Path) -> None:
    write_site(site, WITHHELD)
    assert "  rule C01: No customer's text is shown without valid consent. (GDPR 6 and 7)" in run("-v", "build").output
    assert "rule C01" not in run("build").output


def test_a_wording_that_is_lost_fails_the_check_and_not_the_build(run: Run, site: Path) -> None:
    agreed = "consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter, wording: gone-2025}"
    write_site(site, f"-- content/testimonials/a.md --\n---\nauthor: Ada Quill\n{agreed}\n---\nThey came at five.\n")
    assert run("build").exit_code == 0
    assert run("check").exit_code == 1
    result = run("check", "consent")
    assert result.exit_code == 1
    assert "1 broken, C03." in result.output


def test_what_only_stands_in_for_an_address_is_noted(run: Run, site: Path) -> None:
    (site / "caresite.yaml").write_text(
        "title: T\nbase_url: https://www.example.com/\ntimezone: UTC\nbusiness: {email: hello@Example.com}\n"
    )
    done = run("check")
    assert done.exit_code == 0
    assert "caresite.yaml:2:11: note[H119] `base_url: https://www.example.com/` only stands in" in done.output
    assert "caresite.yaml:4:19: note[H119] who writes to `hello@Example.com` does not reach you" in done.output
    assert "nothing is wrong" in done.output
    (site / "caresite.yaml").write_text("title: T\nbase_url: https://example.com/\ntimezone: UTC\nsample: true\n")
    assert "H119" not in run("check").output
