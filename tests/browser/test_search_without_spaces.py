"""Search in text without spaces between its words: Chinese, Japanese, Thai, and Korean with few, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from browser.chromium import Visit
from browser.host import serving
from caresite.testing import build_site

SITE = """\
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
language: LANGUAGE
-- content/blog/zh.md --
---
title: 修车
date: 2026-01-02
lang: zh-CN
---

我们修好了自行车（*USB* 灯也好）。她在星期天来到我们的**商**店。
-- content/blog/ja.md --
---
title: 自転車の修理
date: 2026-01-03
lang: ja
---

お客様の自転車をガレージで直しました。かがみも、がらくたも。
-- content/blog/ko.md --
---
title: 수리
date: 2026-01-04
lang: ko
---

공정무역커피를 마시고 자전거를 고쳤습니다.
-- content/blog/th.md --
---
title: ซ่อม
date: 2026-01-05
lang: th
---

ร้านของเราซ่อมจักรยานทุกวัน
-- content/blog/en.md --
---
title: The bicycle
date: 2026-01-06
lang: en
---

We repaired her bicycles.
-- content/testimonials/w.yaml --
- id: w
  text: 服务很周到。
  author: {name: 山田太郎, display: full}
  date: 2026-01-05
  consent: {at: 2026-01-05, scopes: [publish_text, publish_name], how: letter}
"""
FOUND = {
    "自行车": "/blog/zh/",
    "行车": "/blog/zh/",
    "商店": "/blog/zh/",  # part of it is set in bold
    "自行车 usb": "/blog/zh/",
    "修好了自行车（USB": "/blog/zh/",
    "“自行车”": "/blog/zh/",
    "周到": "/testimonials/#w",
    "太郎": "/testimonials/#w",
    "自転車": "/blog/ja/",
    "ガレージ": "/blog/ja/",
    "직": "",
    "무역커피": "/blog/ko/",
    "자전거": "/blog/ko/",
    "จักรยาน": "/blog/th/",
    "ซ่อม": "/blog/th/",
    "ร้านของเรา": "/blog/th/",
    "ซอม": "",
    "かがみ": "/blog/ja/",
    "がかみ": "",
    "の自転": "/blog/ja/",
    "车行": "",
    "自行车 bicycle": "",
}


@pytest.fixture(scope="module")
def searching() -> Iterator[Mapping[str, str]]:
    """Serve the site in each language, and return the origins."""
    with ExitStack() as stack:
        served = {}
        for language in ("zh-CN", "ja", "ko", "th", "en"):
            site = build_site(SITE.replace("LANGUAGE", language), finish=True)
            assert site.codes == (), site.report
            served[language] = stack.enter_context(serving(dict(site.outputs), "/"))
        yield served


def found(page: Page, words: str) -> list[str]:
    page.goto(page.url.partition("?")[0] + "?" + urlencode({"q": words}))
    expect(page.get_by_role("status")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    return [str(link.get_attribute("href")) for link in page.locator(".search-results a").all()]


@pytest.mark.parametrize("language", ["zh-CN", "ja", "ko", "th", "en"])
def test_words_are_found_wherever_they_stand(visit: Visit, searching: Mapping[str, str], language: str) -> None:
    page = visit.go(searching[language], "/search/")
    answers = {words: found(page, words) for words in FOUND}
    assert answers == {words: [address] if address else [] for words, address in FOUND.items()}
    assert visit.faults == []


def test_what_is_found_reads_as_it_was_written(visit: Visit, searching: Mapping[str, str]) -> None:
    page = visit.go(searching["zh-CN"], "/search/")
    found(page, "自行车")
    assert page.locator(".search-excerpt").inner_html() == (
        "修车. 我们修好了<mark>自行车（</mark>USB 灯也好）。她在星期天来到我们的商店。"
    )
    found(page, "太郎")
    assert page.locator(".search-results a").inner_text() == "山田太郎"
    page = visit.go(searching["ko"], "/search/")
    found(page, "무역커피")
    assert "공정<mark>무역커피</mark>를 마시고 자전거를" in page.locator(".search-excerpt").inner_html()


def test_other_words_are_found_as_before(visit: Visit, searching: Mapping[str, str]) -> None:
    page = visit.go(searching["en"], "/search/")
    assert found(page, "bicycle") == ["/blog/en/"]
    assert found(page, "repair her") == ["/blog/en/"]
