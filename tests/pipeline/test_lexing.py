"""Lexing: every lexer finds the same tokens with its rules tried at once as with one after the other."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from pygments.lexer import RegexLexer
from pygments.lexers import find_lexer_class_by_name, get_all_lexers, get_lexer_by_name

from caresite.pipeline.markdown.lexing import try_rules_at_once

ROOT = Path(__file__).parents[2]
ALL = sorted(aliases[0] for _, aliases, _, _ in get_all_lexers() if aliases)
USUAL = RegexLexer.get_tokens_unprocessed
BY_RULES = [name for name in ALL if find_lexer_class_by_name(name).get_tokens_unprocessed is USUAL]
CODE = {
    "python": '@x\nasync def f(a: int = 1_0, *, b="x\\n") -> str:\n    """Say."""\n    return f"{a!r:>{b}}"  # so\n',
    "javascript": "const a = `x ${b.c + `y ${d}`} z`; for (const [k, v] of e) { f(/[/]\\/g/i, 0x1F) } // end\n",
    "html": "<!doctype html><p id=\"a\">R&amp;B</p><script>var a = '<p>';</script><style>p { top: 1px }</style>\n",
    "shell": 'for i in $(ls -la | grep "^d"); do echo "${i%%/*} $((1 + 2))" >&2; done <<EOF\n$HOME\nEOF\n',
    "yaml": "a: &x [1, 2.5, ~]\nb: {c: 'd''e', f: !!str 2026-01-01}\ng: |\n  text: no\n*x : y # note\n",
    "sql": "SELECT a.*, COUNT(*) AS n FROM t AS a WHERE b LIKE '%x''y' AND c >= 1.5e3\nGROUP BY 1;\n",
    "c": '#include <a.h>\n#define X(a) \\\n  (a)\nint main(void) { char *s = "x\\0"; /* y */ return s[0] ? 1 : 2; }\n',
    "odd": "\t\n\n  }])>\"'`\\ é“”\u2028日本 $%&@#!~^*+=|;:,.?/ <%= x %> {{ y }} {% z %} \x00\n",
    "unfinished": "\"never ends\nstill 'not\n/* nor this\n<a b=\n(((\n`${",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_RULES)
def test_every_lexer_finds_the_same(name: str) -> None:
    usual, sooner = (get_lexer_by_name(name, stripnl=False) for _ in range(2))
    try_rules_at_once(sooner)
    texts = [*CODE.values(), *noise(name)]
    for text in texts:
        assert list(sooner.get_tokens(text)) == list(usual.get_tokens(text)), text


def noise(name: str) -> list[str]:
    """Return texts without sense, the same in every run."""
    dice = random.Random(name)
    words = [*CODE.values()]
    mixed = "".join(word[: dice.randrange(len(word))] for word in dice.sample(words, 4))
    return [mixed, "".join(dice.choice(string.printable) for _ in range(300))]


def test_most_lexers_go_by_rules_alone() -> None:
    assert len(BY_RULES) > len(ALL) / 2
    lexer = get_lexer_by_name("xquery")
    try_rules_at_once(lexer)
    assert "get_tokens_unprocessed" not in vars(lexer)
