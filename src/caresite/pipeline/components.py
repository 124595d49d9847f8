"""The components that texts may use: `::: name args` and what may stand in each.

They are data: the parser, the reference pages and every did-you-mean read the same table.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from caresite.core.codes_markdown import BAD_ARGUMENT, UNKNOWN_ARGUMENT
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.numbers import whole_number
from caresite.core.suggest import nearest

__all__ = [
    "CALLOUT_KINDS",
    "COMPONENTS",
    "Argument",
    "Bound",
    "ComponentSpec",
    "Value",
    "bind",
    "callout_kind",
    "is_callout_word",
]

Value = str | int | bool

CALLOUT_KINDS = ("note", "tip", "warning", "important")

_CALLOUT_WORDS = {
    "tip": "hint success check done",
    "warning": "caution attention warn danger error failure fail bug",
    "note": "info information abstract summary tldr example question help seealso todo quote cite",
}
_KIND_OF_WORD = {word: kind for kind, words in _CALLOUT_WORDS.items() for word in words.split()}


class Argument(Struct, frozen=True, kw_only=True):
    """One argument of a component. `address` marks a string that is resolved as a link or a picture."""

    name: str
    help: str
    type: Literal["str", "int", "bool", "choice", "point"] = "str"
    choices: tuple[str, ...] = ()
    default: Value = ""
    least: int = 0
    required: bool = False
    positional: bool = False
    address: bool = False


class ComponentSpec(Struct, frozen=True, kw_only=True):
    """One component: its arguments and its content.

    `body` says what stands inside: any Markdown, lines to be read one by one, sections that begin with a
    heading, or nothing. `sections` is how many sections there must be; 0 means one or more. Content that
    `may_be_empty` is shown in place of an argument.
    """

    name: str
    help: str
    args: tuple[Argument, ...] = ()
    body: Literal["markdown", "lines", "sections", "none"] = "none"
    sections: int = 0
    may_be_empty: bool = False
    example: str = ""


class Bound(NamedTuple):
    """The arguments of one use, completed with defaults; `usable` is false when a needed one is missing."""

    args: dict[str, Value]
    faults: tuple[Diagnostic, ...]
    usable: bool


def callout_kind(word: str) -> tuple[str, str]:
    """Return the kind of callout that `word` stands for in any dialect, and a title where it says more."""
    key = word.casefold()
    if key in CALLOUT_KINDS:
        return key, ""
    return _KIND_OF_WORD.get(key, "note"), word[:1].upper() + word[1:].lower()


def is_callout_word(word: str) -> bool:
    """Tell whether `word` is a kind of callout here or in another dialect."""
    return word.casefold() in CALLOUT_KINDS or word.casefold() in _KIND_OF_WORD


def bind(spec: ComponentSpec, text: str, span: Span) -> Bound:
    """Read `text`, which follows the component's name directly, into its arguments; `span` is the name."""
    reader = _Reader(spec, span)
    for match in _TOKEN.finditer(text):
        reader.take(match)
    reader.finish()
    return Bound(reader.args, tuple(reader.faults), reader.usable)


_TOKEN = re.compile(
    r"""(?P<key>[A-Za-z_][\w-]*)=(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^“”]*”|[^\s"'“]\S*|)(?=\s|$)"""
    r"""|(?P<word>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^“”]*”|(?![\w-]+=["'“])[^\s"'“]\S*)(?=\s|$)"""
    r"""|(?P<broken>\S+)"""
)
_POINT = re.compile(r"([+-]?[0-9]{1,2}(?:\.[0-9]{1,9})?)(?:\s*[,;]\s*|\s+)([+-]?[0-9]{1,3}(?:\.[0-9]{1,9})?)")
_ESCAPE = re.compile(r"\\(.)")
_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))


class _Reader:
    """Collects the arguments of one use of a component."""

    def __init__(self, spec: ComponentSpec, span: Span) -> None:
        self.spec = spec
        self.span = span
        self.by_name = {arg.name: arg for arg in spec.args}
        self.open = [arg for arg in spec.args if arg.positional]
        self.args: dict[str, Value] = {}
        self.words: list[tuple[str, int]] = []
        self.faults: list[Diagnostic] = []
        self.usable = True

    def take(self, match: re.Match[str]) -> None:
        """Take one `key=value`, one word, or report what is neither."""
        if match["broken"] is not None:
            self.report_broken(match)
        elif match["key"] is not None:
            self.take_key(match["key"], _unquoted(match["value"]), match)
        else:
            self.take_word(_unquoted(match["word"]), match)

    def take_key(self, key: str, raw: str, match: re.Match[str]) -> None:
        """Take one named argument."""
        arg = self.by_name.get(key)
        span = self.at(match)
        if arg is None:
            self.faults.append(_unknown(self.spec, key, span))
        elif key in self.args:
            self.bad(span, f"`{key}` is given twice")
        else:
            self.store(arg, raw, span)

    def take_word(self, word: str, match: re.Match[str]) -> None:
        """Take one word without a key: a switch by its name, or the next positional argument."""
        switch = self.by_name.get(word)
        if switch is not None and switch.type == "bool" and word not in self.args:
            self.args[word] = True
            return
        while self.open and self.open[0].name in self.args:
            self.open.pop(0)
        if not self.open:
            self.faults.append(_stray_word(self.spec, word, self.at(match)))
        elif self.open[0].type == "str":
            self.words.append((word, match.start()))
        elif self.skips(self.open[0], word):
            self.open.pop(0)
            self.take_word(word, match)
        else:
            self.store(self.open.pop(0), word, self.at(match))

    def skips(self, arg: Argument, word: str) -> bool:
        """Tell whether `word` is the start of the words that follow a choice, not the choice."""
        if arg.type != "choice" or len(self.open) < 2:
            return False
        return word not in arg.choices and not nearest(word, arg.choices)

    def store(self, arg: Argument, raw: str, span: Span) -> None:
        """Convert and keep one value, or report why it cannot be."""
        value = _converted(arg, raw)
        if value is None:
            hint = _did_you_mean(nearest(raw, arg.choices))
            self.bad(span, f"`{arg.name}` must be {_expected(arg)}, not “{raw}”", hint)
            self.usable = self.usable and not arg.required
        else:
            self.args[arg.name] = value

    def finish(self) -> None:
        """Join the words into their argument, fill in defaults, report what is missing."""
        if self.words and self.open:
            self.store(self.open[0], " ".join(word for word, _ in self.words), self.span)
        for arg in self.spec.args:
            if arg.required and self.args.get(arg.name, "") == "":
                self.report_missing(arg)
            self.args.setdefault(arg.name, _default(arg))
        self.args = {arg.name: self.args[arg.name] for arg in self.spec.args}

    def report_missing(self, arg: Argument) -> None:
        """Report a needed argument that is not there, unless its value was already found bad."""
        if self.usable:
            hint = f"write it like this: {self.spec.example.splitlines()[0]}" if self.spec.example else ""
            self.bad(self.span, f"the component `{self.spec.name}` needs `{arg.name}`: {_as_clause(arg.help)}", hint)
        self.usable = False

    def report_broken(self, match: re.Match[str]) -> None:
        """Report a quotation mark that is opened and not closed, or has something glued to its end."""
        message = f"a quotation mark is out of place near “{match['broken']}”"
        hint = 'write values of several words as key="some words", with a space after them'
        self.bad(self.at(match), message, hint)

    def bad(self, span: Span, message: str, hint: str = "") -> None:
        self.faults.append(fault(BAD_ARGUMENT, span, message, hint=hint))

    def at(self, match: re.Match[str]) -> Span:
        """Return the place of one token."""
        start = self.span.column + self.span.length + match.start()
        return replace(self.span, column=start, length=len(match[0]))


def _unquoted(raw: str) -> str:
    if raw[:1] in ('"', "'"):
        return _ESCAPE.sub(r"\1", raw[1:-1])
    return raw[1:-1] if raw[:1] == "“" else raw


def _converted(arg: Argument, raw: str) -> Value | None:
    if arg.type == "int":
        number = whole_number(raw)
        return number if number is not None and number >= arg.least else None
    if arg.type == "bool":
        key = raw.casefold()
        return True if key in _TRUE else False if key in _FALSE else None
    if arg.type == "choice":
        return raw.casefold() if raw.casefold() in arg.choices else None
    return _point(raw) if arg.type == "point" else raw


def _point(raw: str) -> str | None:
    """Return latitude and longitude in degrees as `52.05,-2.71`; None when they are not on the globe."""
    match = _POINT.fullmatch(raw.strip())
    if match is None or abs(float(match[1])) > 85 or abs(float(match[2])) > 180:  # a map has no poles
        return None
    return f"{match[1]},{match[2]}"


def _default(arg: Argument) -> Value:
    if arg.default != "" or arg.type in ("str", "choice", "point"):
        return arg.default
    return 0 if arg.type == "int" else False


def _expected(arg: Argument) -> str:
    if arg.type == "int":
        return f"a whole number from {arg.least}" if arg.least else "a whole number"
    if arg.type == "point":
        return 'latitude and longitude in degrees, such as "52.0567,-2.7160"'
    return "true or false" if arg.type == "bool" else "one of " + ", ".join(arg.choices)


def _unknown(spec: ComponentSpec, key: str, span: Span) -> Diagnostic:
    names = [arg.name for arg in spec.args]
    hint = _did_you_mean(nearest(key, names)) or _has(spec)
    return fault(UNKNOWN_ARGUMENT, span, f"the component `{spec.name}` has no argument `{key}`", hint=hint)


def _stray_word(spec: ComponentSpec, word: str, span: Span) -> Diagnostic:
    message = f"the component `{spec.name}` cannot use “{word}” here"
    return fault(UNKNOWN_ARGUMENT, span, message, hint=_has(spec))


def _has(spec: ComponentSpec) -> str:
    if not spec.args:
        return "it takes no arguments"
    return "its arguments are " + ", ".join(f"`{arg.name}`" for arg in spec.args)


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _did_you_mean(word: str) -> str:
    return f"did you mean `{word}`?" if word else ""


_LIMIT = Argument(name="limit", help="How many at most.", type="int", default=3, least=1)
_TAG = Argument(name="tag", help="Only those with this tag.", positional=True)

COMPONENTS: tuple[ComponentSpec, ...] = (
    ComponentSpec(
        name="quote",
        help="One quote out of a collection, with its author and source.",
        args=(
            Argument(
                name="id",
                help="The collection and the quote's id, such as `care#listen`.",
                required=True,
                positional=True,
            ),
        ),
        example="::: quote care#listen\n:::",
    ),
    ComponentSpec(
        name="quotes",
        help="Several quotes, chosen by tag or collection.",
        args=(
            _TAG,
            Argument(name="collection", help="Only those of this collection."),
            _LIMIT,
            Argument(
                name="order",
                help="Which come first.",
                type="choice",
                choices=("newest", "oldest", "title", "weight", "source"),
                default="source",
            ),
        ),
        example="::: quotes listening limit=3\n:::",
    ),
    ComponentSpec(
        name="story",
        help="A customer story as a card.",
        args=(
            Argument(
                name="id",
                help="The story's slug or its path, such as `the-night-call`.",
                required=True,
                positional=True,
            ),
        ),
        example="::: story the-night-call\n:::",
    ),
    ComponentSpec(
        name="testimonials",
        help="Short words of customers, chosen by tag or product.",
        args=(
            _TAG,
            Argument(name="product", help="Only those about this product."),
            _LIMIT,
        ),
        example="::: testimonials repairs limit=2\n:::",
    ),
    ComponentSpec(
        name="figure",
        help="A picture with a caption, which may also stand inside.",
        args=(
            Argument(
                name="src",
                help="The picture: a file beside the text, a path from the site's root, or an https address.",
                required=True,
                positional=True,
                address=True,
            ),
            Argument(name="alt", help="What the picture shows, for those who do not see it."),
            Argument(name="caption", help="A line shown below the picture."),
        ),
        body="markdown",
        may_be_empty=True,
        example='::: figure shop.jpg alt="Our shop at dusk" caption="Open until eight."\n:::',
    ),
    ComponentSpec(
        name="gallery",
        help="Several pictures side by side, all cut to one shape; a title in quotes becomes a caption.",
        body="markdown",
        example="::: gallery\n![The shop](shop.jpg)\n![The yard](yard.jpg)\n:::",
    ),
    ComponentSpec(
        name="stats",
        help="A few figures, large. One line each: the figure, a colon, what it counts.",
        body="lines",
        example="::: stats\n11 hours: saved each month\n4.9: of 5, from 212 customers\n:::",
    ),
    ComponentSpec(
        name="callout",
        help="A paragraph or two set apart from the text.",
        args=(
            Argument(
                name="kind",
                help="What it is.",
                type="choice",
                choices=CALLOUT_KINDS,
                default="note",
                positional=True,
            ),
            Argument(name="title", help="A heading for it, instead of the kind's name.", positional=True),
        ),
        body="markdown",
        example='::: callout tip title="Before you call"\nHave the number on the back at hand.\n:::',
    ),
    ComponentSpec(
        name="cta",
        help="A button that leads somewhere.",
        args=(
            Argument(name="text", help="The words on the button.", required=True, positional=True),
            Argument(
                name="url",
                help="Where it leads: a page of this site or an https address.",
                required=True,
                address=True,
            ),
        ),
        example='::: cta "Book a visit" url=/contact/\n:::',
    ),
    ComponentSpec(
        name="faq",
        help="Questions and answers. Each question is a heading, the answer follows it.",
        body="sections",
        example="::: faq\n### Do you come on Sundays?\nYes, for burst pipes.\n:::",
    ),
    ComponentSpec(
        name="before-after",
        help="How it was and how it is: two sections, each with a heading.",
        body="sections",
        sections=2,
        example="::: before-after\n### Before\nThree days.\n### After\nThree hours.\n:::",
    ),
    ComponentSpec(
        name="wins",
        help="The three wins of a story, each with a heading: ours, the customer's, what it let them do next.",
        body="sections",
        sections=3,
        example="::: wins\n### Ours\nA friend.\n### Hers\nA warm flat.\n### And then\nShe slept.\n:::",
    ),
    ComponentSpec(
        name="video",
        help="A film that loads when it is asked for.",
        args=(
            Argument(
                name="src",
                help="The film: a file beside the text, a path from the site's root, or an https address.",
                required=True,
                positional=True,
                address=True,
            ),
            Argument(name="title", help="What the film is called."),
            Argument(name="poster", help="A picture shown until it plays.", address=True),
        ),
        example='::: video tour.mp4 title="A tour of the workshop" poster=tour.jpg\n:::',
    ),
    ComponentSpec(
        name="map",
        help="A map that loads when it is asked for, of OpenStreetMap.",
        args=(
            Argument(name="place", help="What is there, in words.", required=True, positional=True),
            Argument(name="at", type="point", help="Where it is: latitude and longitude, in degrees.", required=True),
            Argument(name="zoom", type="int", help="How near: 13 shows a town, 17 a street.", default=16, least=1),
            Argument(name="url", help="A map elsewhere, to link to instead.", address=True),
        ),
        example='::: map "12 Ropewalk, Teaselbridge" at="52.0567,-2.7160"\n:::',
    ),
    ComponentSpec(
        name="form",
        help="A way to write to you.",
        args=(Argument(name="name", help="Which form.", required=True, positional=True),),
        example="::: form contact\n:::",
    ),
)
