"""What a page lacks is found in the finished page, whoever wrote it."""

from __future__ import annotations

import pytest

from caresite.preview.findings import findings, read_page

GOOD = """<!doctype html><html lang="en"><head><title>A title</title>
<meta name="description" content="What it is about."></head>
<body><h1>A title</h1><h2>Part</h2><h3>Detail</h3><h2>Part</h2>
<img src="a.png" alt=""><img src="b.png" alt="B"></body>"""


def rules(html: str) -> list[str]:
    return [finding.rule for finding in findings(read_page(html))]


def test_a_good_page_has_none() -> None:
    assert rules(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<title>A title</title>", "", ["title"]),
        ("<title>A title</title>", f"<title>{'Long ' * 13}</title>", ["title"]),
        ("<title>A title</title>", f"<title>{'Long ' * 12}</title>", []),
        ('content="What it is about."', 'content=""', ["description"]),
        ('<meta name="description" content="What it is about.">', "", ["description"]),
        ('<meta name="description" content="What it is about.">', '<meta name="robots" content="noindex">', []),
        ("What it is about.", "Long " * 40, ["description"]),
        ("<h1>A title</h1>", "", ["headings"]),
        ("<h1>A title</h1>", "<h1>A title</h1><h1>Another</h1>", ["headings"]),
        ("<h3>Detail</h3>", "<h4>Detail</h4>", ["headings"]),
        ('alt="B"', "", ["alt"]),
        ('alt=""', 'role="presentation"', []),
        ("<h1>A title</h1>", "<svg><title>Not this</title></svg><h1>A title</h1>", []),
    ],
)
def test_what_is_found(old: str, new: str, expected: list[str]) -> None:
    assert old in GOOD
    assert rules(GOOD.replace(old, new)) == expected


def test_a_heading_is_named_and_its_pictures_are_words() -> None:
    page = read_page('<h1>Our <img src="x" alt="shop"> <em>now</em></h1><h4>Hours</h4>')
    assert page.headings == ((1, "Our shop now"), (4, "Hours"))
    assert any("“Hours” is of level 4 and follows one of level 1" in finding.text for finding in findings(page))


def test_broken_html_is_read_as_well_as_it_can_be() -> None:
    assert read_page("<h1>Open <b>and never closed").headings == ()
    assert read_page("<<<>>>&&& <img").bare == ()
