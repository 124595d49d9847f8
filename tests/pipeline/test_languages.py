"""Pages, and parts of pages, in another language than the site: marks, words, `lang` and `dir` are theirs."""

from __future__ import annotations

import json
import re

import pytest

from caresite.core.languages import direction_of, with_shorter
from caresite.features.embeds.snippet import snippet_of
from caresite.pipeline.directions import with_directions
from caresite.pipeline.markdown import Markdown, MarkdownOptions
from caresite.pipeline.markdown.typography import marks_for, words_for
from caresite.testing import build_site

CONFIG = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
"""
ENGLISH_SITE_WITH_A_GERMAN_PAGE = f"""{CONFIG}
language: en-GB
-- content/blog/de.md --
---
title: Deutsch
date: 2026-01-02
lang: de
summary: Er "sagte" es.
---

Er sagte "Hallo 'Welt'" und ging.[^1]

[^1]: Eine "Note".
-- content/blog/en.md --
---
title: English
date: 2026-01-01
---

He said "Hello 'World'" and went. [«Il a dit "oui"»]{{lang=fr}} "it" <q lang="de">"so 'it'"</q> "is".[^1]

## "Kopf" {{lang=de}}

[^1]: A "note".
"""
HEBREW_AND_ARABIC = f"""{CONFIG}
menus: {{main: [{{text: Blog, url: /blog/}}]}}
-- content/blog/he.md --
---
title: שלום
date: 2026-01-02
lang: he
---

שלום עולם. זה טוב.
-- content/blog/en.md --
---
title: English
date: 2026-01-01
---

[مرحبا]{{lang=ar}} and <i lang="fa" dir="auto">سلام</i>.
-- content/testimonials/t.yaml --
- id: t1
  text: "مرحبا بالعالم. رائع!"
  author: {{name: Ann Bee}}
  lang: ar
  date: 2026-01-01
  consent: {{at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}}
- id: t2
  text: 'He said "good".'
  author: {{name: Bo Cee}}
  lang: de
  date: 2026-01-01
  consent: {{at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}}
"""


def test_marks_and_footnote_words_are_those_of_the_page() -> None:
    site = build_site(ENGLISH_SITE_WITH_A_GERMAN_PAGE)
    page = site.html("/blog/de/")
    assert '<html lang="de"' in page
    assert "Er sagte „Hallo ‚Welt‘“ und ging." in page
    assert 'aria-label="Fußnoten"' in page
    assert "Eine „Note“." in page
    assert 'aria-label="Zurück zum Text 1"' in page
    assert "Er „sagte“ es." in page
    assert "Er „sagte“ es." in site.html("/blog/")
    assert "„Hallo" in site.text("feed.xml")


def test_parts_in_another_language_have_their_marks() -> None:
    page = build_site(ENGLISH_SITE_WITH_A_GERMAN_PAGE).html("/blog/en/")
    assert "He said “Hello ‘World’” and went." in page
    assert 'aria-label="Footnotes"' in page
    assert "Il a dit «\u00a0oui\u00a0»" in page
    assert '</span> “it” <q lang="de">„so ‚it‘“</q> “is”.' in page
    assert "„Kopf“</h2>" in page


def test_an_english_page_of_a_german_site_has_english_marks() -> None:
    site = build_site(ENGLISH_SITE_WITH_A_GERMAN_PAGE.replace("en-GB", "de").replace("lang: de", "lang: en"))
    assert "Er sagte “Hallo ‘Welt’” und ging." in site.html("/blog/de/")
    assert 'aria-label="Footnotes"' in site.html("/blog/de/")
    assert "He said „Hello ‚World‘“ and went." in site.html("/blog/en/")


def test_what_is_written_from_right_to_left_says_so() -> None:
    site = build_site(HEBREW_AND_ARABIC)
    hebrew = site.html("/blog/he/")
    assert '<html lang="he" dir="rtl"' in hebrew
    assert re.search(r'<header class="site-header[^"]*" lang="en" dir="ltr">', hebrew)  # nobody translated the words
    assert '<footer class="site-footer" lang="en" dir="ltr">' in hebrew
    assert '<a href="/blog/en/" lang="en" dir="ltr">' in hebrew or 'href="/blog/en/" lang="en" dir="ltr">' in hebrew
    english = site.html("/blog/en/")
    assert '<html lang="en" dir="ltr"' in english
    assert '<span lang="ar" dir="rtl">مرحبا</span>' in english
    assert '<i lang="fa" dir="auto">' in english
    wall = site.html("/testimonials/")
    assert '<blockquote class="e-content" lang="ar" dir="rtl">' in wall
    assert '<blockquote class="e-content" lang="de" dir="ltr"><p>He said „good“.</p>' in wall
    assert 'href="/blog/he/" lang="he" dir="rtl">שלום</a>' in site.html("/blog/")
    assert '&lt;div lang="he" dir="rtl"&gt;' in site.text("feed.xml")
    [entry] = [item for item in json.loads(site.text("feed.json"))["items"] if item["title"] == "שלום"]
    assert entry["content_html"].startswith('<div lang="he" dir="rtl">')


def test_a_snippet_for_other_sites_keeps_its_direction() -> None:
    page = '<html lang="he" dir="rtl"><body><div class="embed"><blockquote>שלום</blockquote></div></body></html>'
    assert snippet_of(page, "https://h/").startswith('<div style="max-width:40em" lang="he" dir="rtl">')
    plain = snippet_of(page.replace(' dir="rtl"', ""), "https://h/")
    assert plain.startswith('<div style="max-width:40em">')


def test_words_of_the_interface_are_in_the_site_s_language_where_nobody_translated_them() -> None:
    site = build_site(HEBREW_AND_ARABIC.replace("timezone", "language: de\ntimezone", 1))
    hebrew = site.html("/blog/he/")
    assert '<a class="skip-link" href="#main" lang="de" dir="ltr">Zum Inhalt springen</a>' in hebrew
    translated = build_site(HEBREW_AND_ARABIC + "\n-- i18n/he.yaml --\nskip_to_content: דלג לתוכן\n").html("/blog/he/")
    assert '<a class="skip-link" href="#main">דלג לתוכן</a>' in translated
    assert '<a href="/blog/" aria-current="true" lang="en" dir="ltr">Blog</a>' in translated  # from the config


def test_a_page_of_one_language_has_neither() -> None:
    page = build_site(ENGLISH_SITE_WITH_A_GERMAN_PAGE).html("/")
    assert " dir=" not in page
    assert page.count(" lang=") == page.count(' lang="de"') + 1


@pytest.mark.parametrize(
    "tag",
    [
        "ar",
        "he",
        "iw",
        "yi",
        "ji",
        "ur",
        "fa",
        "ps",
        "sd",
        "ug",
        "dv",
        "ckb",
        "ku-IQ",
        "ku-Arab",
        "az-Arab",
        "az-IR",
        "pa-PK",
        "uz-Arab",
        "ks",
        "nqo",
        "syr",
        "ff-Adlm",
        "HE-il",
    ],
)
def test_languages_of_scripts_from_right_to_left(tag: str) -> None:
    assert direction_of(tag) == "rtl"


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "de-CH",
        "ku",
        "az",
        "az-Latn",
        "ks-Deva",
        "ar-Latn",
        "he-Latn",
        "pa",
        "uz",
        "zh-Hant",
        "ja",
        "sr-Cyrl",
        "tlh",
        "x-a",
    ],
)
def test_languages_of_other_scripts(tag: str) -> None:
    assert direction_of(tag) == "ltr"


def test_a_direction_stands_beside_each_language_once() -> None:
    script = """<script>"<p lang='ar'>"</script>"""
    html = f'<html lang=en>{script}<p lang="ar" dir="ltr">a<br lang="he"/><a hreflang="ar" data-lang="fa">'
    assert with_directions(html) == html.replace("lang=en", 'lang=en dir="ltr"').replace('"he"', '"he" dir="rtl"')
    assert with_directions('<p lang="de">') == '<p lang="de">'


def test_marks_and_words_of_varieties_are_those_of_what_they_vary() -> None:
    assert list(with_shorter("zh_Hant-TW")) == ["zh-hant-tw", "zh-hant", "zh"]
    assert marks_for("zh-Hant-TW").opening == "「"
    assert marks_for("zh-Hans").opening == "“"
    assert marks_for("de-CH-1996").opening == "«"
    assert words_for("de-CH-1996").footnotes == "Fußnoten"


@pytest.mark.parametrize(
    "text",
    [
        '<blockquote lang="de">\n\n"x"\n\n- "y"\n\n</blockquote>\n\n"z"',
        '<section>\n<div lang=de>\n\n<p>\n\n"x"\n\n<br>\n\n"y"\n\n</div>\n\n"z"',
        '<div lang="de"><hr/>\n\n"x" and <i lang="en">"z"</i>\n\n# "y"\n\n</div>\n\n"z"',
    ],
)
def test_blocks_inside_an_element_with_a_language_have_its_marks(text: str) -> None:
    body, _ = Markdown(MarkdownOptions()).render(text, path="a.md")
    html = "".join(str(segment) for segment in body.html)
    assert "„x“" in html
    assert "„y“" in html
    assert "“z”" in html
    assert html.count("“z”") == text.count('"z"')


def test_unclosed_elements_keep_their_marks_to_the_end_of_the_block() -> None:
    body, _ = Markdown(MarkdownOptions()).render('a <q lang=de>"b"\n\n"c" </q>"d"', path="a.md")
    assert "„b“" in str(body.html)
    assert "“c” </q>“d”" in str(body.html)
