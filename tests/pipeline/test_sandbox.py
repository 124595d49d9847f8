"""What templates of the site and of downloaded themes may reach: the site's content, and nothing behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.core.files import write_atomically
from caresite.core.model import Page
from caresite.pipeline.reader import Reader
from caresite.pipeline.render import SiteReader
from caresite.pipeline.sandbox import may_read
from caresite.pipeline.themes import bundled_themes
from caresite.testing import DEFAULT_CONFIG, BuiltSite, build_site

SECRET = "purple xylophone"
PAGE = """
-- content/pages/about.md --
---
title: About
params: {tags: [one, two]}
---

Hello, {0.__class__}.
-- data/team.yaml --
- name: Ann
-- private/secret.yaml --
text: purple xylophone
"""
REACHING = {
    "the classic way to os": "{% set os = cycler.__init__.__globals__.os %}{{ os.popen('touch ran').read() }}",
    "by subscript": "{{ cycler['__init__']['__globals__'] }}",
    "by the filter attr": "{{ cycler | attr('__init__') | attr('__globals__') }}",
    "by a name made of parts": "{{ page | attr('__cl' ~ 'ass__') }}{{ page['__cl' ~ 'ass__'] }}",
    "by map": "{{ [page] | map(attribute='__class__') | list }}",
    "by map and a filter": "{{ [page] | map('attr', '__class__') | list }}",
    "by sort": "{{ [page, page] | sort(attribute='__class__.__name__') | list }}",
    "by groupby": "{{ [page] | groupby('__class__') }}",
    "by sum": "{{ [page] | sum(attribute='__class__.__mro__') }}",
    "by selectattr": "{{ [page] | selectattr('__class__.__mro__') | list }}",
    "by a format": "{{ '{0.__class__.__mro__}'.format(page) }}",
    "by a format of markup": "{{ ('{0.__class__}' | safe).format(page) }}",
    "by a format map": "{{ '{p.__class__}'.format_map({'p': page}) }}",
    "by a format in a list": "{{ ['{0.__class__}'] | map(attribute='format') | first | string }}"
    "{{ (['{0.__class__}'] | map(attribute='format') | first)(page) }}",
    "by a method of text": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "by a function": "{{ lipsum.__globals__ }}",
    "by a bound method": "{{ site.pages.__self__._site }}",
    "by a wrapped method": "{{ site.pages.__wrapped__ }}",
    "by a partial": "{{ head_extras.func.__self__ }}",
    "by the arguments of a partial": "{{ head_extras.args }}",
    "by a class": "{{ dict.mro() }}",
    "by an alias of a class": "{{ dict[str].__origin__ }}",
    "by the page itself": "{{ self._TemplateReference__context.environment }}",
    "by a loop": "{% for x in [1] %}{{ loop._iterator.__class__ }}{% endfor %}",
    "by a macro": "{% macro m() %}{% endmacro %}{{ m.memory.notes }}",
    "by a macro that is kept": "{% import 'hearth/components/tags.html' as tags %}{{ tags.tags.memory.pages }}",
    "by a caller": "{% macro m() %}{{ caller.__init__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "by a generator": "{{ ([1] | map('string')).gi_frame }}",
    "by an undefined name": "{{ nothing.__init__.__globals__ }}",
    "by the whole site": "{{ site.of.settings }}",
    "by the plugins": "{{ (site.of.settings.plugins | first).plugin.words.read_text() }}",
    "by the plan": "{{ site.plan.addresses }}",
    "by the notes": "{{ site.notes.answers }}",
    "by a call through ours": "{{ site.once(('a',), dict) }}",
    "by the options of a theme": "{{ theme._options }}{{ theme.__class__ }}",
    "by a timezone that reads files": "{{ site.today.tzinfo.from_file('private/secret.yaml') }}",
    "by a module": "{% import 'hearth/components/tags.html' as tags %}{{ tags._body_stream }}{{ tags.__dict__ }}",
    "by a body": "{{ site.body(page)._compose.__globals__ }}",
    "by super": "{% extends 'hearth/page.html' %}{% block main %}{{ super.__call__.__globals__ }}{% endblock %}",
}
ELSEWHERE = {
    "data": "{{ site.data('../private/secret') }}",
    "an include": "{% include '../private/secret.yaml' %}",
    "an import": "{% import 'private/secret.yaml' as x %}",
    "an absolute path": "{% include '/etc/passwd' %}",
    "a theme's folder": "{% include 'hearth/../../private/secret.yaml' %}",
    "an asset": "{{ asset('../private/secret.yaml') }}",
    "a drawing": "{{ drawing('../private/secret') }}",
    "the environment": "{{ environ }}{{ env }}{{ environment }}",
}
LONG = {
    "a range": "{% for x in range(10 ** 9) %}{% endfor %}",
    "a text many times": "{{ 'x' * 1000000000 }}",
    "a list many times": "{{ 1000000000 * [0] }}",
    "a power": "{{ 10 ** 10000000000 }}",
    "a filter": "{{ 'x' | center(1000000000) }}",
    "another filter": "{{ 1.5 | round(1000000000, 'ceil') }}",
    "a method": "{{ 'x'.ljust(1000000000) }}",
    "a format": "{{ '{:>1000000000}'.format(1) }}",
    "a format with a percent sign": "{{ '%1000000000d' % 1 }}",
    "a width among the values": "{{ '%*d' | format(1000000000, 1) }}",
    "words without end": "{{ lipsum(1000000000) }}",
}


def site_with(template: str, name: str = "page.html", config: str = "", more: str = "") -> BuiltSite:
    return made(f"{PAGE}{more}\n-- templates/{name} --\n{template}", config)


def made(text: str, config: str = "") -> BuiltSite:
    return build_site(f"-- caresite.yaml --\n{DEFAULT_CONFIG}plugins: []\n{config}\n{text}")


def codes_at(site: BuiltSite, path: str) -> set[str]:
    return {d.code for d in site.diagnostics if d.span.path == path and d.span.line}


@pytest.mark.parametrize("template", REACHING.values(), ids=REACHING)
def test_a_template_reaches_nothing_behind_its_values(template: str) -> None:
    site = site_with(template)
    assert codes_at(site, "templates/page.html") & {"T107", "T103"}, site.report
    assert SECRET not in str(site.outputs.values())
    assert not (site.root / "ran").exists()
    assert not site.ok


@pytest.mark.parametrize("template", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_template_reads_no_file_that_is_not_given_to_it(template: str) -> None:
    site = site_with("<p>" + template)
    assert SECRET.encode() not in b"".join(site.outputs.values())
    assert b"root:x:0" not in b"".join(site.outputs.values())


@pytest.mark.parametrize("template", LONG.values(), ids=LONG)
def test_a_template_that_asks_for_too_much_is_stopped(template: str) -> None:
    site = site_with(template)
    assert codes_at(site, "templates/page.html") == {"T108"}, site.report


def test_a_template_that_includes_itself_is_stopped() -> None:
    site = site_with("{% include 'page.html' %}")
    assert "T103" in site.codes, site.report


HOSTILE = "{{ cycler.__init__.__globals__.os.environ }}"


@pytest.mark.parametrize(
    "files",
    [
        {"templates/base.html": '{% extends "hearth/base.html" %}{% block head %}' + HOSTILE + "{% endblock %}"},
        {"templates/hearth/base.html": HOSTILE},
        {"templates/components/share.html": "{% macro share(title, url) %}" + HOSTILE + "{% endmacro %}"},
        {
            "templates/components/callout.html": "{% macro render(args, body, sections, lines) %}"
            + HOSTILE
            + "{% endmacro %}"
        },
        {"themes/ledger/theme.yaml": "name: ledger\nparent: hearth\n", "themes/ledger/templates/page.html": HOSTILE},
        {"themes/site/theme.yaml": "name: site\nparent: hearth\n", "themes/site/templates/page.html": HOSTILE},
    ],
    ids=["an override", "a name like the theme's", "a macro", "a component", "a theme's name", "a theme called site"],
)
def test_what_is_trusted_is_the_file_and_not_its_name(files: dict[str, str]) -> None:
    theme = next((path.split("/")[1] for path in files if path.startswith("themes/")), "hearth")
    trusted = ", trusted: [site]" if theme == "site" else ""
    text = "".join(f"-- {path} --\n{content}\n" for path, content in files.items())
    post = "-- content/blog/a.md --\n---\ntitle: A\ndate: 2026-01-01\n---\n\n::: callout tip\nHi\n:::\n"
    site = made(PAGE + post + text, f"theme: {{name: {theme}{trusted}}}\n")
    wanted = "templates/" if "templates/hearth/base.html" not in files else ""
    if wanted:
        assert "T107" in site.codes, site.report
    assert b"environ(" not in b"".join(site.outputs.values())


def test_words_of_a_theme_reach_nothing_either() -> None:
    words = '-- i18n/en.yaml --\na: fine\nmine: "{page.__init__.__globals__[os].environ}"\n'
    site = site_with("{{ t('mine', page=site) }}", more=words)
    assert [(d.code, d.span.path, d.span.line) for d in site.diagnostics if d.severity == "error"] == [
        ("T105", "i18n/en.yaml", 2)
    ]


def test_what_a_text_says_is_never_taken_for_a_format() -> None:
    site = site_with("{% extends 'hearth/page.html' %}{% block main %}{{ site.body(page).html }}{% endblock %}")
    assert site.ok, site.report
    assert "Hello, {0." in site.html("/about/")


def test_lists_stay_mutable_and_data_can_be_read() -> None:
    template = (
        "{% set names = [] %}{% for person in site.data('team') %}{% do names.append(person.name) %}{% endfor %}"
        "{% set ns = namespace(n=0) %}{% for x in range(3) %}{% set ns.n = ns.n + x %}{% endfor %}"
        "{{ names | join(', ') }} {{ ns.n }} {{ page.params.tags | map('upper') | join('/') }} "
        "{{ '{:>5}|{}'.format(1, page.title) }} {{ {'a': 1}.items() | list }} {{ 'a-b'.split('-') }} "
        "{{ site.today.strftime('%Y') }} {{ [page] | map(attribute='title') | first }} "
        "{{ '%s' | format('x') }} {{ 'ab' * 2 }}"
    )
    site = site_with(template)
    assert site.ok, site.report
    said = site.html("/about/")
    assert said.startswith(
        "Ann 3 ONE/TWO     1|About [(&#39;a&#39;, 1)] [&#39;a&#39;, &#39;b&#39;] 2026 About x abab"
    ), said


def test_a_theme_that_is_named_in_the_config_may_do_more() -> None:
    theme = "-- themes/nice/theme.yaml --\nname: nice\nparent: hearth\n-- themes/nice/templates/page.html --\n"
    template = "{{ site.of.clock.year }}"
    refused = made(PAGE + theme + template, "theme: {name: nice}\n")
    allowed = made(PAGE + theme + template, "theme: {name: nice, trusted: [nice]}\n")
    assert "T107" in refused.codes
    assert allowed.html("/about/") == "2026"


def test_templates_of_the_site_may_do_more_when_the_config_says_site() -> None:
    assert site_with("{{ site.of.clock.year }}", config="theme: {trusted: [site]}\n").html("/about/") == "2026"


def test_a_name_that_is_no_theme_is_reported() -> None:
    site = site_with("", config="theme:\n  trusted: [site, herth]\n")
    (fault,) = (d for d in site.diagnostics if d.severity == "error")
    assert (fault.code, fault.hint) == ("V202", "did you mean `hearth`?")
    assert "herth" in fault.message


def test_themes_of_caresite_run_without_the_sandbox(tmp_path: Path) -> None:
    site = made(PAGE)
    from caresite.pipeline.templates import SiteLoader
    from caresite.pipeline.themes import load_theme

    theme, _ = load_theme(site.root, site.site.settings)
    loader = SiteLoader(theme, ())
    assert loader.trusts(bundled_themes() / "hearth/templates/base.html")
    (tmp_path / "base.html").write_text("")
    assert not loader.trusts(tmp_path / "base.html")


def test_what_templates_may_ask_the_site_is_decided_name_by_name() -> None:
    kept = {name for name in dir(SiteReader) if not name.startswith("_") and not may_read(SiteReader, name)}
    assert kept == {"of", "plan", "once"}
    assert not may_read(Reader, "notes")
    assert may_read(Page, "title")
    assert not may_read(type(Path()), "read_text")
    assert not may_read(type(write_atomically), "__globals__")
