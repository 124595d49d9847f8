"""Sensitive: words that tell of somebody's health, faith, union or love life, of which the law wants an explicit yes.

It is a hint and no more (GDPR 9 protects "data concerning", not words). Only what people say of themselves or of one
another is looked for, so that a vet may write of a cat's cancer and a church of Christmas.
"""

from __future__ import annotations

import re

__all__ = ["sensitive_words"]

_ILLNESSES = (
    *(
        "cancer",
        "tumour",
        "tumor",
        "leukaemia",
        "leukemia",
        "depression",
        "anxiety",
        "dementia",
        "alzheimer",
        "epilepsy",
    ),
    *("miscarriage", "pregnancy", "disability", "autism", "adhd", "addiction", "alcoholism", "chemotherapy", "hiv"),
    *("stroke", "diabetes", "breakdown", "diagnosis", "anorexia", "infertility"),
)
_BELIEFS = ("muslim", "jewish", "catholic", "protestant", "hindu", "buddhist", "sikh", "atheist")
_LOVES = ("gay", "lesbian", "bisexual", "transgender", "trans")
_ABOUT = rf"\b(?:my|his|her|our|their) (?:\w+ )?(?:{'|'.join(_ILLNESSES)})\b"
_BEING = rf"\b(?:i am|i'm|as a|we are|he is|she is) (?:\w+ )?(?:{'|'.join((*_BELIEFS, *_LOVES))})\b"
_ENGLISH = (
    r"\b(?:was|were|am|is|been|got) (?:\w+ )?diagnosed\b",
    r"\bunion member\w*\b|\btrade union\w*\b",
    r"\b(?:my|our|her|his) (?:suicid\w+|abortion)\b",
)
_KRANK = "krebs\\w*|depression\\w*|demenz|behinderung|schwangerschaft|fehlgeburt|sucht|epilepsie|diagnose|chemotherapie"
_GERMAN = (
    rf"\b(?:mein\w*|sein\w*|ihr\w*|unser\w*) (?:\w+ )?(?:{_KRANK})\b",
    r"\b(?:ich bin|er ist|sie ist|wir sind) (?:\w+ )?(?:muslim\w*|jüdi\w*|jude|katholi\w+|schwul|lesbisch|bisexuell)\b",
    r"\bgewerkschaft(?:smitglied\w*|lich\w*|er\w*)\b|\bin der gewerkschaft\b",
)
_ENFERMO = "cáncer|depresión|demencia|discapacidad|embarazo|aborto|adicción|epilepsia|diagnóstico|quimioterapia|ictus"
_SPANISH = (
    rf"\b(?:mi|su|nuestr[oa]) (?:\w+ )?(?:{_ENFERMO})\b",
    r"\b(?:me|le|nos) diagnosticaron\b",
    r"\b(?:soy|somos|es) (?:\w+ )?(?:musulm[aá]n\w*|judí[oa]s?|católic[oa]s?|gay|lesbiana|bisexual|transexual)\b",
    r"\bsindicalista\w*\b|\bafiliad[oa] al sindicato\b",
)
_SAID = "|".join((_ABOUT, _BEING, *_ENGLISH, *_GERMAN, *_SPANISH))


# one of these is in every match, and finding none of them takes a fiftieth of the time
_STEMS = (
    *(_ILLNESSES + _BELIEFS + _LOVES),
    *("diagnosed", "union", "suicid", "abortion", "krebs", "demenz", "behinderung", "schwangerschaft", "fehlgeburt"),
    *("sucht", "epilepsie", "diagnose", "chemotherapie", "jüdi", "jude", "katholi", "schwul", "lesbisch", "bisexuell"),
    *("gewerkschaft", "cáncer", "depresión", "discapacidad", "embarazo", "aborto", "adicción", "epilepsia", "demencia"),
    *("diagnóstico", "quimioterapia", "ictus", "diagnosticaron", "musulm", "judí", "católic", "lesbiana", "bisexual"),
    *("transexual", "sindicalista", "sindicato"),
)


def sensitive_words(text: str) -> str:
    """Return the first words of `text` that seem to tell of what is most protected, or nothing."""
    folded = text.lower()
    if not any(stem in folded for stem in _STEMS):
        return ""
    match = re.search(_SAID, text.replace("’", "'"), re.IGNORECASE)
    return match[0] if match else ""
