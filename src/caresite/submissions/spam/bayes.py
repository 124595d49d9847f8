"""What the owner's own decisions teach: a naive Bayes filter over words, small enough to explain itself.

It is kept only when, on decisions it has not seen, it is right more often than the rules alone. Most owners have
too few spam messages for that, and then it stays out of the way.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from caresite.submissions.fold import fold

__all__ = ["FEWEST_OF_EACH", "Example", "Model", "Trial", "learn", "learned_points", "tokens", "trial"]

FEWEST_OF_EACH = 10
_FOLDS = 5
_MOST_TOKENS = 20_000
_MOST_WORDS = 400
_TELLING = 15
_LIMIT_POINTS = 6.0


class Example(Struct, frozen=True):
    """One decision: the words, whether it was spam, and the points that the rules gave."""

    text: str
    is_spam: bool
    rule_points: float = 0.0


class Model(Struct, frozen=True, kw_only=True):
    """How often each word was seen in how many messages of each kind."""

    ham: int
    spam: int
    words: dict[str, tuple[int, int]]


class Trial(Struct, frozen=True, kw_only=True):
    """What learning would bring: mistakes of the rules alone and with it, on decisions that it had not seen."""

    examples: int
    rules_wrong: int
    learned_wrong: int
    ham_lost: int
    is_better: bool


def tokens(text: str) -> frozenset[str]:
    """Return what is learned from a text: its words, each once, and the hosts that it links to."""
    words = fold(text).split()[:_MOST_WORDS]
    links = {f"host:{host.lower()}" for host in re.findall(r"https?://([\w.-]+)", text)}
    return frozenset({word for word in words if 3 <= len(word) <= 30} | links)


def learn(examples: Iterable[Example]) -> Model:
    """Return what `examples` teach."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    seen = Counter[bool]()
    for example in examples:
        seen[example.is_spam] += 1
        counts[example.is_spam].update(tokens(example.text))
    together = counts[True] + counts[False]
    words = {w: (counts[False][w], counts[True][w]) for w, n in together.most_common(_MOST_TOKENS) if n > 1}
    return Model(ham=seen[False], spam=seen[True], words=words)


def learned_points(model: Model, text: str) -> tuple[float, str]:
    """Return the points that the words of `text` earn, below 0 for those of real stories, and why."""
    weights = sorted(_weights(model, text), key=lambda pair: (-abs(pair[0]), pair[1]))[:_TELLING]
    total = sum(weight for weight, _ in weights)
    points = round(max(-_LIMIT_POINTS / 3, min(_LIMIT_POINTS, total)), 1)
    if abs(points) < 0.5:
        return 0.0, ""
    telling = [word for weight, word in weights if (weight > 0) == (points > 0)][:4]
    kind = "spam" if points > 0 else "real stories"
    return points, f"words that you know from {kind}: {', '.join(f'“{word}”' for word in telling)}"


def _weights(model: Model, text: str) -> Iterable[tuple[float, str]]:
    """Yield for each known word how much more often it is seen in spam, as a logarithm of smoothed shares."""
    for word in tokens(text):
        if word in model.words:
            ham, spam = model.words[word]
            share = ((spam + 0.5) / (model.spam + 1)) / ((ham + 0.5) / (model.ham + 1))
            yield math.log(share), word


def trial(examples: Sequence[Example], limit: float) -> Trial:
    """Return how the rules do alone and with what is learned, each example judged by what the others taught.

    Better is: fewer mistakes in all, and not one real story more in quarantine.
    """
    groups = [[e for e in examples if _fold_of(e) == number] for number in range(_FOLDS)]
    rules_wrong = learned_wrong = ham_lost = ham_lost_before = 0
    for number, held_out in enumerate(groups):
        model = learn(e for other, group in enumerate(groups) if other != number for e in group)
        for example in held_out:
            alone = example.rule_points >= limit
            together = example.rule_points + learned_points(model, example.text)[0] >= limit
            rules_wrong += alone != example.is_spam
            learned_wrong += together != example.is_spam
            ham_lost_before += alone and not example.is_spam
            ham_lost += together and not example.is_spam
    enough = min(sum(e.is_spam for e in examples), sum(not e.is_spam for e in examples)) >= FEWEST_OF_EACH
    is_better = enough and learned_wrong < rules_wrong and ham_lost <= ham_lost_before
    return Trial(
        examples=len(examples),
        rules_wrong=rules_wrong,
        learned_wrong=learned_wrong,
        ham_lost=ham_lost,
        is_better=is_better,
    )


def _fold_of(example: Example) -> int:
    """Return the group of an example; equal texts are in one group, so that none is judged by itself."""
    return hashlib.sha256(fold(example.text).encode("utf-8", "replace")).digest()[0] % _FOLDS
