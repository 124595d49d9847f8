"""How the best stories of a year are found, as the config declares it; every page of them prints it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Struct

from caresite.core.schema import Doc

__all__ = ["METHODS", "Method", "Ranking"]

Method = Literal["editorial", "bayes", "wilson", "recent"]
METHODS: tuple[str, ...] = Method.__args__  # type: ignore[attr-defined]


class Ranking(Struct, frozen=True, kw_only=True):
    """How the best stories of one year are found; a bare word is the `method`."""

    __shorthand__ = "method"

    method: Annotated[
        Method,
        Doc(
            "`editorial` takes the `place` that you give in each story; `bayes` the stars of readers, `wilson` their "
            "votes for and against, both from `data/votes/YEAR.yaml`; `recent` the date alone."
        ),
    ] = "editorial"
    judges: Annotated[str, Doc("Who ranked the stories, as readers see it. The firm if empty.")] = ""
    prize: Annotated[
        str,
        Doc(
            "What there is to win. A chance to win must be disclosed, so every story of that year needs a `disclosure` "
            "(16 CFR 255.5)."
        ),
    ] = ""
    limit: Annotated[int, Doc("How many stories are listed at most.", ge=1, le=100)] = 10
    prior_mean: Annotated[
        float, Doc("For `bayes`: the stars that a story begins with, before anybody voted.", ge=1, le=5)
    ] = 3.5
    prior_weight: Annotated[
        int, Doc("For `bayes`: how many votes that beginning counts for, so that one vote wins nothing.", ge=1, le=1000)
    ] = 10
