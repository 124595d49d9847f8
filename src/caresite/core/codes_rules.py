"""Every fault against the rules for words of customers that no other list has, by its stable code.

K2 are rules for words that are shown, Q2 for quotes, J1 for structured data, R1 for the best stories of a year, S5 for
what only the private store can tell. Which rule asks for which code stands in `core.rules`.
"""

from __future__ import annotations

from caresite.core.diagnostics import Code

STAFF_NAMED = Code(
    "K201",
    "staff-named",
    "warning",
    "A customer's words name somebody in full who has not agreed to it; only the first name is shown.",
    "Ask that person and write `agreed: true` beside their name, or put the first name into the file too.",
)
SENSITIVE = Code(
    "K202",
    "sensitive-words",
    "warning",
    "The words seem to tell of somebody's health, faith, union or love life, which the law protects most (GDPR 9).",
    "Ask the author for an explicit yes to exactly this and write `sensitive: agreed`, or leave the passage out.",
)
PLACEHOLDER = Code(
    "K203",
    "placeholder-words",
    "error",
    "Words or a name out of a template are shown as a customer's (16 CFR 465.2).",
    "Take the item out, or set `sample: true` while the site is only being tried.",
)
SAME_WORDS = Code(
    "K204",
    "same-words",
    "error",
    "Two people are shown with the same words (16 CFR 465.2).",
    "Find out who said it, and keep that one.",
)
UNPROVEN_EXPERT = Code(
    "K205",
    "unproven-expert",
    "error",
    "Somebody speaks as an expert or as a well-known person, and nothing proves that they are one (16 CFR 255.3).",
    "Add `evidence:` to `endorser`, or take `endorser` out.",
)
BARE_CLAIM = Code(
    "K206",
    "bare-claim",
    "warning",
    "The words claim a result without saying what is typical, and without proof (16 CFR 255.2).",
    "Add `typical:` or `evidence:` to the claim.",
)
MACHINE_WORDS = Code(
    "K207",
    "machine-words",
    "warning",
    "Words that a program wrote stand as a customer's. They are withheld: nobody said them.",
    "Show what the customer wrote, or tell it in your own name without quotation marks.",
)
PRIZE_UNTOLD = Code(
    "K208",
    "prize-untold",
    "warning",
    "There was something to win for the stories of this year, and this one does not say so (16 CFR 255.5).",
    "Add `disclosure:` with one plain sentence about the prize.",
)
NOT_INDEPENDENT = Code(
    "K209",
    "not-independent",
    "warning",
    "The site calls its reviews independent, and the reviewed firm runs it (16 CFR 465.6).",
    "Say instead how the reviews are collected and checked.",
)
UNSEEN_EDIT = Code(
    "K210",
    "unseen-edit",
    "warning",
    "The words were changed beyond spelling, and their author has not agreed to the change.",
    "Show them the page, and write `approved_by_author: true` with the day.",
)
ONLY_THE_HAPPY = Code(
    "K211",
    "only-the-happy",
    "error",
    "A form asks only those who are pleased (16 CFR 465.7).",
    "Ask everybody in the same words.",
)
UNTOLD_TRANSLATION = Code(
    "K212",
    "untold-translation",
    "warning",
    "The words are translated, and nothing says from which language and by whom.",
    "Add `translation: {of: de, by: human}`, and `original:` with its address if there is one.",
)
UNNAMED_SUBJECT = Code(
    "K213",
    "unnamed-subject",
    "warning",
    "The words are about another business, and nothing says which.",
    "Add `name:` to `about`.",
)

LONG_QUOTATION = Code(
    "Q201",
    "long-quotation",
    "warning",
    "The quotation is too long to be a short one, which is the right by which it is printed.",
    "Shorten it, or set `rights` to what is true: `public-domain`, `permission` or `own`.",
)
FLEETING_SOURCE = Code(
    "Q202",
    "fleeting-source",
    "warning",
    "The quote's source is an address that may say something else tomorrow.",
    "Add `accessed:` with the day you read it, or `archived:` with the address of a copy.",
)

OWN_STARS = Code(
    "J101",
    "own-stars",
    "error",
    "Structured data gives stars or a review to the business whose site this is.",
    "Take the mark-up out; search engines do not count what the praised one publishes.",
)
FOREIGN_RATINGS = Code(
    "J102",
    "foreign-ratings",
    "error",
    "Structured data adds up ratings that were given on another platform.",
    "Take the mark-up out, and link to the platform instead.",
)
UNSEEN_VALUE = Code(
    "J103",
    "unseen-value",
    "error",
    "Structured data says of a rating or review what the page does not show.",
    "Show the same value on the page, or take it out of the mark-up.",
)
BAD_RATING = Code(
    "J104",
    "bad-rating",
    "error",
    "A rating in structured data lacks its value or count, or lies outside its scale.",
    "Give `ratingValue` within `worstRating` and `bestRating`, and `ratingCount` or `reviewCount`.",
)
BAD_REVIEWER = Code(
    "J105",
    "bad-reviewer",
    "error",
    "A review in structured data has no author, or one that is no name.",
    "Name the person, in at most 100 characters.",
)
NOT_REVIEWABLE = Code(
    "J106",
    "not-reviewable",
    "warning",
    "Structured data reviews something that search engines show no stars for.",
    "Take the mark-up out, or name the thing's right type.",
)
BROKEN_JSON_LD = Code(
    "J107",
    "broken-json-ld",
    "error",
    "Structured data cannot be read, or could end its own block.",
    "Write valid JSON, with `<`, `>` and `&` as `\\u003c`, `\\u003e` and `\\u0026`.",
)

BAD_COUNT = Code(
    "R101",
    "bad-count",
    "error",
    "A file of votes or of settled places holds what is no count.",
    "Have it written by `caresite stories votes` or `caresite stories best`.",
)
BAD_RANKING = Code(
    "R102",
    "bad-ranking",
    "error",
    "A ranking in the config cannot work.",
    "Name it by its year, `2026:`, and say its `method`.",
)
UNSETTLED_YEAR = Code(
    "R103",
    "unsettled-year",
    "warning",
    "A year is over, and its places could still change.",
    "Run `caresite stories best YEAR --settle`, and commit the file that it writes.",
)
PLACE_TAKEN_BACK = Code(
    "R104",
    "place-taken-back",
    "note",
    "A story that had a place is not on the site any more; its place stays empty.",
    "Nothing has to be done. Take its line out of the file, if not even its number shall be left.",
)

TECHNICAL_DATA = Code(
    "S501",
    "technical-data",
    "warning",
    "A source keeps the addresses of computers, browsers and referring pages.",
    "Take `keep_technical` out, unless you have a reason that you could tell people (GDPR 5(1)(c)).",
)
KEPT_TOO_LONG = Code(
    "S502",
    "kept-too-long",
    "warning",
    "Submissions are kept longer than people were told.",
    "Run `caresite stories purge`.",
)
LOPSIDED = Code(
    "S503",
    "lopsided-rejections",
    "warning",
    "Low ratings are rejected far more often than high ones (16 CFR 465.7).",
    "Look at `caresite stories stats`, and decide by the reasons alone.",
)
ONE_SENDER = Code(
    "S504",
    "one-sender",
    "error",
    "Several people on the site are one and the same sender (16 CFR 465.2).",
    "Find out who they are, and keep one.",
)
