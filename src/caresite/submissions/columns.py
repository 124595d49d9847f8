"""Columns: what foreign forms, exports and review tools call their fields, and which of our questions these are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from caresite.kinds.consent import SCOPES
from caresite.submissions.fold import clean_text, fold
from caresite.submissions.questions import BOX, CONSENT_DIGEST, CONSENT_WORDING, FORM_LANG, HELD_NAMES, KNOWN
from caresite.submissions.vocabulary import questions_by_words, without_numbers

__all__ = [
    "MAPPED",
    "RECEIVED",
    "SOURCE_ID",
    "TECHNICAL",
    "by_meaning",
    "is_technical",
    "meaning_near",
    "meaning_of",
    "missing_columns",
]

RECEIVED = "received"
SOURCE_ID = "source_id"

# what computers add about computers; of no use for a story, and personal data (GDPR 5(1)(c))
TECHNICAL = frozenset(
    (
        *("ip", "ip address", "remote addr", "remote ip", "ip hash", "user ip", "author ip", "network id", "networkid"),
        *("user agent", "useragent", "browser", "platform", "device", "metadata", "landing id"),
        *("referrer", "referer", "referring page", "page url", "utm source", "utm medium", "utm campaign"),
        *("respondent id", "respondentid", "session", "cookie", "avatar", "voters"),
    )
)
_CONTROL = frozenset(
    fold(name)
    for name in (
        *("_subject", "_next", "_cc", "_status", "_gotcha", "_format", "_language", "_captcha", "_template"),
        *("g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "static-form-name"),
        *("Response Type", "Start Date (UTC)", "Stage Date (UTC)", "landed_at"),
    )
)
_SYNONYMS = {
    "story": "story|your story|tell us your story|message|your message|text|body|content|comment|comments|review|"
    "review text|review content|review body|testimonial|quote|feedback|experience|your experience|words|description|"
    "nachricht|ihre nachricht|geschichte|ihre geschichte|erlebnis|bewertung|mensaje|historia|su historia|tu historia|"
    "temoignage|votre histoire|avis|messaggio|storia|ervaring|verhaal|bericht",
    "title": "title|review title|headline|subject|betreff|titel|uberschrift|titulo|asunto|titre|sujet|heading",
    "name": "name|your name|full name|fullname|author|author name|reviewer|reviewer name|reviewer display name|"
    "display name|customer name|client name|nickname|sent by|username|vor und nachname|ihr name|nombre|su nombre|"
    "nombre y apellidos|nom|votre nom|nome|naam",
    "first_name": "first name|firstname|given name|vorname|prenom",
    "last_name": "last name|lastname|surname|family name|nachname|apellido|apellidos",
    "email": "email|e mail|email address|e mail address|your email|mail|reviewer email|author email|replyto|reply to|"
    "e mail adresse|email adresse|ihre e mail|correo|correo electronico|adresse e mail|courriel|emailadresse",
    "phone": "phone|phone number|telephone|tel|mobile|telefon|telefonnummer|telefono|handy|numero de telephone",
    "role": "role|job|job title|position|occupation|profession|beruf|funktion|cargo|profesion|metier|designation",
    "company": "company|company name|organisation|organization|firm|business|employer|firma|unternehmen|empresa|"
    "entreprise|societe|bedrijf|azienda",
    "website": "website|url|web|homepage|site|webseite|company website|sitio web|site web",
    "location": "location|city|town|country|place|ort|stadt|ciudad|ville|reviewer location|countrycode",
    "about": "about|about whom|which business|which company|which shop|business praised|about name|uber wen|"
    "sobre quien",
    "relation": "relation|relationship|tie|beziehung|relacion|lien",
    "display": "display|name display|how should we show your name|show my name as",
    "incentive": "incentive|were you given anything|did you get anything for it|did you get anything for this|"
    "did you receive anything for it|were you given anything for it|haben sie etwas dafur bekommen|"
    "hast du etwas dafur bekommen|ha recibido algo a cambio|recibiste algo a cambio|le dieron algo por ello",
    "incentive_what": "incentive what|what were you given",
    "rating": "rating|stars|star rating|score|review score|review rating|bewertung sterne|sterne|valoracion|"
    "estrellas|note",
    "experience_date": "experience date|date of experience",
    "photo": "photo|picture|image|your photo|photo of you|foto|bild|picture urls|image urls|img|photo url",
    "age": "age|age confirmed|i am sixteen or older|your age|how old are you|alter|edad|"
    "are you over 0|are you older than 0|are you at least 0|are you 0 or older|are you 0 or over|over 0|"
    "i am over 0|i am at least 0|i am 0 or older|i am 0 or over|are you at least 0 years old|are you over 0 years old|"
    "sind sie uber 0|bist du uber 0|uber 0|sind sie mindestens 0|bist du mindestens 0|sind sie 0 oder alter|"
    "sind sie mindestens 0 jahre alt|bist du mindestens 0 jahre alt|ich bin mindestens 0 jahre alt|"
    "es usted mayor de 0|eres mayor de 0|eres mayor de 0 anos|es mayor de 0 anos|tiene mas de 0 anos|"
    "tienes mas de 0 anos",
    "request": "request",
    "which": "which",
    RECEIVED: "timestamp|zeitstempel|marca temporal|horodateur|date|date gmt|created|created at|createdat|submitted at|"
    "submission date|submissiondate|submitted|submit date utc|received|received at|time|datetime|date created|"
    "datecreated|review date|datum|fecha|createtime|sent at",
    SOURCE_ID: "id|token|response id|submission id|responseid|submissionid|review id|reviewid|comment id|commenthex|"
    "event id|uuid|entry id",
}
MAPPED: tuple[str, ...] = (
    *(name for name in _SYNONYMS if name not in ("request", "which")),
    *("vote_for", "vote"),
    *(scope for scope in SCOPES),
    *(FORM_LANG, CONSENT_WORDING, CONSENT_DIGEST),
)
"""What `map` may say of a column: the questions, the purposes of consent, and what an entry says about itself."""
_TELLING: Mapping[str, tuple[frozenset[str], ...]] = {
    meaning: tuple(frozenset(clue.split("+")) for clue in clues.split())
    for meaning, clues in {
        "display": "how+name how+names named how+shown how+call how+credit show+name show+names display+name anonymous "
        "wie+nennen wie+namen wie+genannt genannt nennen+wir zeigen+namen anonym como+nombre como+nombrar nombrarle "
        "nombrarte como+nombramos como+llamamos mostrar+nombre aparecer+nombre anonimo anonima",
        "publish_photo": "show+picture show+photo use+picture use+photo publish+picture publish+photo print+photo "
        "print+picture bild+zeigen foto+zeigen bild+veroffentlichen foto+veroffentlichen mostrar+imagen mostrar+foto "
        "publicar+imagen publicar+foto",
        "publish_text": "publish print publication veroffentlichen drucken publicar consent permission einverstanden "
        "erlaubnis einwilligung permiso consentimiento",
        "edit_for_length": "shorten shortened shorter kurzen gekurzt acortar abreviar",
        "marketing_reuse": "leaflet advertising brochure werbung prospekt folleto publicidad",
        "contact_back": "contact+you touch+you reach+you kontaktieren melden+wir contactarle contactarte contactar",
        "age": "age old older years alt alter jahre volljahrig edad anos mayor",
        "incentive": "gift given paid reward discount anything promised voucher geschenk bekommen versprochen rabatt "
        "regalo cambio recibio prometieron descuento",
        "relation": "customer client employee kunde kundin kennen mitarbeiter cliente empleado conoce conoces know "
        "related",
        "photo": "picture photo image upload foto bild imagen",
        "about": "whom wen quien",
        "experience_date": "when wann cuando",
        "email": "email mail correo",
        "phone": "phone telephone mobile telefon telefonnummer telefono movil",
        "company": "company firm business employer firma unternehmen empresa",
        "role": "job profession occupation beruf tatigkeit profesion trabajo dedica",
        "location": "live city town wohnen ort wohnort stadt vive ciudad",
        "website": "website webseite web",
        "rating": "stars rating sterne estrellas",
        "title": "title headline titel uberschrift titulo",
        "name": "name namen nombre",
        "story": "happened tell story experience geschichte passiert geschehen erlebt erlebnis historia paso",
    }.items()
}
_BY_NAME = {name: meaning for meaning, names in _SYNONYMS.items() for name in names.split("|")}
_SCOPES = {fold(f"{start}{scope}"): scope for scope in SCOPES for start in ("", BOX, "consent ")}
_SCOPES |= {"consent publish": "publish_text", "publish": "publish_text", "consent photo": "publish_photo"}


@lru_cache(maxsize=2_000)
def meaning_of(column: str) -> str:
    """Return which question a column answers, a scope for a column of consent, or nothing when nobody knows.

    What our own forms send means itself.
    """
    if column in HELD_NAMES or column in KNOWN:
        return "story" if column == "message" else column
    name = fold(column)
    asked = questions_by_words().get(without_numbers(name), "")
    known = _BY_NAME.get(name) or _BY_NAME.get(without_numbers(name))
    return _SCOPES.get(name) or known or ("story" if asked == "message" else asked)


@lru_cache(maxsize=2_000)
def is_technical(column: str) -> bool:
    """Tell whether a column is about a computer, not about the story."""
    return fold(column) in TECHNICAL


@lru_cache(maxsize=2_000)
def _is_control(column: str) -> bool:
    return fold(column) in _CONTROL


def by_meaning(
    fields: Mapping[str, str], given: Mapping[str, str], *, min_age: int = 0
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was answered by what it means, and the rest as it is called.

    `given` is the owner's own map of meanings to columns, which wins. The first column of one meaning that is not
    empty counts; the others stay in the rest. Who was asked about an age below `min_age` has not told enough.
    """
    known: dict[str, str] = {}
    rest = {column: text for column, text in fields.items() if not _is_control(column)}
    used: set[str] = set()
    for meaning, columns in given.items():
        named = [found for name in columns.split(" + ") if (found := _column(name, rest))]
        if not named:
            continue  # what was not asked is no answer, and no no
        used.update(named)  # one column may answer several questions, as all boxes of a form do in one cell
        known[meaning] = "\n\n".join(text for column in named if (text := clean_text(rest[column])))
    rest = {column: text for column, text in rest.items() if column not in used}
    for column in tuple(rest):
        meaning = meaning_of(column)
        is_told = meaning != "age" or _age_in(column) >= min_age
        if meaning and is_told and meaning not in given and not known.get(meaning):
            known[meaning] = rest.pop(column)
    if "name" not in known:
        names = (known.pop("first_name", ""), known.pop("last_name", ""))
        known["name"] = " ".join(part for part in names if part.strip())
    rest |= {part: known.pop(part) for part in ("first_name", "last_name") if part in known}
    return known, rest


def _age_in(column: str) -> int:
    """Return the age that a question asks about; one that names none asks about any."""
    named = re.search(r"\d{1,3}", column)
    return int(named[0]) if named else 999


def meaning_near(column: str) -> str:
    """Return what a column that nobody knows may be about, by some of its words, for people to look at; or nothing."""
    words = frozenset(fold(column).split())
    return next((meaning for meaning, clues in _TELLING.items() if any(clue <= words for clue in clues)), "")


def missing_columns(given: Mapping[str, str], columns: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return what `given` maps to a column that is not among `columns`, as meaning and name."""
    there = tuple(columns)
    wanted = ((meaning, name.strip()) for meaning, names in given.items() for name in names.split(" + "))
    return tuple((meaning, name) for meaning, name in wanted if not _column(name, there))


def _column(name: str, columns: Iterable[str]) -> str:
    """Return the column that is called `name`, whatever its case and spaces."""
    wanted = name.strip()
    found = list(columns)
    return next((c for c in found if c == wanted), "") or next((c for c in found if fold(c) == fold(wanted)), "")
