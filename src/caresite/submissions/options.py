"""The options of the plugin: the section `submissions` of the config."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from caresite.core.config import PRIVATE_FOLDER, Settings
from caresite.core.schema import Doc

__all__ = ["NAME", "PRIVATE", "SubmissionOptions", "options_of"]

NAME = "submissions"
PRIVATE = PRIVATE_FOLDER
"""The folder of what nobody else may see, below the site's root."""


class SubmissionOptions(Struct, frozen=True, kw_only=True):
    """How what comes in is judged, and what of it may stand on the site."""

    suspect_score: Annotated[float, Doc("From which spam score on it is marked as suspect.", ge=0, le=100)] = 3.0
    spam_score: Annotated[float, Doc("From which spam score on it goes into quarantine.", ge=0, le=100)] = 5.0
    spam_words: Annotated[
        tuple[str, ...], Doc("Words or phrases that speak for spam, 4 points each. Case does not matter.", split=True)
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        Doc(
            "The languages that your customers write in, besides the site's. Another script speaks for spam.",
            split=True,
        ),
    ] = ()
    allow: Annotated[
        tuple[str, ...],
        Doc(
            "Names, e-mail addresses and telephone numbers that may stand on the site although a submission holds "
            "them: your own people's. Those of `business`, of authors and of customers shown by name are allowed "
            "already.",
        ),
    ] = ()


def options_of(settings: Settings) -> SubmissionOptions:
    """Return the options of this site; the defaults when the plugin is switched off."""
    active = next((a for a in (*settings.plugins, *settings.guards) if a.plugin.name == NAME), None)
    return active.options if active and isinstance(active.options, SubmissionOptions) else SubmissionOptions()
