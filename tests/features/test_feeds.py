"""Feeds: what is in them, that readers understand them, and that nothing in them depends on the day of the build."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import pytest

from caresite.features.feed_formats import Entry, Feed, atom, json_feed, rss
from caresite.testing import build_site, picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser


def read(data: bytes | str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = feedparser.parse(data.encode() if isinstance(data, str) else data, sanitize_html=False)
    assert parsed.bozo == 0, parsed.get("bozo_exception")
    return parsed


def feed_of(*entries: Entry) -> Feed:
    return Feed(
        url="https://example.com/feed.xml",
        home="https://example.com/",
        title="Rope",
        description="About rope",
        language="en",
        author="Rope",
        generator="caresite",
        entries=entries,
    )


def test_every_feed_is_well_formed(sample: Any) -> None:
    site = sample.build()
    assert site.ok, site.report
    feeds = [o for o in site.built.outputs if o.kind == "feed" and o.path.endswith(".xml")]
    lists = ("", "blog/", "stories/", "quotes/", "testimonials/")
    terms = ("tags/care/", "tags/honesty/", "categories/shop/", "series/three-wins/")
    assert {o.path for o in feeds} == {
        *(f"{folder}{name}" for folder in lists for name in ("feed.xml", "rss.xml")),
        *(f"{folder}feed.xml" for folder in terms),
    }
    for output in feeds:
        parsed = read(output.data)
        assert parsed.entries
        assert all(entry.id.startswith("https://example.com/") and entry.title for entry in parsed.entries)


def test_site_feed_has_posts_and_stories_newest_first_whatever_is_pinned(sample: Any) -> None:
    parsed = read(sample.build().data("/feed.xml"))
    assert [e.title for e in parsed.entries] == ["Third", "The bakery", "Second", "Rope & <Twine>"]
    assert parsed.feed.language == "en-GB" or parsed.feed.title_detail.language == "en-GB"
    assert parsed.feed.updated == "2026-04-01T00:00:00+01:00"
    assert {link.rel: link.href for link in parsed.feed.links} == {
        "self": "https://example.com/feed.xml",
        "alternate": "https://example.com/",
    }


def test_entry_says_who_when_and_about_what(sample: Any) -> None:
    entry = read(sample.build().data("/blog/feed.xml")).entries[-1]
    assert entry.link == entry.id == "https://example.com/blog/first/"
    assert entry.published == "2026-02-01T09:30:00+00:00"
    assert entry.updated == "2026-02-10T00:00:00+00:00"
    assert entry.author == "Agnes Pell"
    assert [tag.term for tag in entry.tags] == ["Shop", "Care", "honesty"]
    assert entry.summary == "A short word about rope."


def test_addresses_in_full_text_are_absolute(sample: Any) -> None:
    html = read(sample.build().data("/blog/feed.xml")).entries[-1].content[0].value
    assert '<a href="https://example.com/blog/second/">' in html
    assert '<a href="https://example.com/blog/first/#more">' in html
    assert 'src="https://example.com/images/rope.jpg"' in html
    assert 'srcset="https://example.com/images/a.jpg 1x, https://example.com/images/b.jpg 2x"' in html
    assert 'alt="see href=/no"' in html
    assert 'href="https://other.example/?a=1&amp;b=2"' in html


def test_a_large_photograph_is_made_smaller_for_those_who_take_it_whole() -> None:
    config = "title: Rope\nbase_url: https://example.com/shop/\ntimezone: UTC\n"
    post = "-- content/blog/a.md --\n---\ntitle: A\ndate: 2026-01-01\nimage: wide.jpg\n---\n![Rope](tall.jpg)\n"
    files = {
        "caresite.yaml": config.encode(),
        "content/blog/wide.jpg": picture(2400, 600, format="JPEG"),
        "content/blog/tall.jpg": picture(1500, 2000, format="JPEG"),
        "static/plain.jpg": picture(1700, 100, format="JPEG"),
    }
    other = "-- content/blog/b.md --\n---\ntitle: B\ndate: 2026-01-02\n---\n![x](/plain.jpg) ![y](https://x.example/y.jpg)\n"
    site = build_site(post + other, files=files)
    assert site.codes == (), site.report
    told = [item.get("image", "") for item in json.loads(site.data("feed.json"))["items"]]
    address = re.escape("https://example.com/shop/assets/pictures/blog/wide-1200x300.")
    assert re.fullmatch(rf"{address}\w+\.jpg", told[1])
    assert told[1].removeprefix("https://example.com/shop/") in site.outputs
    shared = re.search(r'"og:image" content="([^"]+)"', site.html("/shop/blog/a/"))
    assert shared
    assert f'"image":"{shared[1]}"' in site.html("/shop/blog/a/"), "search engines are told of what is shared"
    second, first = (entry.content[0].value for entry in read(site.data("feed.xml")).entries)
    assert f'src="{told[1]}"' in first
    assert 'src="https://example.com/shop/blog/tall.jpg"' in first, "it is narrow enough"
    assert "/assets/pictures/plain-1200x71." in second
    assert 'src="https://x.example/y.jpg"' in second


def test_sub_path_is_in_every_address(sample: Any) -> None:
    site = sample.build(base_url="https://example.com/shop/")
    assert site.ok, site.report
    for path in ("feed.xml", "rss.xml", "feed.json", "blog/feed.xml", "tags/care/feed.xml", "testimonials/rss.xml"):
        text = site.text(path)
        assert "https://example.com/shop/" in text
        for wrong in (
            "https://example.com/blog",
            'src="https://example.com/images',
            "/shop/shop/",
            'href="/',
            "href=&quot;/",
        ):
            assert wrong not in text, (path, wrong)


def test_pages_announce_the_feeds_of_the_whole_site_only(sample: Any) -> None:
    html = sample.build().html("/blog/first/")
    assert '<link rel="alternate" type="application/atom+xml" title="Rope (Atom)" href="/feed.xml">' in html
    assert html.count('rel="alternate"') == 3


def test_rss_has_whole_text_apart_from_summary(sample: Any) -> None:
    site = sample.build()
    entry = read(site.data("/rss.xml")).entries[-1]
    assert entry.summary == "A short word about rope."
    assert "<h2" in entry.content[-1].value
    text = site.text("/rss.xml")
    assert '<guid isPermaLink="true">https://example.com/blog/first/</guid>' in text
    assert "<pubDate>Sun, 01 Feb 2026 09:30:00 +0000</pubDate>" in text
    assert "<dc:creator>Agnes Pell</dc:creator>" in text
    assert '<atom:link rel="self" type="application/rss+xml" href="https://example.com/rss.xml"/>' in text


def test_json_feed_has_what_version_1_1_asks_for(sample: Any) -> None:
    feed = json.loads(sample.build().data("/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://example.com/feed.json"
    first = feed["items"][-1]
    assert first["id"] == first["url"] == "https://example.com/blog/first/"
    assert first["title"] == "Rope & <Twine>"
    assert first["authors"] == [{"name": "Agnes Pell"}]
    assert all(("content_html" in item) != ("content_text" in item) for item in feed["items"])
    assert next(i for i in feed["items"] if i["title"] == "Second")["language"] == "de"


def test_customers_words_come_with_who_said_them_as_far_as_they_chose(sample: Any) -> None:
    site = sample.build()
    named, unnamed = read(site.data("/testimonials/feed.xml")).entries
    words = "<blockquote><p>They came.</p><p>And &lt;stayed&gt;.</p></blockquote>"
    assert named.content[0].value == f"{words}<p>– I. R., Baker</p>"
    assert named.id == "https://example.com/testimonials/#ida"
    assert unnamed.author == "–"
    assert unnamed.content[0].value == "<blockquote><p>Thank you.</p></blockquote>"
    assert "Ida Roe" not in site.text("/testimonials/feed.xml")


def test_disclosure_stands_beside_the_words_in_full_and_in_summaries(sample: Any) -> None:
    for config in ("", "feeds: {content: summary}\n"):
        site = sample.build(config)
        for path in ("/stories/feed.xml", "/stories/rss.xml", "/stories/feed.json"):
            assert "Ida got a free lamp." in site.text(path)


def test_summaries_only_when_asked(sample: Any) -> None:
    site = sample.build("feeds: {content: summary}\n")
    assert "<content" not in site.text("/feed.xml")
    assert "content:encoded>" not in site.text("/rss.xml")
    assert json.loads(site.data("/feed.json"))["items"][-1]["content_text"] == "A short word about rope."


def test_options_choose_formats_lists_terms_and_length(sample: Any) -> None:
    site = sample.build(
        "feeds: {formats: rss, limit: 2, lists: false, stories: false, terms: [tags], term_formats: [json]}\n"
    )
    feeds = sorted(o.path for o in site.built.outputs if o.kind == "feed")
    assert feeds == ["rss.xml", "tags/care/feed.json", "tags/honesty/feed.json"]
    assert [e.title for e in read(site.data("rss.xml")).entries] == ["Third", "Second"]


def test_unknown_taxonomy_is_a_fault_with_a_suggestion(sample: Any) -> None:
    site = sample.build("feeds: {terms: [categories, tag]}\n")
    assert [(d.code, str(d.span)) for d in site.diagnostics] == [("V202", "caresite.yaml:5:29")]
    assert "did you mean `tags`?" in site.report


def test_feed_does_not_depend_on_the_day_of_the_build(sample: Any) -> None:
    empty = sample.with_page("")
    assert "<updated>1970-01-01T00:00:00+00:00</updated>" in empty.text("/feed.xml")
    assert read(empty.data("/feed.xml")).entries == []
    assert read(empty.data("/rss.xml")).feed.title == "Rope"


@pytest.mark.parametrize("write", [atom, rss])
def test_control_characters_and_markup_never_break_the_xml(write: Any) -> None:
    nasty = "a\x00b\x0bc\x1bd\x85e\ufffe \U0001f9f6 ]]> <b>&amp; \"'"
    entry = Entry(
        url="https://example.com/x/",
        title=nasty,
        html=f"<p>{nasty}</p>",
        summary=nasty,
        authors=(nasty,),
        terms=(nasty,),
    )
    text = write(feed_of(entry)).decode()
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or c == "\ufffe" for c in text)
    assert read(text).entries[0].title == "abcde \U0001f9f6 ]]> <b>&amp; \"'"


def test_json_survives_control_characters() -> None:
    entry = Entry(url="https://example.com/x/", title="a\x00b\u2028", html="<p>\x1b</p>")
    assert json.loads(json_feed(feed_of(entry)))["items"][0]["title"] == "ab\u2028"


def test_code_stays_out_of_feeds(sample: Any) -> None:
    page = "\n-- content/blog/x.md --\n---\ntitle: X\ndate: 2026-01-01\n---\n<script>steal()</script>\n\nWords.\n"
    site = sample.build(content=page)
    assert "steal" not in site.text("/feed.xml")
    assert "Words." in site.text("/feed.xml")
