"""The form is what people and form services need: nothing ticked beforehand, no script, the wording with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from caresite.core.intake import Form, FormField
from caresite.submissions.questions import decoys, questions_of
from caresite.submissions.sources import mail, netlify
from caresite.submissions.vocabulary import questions_by_words
from caresite.testing import BuiltSite, build_site
from submissions.conftest import SITE, WORDING, MakeIntake, only

CONFIG = """
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/BELOW
timezone: Europe/London
language: LANGUAGE
business: {name: Corner Bakery, email: hello@bakery.example, phone: 01632 960100}
FORMS
-- netlify.toml --
# how Netlify builds this site
-- consent/story-2026-01.md --
"""


def built(forms: str = "forms: {best-story: {consent: story-2026-01}}", more: str = "", **how: Any) -> BuiltSite:
    language, below = how.pop("language", "en-GB"), how.pop("below", "")
    config = CONFIG.replace("FORMS", forms).replace("LANGUAGE", language).replace("BELOW", below)
    return build_site(config + how.pop("wording", WORDING) + more, **how)


@pytest.fixture(scope="module")
def usual() -> BuiltSite:
    site = built()
    assert site.codes == (), site.report
    return site


def form_in(page: str, name: str = "best-story") -> Element:
    """Return a form of a page, as a browser reads it."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = [form for form in tree.iter("form") if form.get("name") == name]
    assert len(found) == 1
    return found[0]


def controls(form: Element) -> Iterator[Element]:
    for tag in ("input", "textarea", "select", "button"):
        yield from form.iter(tag)


def names(form: Element) -> list[str]:
    return list(dict.fromkeys(c.get("name", "") for c in controls(form) if c.get("name")))


# what the service needs


def minified(page: str) -> str:
    """Return a page as minifiers leave it: no optional tags, quotes or white space."""
    tree = html5lib.parse(page)
    walker = html5lib.getTreeWalker("etree")
    serializer = html5lib.serializer.HTMLSerializer(
        omit_optional_tags=True,
        quote_attr_values="legacy",
        minimize_boolean_attributes=True,
        strip_whitespace=True,
        alphabetical_attributes=True,
    )
    return str(serializer.render(walker(tree)))


@pytest.mark.parametrize("served", [lambda page: page, minified], ids=["as it is", "minified"])
def test_netlify_finds_the_form_in_the_built_page(served: Callable[[str], str], usual: BuiltSite) -> None:
    form = form_in(served(usual.html("/send-your-story/")))
    assert form.get("data-netlify") == "true"
    assert (form.get("method") or "").lower() == "post"
    assert form.get("action") == "/send-your-story/thanks/"
    assert form.get("enctype") == "multipart/form-data", "it has a field for a picture"
    trap = form.get("data-netlify-honeypot")
    assert [c for c in controls(form) if c.get("name") == trap]
    hidden = {c.get("name"): c.get("value") for c in controls(form) if c.get("type") == "hidden"}
    assert hidden["form-name"] == "best-story"


def test_the_sites_own_minifier_leaves_the_form_whole(tmp_path: Path) -> None:
    plain, small = built(root=tmp_path / "a", publish=True), built(root=tmp_path / "b", publish=True, minify=True)
    pages = [(site.root / "public/send-your-story/index.html").read_text("utf-8") for site in (plain, small)]
    assert len(pages[1]) < len(pages[0])
    assert [names(form_in(page)) for page in pages] == [names(form_in(pages[0]))] * 2
    assert form_in(pages[1]).get("data-netlify") == "true"


def test_the_pages_after_sending_are_there(usual: BuiltSite) -> None:
    assert "noindex" in usual.html("/send-your-story/thanks/")
    problem = usual.html("/send-your-story/problem/")
    assert 'href="/send-your-story/#best-story-story"' in problem
    assert "between 20 and 8000 characters" in problem
    assert "noindex" in problem
    for path in ("/send-your-story/thanks/", "/send-your-story/problem/"):
        assert path not in usual.text("sitemap.xml")


# what people need


def test_every_control_has_a_label_and_what_describes_it_is_there(usual: BuiltSite) -> None:
    form = form_in(usual.html("/send-your-story/"))
    ids = {element.get("id") for element in form.iter() if element.get("id")}
    labelled = {label.get("for") for label in form.iter("label")}
    for control in controls(form):
        if control.tag != "button" and control.get("type") != "hidden":
            assert control.get("id") in labelled, control.attrib
    described = {part for element in form.iter() for part in (element.get("aria-describedby") or "").split()}
    assert described <= ids
    assert all(fieldset.find("legend") is not None for fieldset in form.iter("fieldset"))


def test_nothing_is_ticked_and_nothing_chosen_beforehand(usual: BuiltSite) -> None:
    for path in ("/send-your-story/", "/manage-my-story/"):
        page = html5lib.parse(usual.html(path), namespaceHTMLElements=False)
        assert [c.attrib for form in page.iter("form") for c in controls(form) if "checked" in c.attrib] == []
        assert not any("selected" in option.attrib for option in page.iter("option"))


def test_there_is_one_box_for_each_purpose_with_its_sentence(usual: BuiltSite) -> None:
    form = form_in(usual.html("/send-your-story/"))
    boxes = {c.get("name"): c.get("id") for c in controls(form) if (c.get("name") or "").startswith("consent_publish")}
    assert set(boxes) == {"consent_publish_text", "consent_publish_photo"}
    label = next(label for label in form.iter("label") if label.get("for") == boxes["consent_publish_text"])
    assert label.text == "You may publish my words on your website."
    required = {c.get("name") for c in controls(form) if "required" in c.attrib}
    assert not any((name or "").startswith("consent_") for name in required), "a yes is not a toll"
    assert {"story", "name", "email", "display", "age"} <= required


def test_the_wording_stands_beside_the_form_and_its_digest_in_it(usual: BuiltSite) -> None:
    page = usual.html("/send-your-story/")
    hidden = {c.get("name"): c.get("value") for c in controls(form_in(page)) if c.get("type") == "hidden"}
    assert hidden["consent_wording"] == "story-2026-01"
    assert hidden["consent_sha256"] == hashlib.sha256(WORDING.encode()).hexdigest()
    assert "May the Corner Bakery put what you sent us on its website?" in page


def test_a_picture_is_asked_leave_for_only_where_one_can_be_sent() -> None:
    site = built("forms: {best-story: {consent: story-2026-01, fields: [story, name, display, email]}}")
    form = form_in(site.html("/send-your-story/"))
    assert "consent_publish_photo" not in names(form)
    assert form.get("enctype") is None


def test_the_form_works_without_its_script_which_is_the_only_one(usual: BuiltSite) -> None:
    page = usual.html("/send-your-story/")
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    scripts = [script.attrib for script in tree.iter("script") if script.get("type") != "application/ld+json"]
    assert len(scripts) == 1
    assert usual.data(scripts[0]["src"]).startswith(b"// Notes how many seconds")
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
    untimed = built("forms: {best-story: {consent: story-2026-01, timing: false}}")
    assert "<script src" not in untimed.html("/send-your-story/")
    assert "form_seconds" not in untimed.html("/send-your-story/")
    assert not [path for path in untimed.outputs if path.startswith("form.")]


def test_decoys_are_two_unseen_and_the_same_in_every_build(usual: BuiltSite) -> None:
    form = form_in(usual.html("/send-your-story/"))
    traps = decoys("best-story", Form(consent="x"))
    assert len(set(traps)) == 2
    for trap in traps:
        (field,) = (c for c in controls(form) if c.get("name") == trap)
        assert (field.get("tabindex"), field.get("autocomplete")) == ("-1", "off")
        assert field.get("type") == "text", "robots pass over what says that it is hidden"
    assert decoys("best-story", Form()) == traps
    assert not set(traps) & {question.name for question in questions_of(Form())}
    assert built().html("/send-your-story/") == usual.html("/send-your-story/")


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_the_form_speaks_the_language_of_the_site(language: str) -> None:
    site = built(language=language)
    assert site.codes == ()
    assert {"en": "Your story", "de": "Ihre Geschichte", "es": "Su historia"}[language] in site.html(
        "/send-your-story/"
    )
    for path in ("/manage-my-story/", "/how-we-check/", "/send-your-story/problem/"):
        assert site.html(path)


def test_questions_of_ones_own() -> None:
    forms = """
forms:
  nominate:
    consent: story-2026-01
    page: /nominate/
    title: Nominate a shop
    intro: Once a year.
    min_age: 18
    fields:
      - {name: story, label: What did they do?, max_length: 500}
      - {name: email, required: true}
      - {name: display}
      - {name: opening_day, type: select, choices: "Monday, Friday", label: Which day?}
      - {name: newsletter, type: checkbox, label: Send me the newsletter}
"""
    site = built(forms)
    assert site.codes == (), site.report
    page = site.html("/nominate/")
    form = form_in(page, "nominate")
    assert "What did they do?" in page
    assert "I am 18 or older." in page
    assert "<h1>Nominate a shop</h1>" in page
    assert "Once a year." in page
    assert {"opening_day", "newsletter", "age"} <= set(names(form))
    assert [option.get("value") for option in form.iter("option")] == ["", "Monday", "Friday"]
    (story,) = form.iter("textarea")
    assert (story.get("maxlength"), "required" in story.attrib) == ("500", True)


# where it is sent


@pytest.mark.parametrize(
    ("backend", "action", "host"),
    [
        ("backend: formspree, action: xyzabc", "https://formspree.io/f/xyzabc", "https://formspree.io"),
        ("backend: formspree, action: https://formspree.io/f/q", "https://formspree.io/f/q", "https://formspree.io"),
        (
            "backend: custom, action: https://forms.example.org/in?a=1&b=2",
            "https://forms.example.org/in?a=1&b=2",
            "https://forms.example.org",
        ),
        ("backend: custom, action: /in.php", "/in.php", ""),
    ],
)
def test_another_service_is_allowed_on_the_pages_of_its_form_alone(backend: str, action: str, host: str) -> None:
    site = built(f"forms: {{best-story: {{consent: story-2026-01, {backend}}}}}")
    assert [code for code in site.codes if code != "L103"] == [], site.report
    form = form_in(site.html("/send-your-story/"))
    assert form.get("action") == action
    assert form.get("data-netlify") is None
    needs = {output.url: output.csp for output in site.built.outputs if output.path.endswith(".html")}
    assert [url for url, csp in needs.items() if host and host in csp.get("form-action", ())] == (
        ["/manage-my-story/", "/send-your-story/"] if host else []
    )
    if "formspree" in action:
        hidden = {c.get("name"): c.get("value") for c in controls(form) if c.get("type") == "hidden"}
        assert hidden["_next"] == "https://bakery.example/send-your-story/thanks/"
        assert "_gotcha" in names(form)


def test_hidden_fields_for_a_service_are_sent() -> None:
    custom = "backend: custom, action: https://f.example, hidden: {access_key: abc}"
    form = form_in(built(f"forms: {{best-story: {{consent: story-2026-01, {custom}}}}}").html("/send-your-story/"))
    assert {c.get("name"): c.get("value") for c in controls(form)}["access_key"] == "abc"


def test_a_letter_asks_the_same_and_comes_back_understood(make_intake: MakeIntake) -> None:
    site = built("forms: {best-story: {consent: story-2026-01, backend: mailto}}")
    assert site.codes == (), site.report
    page = site.html("/send-your-story/")
    assert "<form" not in page
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    link = next(a.get("href", "") for a in tree.iter("a") if "body=" in a.get("href", ""))
    assert link.startswith("mailto:hello@bakery.example?")
    body = parse_qs(urlsplit(link).query)["body"][0]
    given = {
        "Your story": "They came at five.\nAll of them.",
        "Your name": "Ada Quill",
        "How may we show your name": "My initials",
        "You may publish my words": "yes",
    }
    lines = []
    for line in body.split("\r\n"):
        answer = next((text for start, text in given.items() if line.startswith(start)), "")
        lines.append(f"{line} {answer}" if line else "")
    letter = "From: ada@customers.example\nSubject: Send your story\n\n" + "\n".join(lines)
    found = only(mail.read_mail(letter.encode(), make_intake(type="mail")))
    assert (found.submitter.name, found.submitter.display) == ("Ada Quill", "initials")
    assert found.text.body == "They came at five.\nAll of them."
    assert found.evidence[0].says.startswith("You may publish my words")
    assert found.consent == ()


def test_what_the_form_sends_is_understood_to_the_last_field(usual: BuiltSite, make_intake: MakeIntake) -> None:
    form = form_in(usual.html("/send-your-story/"))
    answers = {
        **dict.fromkeys(names(form), ""),
        **{c.get("name", ""): c.get("value", "") for c in controls(form) if c.get("type") == "hidden"},
        "story": "They came at five.",
        "about": "The Ironmonger",
        "name": "Ada Quill",
        "display": "full",
        "email": "ada@customers.example",
        "role": "Nurse",
        "company": "Harbour Clinic",
        "relation": "customer",
        "incentive": "yes",
        "incentive_what": "A bun",
        "consent_publish_text": "yes",
        "age": "yes",
        "form_seconds": "48.5",
    }
    entry = {"id": "1", "data": answers, "created_at": "2026-10-01T10:00:00Z", "form_name": "best-story"}
    received = netlify.read(json.dumps(entry).encode(), make_intake(type="netlify"))
    found = only(received)
    assert found.extra == {}
    assert found.noticed == ()
    assert (found.about.self, found.about.name) == (False, "The Ironmonger")
    assert (found.incentive.given, found.incentive.description) == (True, "A bun")
    assert found.consent[0].granted == ("publish_text", "publish_name", "publish_company")
    assert (found.submitter.role, found.submitter.company, found.submitter.age) == ("Nurse", "Harbour Clinic", "of-age")
    assert found.lang == "en-GB"
    assert received.entries[0].signals.seconds == 48.5


def test_every_question_is_understood_by_its_words_in_every_language() -> None:
    assert questions_by_words()["ihre geschichte"] == "story"
    assert questions_by_words()["i am 0 or older"] == "age"
    assert questions_by_words()["donde trabaja"] == "company"


# pages around it


def test_taking_it_back_is_as_easy_as_sending_it(usual: BuiltSite) -> None:
    page = usual.html("/manage-my-story/")
    form = form_in(page, "manage-my-story")
    assert form.get("data-netlify") == "true"
    assert form.get("action") == "/manage-my-story/thanks/"
    required = {c.get("name") for c in controls(form) if "required" in c.attrib}
    assert required == {"request", "email"}
    assert "mailto:hello@bakery.example" in page
    assert "01632\u00a0960100" in page
    assert "at most 90 days" in page
    assert "May the Corner Bakery put what you sent us on its website?" in page


def test_the_pages_say_what_the_config_says() -> None:
    forms = """
testimonials: {mode: reviews, verification_note: Agnes rings everybody.}
forms:
  best-story: {consent: story-2026-01, readers: Agnes and Tom, retention_days: {pending: 30, approved: 400}}
"""
    site = built(forms)
    manage, check = site.html("/manage-my-story/"), site.html("/how-we-check/")
    assert "What you send is read by Agnes and Tom." in manage
    assert "at most 30 days" in manage
    assert "400 days after that" in manage
    assert "received for us by Netlify" in manage
    assert "Agnes rings everybody." in check
    assert "the cross ones too" in check
    assert "a selection of ours" in built().html("/how-we-check/")
    assert 'href="/how-we-check/"' in site.html("/"), "the footer leads there"


def test_a_contact_form_by_the_same_means() -> None:
    page = "-- content/pages/contact.md --\n---\ntitle: Contact\n---\nWrite to us.\n\n::: form contact\n:::\n"
    site = built("forms: {contact: {kind: contact}}", page)
    assert site.codes == (), site.report
    form = form_in(site.html("/contact/"), "contact")
    assert {"name", "email", "message"} <= set(names(form))
    assert not any(name.startswith("consent") or name == "age" for name in names(form))
    assert form.get("action") == "/contact/thanks/"
    assert site.html("/contact/thanks/")
    assert "manage-my-story/index.html" not in site.outputs


def test_the_form_stands_wherever_a_text_names_it() -> None:
    page = "-- content/pages/tell.md --\n---\ntitle: Tell us\n---\n::: form best-story\n:::\n"
    site = built(more=page)
    assert names(form_in(site.html("/tell/"))) == names(form_in(site.html("/send-your-story/")))
    assert "<script src" in site.html("/tell/")


def test_a_page_of_the_owners_comes_first() -> None:
    page = "-- content/pages/send-your-story.md --\n---\ntitle: Our own page\n---\n::: form best-story\n:::\n"
    site = built(more=page)
    assert site.codes == (), site.report
    assert "<h1>Our own page</h1>" in site.html("/send-your-story/")
    assert form_in(site.html("/send-your-story/"))


def test_below_a_path_everything_stays_below_it() -> None:
    site = built(below="shop/")
    assert site.codes == (), site.report
    assert form_in(site.html("/shop/send-your-story/")).get("action") == "/shop/send-your-story/thanks/"
    assert 'src="/shop/form.' in site.html("/shop/send-your-story/")


def test_without_the_plugin_there_is_a_way_to_write_all_the_same() -> None:
    page = "-- content/pages/tell.md --\n---\ntitle: Tell us\n---\n::: form best-story\n:::\n"
    site = built("plugins: [feeds]\nforms: {best-story: {consent: story-2026-01}}", page)
    assert site.codes == ("S113",), site.report  # and nothing is published
    assert "mailto:hello@bakery.example" in site.html("/tell/")
    assert "mailto:hello@bakery.example" in site.html("/send-your-story/")


def test_a_change_of_the_wording_or_the_config_is_seen_by_the_next_build(tmp_path: Path) -> None:
    first = built(root=tmp_path, publish=True)
    before = (tmp_path / "public/send-your-story/index.html").read_text("utf-8")
    built(root=tmp_path, publish=True, wording=WORDING.replace("my words", "what I wrote"))
    after = (tmp_path / "public/send-your-story/index.html").read_text("utf-8")
    assert "You may publish what I wrote" in after
    assert hashlib.sha256(WORDING.encode()).hexdigest() in before
    assert hashlib.sha256(WORDING.encode()).hexdigest() not in after
    built("forms: {best-story: {consent: story-2026-01, readers: Agnes}}", root=tmp_path, publish=True)
    assert "read by Agnes" in (tmp_path / "public/manage-my-story/index.html").read_text("utf-8")
    assert first.ok


# what cannot be


BROKEN = {
    "no wording": ("forms: {s: {}}", "S105"),
    "a wording that is not there": ("forms: {s: {consent: story-2026}}", "S105"),
    "formspree without an id": ("forms: {s: {consent: story-2026-01, backend: formspree}}", "S104"),
    "custom without an address": ("forms: {s: {consent: story-2026-01, backend: custom}}", "S104"),
    "unencrypted": ("forms: {s: {consent: story-2026-01, backend: custom, action: http://f.example}}", "S104"),
    "no e-mail": ("forms: {s: {consent: story-2026-01, fields: [story, name]}}", "S104"),
    "no words": ("forms: {s: {consent: story-2026-01, fields: [name, email]}}", "S104"),
    "twice": ("forms: {s: {consent: story-2026-01, fields: [story, email, email]}}", "S104"),
    "no age": ("forms: {s: {consent: story-2026-01, min_age: 0}}", "S104"),
    "no choices": ("forms: {s: {consent: story-2026-01, fields: [story, email, {name: x, type: radio}]}}", "S104"),
    "stars and nothing said": ("forms: {s: {consent: story-2026-01, fields: [story, email, rating]}}", "S104"),
    "source without a path": ("sources: {s: {type: csv}}", "S106"),
    "source of no type": ("sources: {s: {type: netlfy}}", "S106"),
    "source in no zone": ("sources: {s: {type: netlify, timezone: Mars}}", "S106"),
    "source of no form": ("sources: {s: {type: netlify, form: nowhere}}", "S107"),
}


@pytest.mark.parametrize(("config", "code"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_work_is_told_where_it_stands(config: str, code: str) -> None:
    site = built(config)
    found = [d for d in site.diagnostics if d.severity != "note"]
    assert [d.code for d in found] == [code], site.report
    assert (found[0].span.path, found[0].span.line > 0) == ("caresite.yaml", True)


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("Just words.\n", "does not ask whether the words may be published"),
        ("---\npurposes: {edit_for_length: x}\n---\n", "does not ask whether the words may be published"),
        ("---\npurposes: {publish_txt: x, publish_text: y}\n---\n", "`publish_txt` is not a purpose"),
        ("---\npurposes: {publish_text: ''}\n---\n", "has no sentence"),
        ("---\npurpose: x\n---\n", "`purpose` is not a key"),
        ("---\npurposes: [\n---\n", ""),
    ],
)
def test_a_wording_that_asks_nothing_is_told(wording: str, said: str) -> None:
    site = built(wording=wording)
    found = [d for d in site.diagnostics if d.severity == "error"]
    assert found
    assert found[0].span.path == "consent/story-2026-01.md"
    assert said in found[0].message


def test_a_text_that_names_no_form_is_told_with_the_nearest() -> None:
    page = "-- content/pages/tell.md --\n---\ntitle: Tell us\n---\n::: callout tip\n::: form best-stori\n:::\n:::\n"
    site = built(more=page.replace("::: callout", ":::: callout").replace(":::\n:::\n", ":::\n::::\n"))
    (found,) = (d for d in site.diagnostics if d.code == "S107")
    assert (found.span.path, found.span.line) == ("content/pages/tell.md", 5)
    assert found.hint == "did you mean `best-story`?"


def test_the_address_of_a_letter_is_readable() -> None:
    assert unquote("hello@bakery.example") in SITE
    assert FormField(name="x").required is None
