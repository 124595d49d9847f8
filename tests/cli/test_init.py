"""`caresite init`: a site that builds at once, and nobody's file lost."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.commands.init import guess_language, guess_timezone
from caresite.core.config import load_config
from caresite.testing import build_site, write_site


def init(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["init", *arguments], input=stdin, catch_exceptions=False)


def test_a_new_site_builds_with_no_error_no_warning_and_no_note(tmp_path: Path) -> None:
    assert init(str(tmp_path / "shop"), "--timezone", "Europe/London").exit_code == 0
    built = build_site(root=tmp_path / "shop", now="2040-01-01")
    assert built.diagnostics == (), built.report
    assert built.held_back == ()
    assert "The people" in built.html("/") or built.site.settings.config.sample
    for path in ("/blog/first-post/", "/stories/first-story/", "/quotes/on-care/", "/testimonials/", "/about/"):
        assert built.html(path)


def test_so_does_one_without_examples(tmp_path: Path) -> None:
    init(str(tmp_path / "shop"), "--no-examples", "--timezone", "Europe/London")
    built = build_site(root=tmp_path / "shop")
    assert built.diagnostics == (), built.report
    assert not built.site.settings.config.sample
    assert not list((tmp_path / "shop").rglob("first-*"))


def test_examples_are_marked_so_that_no_visitor_is_fooled(tmp_path: Path) -> None:
    init(str(tmp_path))
    assert "sample: true" in (tmp_path / "caresite.yaml").read_text()
    for path in (tmp_path / "content").rglob("*.*"):
        text = path.read_text()
        assert "xample" in text or path.parent.name == "pages", path


def test_no_example_can_be_shown_as_a_customer_s_words(tmp_path: Path) -> None:
    init(str(tmp_path), "--timezone", "Europe/London")
    config = tmp_path / "caresite.yaml"
    config.write_text(config.read_text().replace("sample: true", "sample: false"))
    built = build_site(root=tmp_path, now="2040-01-01")
    told = sorted((d.code, d.severity, d.span.path) for d in built.diagnostics)
    testimonials = "content/testimonials/examples.yaml"
    assert told == [
        ("K203", "error", path) for path in ("content/stories/first-story.md", testimonials, testimonials)
    ], built.report


EXAMPLES = [
    "content/blog/first-post.md",
    "content/stories/first-story.md",
    "content/quotes/on-care.yaml",
    "content/testimonials/examples.yaml",
]


@pytest.mark.parametrize("gone", [*([path] for path in EXAMPLES), EXAMPLES], ids=lambda gone: gone[-1])
def test_an_example_that_is_deleted_leaves_no_broken_link(tmp_path: Path, gone: list[str]) -> None:
    init(str(tmp_path))
    for path in gone:
        (tmp_path / path).unlink()
    built = build_site(root=tmp_path, now="2040-01-01")
    assert built.diagnostics == (), built.report


def test_it_writes_what_a_site_needs_besides_its_texts(tmp_path: Path) -> None:
    init(str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert {".gitignore", "netlify.toml", "README.md", "caresite.schema.json", "static"} <= names
    assert "/private/" in (tmp_path / ".gitignore").read_text()
    assert "$DEPLOY_PRIME_URL" in (tmp_path / "netlify.toml").read_text()


def test_the_schema_for_editors_knows_the_sections_of_plugins_and_theme(tmp_path: Path) -> None:
    init(str(tmp_path))
    schema = json.loads((tmp_path / "caresite.schema.json").read_text())
    assert {"title", "feeds", "redirects", "theme"} <= set(schema["properties"])
    assert "$schema=caresite.schema.json" in (tmp_path / "caresite.yaml").read_text().splitlines()[0]


@pytest.mark.parametrize("title", ["Harbour: Vets", 'The "Inn" #1', "null", "$price & Co", "Ünïcode – 100 %"])
def test_any_title_survives(tmp_path: Path, title: str) -> None:
    init(str(tmp_path), "--title", title)
    settings, _ = load_config(tmp_path)
    assert settings.config.title == title


def test_options_are_written_and_a_bare_host_becomes_an_address(tmp_path: Path) -> None:
    init(str(tmp_path), "-b", "shop.example.org", "--timezone", "Asia/Tokyo", "--language", "de")
    config = load_config(tmp_path)[0].config
    assert (config.base_url, config.timezone, config.language) == ("https://shop.example.org/", "Asia/Tokyo", "de")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--timezone", "Europe/Londn", "did you mean `Europe/London`?"),
        ("--base-url", "ftp://x", "is not a web address"),
        ("--language", "???", "is not a language tag"),
    ],
)
def test_a_bad_option_is_wrong_usage_and_nothing_is_written(
    tmp_path: Path, option: str, value: str, message: str
) -> None:
    result = init(str(tmp_path), option, value)
    assert result.exit_code == 2
    assert message in result.output
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_needs_force_and_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Mine.\n")
    result = init(str(tmp_path))
    assert result.exit_code == 1
    assert "`README.md`" in result.output
    result = init(str(tmp_path), "--force")
    assert result.exit_code == 0
    assert "Kept as they were: README.md" in result.output
    assert (tmp_path / "README.md").read_text() == "Mine.\n"


def test_a_folder_that_git_has_begun_is_empty_enough(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert init(str(tmp_path)).exit_code == 0


def test_a_site_is_never_started_inside_a_site(tmp_path: Path) -> None:
    init(str(tmp_path), "--no-examples")
    result = init(str(tmp_path), "--force")
    assert result.exit_code == 1
    assert "there is a site" in result.output
    assert not (tmp_path / "content/blog/first-post.md").exists()


def test_json_lists_what_was_written_and_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("")
    data = json.loads(init(str(tmp_path), "--json").output)
    assert "caresite.yaml" in data["written"]
    assert data["kept"] == [".gitignore"]


def test_on_a_terminal_it_asks_again_until_an_answer_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caresite.commands import init as module
    from caresite.commands.session import Session

    answers = iter(["My shop", "shop", "shop.example", "Europe/Londn", "Europe/London", "en-GB"])
    asked = []

    def prompt(question: str, default: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr("click.confirm", lambda question, default: False)
    assert module.run(Session(), module.Flags(folder=tmp_path / "new")) == 0
    assert len(asked) == 6
    config = load_config(tmp_path / "new")[0].config
    assert (config.title, config.base_url, config.timezone) == ("My shop", "https://shop.example/", "Europe/London")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "en_GB.UTF-8"}, "en-GB"),
        ({"LC_ALL": "de_DE@euro", "LANG": "en_US"}, "de-DE"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_guessed_from_the_locale(environ: dict[str, str], language: str) -> None:
    assert guess_language(environ) == language


def test_the_timezone_is_guessed_from_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert guess_timezone() == "Pacific/Auckland"


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_doctor_finds_nothing_wrong_with_a_new_site(tmp_path: Path) -> None:
    init(str(tmp_path))
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "doctor"], catch_exceptions=False)
    assert result.exit_code == 0


ENGLISH = ("the ", " and ", "About us", "Example", "Stories", "Quotes", "Search", "Archive")


@pytest.mark.parametrize(
    ("language", "addresses", "menu"),
    [
        ("de-AT", ("/geschichten/erste-geschichte/", "/zitate/fuersorge/", "/kundenstimmen/", "/ueber-uns/", "/suche/",
                   "/themen/versprechen/", "/ihre-geschichte/", "/archiv/"), "Geschichten"),
        ("es", ("/historias/primera-historia/", "/citas/cuidar/", "/opiniones/", "/quienes-somos/", "/buscar/",
                "/temas/promesas/", "/su-historia/", "/archivo/"), "Historias"),
    ],
)  # fmt: skip
def test_a_site_in_another_language_has_its_words_and_addresses(
    tmp_path: Path, language: str, addresses: tuple[str, ...], menu: str
) -> None:
    done = init(str(tmp_path), "--language", language, "--timezone", "Europe/Vienna", "--title", "Laden")
    assert "English" not in done.output
    config = tmp_path / "caresite.yaml"
    config.write_text(config.read_text().replace("  # email: hello@example.com ", "  email: hello@example.com "))
    built = build_site(root=tmp_path, now="2040-01-01")
    assert built.diagnostics == (), built.report
    for address in addresses:
        assert built.html(address)
    home = built.html("/")
    assert f">{menu}</a>" in home
    assert not [word for word in ENGLISH if word in re.sub(r"<style.*?</style>|<[^>]*>", " ", home, flags=re.DOTALL)]
    english = [path for path in built.outputs if re.match(r"(stories|quotes|testimonials|about|tags|archive)/", path)]
    assert english == []


def test_its_examples_cannot_be_shown_as_customers_words_either(tmp_path: Path) -> None:
    for language in ("de", "es"):
        init(str(tmp_path / language), "--language", language, "--timezone", "Europe/London")
        config = tmp_path / language / "caresite.yaml"
        config.write_text(config.read_text().replace("sample: true", "sample: false"))
        built = build_site(root=tmp_path / language, now="2040-01-01")
        assert [d.code for d in built.diagnostics] == ["K203"] * 3, built.report


def test_a_language_without_examples_is_said_to_have_none(tmp_path: Path) -> None:
    done = init(str(tmp_path), "--language", "fr", "--timezone", "Europe/Paris", "--title", "Chez Ada")
    assert "There are no examples in `fr`, so none were written." in done.output
    assert "menus and buttons come in English" in done.output
    texts = [path.read_text() for path in (tmp_path / "content").rglob("*.*") if path.suffix in (".md", ".yaml")]
    assert texts == ["---\ntitle: Chez Ada\n---\n"]
    built = build_site(root=tmp_path)
    assert not [d for d in built.diagnostics if d.severity == "error"], built.report
    assert not built.site.settings.config.sample


def test_it_ends_with_how_to_see_the_site(tmp_path: Path) -> None:
    done = init(str(tmp_path / "shop"))
    assert done.output.rstrip().endswith("caresite serve")


@pytest.mark.parametrize("theme", ["hearth", "ledger"])
def test_empty_lists_are_in_no_menu_before_their_first_item(tmp_path: Path, theme: str) -> None:
    init(str(tmp_path), "--no-examples", "--timezone", "Europe/London", "--language", "en")
    config = tmp_path / "caresite.yaml"
    config.write_text(config.read_text().replace("name: hearth", f"name: {theme}"))
    built = build_site(root=tmp_path)
    for address in ("/stories/", "/testimonials/", "/quotes/", "/blog/"):
        assert built.html(address), "it answers all the same"
        assert f'href="{address}"' not in "".join(built.html(page) for page in ("/", "/about/", address, "/404.html"))
        assert address not in built.text("sitemap.xml")
    write_site(tmp_path, "-- content/blog/first.md --\n---\ntitle: Soup\ndate: 2026-01-01\n---\nHot.\n")
    built = build_site(root=tmp_path)
    assert 'href="/blog/"' in built.html("/about/")
    assert "/blog/" in built.text("sitemap.xml")
