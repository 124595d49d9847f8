"""What advice for the terminal is called in the browser: the button or box of the review page, not a command."""

from __future__ import annotations

import re

__all__ = ["in_browser"]

_BOXES = {  # options of commands, and the label of the box that does the same
    "age": "Their age",
    "alt": "What the picture shows",
    "disclosure": "Said beside the words",
    "display": "How the name is shown",
    "evidence": "What they wrote, or who said what and when",
    "file": "Words",
    "incentive": "Was anything given or promised for the words?",
    "no-hold": "Keep it for a dispute",
    "no-picture": "Show their picture",
    "note": "Note",
    "on": "On which day",
    "overwrite": "Replace what was changed by hand",
    "relation": "How they are tied to you",
    "text": "Words",
    "title": "Title",
}
_BUTTONS = {  # commands, and the button or heading that does the same
    "approve": "Approve",
    "ask": "Ask the author",
    "edit": "The words",
    "erase": "Erase",
    "reject": "Decline",
    "withdraw": "Its author takes it back",
}
_WHOLE = (  # sentences that would not read well word by word
    (r"leave `--kind` out, and ask the author", "“Ask the author”"),
    (r"add `--overwrite`, or tick the box in the browser", "tick “Replace what was changed by hand”"),
    (r", or `--age parent-agreed`", ""),
    (r"`caresite stories purge` erases it when its days are over", "it is erased when its days are over"),
    (r"`caresite stories reject \S+ --reason spam`", "“It is spam”"),
    (r"out of quarantine: `caresite stories reopen \S+`", "out of quarantine: “Take it out of quarantine”"),
    (r"`caresite stories reopen \S+`", "“Take it off the site”"),
    (r"`caresite stories approve \S+ --evidence \S+`", "“They said yes”"),
    (r"`withdraw`", "“Its author takes it back”"),
)
_OPTION = re.compile(r"`(?:caresite stories (?:edit|approve) \S+ )?--([a-z-]+)[^`]*`")
_COMMAND = re.compile(r"`caresite stories ([a-z]+)[^`]*`")


def in_browser(advice: str) -> str:
    """Return advice that names commands and options with the buttons and boxes of the review page in their place."""
    for command, words in _WHOLE:
        advice = re.sub(command, words, advice)
    advice = _OPTION.sub(lambda found: f"“{_BOXES[found[1]]}”" if found[1] in _BOXES else found[0], advice)
    return _COMMAND.sub(lambda found: f"“{_BUTTONS[found[1]]}”" if found[1] in _BUTTONS else found[0], advice)
