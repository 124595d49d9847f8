"""The plugin: pages with forms, what they promise, and the last look for what must not be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from caresite.core.codes_stories import BAD_FORM, BAD_WORDING, CHOSEN_RECEIVER, UNKNOWN_FORM
from caresite.core.diagnostics import Diagnostic, Span, fault, place_in
from caresite.core.intake import Form
from caresite.core.model import Component, Output, Route, Segments
from caresite.core.plugins import Plugin
from caresite.core.suggest import nearest
from caresite.core.urls import output_path
from caresite.pipeline.catalog import Site
from caresite.pipeline.reader import Reader
from caresite.submissions.badge import badge, badge_routes
from caresite.submissions.forms import form_at, form_view, promises, script, script_url, thanks_of
from caresite.submissions.options import NAME, PRIVATE, SubmissionOptions
from caresite.submissions.questions import REQUEST_FORM, page_of, questions_of, story_forms
from caresite.submissions.wordings import read_wording

__all__ = ["PLUGIN", "checks", "inspect", "render", "routes"]

_HERE = Path(__file__).parent


# pages


def routes(site: Site, options: SubmissionOptions) -> Iterable[Route]:
    """Yield the page of each form with those that follow it, and the pages about stories; yours come first."""
    forms = site.settings.config.forms
    taken = {page.url for page in site.pages.values() if page.has_page}
    made = (*_form_pages(site), *(_story_pages(site) if story_forms(forms) else ()))
    yield from (route for route in made if route.url not in taken)
    yield from badge_routes(site)
    if any(form.timing and form.backend != "mailto" for form in forms.values()):
        url = script_url(site.settings.base_path)
        yield Route(output=_output(site, url), url=url, kind="asset", plugin=NAME, in_sitemap=False)


def _form_pages(site: Site) -> Iterator[Route]:
    forms, home = site.settings.config.forms, site.settings.base_path
    first = next(iter(story_forms(forms)), "")
    for name, form in forms.items():
        page = page_of(name, forms)
        is_main = name == first
        if page:
            words = {"description_words": "describe_send_your_story" if is_main else "describe_form"}
            kind = "send-your-story" if is_main else "form"
            yield _page(
                site,
                home.rstrip("/") + page,
                kind,
                "story-form.html",
                {"title_words": "title_form", **words},
                form.title,
            )
        if form.backend != "mailto":
            template = "thanks.html" if is_main else "form-thanks.html"
            kind = "thanks" if is_main else "form-thanks"
            yield _after(site, thanks_of(name, forms, home), kind, template, "title_form_thanks")
            yield _after(
                site, thanks_of(name, forms, home, "problem"), "form-problem", "form-problem.html", "title_form_problem"
            )


def _story_pages(site: Site) -> Iterator[Route]:
    forms = site.settings.config.forms
    for name in ("manage-my-story", "how-we-check"):
        words = {"title_words": _TITLES[name], "description_words": f"describe_{name.replace('-', '_')}"}
        yield _page(site, site.settings.address_of(name), name, f"{name}.html", words)
    if next(iter(story_forms(forms).values())).backend != "mailto":
        thanks = f"{site.settings.address_of(REQUEST_FORM)}thanks/"
        yield _after(site, thanks, "form-thanks", "form-thanks.html", "title_form_thanks")


_TITLES = {"manage-my-story": "title_manage_my_story", "how-we-check": "how_we_check"}


def _page(site: Site, url: str, kind: str, template: str, words: dict[str, str], title: str = "") -> Route:
    return Route(output=_output(site, url), url=url, kind=kind, template=template, title=title, params=words)


def _after(site: Site, url: str, kind: str, template: str, title_words: str) -> Route:
    return Route(
        output=_output(site, url),
        url=url,
        kind=kind,
        template=template,
        noindex=True,
        in_sitemap=False,
        params={"title_words": title_words},
    )


def _output(site: Site, url: str) -> str:
    return output_path(url.removeprefix(site.settings.base_path.rstrip("/")))


def render(route: Route, reader: Reader, options: SubmissionOptions) -> bytes:
    """Return the script that notes how long a form took."""
    return script()


# checks


def checks(site: Site, outputs: tuple[Output, ...], options: SubmissionOptions) -> Iterator[Diagnostic]:
    """Report forms and sources that cannot work, and forms that texts name and nobody has."""
    forms = site.settings.config.forms
    for name, form in forms.items():
        yield from _check_form(site, name, form)
    if site.settings.config.sources:
        from caresite.submissions.inbox import check_sources

        yield from check_sources(site.settings, site.wordings)
    if forms or site.settings.config.sources:
        from caresite.submissions.promises import check_declared

        yield from check_declared(site)
    for page_id, body in site.bodies.items() if forms else ():
        if page_id in site.pages:
            yield from _check_calls(site, site.pages[page_id].source, body.html)


def inspect(root: Path, site: Site, outputs: tuple[Output, ...], options: SubmissionOptions) -> Iterable[Diagnostic]:
    """Report what of the private store would be published, and sources that lead nowhere.

    Most sites have no private folder, and load nothing for it; a copy of a site that only builds it has none either.
    """
    if not (root / PRIVATE).is_dir():
        return
    from caresite.submissions.leaks import scan

    yield from scan.inspect(root, site, outputs, options)
    if site.settings.config.sources:
        from caresite.submissions.inbox import check_paths

        yield from check_paths(site.settings, root)


def _check_calls(site: Site, source: str, segments: Segments) -> Iterator[Diagnostic]:
    forms = site.settings.config.forms
    for segment in segments:
        if not isinstance(segment, Component):
            continue
        name = str(segment.args.get("name", ""))
        if segment.name == "form" and forms and name not in forms and name != REQUEST_FORM:
            near = nearest(name, forms)
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(forms)}"
            yield fault(UNKNOWN_FORM, Span(source, segment.line), f"there is no form `{name}`", hint=hint)
        yield from _check_calls(site, source, segment.body)


def _check_form(site: Site, name: str, form: Form) -> Iterator[Diagnostic]:
    settings = site.settings

    def at(key: str) -> Span:
        return place_in(settings.places, Span(settings.path, 1), f"forms.{name}.{key}", f"forms.{name}")

    names = [question.name for question in questions_of(form)]
    business = settings.config.business
    if form.backend in ("formspree", "custom") and not form.action:
        yield fault(BAD_FORM, at("backend"), f"the form `{name}` needs `action:`, the address it is sent to")
    if form.backend == "custom" and form.action and not form.action.startswith(("https://", "/")):
        yield fault(BAD_FORM, at("action"), f"the form `{name}` would be sent unencrypted to `{form.action}`")
    if form.backend == "mailto" and settings.places.get(f"forms.{name}.backend") is None:
        message = f"the form `{name}` goes by e-mail to {form.email or (business and business.email)}"
        hint = "nothing shows that the site is at Netlify; say `backend: mailto` if that is right, or name another"
        yield fault(CHOSEN_RECEIVER, at("kind"), message, hint=hint)
    if form.backend == "mailto" and not (form.email or (business and business.email)):
        yield fault(BAD_FORM, at("backend"), f"the form `{name}` needs `email:`, or `business.email`")
    if doubled := sorted({each for each in names if names.count(each) > 1}):
        yield fault(BAD_FORM, at("fields"), f"the form `{name}` asks twice for `{doubled[0]}`")
    if "email" not in names and form.kind != "contact":
        hint = "add `email` to its fields: consent that nobody can be asked about is worth little"
        yield fault(BAD_FORM, at("fields"), f"the form `{name}` does not ask for an e-mail address", hint=hint)
    if form.kind == "vote":
        yield from _check_vote(name, form, names, at)
        return
    if not {"story", "message"} & set(names):
        yield fault(BAD_FORM, at("fields"), f"the form `{name}` asks for no words", hint="add `story` to its fields")
    yield from _choiceless(name, form, at("fields"))
    if form.kind == "contact":
        return
    if not form.min_age:
        message = f"the form `{name}` is for everybody and does not ask how old they are"
        yield fault(BAD_FORM, at("min_age"), message, hint="set `min_age: 16`, or the age of consent where you are")
    if "rating" in names and "testimonials.mode" not in settings.places:
        message = f"the form `{name}` asks for stars; say whether all that come are shown"
        hint = "write `mode: reviews` below `testimonials`, or `mode: curated` for a selection"
        yield fault(BAD_FORM, at("fields"), message, hint=hint, severity="warning")
    yield from _check_wording(site, name, form, at("consent"))


def _check_vote(name: str, form: Form, names: list[str], at: Callable[[str], Span]) -> Iterator[Diagnostic]:
    """Report a form for votes that asks for none, or that nobody could find."""
    if "vote_for" not in names or not {"rating", "vote"} & set(names):
        hint = "add `vote_for`, and `rating` for stars or `vote` for and against"
        yield fault(BAD_FORM, at("fields"), f"the form `{name}` asks for no vote", hint=hint)
    if not form.page:
        hint = "for example `page: /best-story/`"
        yield fault(BAD_FORM, at("kind"), f"the form `{name}` has no `page`", hint=hint)


def _choiceless(name: str, form: Form, place: Span) -> Iterator[Diagnostic]:
    for question in questions_of(form):
        is_filled = question.name == "vote_for"  # with the stories of the year
        if question.type in ("select", "radio") and not question.choices and not is_filled:
            yield fault(BAD_FORM, place, f"`{question.name}` in the form `{name}` needs `choices:`")


def _check_wording(site: Site, name: str, form: Form, place: Span) -> Iterator[Diagnostic]:
    """Report a form whose text is missing, broken, or asks for no leave to publish (GDPR 7)."""
    if not form.consent:
        hint = "write the text in `consent/`, one sentence for each purpose, and name it: `consent: story-2026-01`"
        yield fault(BAD_WORDING, place, f"the form `{name}` asks for no consent", hint=hint)
        return
    data = site.wordings.get(form.consent)
    if data is None:
        near = nearest(form.consent, site.wordings)
        hint = f"did you mean `{near}`?" if near else f"add the file `consent/{form.consent}.md`"
        yield fault(BAD_WORDING, place, f"there is no wording `{form.consent}` in `consent/`", hint=hint)
        return
    wording, found = read_wording(form.consent, data, ZoneInfo("UTC"))
    yield from found
    if not found and "publish_text" not in wording.purposes:
        message = f"the wording `{form.consent}` does not ask whether the words may be published"
        hint = "add `publish_text:` with its sentence below `purposes:`"
        yield fault(BAD_WORDING, Span(f"consent/{form.consent}.md", 1), message, hint=hint)


PLUGIN = Plugin(
    name=NAME,
    version="1",
    options=SubmissionOptions,
    routes=routes,
    render=render,
    checks=checks,
    inspect=inspect,
    filters={"story_form": form_view, "form_at": form_at, "promises": promises, "badge": badge},
    templates=_HERE / "templates",
    words=_HERE / "words",
)
