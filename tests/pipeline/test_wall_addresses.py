"""A testimonial's address is the page of the wall that it stands on."""

from caresite.testing import build_site

CONSENT = "consent: {at: 2026-01-01, how: letter, scopes: [publish_text, publish_name]}"


def test_words_on_the_second_page_of_the_wall_are_linked_there() -> None:
    items = "\n".join(
        f"- {{id: word-{n}, text: Word {n}., author: Ann Lee, date: 2026-02-{n:02}, {CONSENT}}}" for n in range(1, 6)
    )
    site = build_site(
        f"""
-- caresite.yaml --
title: Example
base_url: https://example.com/shop/
timezone: UTC
collections: {{testimonials: {{per_page: 2}}}}
-- content/testimonials/words.yaml --
{items}
"""
    )
    assert site.codes == ()
    page = site.site.pages["content/testimonials/words.yaml#word-2"]
    assert page.url == "/shop/testimonials/page/2/#word-2"
    assert page.permalink == "https://example.com/shop/testimonials/page/2/#word-2"
    assert 'id="word-2"' in site.html("/shop/testimonials/page/2/")
