"""HTML in the text of customers: what is read, what is shown as it is written, and that it is reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caresite.core.diagnostics import Diagnostic, Span
from caresite.kinds import Quote, Testimonial
from caresite.kinds.content import Reply
from caresite.kinds.testimonial import Claim, Speaker
from caresite.pipeline.customer_html import CustomerHtml
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]
CONSENT = "{at: 2026-01-01, how: in-person, scopes: [publish_text, publish_name]}"


def read(text: str, name: str = "text") -> tuple[str, list[Diagnostic]]:
    found: list[Diagnostic] = []
    return CustomerHtml({}, Span("x"), found.append).text(text, name), found


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("text", "<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("text", "<P class='x'>One.</P>\n\n<br /><br>\nTwo.", "One.\n\nTwo."),
        ("text", "<div>One.</div>", "One."),
        ("text", "One.<br/></p>\n<br/>\n<p>Two.<br/> <br/>Three.<br/>", "One.\n\nTwo.\n\nThree."),
        ("text", "One,<br>two,<BR />\nthree.", "One,  \ntwo,  \nthree."),
        ("text", "Fish &amp; chips &#8220;yes&#8221; &#x2019; &hellip;", "Fish & chips “yes” ’ …"),
        (
            "text",
            "&#42;not strong&#42; \\&amp; &amp;lt; &nosuch; AT&T &copy2",
            "&#42;not strong&#42; \\&amp; &amp;lt; &nosuch; AT&T &copy2",
        ),
        ("text", "We <3 them <grin> 3 < 4 > 2 <https://a.example>", "We <3 them <grin> 3 < 4 > 2 <https://a.example>"),
        ("author.name", "O&#8217;Brien &amp; Sons", "O’Brien & Sons"),
        ("author.name", "Ann<br>Bee", "Ann Bee"),
        ("author.role", "<p>Baker</p>", "Baker"),
        ("author.company", "A&#11;B &lt;3", "A B <3"),
    ],
)
def test_what_exports_hold_is_read(name: str, written: str, shown: str) -> None:
    assert read(written, name) == (shown, [])


@pytest.mark.parametrize("text", ["<b>so</b>", "&lt;b&gt;so", "<a href='x'>so</a>", "<script>so", "so <img src=x>"])
def test_other_tags_are_reported_once(text: str) -> None:
    for name in ("text", "author.name"):
        _, (fault,) = read(text, name)
        assert (fault.code, fault.severity) == ("V215", "warning")
        assert f"`{name}`" in fault.message


def test_a_hostile_text_is_read_at_once() -> None:
    for text in ("<br>" * 50_000, " " * 500_000 + "<", "<p " * 100_000, "&" * 500_000, "<br>\n" * 50_000 + "<p>"):
        read(text)


def test_every_text_of_an_item_is_read_and_no_address() -> None:
    speaker = Speaker(name="A &amp; B", role="C &amp; D", company="E &amp; F", url="https://g.example/?h&amp;i")
    item = Testimonial(
        title="J &amp; K",
        text="L &amp; M",
        author=speaker,
        products=("N &amp; O",),
        claims=(Claim(text="P &amp; Q"),),
        reply=Reply(text="R &amp; S"),
    )
    found = CustomerHtml({}, Span("x"), lambda _: None).read(item)
    assert (found.title, found.text, found.products) == ("J & K", "L & M", ("N & O",))
    assert (found.author.name, found.author.role, found.author.company) == ("A & B", "C & D", "E & F")
    assert (found.claims[0].text, found.reply.text) == ("P & Q", "R & S")
    assert found.author.url == "https://g.example/?h&amp;i"
    plain = Quote(text="As it is.")
    assert CustomerHtml({}, Span("x"), lambda _: None).read(plain) is plain


def test_an_export_becomes_paragraphs_on_the_wall(small_site: SmallSite) -> None:
    words = "<p>Lovely &amp; honest.</p><br />They said &#8220;yes&#8221;."
    listed = f'- {{id: a, text: "{words}", author: {{name: "O&#8217;Brien &amp; Sons"}}, consent: {CONSENT}}}\n'
    file = f"---\nauthor: {{name: 'Bell &amp; Co'}}\nconsent: {CONSENT}\n---\n{words}\n"
    site = small_site(f"-- content/testimonials/t.yaml --\n{listed}-- content/testimonials/u.md --\n{file}")
    pages = [page for page in site.site.pages.values() if page.kind == "testimonial"]
    assert [page.meta.text for page in pages] == ["Lovely & honest.\n\nThey said “yes”."] * 2
    assert [page.meta.author.name for page in pages] == ["O’Brien & Sons", "Bell & Co"]
    assert not [d for d in site.diagnostics if d.code == "V215"]


def test_a_submission_stays_as_it_was_approved(small_site: SmallSite) -> None:
    lock = "version: 1\nitems:\n  s1: {scopes: [publish_text, publish_name], approved: 2026-01-01}\n"
    listed = "- {id: a, text: Thanks., author: {name: 'A &amp; B'}, consent_ref: s1}\n"
    site = small_site(f"-- content/testimonials/t.yaml --\n{listed}", files={"consent.lock.yaml": lock.encode()})
    (page,) = (page for page in site.site.pages.values() if page.kind == "testimonial")
    assert page.meta.author.name == "A &amp; B"
