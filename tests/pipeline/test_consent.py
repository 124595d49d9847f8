"""Whose words may be shown, with what, and how far a name goes: in one judge, and in every file of a finished site."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from caresite.pipeline.consent import shown_name
from caresite.testing import BuiltSite, build_site, picture

SmallSite = Callable[..., BuiltSite]
ALL = "publish_text, publish_name, publish_company, publish_photo"


def praise(*lines: str, scopes: str = ALL, how: str = "letter", at: str = "2026-01-01", consent: str = "") -> str:
    given = f"  consent: {{at: {at}, scopes: [{scopes}], how: {how}{consent}}}\n"
    return (
        "-- content/testimonials/a.yaml --\n- text: Well done.\n  id: a\n" + given + "".join(f"  {x}\n" for x in lines)
    )


def story(*lines: str, scopes: str = ALL) -> str:
    consent = f"consent: {{at: 2026-01-01, scopes: [{scopes}], how: letter}}\n"
    return (
        "-- content/stories/s.md --\n---\ntitle: A story\n"
        + consent
        + "".join(f"{x}\n" for x in lines)
        + "---\nText.\n"
    )


def reasons(site: BuiltSite) -> list[str]:
    return [h.reason for h in site.held_back if h.state == "withheld"]


# what is shown needs its scope


def test_words_with_all_they_need_are_shown(small_site: SmallSite) -> None:
    site = small_site(praise("author: {name: Ines Okafor, company: Crumb}"))
    assert reasons(site) == []
    assert site.codes == ()


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("", "publish_text"),
        ("author: {name: Ines Okafor}", "publish_name"),
        ("author: {name: Ines Okafor, display: initials}", "publish_name"),
        ("author: {company: Crumb}", "publish_company"),
    ],
)
def test_each_thing_shown_needs_its_own_scope(small_site: SmallSite, line: str, missing: str) -> None:
    others = ", ".join(scope for scope in ALL.split(", ") if scope != missing)
    (reason,) = reasons(small_site(praise(line, scopes=others) if line else praise(scopes=others)))
    assert f"({missing})" in reason


@pytest.mark.parametrize("display", ["role", "anonymous"])
def test_a_name_that_is_not_shown_needs_no_scope(small_site: SmallSite, display: str) -> None:
    author = f"author: {{name: Ines Okafor, display: {display}, photo: /ines.jpg}}"
    assert reasons(small_site(praise(author, scopes="publish_text"))) == []


def test_a_storys_customer_needs_the_company_scope_unless_anonymous(small_site: SmallSite) -> None:
    named = small_site(story("customer: Crumb", scopes="publish_text"))
    assert "(publish_company)" in reasons(named)[0]
    unnamed = small_site(story("customer: {name: Crumb, anonymous: true, descriptor: A bakery}", scopes="publish_text"))
    assert reasons(unnamed) == []


def test_a_logo_needs_a_permission_of_its_own(small_site: SmallSite) -> None:
    files = {"static/crumb.svg": b"<svg/>"}
    (reason,) = reasons(small_site(story("customer: {name: Crumb, logo: /crumb.svg}"), files=files))
    assert "logo_permission" in reason
    allowed = story("customer: {name: Crumb, logo: /crumb.svg, logo_permission: true}")
    assert reasons(small_site(allowed, files=files)) == []


@pytest.mark.parametrize("how", ["platform-terms", "imported-claim"])
def test_terms_of_a_platform_never_cover_a_photo(small_site: SmallSite, how: str) -> None:
    assert reasons(small_site(praise("author: {name: Ines}", how=how))) == []
    site = small_site(praise("author: {name: Ines, photo: /ines.jpg}", how=how))
    assert reasons(site) == []
    assert f"by {how} never covers a photo" in site.report
    assert b"ines.jpg" not in b"".join(site.outputs.values())


# where consent stands, and how long it lasts


def test_without_any_consent_words_are_withheld_with_a_warning(small_site: SmallSite) -> None:
    site = small_site("-- content/testimonials/a.yaml --\n- {id: a, text: Well done.}\n")
    assert reasons(site) == ["there is no consent on record"]
    assert [d.severity for d in site.diagnostics if d.code == "K102"] == ["warning"]
    assert b"Well done" not in b"".join(site.outputs.values())


def locked(*lines: str, scopes: str = ALL, approved: str = "2026-01-01") -> str:
    extra = "".join(f"    {line}\n" for line in lines)
    lock = f"items:\n  3f9a:\n    scopes: [{scopes}]\n    approved: {approved}\n{extra}"
    words = "-- content/testimonials/a.yaml --\n- {id: a, text: Well done., author: Ines, consent_ref: 3f9a}\n"
    return f"{words}-- consent.lock.yaml --\n{lock}"


def test_a_submission_is_shown_by_its_record_in_the_lock(small_site: SmallSite) -> None:
    assert reasons(small_site(locked())) == []
    assert "(publish_name)" in reasons(small_site(locked(scopes="publish_text")))[0]


def test_a_submission_without_a_record_is_withheld(small_site: SmallSite) -> None:
    text = "-- content/testimonials/a.yaml --\n- {id: a, text: Well done., consent_ref: 3f9a}\n"
    assert reasons(small_site(text)) == ["`3f9a` has no consent on record in consent.lock.yaml"]


def test_nobody_of_unknown_age_is_shown(small_site: SmallSite) -> None:
    assert "of age" in reasons(small_site(locked("age: unknown")))[0]
    assert reasons(small_site(locked("age: parent-agreed"))) == []


def test_two_consents_are_an_error(small_site: SmallSite) -> None:
    site = small_site(praise("consent_ref: 3f9a"))
    assert [d.code for d in site.diagnostics if d.severity == "error"] == ["K101"]
    assert len(reasons(site)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (praise(consent=", withdrawn: 2026-11-01"), "withdrawn on 2026-11-01"),
        (praise(consent=", expires: 2026-11-22"), "ended on 2026-11-22"),
        (locked("withdrawn: 2026-11-01"), "withdrawn on 2026-11-01"),
        (locked("until: 2026-11-22"), "ended on 2026-11-22"),
    ],
)
def test_what_was_taken_back_or_has_ended_is_gone_with_the_next_build(
    small_site: SmallSite, text: str, said: str
) -> None:
    assert said in reasons(small_site(text))[0]
    earlier = reasons(small_site(text, now="2026-10-31"))
    assert [said in reason for reason in earlier] == ([True] if "withdrawn" in said else [])  # once and for all


def test_the_end_of_consent_is_a_moment_that_is_due(small_site: SmallSite) -> None:
    site = small_site(praise(consent=", expires: 2027-01-01"))
    assert f"{site.site.next_due:%Y-%m-%d}" == "2027-01-01"


def test_consent_from_the_future_is_an_error(small_site: SmallSite) -> None:
    site = small_site(praise(at="2027-01-01"))
    assert [d.code for d in site.diagnostics if d.severity == "error"] == ["K103"]


def test_no_flag_lets_withheld_words_through(small_site: SmallSite) -> None:
    text = "-- content/testimonials/a.yaml --\n- {id: a, text: Well done., draft: true}\n"
    assert reasons(small_site(text, drafts=True, future=True, expired=True)) == ["there is no consent on record"]


# ties and gifts


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("incentive: {kind: discount}", "no `disclosure` says so"),
        ("incentive: {kind: gift, conditional_on_positive: true}", "on condition of praise"),
        ("relation: employee", "tied to the firm (employee)"),
        ("relation: family", "tied to the firm (family)"),
        ("relation: unknown", "is not known"),
    ],
)
def test_gifts_and_ties_have_to_be_said(small_site: SmallSite, line: str, said: str) -> None:
    site = small_site(praise(line))
    assert said in reasons(site)[0]
    assert "K105" in site.codes


@pytest.mark.parametrize(
    "lines",
    [
        ("incentive: {kind: discount}", "disclosure: She got ten per cent off."),
        ("incentive: {kind: none}",),
        ("incentive: {given: false}",),
        ("relation: employee", "disclosure: She works here."),
        ("relation: client",),
    ],
)
def test_what_is_said_beside_the_words_may_be_shown(small_site: SmallSite, lines: tuple[str, ...]) -> None:
    assert reasons(small_site(praise(*lines))) == []


@pytest.mark.parametrize("line", ["incentive: {kind: gift, conditional_on_positive: true}", "relation: unknown"])
def test_some_things_no_disclosure_heals(small_site: SmallSite, line: str) -> None:
    assert len(reasons(small_site(praise(line, "disclosure: She got a cake.")))) == 1


# quotes


def quote(*lines: str) -> str:
    return "-- content/quotes/q.yaml --\n- id: a\n  text: Listen.\n  author: Rosa\n" + "".join(
        f"  {x}\n" for x in lines
    )


def test_a_quote_from_a_book_needs_nobodys_consent(small_site: SmallSite) -> None:
    assert reasons(small_site(quote("source: A book"))) == []


@pytest.mark.parametrize("line", ["source: {kind: testimonial}", "rights: permission", "consent_ref: 3f9a"])
def test_a_customers_words_among_quotes_need_it(small_site: SmallSite, line: str) -> None:
    assert len(reasons(small_site(quote(line)))) == 1


# how a name is shown


@pytest.mark.parametrize(
    ("display", "shown"),
    [
        ("full", "Ines Adaeze Okafor"),
        ("first-name", "Ines"),
        ("first-initial", "Ines O."),
        ("initials", "I. A. O."),
        ("role", ""),
        ("anonymous", ""),
    ],
)
def test_a_name_is_cut_as_its_owner_chose(display: str, shown: str) -> None:
    assert shown_name("Ines Adaeze Okafor", display) == shown


@pytest.mark.parametrize("display", ["full", "first-name", "first-initial"])
def test_a_single_name_stays_whole(display: str) -> None:
    assert shown_name("Ines", display) == "Ines"


CONSENT = "{at: 2026-01-01, scopes: [publish_text, publish_name, publish_company, publish_photo], how: letter}"
PERSON = (
    "name: Ines Adaeze Okafor, role: Quillmaker, company: Featherworks, location: Ambleford, "
    "url: 'https://okafor.example/', photo: portrait.jpg"
)
SITE = """
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
business: {{name: Example, email: hello@example.com}}
testimonials: {{mode: reviews, show_average: true, verification_note: We asked.}}
-- content/blog/a.md --
---
title: A post
date: 2026-01-02
tags: [care]
---
::: testimonials care
:::

::: story the-move
:::

::: quote q#a
:::
-- content/testimonials/list.yaml --
- text: They stayed late for us, twice.
  date: 2026-02-02
  rating: 5
  tags: [care]
  author: {{{person}, display: {display}}}
  consent: {consent}
-- content/testimonials/letter.md --
---
date: 2026-02-01
rating: 3
author: {{{person}, display: {display}}}
consent: {consent}
---
A good job.
-- content/stories/the-move/index.md --
---
title: The move
date: 2026-02-03
industry: Crafts
author: {{{person}, display: {display}}}
quotes: [{{text: We slept well., speaker: Ines Adaeze Okafor}}]
consent: {consent}
---
It went well.
-- content/quotes/q.yaml --
- id: a
  text: Ask twice.
  author: {{name: Ines Adaeze Okafor, display: {display}, role: Quillmaker, born: 1871, url: 'https://okafor.example/'}}
  source: {{kind: testimonial}}
  consent: {consent}
"""
PICTURES = {
    "content/testimonials/portrait.jpg": picture(),
    "content/stories/the-move/portrait.jpg": picture(),
    "content/stories/the-move/office.jpg": picture(),
}


def site_with(display: str) -> BuiltSite:
    built = build_site(SITE.format(display=display, person=PERSON, consent=CONSENT), files=PICTURES)
    assert built.held_back == (), built.report
    assert built.ok, built.report
    return built


def everything(site: BuiltSite) -> str:
    texts = [data.decode("utf-8", "ignore") for data in site.outputs.values()]
    return unescape("\n".join([*site.outputs, *texts])).casefold()


def test_a_full_name_is_shown_wherever_words_are() -> None:
    site = site_with("full")
    for path in ("/testimonials/", "/stories/the-move/", "/quotes/q/a/"):
        assert "Okafor" in site.html(path)
    assert "portrait" in everything(site)


@pytest.mark.parametrize(
    ("display", "hidden"),
    [
        ("first-name", ["okafor", "adaeze"]),
        ("first-initial", ["okafor", "adaeze"]),
        ("initials", ["okafor", "adaeze", "ines"]),
        ("role", ["okafor", "adaeze", "ines", "portrait"]),
        ("anonymous", ["okafor", "adaeze", "ines", "portrait", "quillmaker", "featherworks", "ambleford", "1871"]),
    ],
)
def test_what_an_author_chose_not_to_show_is_in_no_file_of_the_site(display: str, hidden: list[str]) -> None:
    text = everything(site_with(display))
    leaks = {
        word: text[max(0, m.start() - 60) : m.end() + 40] for word in hidden if (m := re.search(rf"\b{word}", text))
    }
    assert leaks == {}


def test_the_words_themselves_are_there_whatever_was_chosen() -> None:
    text = everything(site_with("anonymous"))
    for words in ("they stayed late for us", "a good job", "it went well", "ask twice", "we slept well"):
        assert words in text


def test_a_picture_in_a_bundle_stays_out_only_when_its_owner_is_not_to_be_seen() -> None:
    assert "stories/the-move/office.jpg" in site_with("anonymous").outputs
    assert "stories/the-move/portrait.jpg" in site_with("initials").outputs


@pytest.mark.parametrize(
    "text",
    [
        praise("author: {name: Ines Okafor, display: initials}").replace("id: a", "id: ines-okafor"),
        praise("author: {name: Ines Okafor, display: first-name}", "title: Ines Okafor"),
        story("author: {name: Ines Okafor, display: anonymous}").replace(
            "stories/s.md", "stories/how-ines-okafor-slept.md"
        ),
        story("author: {name: Ines Okafor, display: initials}", "summary: Ines Okafor slept well."),
        story("author: {name: Ines Okafor, display: initials}").replace("Text.", "So said Ines *Okafor*, and slept."),
        story("author: {name: Ines Okafor, display: initials}").replace("Text.", "::: callout tip\nInes Okafor\n:::"),
        praise("author: {name: Ines Okafor, display: role, role: Baker}").replace(
            "Well done.", "Ines  Okafor says yes."
        ),
        praise("author: {name: Ines Okafor, display: initials}", "reply: {text: 'Thank you, INES OKAFOR!'}"),
    ],
)
def test_words_or_an_address_that_give_the_name_away_are_withheld(small_site: SmallSite, text: str) -> None:
    (reason,) = reasons(small_site(text))
    assert "gives away the name" in reason
    assert reasons(small_site(re.sub(r"display: [\w-]+", "display: full", text))) == []


def test_what_nobody_declared_reaches_no_template_and_no_file() -> None:
    secret = "email: ines@quillmaker.example\nhero: secretly\nparams: {reply_to: ines@quillmaker.example, tone: calm}\n"
    site = build_site(
        f"""
-- content/testimonials/a.md --
---
author: {{name: Ines Okafor}}
{secret}consent: {CONSENT}
---
Well done.
-- content/stories/s.md --
---
title: A story
regions: [Kent, ines@quillmaker.example]
canonical: https://elsewhere.example/s/
{secret}consent: {CONSENT}
---
Text.
-- caresite.yaml --
title: Example
base_url: https://example.com/
timezone: Europe/London
taxonomies: {{regions: /regions/}}
""",
        files={"templates/home.html": b"{% for p in site.pages(('testimonial', 'story')) %}{{ p.params }}{% endfor %}"},
    )
    assert site.ok, site.report
    assert "quillmaker" not in everything(site)
    assert "secretly" not in everything(site)
    assert "calm" in site.html("/")
    assert 'rel="canonical" href="https://elsewhere.example/s/"' in site.html("/stories/s/")
