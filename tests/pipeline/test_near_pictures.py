"""A picture that is not there: the message names the one that was probably meant."""

from __future__ import annotations

import pytest

from caresite.testing import build_site, picture

CONFIG = "-- caresite.yaml --\ntitle: Bakery\nbase_url: https://bakery.example/\ntimezone: UTC\n"


@pytest.mark.parametrize(
    ("head", "body", "meant"),
    [
        ("", "![The oven](oven.jpeg)", "oven.jpg"),
        ("", "![The oven](Oven.JPG)", "oven.jpg"),
        ("", "![The van](../van.png)", "/images/van.png"),
        ("", "![The van](/image/van.png)", "/images/van.png"),
        ("", "::: figure src=ovn.jpg alt=Oven\n:::", "oven.jpg"),
        ("image: oven.png", "", "oven.jpg"),
        ("image: {src: /images/vna.png, alt: The van}", "", "/images/van.png"),
    ],
)
def test_it_names_the_one_that_was_meant(head: str, body: str, meant: str) -> None:
    text = f"-- content/blog/a/index.md --\n---\ntitle: A\ndate: 2026-01-01\n{head}\n---\n{body}\n"
    files = {"content/blog/a/oven.jpg": picture(format="JPEG"), "static/images/van.png": picture()}
    built = build_site(CONFIG + text, files=files, now="2026-11-22")
    [told] = [d for d in built.diagnostics if d.code == "L104"]
    assert told.hint == f"did you mean `{meant}`?"


def test_without_one_it_says_where_pictures_go() -> None:
    built = build_site(
        CONFIG + "-- content/blog/a.md --\n---\ntitle: A\ndate: 2026-01-01\n---\n![x](nothing-like.png)\n"
    )
    [told] = [d for d in built.diagnostics if d.code == "L104"]
    assert told.hint == "put it beside the text, or in `static/`"
