"""What pages say besides their content, in the reader's language, and that the three languages say the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

import caresite
from caresite.core.diagnostics import Problem
from caresite.core.schema import fields_of
from caresite.core.values import plain, read_yaml
from caresite.kinds.content import EditNote
from caresite.pipeline import trail
from caresite.pipeline.needed_words import NEEDED, read_words
from caresite.pipeline.themes import Layer, Theme, bundled_themes
from caresite.pipeline.words import Words, date_in, locale_of, number_in, percent_in
from caresite.testing import DEFAULT_CONFIG, BuiltSite, build_site

SmallSite = Callable[..., BuiltSite]
LANGUAGES = ("en", "de", "es")
I18N = bundled_themes() / "hearth" / "i18n"


def words(folder: Path, **files: str) -> Words:
    (folder / "i18n").mkdir(parents=True, exist_ok=True)
    for tag, text in files.items():
        (folder / "i18n" / f"{tag.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return Words(Theme("t", "1", (Layer("site", folder),), None, None))


def test_values_are_filled_in(tmp_path: Path) -> None:
    assert (
        words(tmp_path, en='by: "By {name}, in {year}"').say("en", "by", name="Rosa", year=2026) == "By Rosa, in 2026"
    )


def test_words_without_values_are_left_alone(tmp_path: Path) -> None:
    assert words(tmp_path, en='braces: "{not} a place"').say("en", "braces") == "{not} a place"


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 post"),
        ("en", 0, "0 posts"),
        ("en", 1200, "1,200 posts"),
        ("de", 1200, "1.200 Texte"),
        ("pl", 1, "1 wpis"),
        ("pl", 3, "3 wpisy"),
        ("pl", 5, "5 wpisów"),
    ],
)
def test_plurals_follow_the_language(tmp_path: Path, language: str, n: int, said: str) -> None:
    table = words(
        tmp_path,
        en='posts: {one: "{n} post", other: "{n} posts"}',
        de='posts: {one: "{n} Text", other: "{n} Texte"}',
        pl='posts: {one: "{n} wpis", few: "{n} wpisy", many: "{n} wpisów", other: "{n} wpisu"}',
    )
    assert table.say(language, "posts", n=n) == said


def test_a_form_that_is_not_given_is_the_other_one(tmp_path: Path) -> None:
    assert words(tmp_path, en='posts: {other: "{n} posts"}').say("en", "posts", n=1) == "1 posts"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Colour"), ("en-US", "Color"), ("en-GB", "Colour"), ("fr", "Colour"), ("de-CH", "Farbe")],
)
def test_a_region_stands_over_its_language_and_english_below_all(tmp_path: Path, language: str, said: str) -> None:
    table = words(tmp_path, en="colour: Colour", en_US="colour: Color", de="colour: Farbe")
    assert table.say(language, "colour") == said


def test_the_site_stands_over_its_theme(tmp_path: Path) -> None:
    site, theme = tmp_path / "site", tmp_path / "theme"
    words(theme, en="a: theme\nb: theme", de="a: Thema")
    words(site, en="a: site")
    both = Words(Theme("t", "1", (Layer("site", site), Layer("t", theme)), None, None))
    assert [both.say("en", key) for key in "ab"] == ["site", "theme"]
    assert both.say("de", "a") == "Thema"


def test_a_missing_key_says_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        words(tmp_path, en="read_next: Read next").say("en", "read_nxt")
    (fault,) = caught.value.diagnostics
    assert (fault.code, "`read_next`" in fault.hint) == ("T105", True)


def test_markup_stays_markup_and_the_rest_is_escaped(tmp_path: Path) -> None:
    said = words(tmp_path, en='by: "<By> {who} {name}"').say("en", "by", who=Markup("<b>us</b>"), name="<x>")
    assert said == Markup("&lt;By&gt; <b>us</b> &lt;x&gt;")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "March 1, 2026"),
        ("en-GB", "1 March 2026"),
        ("de", "1. März 2026"),
        ("es", "1 de marzo de 2026"),
        ("xx", "March 1, 2026"),
    ],
)
def test_dates_are_written_as_people_write_them(language: str, shown: str) -> None:
    assert date_in(language, datetime(2026, 3, 1, tzinfo=UTC), "long") == shown


def test_numbers_and_shares_too() -> None:
    assert (number_in("de", 1234.5), number_in("en", 1234.5)) == ("1.234,5", "1,234.5")
    assert percent_in("de", 0.25) == "25\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize("tag", ["en", "en-GB", "de-CH", "zh-Hant-TW", "xx", "x", "en-ZZ", ""])
def test_every_tag_has_some_locale(tag: str) -> None:
    assert locale_of(tag).language


# the words that come along


def bundled(language: str) -> dict[str, Any]:
    path = I18N / f"{language}.yaml"
    table = plain(read_yaml(path.read_text("utf-8"), path.name))
    assert isinstance(table, dict)
    return table


def forms(words: Any) -> list[str]:
    return list(words.values()) if isinstance(words, dict) else [words]


def test_every_language_file_is_tested() -> None:
    assert {path.stem for path in I18N.glob("*.yaml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_keys_in_the_same_order(language: str) -> None:
    assert list(bundled(language)) == list(bundled("en"))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_places_to_fill_in(language: str) -> None:
    def places(words: Any) -> set[str]:
        return {name for form in forms(words) for name in re.findall(r"\{(\w+)\}", form)}

    theirs = bundled(language)
    assert {key: places(theirs[key]) for key in theirs} == {key: places(words) for key, words in bundled("en").items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    known = set(locale_of(language).plural_form.tags) | {"other"}
    for key, words in bundled(language).items():
        if isinstance(words, dict):
            assert {"one", "other"} <= set(words) <= known, key
        assert all(isinstance(form, str) and form.strip() for form in forms(words)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_template_asks_for_is_there(language: str) -> None:
    asked = {
        match[1]
        for path in (bundled_themes() / "hearth" / "templates").rglob("*.html")
        for match in re.finditer(r"\bt\(\s*[\"'](\w+)[\"']\s*[,)]", path.read_text("utf-8"))
    }
    assert asked - set(bundled(language)) == set()
    assert len(asked) > 50


@pytest.mark.parametrize("display", ["role", "anonymous"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The customer agreed on March 1, 2026 to have this shown."),
        ("de", "Wer hier erzählt, hat am 1. März 2026 zugestimmt, dass dies gezeigt wird."),
        ("es", "Quien lo cuenta aceptó el 1 de marzo de 2026 que esto se muestre."),
    ],
)
def test_consent_of_somebody_without_a_name_is_a_whole_sentence(language: str, said: str, display: str) -> None:
    site = build_site(f"""
    -- caresite.yaml --
    title: Example
    base_url: https://example.com/
    timezone: Europe/London
    language: {language}
    -- content/stories/oven.md --
    ---
    title: The oven
    author: {{name: Ida Roe, display: {display}, role: Baker}}
    consent: {{at: 2026-03-01, scopes: [publish_text], how: letter}}
    ---
    They came.
    """)
    assert f"<p>{said}</p>" in site.html("/stories/oven/")


# words that every theme needs


def test_what_is_asked_for_outside_of_templates_is_declared() -> None:
    source = Path(caresite.__file__).parent
    texts = [path.read_text("utf-8") for path in (*source.glob("pipeline/*.py"), *source.glob("features/*.py"))]
    asked = {match[1] for text in texts for match in re.finditer(r"\bsay\(\s*[\"'](\w+)[\"']", text)}
    asked |= {f"title_{name}" for name in trail._NAMED_TAXONOMIES} | set(trail._LIST_WORDS.values())
    [kinds] = [field.shape.item for field in fields_of(EditNote) if field.name == "kinds"]
    asked |= {f"edited_{kind}" for kind in (kinds.choices if kinds else ())}
    asked |= {f"menu_{name}" for name in ("stories", "testimonials", "quotes", "blog", "about")}
    brought_by_plugins = set(read_words(source / "features/words/en.yaml"))
    assert asked - brought_by_plugins == set(NEEDED)
    assert NEEDED.keys() <= bundled("en").keys()


def test_a_theme_without_a_parent_needs_the_words_of_its_pages_alone(small_site: SmallSite) -> None:
    theme = "-- themes/bare/theme.yaml --\nname: bare\n-- themes/bare/i18n/en.yaml --\nhome: Home\ntitle_404: Lost\n"
    names = ("home", "404", "search")
    templates = "".join(f"-- themes/bare/templates/{name}.html --\n{{{{ here.title }}}}\n" for name in names)
    site = small_site(theme + templates + "-- i18n/en.yaml --\ntitle_search: A to Z\n", config="theme: bare\n")
    assert site.codes == (), site.report


def test_a_theme_without_a_parent_is_told_all_the_words_it_lacks_at_once(small_site: SmallSite) -> None:
    theme = "-- themes/bare/theme.yaml --\nname: bare\n-- themes/bare/i18n/en.yaml --\nhome: Home\ntitle_blog: Blog\n"
    templates = "".join(f"-- themes/bare/templates/{name}.html --\n{{{{ here.title }}}}\n" for name in ("home", "404"))
    site = small_site(theme + templates, config="theme: bare\n")
    [told] = [d for d in site.diagnostics if d.code == "T105"]
    assert (told.severity, told.span.path) == ("error", "themes/bare/i18n/en.yaml")
    assert told.message.startswith(
        "the theme `bare` has no parent, and a page asks for words that it lacks: `menu_stories`, "
    )
    assert "`title_404`" in told.message
    assert "`title_blog`" not in told.message


def test_a_site_may_bring_the_words_that_its_theme_lacks(small_site: SmallSite) -> None:
    theme = "-- themes/bare/theme.yaml --\nname: bare\n-- i18n/en.yaml --\n"
    site = small_site(theme + "".join(f"{key}: x\n" for key in NEEDED), config="theme: bare\n")
    assert "T105" not in site.codes


def test_a_theme_with_a_parent_inherits_its_words(small_site: SmallSite) -> None:
    site = small_site("-- themes/child/theme.yaml --\nname: child\nparent: plain\n", config="theme: child\n")
    assert site.codes == ()


@pytest.mark.parametrize("is_linked", [True, False], ids=["a linked theme", "a theme in the site"])
@pytest.mark.parametrize("link", ["i18n/en.yaml", "i18n"])
@pytest.mark.parametrize("to", ["outside", "site/private"])
def test_a_theme_brings_no_words_from_elsewhere(tmp_path: Path, is_linked: bool, link: str, to: str) -> None:
    site, theme = tmp_path / "site", tmp_path / ("nice" if is_linked else "site/themes/nice")
    for folder in (site / "themes", theme, tmp_path / to):
        folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / to / "en.yaml").write_text("api_token: hunter2secret\n", encoding="utf-8")
    (theme / "theme.yaml").write_text("name: nice\nparent: hearth\n", encoding="utf-8")
    (theme / "templates").mkdir()
    (theme / "templates/page.html").write_text('<p>{{ t("api_token") }}</p>', encoding="utf-8")
    if link == "i18n/en.yaml":
        (theme / "i18n").mkdir()
    (theme / link).symlink_to(tmp_path / to / ("en.yaml" if link.endswith("yaml") else ""))
    if is_linked:
        (site / "themes/nice").symlink_to(theme, target_is_directory=True)
    text = f"-- caresite.yaml --\n{DEFAULT_CONFIG}theme: nice\n-- content/pages/a.md --\n---\ntitle: A\n---\nX.\n"
    built = build_site(text, root=site)
    assert not [path for path, data in built.outputs.items() if b"hunter2secret" in data]
    assert "T1" in built.report or "there are no words for `api_token`" in built.report
