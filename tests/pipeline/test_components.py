"""The arguments of components: how they are read, and what is said of those that do not fit."""

from __future__ import annotations

import pytest

from caresite.core.diagnostics import Span
from caresite.core.model import Component
from caresite.pipeline.components import COMPONENTS, Argument, Bound, ComponentSpec, bind, callout_kind
from caresite.pipeline.markdown import Markdown, MarkdownOptions

SPECS = {spec.name: spec for spec in COMPONENTS}


def read(name: str, text: str) -> Bound:
    return bind(SPECS[name], text, Span("x.md", 3, 5, len(name)))


@pytest.mark.parametrize("spec", COMPONENTS, ids=lambda spec: spec.name)
def test_every_example_of_the_reference_is_right(spec: ComponentSpec) -> None:
    body, faults = Markdown(MarkdownOptions()).render(spec.example, path="x.md")
    assert faults == ()
    (component,) = body.html
    assert isinstance(component, Component)
    assert component.name == spec.name
    assert list(component.args) == [arg.name for arg in spec.args]


@pytest.mark.parametrize("spec", COMPONENTS, ids=lambda spec: spec.name)
def test_every_component_is_explained(spec: ComponentSpec) -> None:
    assert spec.help.endswith(".")
    assert all(arg.help.endswith(".") for arg in spec.args)


@pytest.mark.parametrize(
    ("name", "text", "args"),
    [
        ("quote", " care#listen", {"id": "care#listen"}),
        ("quote", " id=care#listen", {"id": "care#listen"}),
        ("quote", ' "care#listen"', {"id": "care#listen"}),
        ("cta", " Book a visit url=/contact/", {"text": "Book a visit", "url": "/contact/"}),
        ("cta", ' "Book a visit" url="/contact/?a=1&b=2"', {"text": "Book a visit", "url": "/contact/?a=1&b=2"}),
        ("cta", " “Book a visit” url=/c/", {"text": "Book a visit", "url": "/c/"}),
        ("cta", r' "Say \"yes\"" url=/c/', {"text": 'Say "yes"', "url": "/c/"}),
        ("cta", " text='It''s' url=/c/", None),
        ("callout", "", {"kind": "note", "title": ""}),
        ("callout", " tip", {"kind": "tip", "title": ""}),
        ("callout", " TIP", {"kind": "tip", "title": ""}),
        ("callout", " kind=warning", {"kind": "warning", "title": ""}),
        ("callout", " warning Mind the step", {"kind": "warning", "title": "Mind the step"}),
        ("callout", " Mind the step", {"kind": "note", "title": "Mind the step"}),
        ("callout", ' title="" tip', {"kind": "tip", "title": ""}),
        ("quotes", "", {"tag": "", "collection": "", "limit": 3, "order": "source"}),
        ("quotes", " repairs limit=12", {"tag": "repairs", "collection": "", "limit": 12, "order": "source"}),
        ("figure", ' "my photo.jpg" alt=x', {"src": "my photo.jpg", "alt": "x", "caption": ""}),
    ],
)
def test_arguments(name: str, text: str, args: dict[str, object] | None) -> None:
    bound = read(name, text)
    if args is None:
        assert bound.faults
    else:
        assert (bound.args, bound.faults, bound.usable) == (args, (), True)


@pytest.mark.parametrize(
    ("name", "text", "code", "column", "message", "hint"),
    [
        ("callout", " titel=x", "M302", 13, "the component `callout` has no argument `titel`", "did you mean `title`?"),
        ("quote", " a#b c=1", "M302", 15, "the component `quote` has no argument `c`", "its arguments are `id`"),
        ("faq", " now", "M302", 9, "the component `faq` cannot use “now” here", "it takes no arguments"),
        (
            "callout",
            " kind=warnng",
            "M303",
            13,
            "`kind` must be one of note, tip, warning, important, not “warnng”",
            "did you mean `warning`?",
        ),
        ("callout", " warnng", "M303", 13, "`kind` must be one of note, tip, warning, important, not “warnng”", None),
        ("quotes", " limit=0", "M303", 12, "`limit` must be a whole number from 1, not “0”", None),
        ("quotes", " limit=-2", "M303", 12, "`limit` must be a whole number from 1, not “-2”", None),
        ("quotes", " limit=three", "M303", 12, "`limit` must be a whole number from 1, not “three”", None),
        ("quotes", " limit=", "M303", 12, "`limit` must be a whole number from 1, not “”", None),
        ("callout", " title=a title=b", "M303", 21, "`title` is given twice", None),
        ("callout", ' title="open', "M303", 13, 'a quotation mark is out of place near “title="open”', None),
    ],
)
def test_bad_arguments(name: str, text: str, code: str, column: int, message: str, hint: str | None) -> None:
    (fault,) = read(name, text).faults
    assert (fault.code, fault.message) == (code, message)
    assert (fault.span.line, fault.span.column) == (3, column)
    assert hint is None or fault.hint == hint


def test_a_needed_argument_that_is_missing_makes_the_use_unusable() -> None:
    bound = read("cta", " Book a visit")
    assert not bound.usable
    (fault,) = bound.faults
    assert fault.code == "M303"
    assert fault.message == ("the component `cta` needs `url`: where it leads: a page of this site or an https address")
    assert fault.hint == 'write it like this: ::: cta "Book a visit" url=/contact/'
    assert (fault.span.column, fault.span.length) == (5, 3)


def test_an_empty_needed_argument_is_missing() -> None:
    assert not read("quote", ' id=""').usable


def test_a_bad_optional_argument_keeps_its_default() -> None:
    bound = read("quotes", " limit=none")
    assert bound.usable
    assert bound.args["limit"] == 3


def test_switches() -> None:
    spec = ComponentSpec(
        name="map",
        help="A map.",
        args=(
            Argument(name="place", help="Where.", positional=True),
            Argument(name="wide", help="Over the whole page.", type="bool"),
            Argument(name="zoom", help="How near.", type="int", default=3),
        ),
    )
    span = Span("x.md", 1, 1, 3)
    assert bind(spec, " Old Town wide", span).args == {"place": "Old Town", "wide": True, "zoom": 3}
    assert bind(spec, " wide=no", span).args == {"place": "", "wide": False, "zoom": 3}
    (fault,) = bind(spec, " wide=perhaps", span).faults
    assert fault.message == "`wide` must be true or false, not “perhaps”"


@pytest.mark.parametrize(
    ("word", "kind", "title"),
    [
        ("note", "note", ""),
        ("WARNING", "warning", ""),
        ("danger", "warning", "Danger"),
        ("hint", "tip", "Hint"),
        ("info", "note", "Info"),
        ("recipe", "note", "Recipe"),
    ],
)
def test_kinds_of_callout_in_other_dialects(word: str, kind: str, title: str) -> None:
    assert callout_kind(word) == (kind, title)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ['"a ' * 50_000, "“a " * 50_000, "a=b " * 20_000, "'" * 100_000, '\\"' * 50_000])
def test_hostile_arguments_take_time_in_proportion(text: str) -> None:
    read("cta", " " + text)
