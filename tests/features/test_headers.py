"""Headers: a policy for each page that it keeps on every kind of host."""

from __future__ import annotations

import random
import re
from textwrap import dedent
from typing import Any

import pytest

from caresite.features.headers import MAX_RULES, Policy, narrower_rules

BASE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WITHOUT_SEARCH = "plugins: [feeds, headers]\n"  # the search page needs more than others
LESS: Policy = (("default-src", ("'none'",)),)
MORE: Policy = (("default-src", ("'none'",)), ("script-src", ("'self'",)))
OTHER: Policy = (("default-src", ("'none'",)), ("frame-src", ("https://v.example",)))
ALL: Policy = (*LESS, ("frame-src", ("https://v.example",)), ("script-src", ("'self'",)))


def blocks(site: Any) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for line in site.text("_headers").splitlines():
        if line.startswith("/"):
            found.append((line, {}))
        elif line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            found[-1][1][name] = value
    return found


def matches(pattern: str, url: str) -> bool:
    """Match as the most generous host does: no case, no last slash, `/*` also without the slash."""
    parts = [p for p in pattern.split("/") if p]
    regex = "/".join("?(.*)" if p == "*" else re.escape(p).replace(r"\*", "(.*)") for p in parts)
    return re.fullmatch(f"/{regex}/?", url, re.IGNORECASE) is not None


def policies_for(site: Any, url: str) -> list[str]:
    values = [v for pattern, v in blocks(site) if matches(pattern, url)]
    return [v["Content-Security-Policy"] for v in values if "Content-Security-Policy" in v]


def test_one_policy_for_all_where_nothing_needs_more(sample: Any) -> None:
    site = sample.with_page("", config=WITHOUT_SEARCH)
    (first, values), *rest = blocks(site)
    assert first == "/*"
    assert values["Content-Security-Policy"] == BASE
    assert values["X-Content-Type-Options"] == "nosniff"
    assert values["X-Frame-Options"] == "DENY"
    assert values["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in values["Permissions-Policy"]
    assert "X-Robots-Tag" not in values
    assert values["Strict-Transport-Security"] == "max-age=31536000"
    assert rest == [
        ("/assets/*", {"Cache-Control": "public, max-age=31536000, immutable"}),
        *((path, {"Cache-Control": "public, max-age=600"}) for path in ("/feed.json", "/feed.xml", "/rss.xml")),
    ]


def test_feeds_are_kept_for_minutes_and_no_path_has_two_times(sample: Any) -> None:
    site = sample.build("feeds: {formats: [atom, rss, json]}\n")
    for path in site.outputs:
        times = [
            v["Cache-Control"] for pattern, v in blocks(site) if "Cache-Control" in v and matches(pattern, f"/{path}")
        ]
        is_feed = path.rpartition("/")[2] in ("feed.xml", "rss.xml", "feed.json")
        assert len(times) <= 1, path
        assert (times == ["public, max-age=600"]) is is_feed, path


@pytest.mark.parametrize(
    ("config", "base_url", "sent"),
    [
        ("", "https://example.com/", True),
        ("", "http://example.com/", False),
        ("", "https://example.com/shop/", False),  # the host is not this site's alone
        ("headers: {hsts_days: 0}\n", "https://example.com/", False),
    ],
)
def test_https_is_promised_for_a_host_of_its_own_only(sample: Any, config: str, base_url: str, sent: bool) -> None:
    site = sample.build(config, base_url=base_url)
    assert ("Strict-Transport-Security" in blocks(site)[0][1]) is sent


def test_the_owners_value_for_the_same_path_replaces_ours(sample: Any) -> None:
    config = """
    headers:
      - {for: /*, values: {referrer-policy: no-referrer}}
      - {for: /assets/*, values: {Cache-Control: no-cache}}
    """
    site = sample.with_page("", config=config)
    assert "Referrer-Policy" not in blocks(site)[0][1]
    assert [values for path, values in blocks(site) if path == "/assets/*"] == [{"Cache-Control": "no-cache"}]


def test_page_that_needs_more_gets_more_and_the_others_do_not(sample: Any) -> None:
    film = '<iframe src="https://v.example/1" title="Film"></iframe>'
    site = sample.build(
        WITHOUT_SEARCH,
        content=f"""
-- content/blog/film.md --
---
title: Film
date: 2026-01-01
---
{film}
-- content/blog/filmed.md --
---
title: Filmed
date: 2026-01-02
---
Words.
-- content/pages/about.md --
---
title: About
---
Words.
""",
    )
    assert site.ok, site.report
    assert "frame-src 'self' https://v.example" in policies_for(site, "/blog/film/")[0]
    assert len(policies_for(site, "/blog/film/")) == 1
    for url in ("/", "/blog/filmed/", "/about/", "/blog/"):
        ceiling, own = policies_for(site, url)
        assert "frame-src" in ceiling, url
        assert own == BASE, url
    assert "frame-src" in policies_for(site, "/not/there/")[0]  # a missing page gets the widest, and needs no more


def test_quote_of_the_day_may_run_its_script(sample: Any) -> None:
    site = sample.build()
    assert all("script-src 'self'" in policy for policy in policies_for(site, "/quotes/today/"))
    assert policies_for(site, "/quotes/care/")[-1] == BASE


def test_config_adds_rules_and_sources(sample: Any) -> None:
    config = """
    headers:
      csp: {script-src: "https://count.example, 'self'"}
      cache_days: 0
      feed_minutes: 0
      rules:
        - for: /offers/*
          values: {X-Robots-Tag: noindex, Cache-Control: no-store}
    """
    site = sample.with_page("", config=dedent(config) + WITHOUT_SEARCH)
    assert site.codes == (), site.report
    assert blocks(site)[0][1]["Content-Security-Policy"] == f"{BASE}; script-src 'self' https://count.example"
    assert blocks(site)[-1] == ("/offers/*", {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"})
    assert len(blocks(site)) == 2


def test_bare_list_is_the_rules(sample: Any) -> None:
    site = sample.with_page("", config="headers: [{for: /x/*, values: {X-A: b}}]\n")
    assert blocks(site)[-1] == ("/x/*", {"X-A": "b"})


@pytest.mark.parametrize(
    ("config", "column"),
    [
        ("headers: [{for: x, values: {X-A: b}}]", 17),
        ("headers: [{for: /x, values: {'X A': b}}]", 37),
        ('headers: [{for: /x, values: {X-A: "b\\nX-B: c"}}]', 35),
        ("headers: {csp: {script-src: [\"'self'; img-src *\"]}}", 30),
    ],
)
def test_what_cannot_be_sent_is_an_error_at_its_place(sample: Any, config: str, column: int) -> None:
    site = sample.with_page("", config=config + "\n")
    assert [(d.code, str(d.span)) for d in site.diagnostics] == [("V201", f"caresite.yaml:5:{column}")]
    assert not site.ok


def test_noindex_for_previews(sample: Any) -> None:
    assert blocks(sample.with_page("", config="seo: {noindex: true}\n"))[0][1]["X-Robots-Tag"] == "noindex"


def test_files_of_the_owner_below_assets_are_not_kept_for_ever(sample: Any) -> None:
    site = sample.with_page("", extra="-- static/assets/logo.svg --\n<svg/>\n")
    lasting = [path for path, values in blocks(site) if "immutable" in values.get("Cache-Control", "")]
    assert lasting
    assert all(re.search(r"\.[0-9a-f]{10}\.", path) for path in lasting)


def test_sub_path(sample: Any) -> None:
    site = sample.build(base_url="https://example.com/shop/")
    lasting = [path for path, values in blocks(site) if "immutable" in values.get("Cache-Control", "")]
    assert lasting[0] == "/shop/assets/*"
    assert policies_for(site, "/shop/quotes/care/")[-1] == BASE


def test_the_owners_file_is_kept_and_said_so(sample: Any) -> None:
    site = sample.with_page("", extra="-- static/_headers --\n/*\n  X-Mine: yes\n")
    assert blocks(site) == [("/*", {"X-Mine": "yes"})]
    assert site.codes == ("U101",)
    assert site.ok


def check_rules(policies: dict[str, Policy], rules: dict[str, Policy]) -> None:
    for url, policy in policies.items():
        matched = [rule for pattern, rule in rules.items() if matches(pattern, url)]
        assert matched == ([policy] if policy != ALL else []), url


def test_thousands_of_pages_need_few_rules() -> None:
    pick = random.Random(7)
    words = ["care", "blog", "ask", "win", "v1.2", "100%25", "%C3%A9", "Rope", "letter", "one", "two", "thanks"]
    urls = {"/blog/" + "-".join(pick.choices(words, k=4)) + f"-{n}/" for n in range(5000)}
    policies: dict[str, Policy] = dict.fromkeys(("/", "/blog/", "/blogger/", "/about/", *sorted(urls)), LESS)
    policies["/blog/" + "care-care-film/"] = MORE
    policies["/quotes/today/"] = OTHER
    rules = narrower_rules(policies, ALL)
    assert len(rules) < 60
    pick_some = dict(pick.sample(sorted(policies.items()), 300))
    check_rules(pick_some | {u: p for u, p in policies.items() if p != LESS}, rules)


@pytest.mark.parametrize("seed", range(20))
def test_no_page_is_matched_by_a_narrower_rule_of_other_needs(seed: int) -> None:
    pick = random.Random(seed)
    parts = ["a", "ab", "a.b", "a-b", "B", "é".encode().hex(), "abc", "a%20b", "*x"]
    urls = {"/" + "/".join(pick.choices(parts, k=pick.randint(0, 3))) + "/" for _ in range(60)}
    urls = {re.sub("//+", "/", url).replace("*", "s") for url in urls}
    folded = {url.casefold(): url for url in urls}
    policies = {url: pick.choice([LESS, LESS, MORE, OTHER, ALL]) for url in folded.values()}
    rules = narrower_rules(policies, ALL)
    assert len(rules) <= MAX_RULES
    check_rules(policies, rules)


def test_beyond_the_limit_folders_get_the_ceiling_of_their_pages() -> None:
    policies: dict[str, Policy] = {f"/blog/{n}-{m}/": MORE if m % 2 else LESS for n in range(20) for m in range(20)}
    policies |= {f"/news/{n}/": LESS for n in range(5)} | {"/": OTHER, "/about/": OTHER, "/abouts/": LESS}
    rules = narrower_rules(policies, ALL, limit=50)
    assert set(rules) == {"/blog/*", "/news/*", "/abouts/*"}
    assert "script-src" in dict(rules["/blog/*"])
    assert "frame-src" not in dict(rules["/blog/*"])
    assert "script-src" not in dict(rules["/news/*"])
