"""The faults of Markdown texts and their components."""

from __future__ import annotations

from caresite.core.diagnostics import Code

__all__ = [
    "ATTRIBUTE_DROPPED",
    "BAD_ARGUMENT",
    "CONTROL_CHARACTERS",
    "DUPLICATE_ANCHOR",
    "FOREIGN_SYNTAX",
    "LITERAL_EMPHASIS",
    "MISSING_FOOTNOTE",
    "NO_ALT_TEXT",
    "STRAY_FENCE",
    "TOO_MUCH_TEXT",
    "UNCLOSED_COMPONENT",
    "UNDEFINED_REFERENCE",
    "UNKNOWN_ARGUMENT",
    "UNKNOWN_COMPONENT",
    "UNSAFE_ADDRESS",
    "UNUSED_FOOTNOTE",
    "WRONG_CONTENT",
]

UNKNOWN_COMPONENT = Code(
    "M301",
    "unknown-component",
    "error",
    "A block `::: name` names a component that does not exist.",
    "Correct the name; the reference lists all components. The text inside is shown without one.",
)
UNKNOWN_ARGUMENT = Code(
    "M302",
    "unknown-argument",
    "error",
    "A component is given an argument that it does not have.",
    "Correct the argument's name, or remove it. A value of several words needs quotation marks.",
)
BAD_ARGUMENT = Code(
    "M303",
    "bad-argument",
    "error",
    "A component's argument has a value it cannot have, or one that is needed is missing.",
    "Give the argument as the message says.",
)
UNCLOSED_COMPONENT = Code(
    "M304",
    "unclosed-component",
    "error",
    "A component is opened and never closed.",
    "End it with a line of as many colons as it began with: `:::`.",
)
FOREIGN_SYNTAX = Code(
    "M305",
    "foreign-syntax",
    "warning",
    "The text holds a shortcode, template tag or attribute list of another system; visitors see it as it is.",
    "Replace it with a component or plain Markdown, or put it between backticks if you write about it.",
)
TOO_MUCH_TEXT = Code(
    "M306",
    "text-too-large",
    "error",
    "The text is too long, or lists and quotes in it are nested too deeply.",
    "Split the text; keep lists and quotes to a few levels.",
)
CONTROL_CHARACTERS = Code(
    "M307",
    "control-characters",
    "warning",
    "The text holds characters that no screen can show.",
    "They were left out, or became a space where they separate words; remove them. Often they come from copying out of another program.",
)
NO_ALT_TEXT = Code(
    "M308",
    "no-alt-text",
    "note",
    "A picture has no words for people who cannot see it.",
    "Write them between the square brackets: `![A potter at her wheel](wheel.jpg)`.",
)
ATTRIBUTE_DROPPED = Code(
    "M309",
    "attribute-dropped",
    "warning",
    "An attribute in braces is not one that texts may set.",
    "Use a class, an id, width, height, lang, dir, title, rel or hreflang; looks belong in the theme.",
)
UNSAFE_ADDRESS = Code(
    "M310",
    "unsafe-address",
    "warning",
    "A link leads to a script, a local file or embedded data; it is shown as text.",
    "Link a page, or an https address.",
)
MISSING_FOOTNOTE = Code(
    "M311",
    "missing-footnote",
    "warning",
    "A footnote mark has no footnote.",
    "Add a line `[^name]: The note.`, or correct the name.",
)
UNUSED_FOOTNOTE = Code(
    "M312",
    "unused-footnote",
    "warning",
    "A footnote is never mentioned in the text, so it is not shown.",
    "Add its mark `[^name]` where it belongs, or remove the note.",
)
DUPLICATE_ANCHOR = Code(
    "M313",
    "duplicate-anchor",
    "warning",
    "Two things in one text have the same id; links reach only the first.",
    "Change one of the ids.",
)
STRAY_FENCE = Code(
    "M314",
    "stray-fence",
    "warning",
    "A line of colons closes nothing.",
    "Remove it, or look for the component that was closed too early.",
)
WRONG_CONTENT = Code(
    "M315",
    "wrong-content",
    "warning",
    "What stands inside a component is not what it shows.",
    "See the component's entry in the reference for what goes inside.",
)
UNDEFINED_REFERENCE = Code(
    "M316",
    "undefined-reference",
    "warning",
    "A link or picture by reference names a label that the text does not define; visitors see the brackets.",
    "Add a line `[label]: https://example.com/`, or correct the label. Where brackets are meant, write `\\[`.",
)
LITERAL_EMPHASIS = Code(
    "M317",
    "literal-emphasis",
    "note",
    "Marks of emphasis stayed text: between a punctuation mark and a letter they neither begin nor end it (CommonMark, 6.2). "
    "It happens most often in Chinese, Japanese and Korean, which have no spaces around words.",
    "Put the punctuation outside of the marks, or a space; `<strong>` works everywhere.",
)
