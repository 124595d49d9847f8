"""What an author meant as a link, a picture or emphasis, and what stays text: it is said where, and what would work."""

from __future__ import annotations

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.pipeline.markdown import Markdown, MarkdownOptions
from caresite.testing import build_site

REFERENCES_WITHOUT_DEFINITION = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
-- content/blog/a.md --
---
title: A
date: 2026-01-02
---

See [our prices][prices], [the map][] and ![a picture][nopic].

[price]: /blog/
"""
MARKS_BESIDE_PUNCTUATION = """
-- caresite.yaml --
title: Lab
base_url: https://www.example.com/
timezone: Europe/London
social_cards: {enabled: false}
-- content/blog/a.md --
---
title: A
date: 2026-01-02
---

**重点：**后文。

**「重点」**内容

これは**太字（注）**です

**Note:**text
"""


def found_in(text: str, code: str) -> list[Diagnostic]:
    _, faults = Markdown(MarkdownOptions()).render(text, path="a.md")
    return [fault for fault in faults if fault.code == code]


def test_references_without_a_definition_are_warned_of() -> None:
    site = build_site(REFERENCES_WITHOUT_DEFINITION)
    assert [(d.code, d.severity, str(d.span)) for d in site.diagnostics] == [
        ("M316", "warning", "content/blog/a.md:6:5"),
        ("M316", "warning", "content/blog/a.md:6:27"),
        ("M316", "warning", "content/blog/a.md:6:43"),
    ]
    assert site.diagnostics[0].hint == "did you mean `[price]`?"
    assert "`[the map]`" in site.diagnostics[1].message
    assert "`[nopic]`" in site.diagnostics[2].message


@pytest.mark.parametrize(
    "text",
    [
        "a [b][c]",
        "[**b** `x`][c d]",
        "![b][c]",
        "> - a [b\nd][c]",
        "| [a][b] |\n|---|",
        "# [a][b]",
        "[a][b][x]\n\n[a]: /c",
        "请看[价格][prices]",
        "[a\\]][b]",
        "*[a][b]*",
        "[a][b c]\n\n[bc]: /",
        "::: callout\n[a][b]\n:::",
        "[^1]\n\n[^1]: [a][b]",
    ],
)
def test_every_shape_of_a_reference_without_a_definition(text: str) -> None:
    assert len(found_in(text, "M316")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[a]",
        "[a] [b]",
        "`[a][b]`",
        "    [a][b]",
        "```\n[a][b]\n```",
        "- [ ] [a](b)\n- [x] c\n- [ ][b]",
        "[^1][^2]\n\n[^1]: x\n[^2]: y",
        "[a][^1]\n\n[^1]: x",
        "\\[a][b]",
        "[a\\][b]",
        "[see [a][b] there](/x)",
        '<i title="[a][b]">x</i>',
        "<div>\n[a][b]\n</div>",
        "<!-- [a][b] -->",
        "[a][b]\n\n[B]: /x",
        "[a][]\n\n[A]: /x",
        "[a][b][c]\n\n[c]: /x",
        "rows[0][1] and f(x)[i][j]",
        "[…][…] [...][]",
        "[a][b]{.c}\n\n[b]: /x",
        "![a [b][c] d](/x.png)",
        "a[][b]",
    ],
)
def test_brackets_that_are_no_reference(text: str) -> None:
    assert found_in(text, "M316") == []


def test_a_label_is_reported_once_with_its_number() -> None:
    [found] = found_in("x\n\n[a][b] [c][b]\n\ny [d][b]", "M316")
    assert "(3 times)" in found.message
    assert (found.span.line, found.span.column) == (3, 1)


def test_brackets_in_words_of_customers_are_a_note() -> None:
    site = build_site(
        """
        -- content/testimonials/t.md --
        ---
        author: {name: Ann Bee}
        date: 2026-01-01
        consent: {at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}
        ---
        They were [so kind][sic].
        """
    )
    assert [d.severity for d in site.diagnostics if d.code == "M316"] == ["note"]


def test_marks_that_stay_text_beside_punctuation_are_noted_with_what_works() -> None:
    site = build_site(MARKS_BESIDE_PUNCTUATION)
    found = [d for d in site.diagnostics if d.code == "M317"]
    assert [(d.severity, str(d.span)) for d in found] == [
        ("note", "content/blog/a.md:6:1"),
        ("note", "content/blog/a.md:8:1"),
        ("note", "content/blog/a.md:10:4"),
        ("note", "content/blog/a.md:12:1"),
    ]
    assert [d.hint.split("`")[1] for d in found] == [
        "**重点**：",
        "「**重点**」",
        "<strong>太字（注）</strong>",
        "**Note**:",
    ]


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("중요**(참고)**입니다", "(**참고**)"),
        ("これは*「強調」*です", "「*強調*」"),
        ("これは__「強調」__ です", "<strong>「強調」</strong>"),
        ("~~削除。~~文字", "~~削除~~。"),
        ("文字==「印」==文字", "「==印==」"),
        ("# **標題：**後文", "**標題**："),
        ("𠮷野**（家）**𠮷野", "（**家**）"),
        ("- 行\n  二**行。**三", "**行**。"),
    ],
)
def test_every_mark_beside_chinese_japanese_and_korean(text: str, better: str) -> None:
    [found] = found_in(text, "M317")
    assert f"write `{better}`" in found.hint
    whole = found.message.split("`")[1]
    body, faults = Markdown(MarkdownOptions()).render(text.replace(whole, better), path="a.md")
    assert not [fault for fault in faults if fault.code == "M317"], "the way out works"
    assert any(f"<{name}>" in str(body.html) for name in ("strong", "em", "del", "mark"))


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4 是",
        "`**重点：**后`",
        "\\*\\*重点：\\*\\*后文",
        "**重点**后文",
        "**重点：** 后文",
        "宽*高*厚",
        "報告_2024_最終（版）",
        "f(**kwargs) 和 g(**options)",
        "a ** b ** 中",
        "* 一\n* 二",
        "评分 **** 四星",
        "```\n**重点：**后\n```",
        "长60*宽40",
        "snake_case_name, _x_y and 2*3*4",
        "<b>**</b>",
        "~10~20",
    ],
)
def test_signs_that_are_not_meant_as_emphasis(text: str) -> None:
    assert found_in(text, "M317") == []
