"""Lexing: the rules of a Pygments lexer, those of a state tried at once instead of one after the other.

A state is a list of patterns of which the first that matches counts, as does the first branch of an alternation. So
the patterns of a state become the branches of one, which takes less time. Whatever cannot be a branch stays a pattern
of its own: one that refers to its groups, or sets flags for the whole pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Whitespace, _TokenType

__all__ = ["try_rules_at_once"]

Rule = tuple[Any, Any, Any]  # the `match` of a pattern, the kind of token or what to do, and where to go on

_CANNOT_BE_BRANCH = re.compile(r"\\[1-9]|\(\?P|\(\?\(|\(\?[aiLmsux]+[):-]")


class _Run(NamedTuple):
    """Rules that follow each other: `match` tries all, and the group that matched last tells which it was."""

    match: Callable[[str, int], re.Match[str] | None]
    rules: Mapping[str | None, Rule]


def try_rules_at_once(lexer: Lexer) -> None:
    """Let `lexer` find the same tokens sooner; one that does not go by rules alone stays as it is."""
    if isinstance(lexer, RegexLexer) and type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed:
        states = _States(lexer._tokens)  # type: ignore[attr-defined]
        lexer.get_tokens_unprocessed = lambda text, stack=("root",): _tokens(lexer, states, text, [*stack])  # type: ignore[method-assign]


class _States(dict[str, Sequence[_Run]]):
    """The runs of each state, made when it is first entered."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, state: str) -> Sequence[_Run]:
        made = self[state] = tuple(_runs(self._rules[state]))
        return made


def _tokens(lexer: Lexer, states: _States, text: str, stack: list[str]) -> Iterator[tuple[int, Any, str]]:
    """Yield place, kind and text of each token, as `RegexLexer.get_tokens_unprocessed` does."""
    place, runs = 0, states[stack[-1]]
    while True:
        for match, rules in runs:
            found = match(text, place)
            if found is None:
                continue
            own_match, action, way = rules[found.lastgroup] if len(rules) > 1 else rules[None]
            if action.__class__ is _TokenType:
                yield place, action, found.group()
            elif action is not None:
                yield from action(lexer, found if len(rules) == 1 else own_match(text, place))
            place = found.end()
            if way is not None:
                _go(stack, way)
                runs = states[stack[-1]]
            break
        else:
            if place >= len(text):
                return
            is_line_end = text[place] == "\n"
            if is_line_end:
                stack = ["root"]
                runs = states["root"]
            yield place, Whitespace if is_line_end else Error, text[place]
            place += 1


def _go(stack: list[str], way: Any) -> None:
    """Change the stack of states as a rule says: by the number of states to leave, or by what to do in order."""
    if isinstance(way, int):
        del stack[max(1, len(stack) - abs(way)) :]
        return
    for step in (way,) if isinstance(way, str) else way:
        if step == "#push":
            stack.append(stack[-1])
        elif step != "#pop":
            stack.append(step)
        elif len(stack) > 1:
            stack.pop()


def _runs(rules: Sequence[Rule]) -> Iterator[_Run]:
    run: list[Rule] = []
    for rule in rules:
        can_be_branch = _can_be_branch(rule)
        if run and not (can_be_branch and _pattern(run[0]).flags == _pattern(rule).flags):
            yield _joined(run)
            run = []
        if can_be_branch:
            run.append(rule)
        else:
            yield _Run(rule[0], {None: rule})
    if run:
        yield _joined(run)


def _joined(run: Sequence[Rule]) -> _Run:
    if len(run) == 1:
        return _Run(run[0][0], {None: run[0]})
    branches = (f"(?P<r{number}>{_pattern(rule).pattern})" for number, rule in enumerate(run))
    match = re.compile("|".join(branches), _pattern(run[0]).flags).match
    return _Run(match, {f"r{number}": rule for number, rule in enumerate(run)})


def _can_be_branch(rule: Rule) -> bool:
    pattern = _pattern(rule)
    if not isinstance(pattern, re.Pattern) or pattern.flags & re.VERBOSE:
        return False
    return not _CANNOT_BE_BRANCH.search(pattern.pattern)


def _pattern(rule: Rule) -> Any:
    """Return the pattern of a rule; some lexers have a function of their own in its place."""
    return getattr(rule[0], "__self__", None)
