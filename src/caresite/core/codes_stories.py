"""Every fault of what comes in, by its stable code: forms, sources, the private store, and what leaks out of it.

S1 are faults of a site, found while it is built; S2 those of what is read from a source; S3 those of the store; S4
those of a decision.
"""

from __future__ import annotations

from caresite.core.diagnostics import Code

LEAK = Code(
    "S101",
    "personal-data-leak",
    "error",
    "A file of the site gives away what only the private store may hold: an e-mail address, a telephone number, or a name that its owner did not agree to show. Of a submission that is declined or in quarantine it is a warning.",
    "Take it out of the text, the data or the picture that is named. Only what belongs to one of your own people, and may stand there, is named in `submissions: allow`.",
)
PRIVATE_TRACKED = Code(
    "S102",
    "private-in-git",
    "error",
    "Git keeps files of `private/`. Whoever gets the repository gets what your customers wrote in confidence.",
    "Run `git rm -r --cached private`, add `/private/` to `.gitignore` and commit; what older commits hold stays there until the history is rewritten.",
)
PRIVATE_PUBLISHED = Code(
    "S103",
    "private-published",
    "error",
    "A file of `private/` would be copied into the site.",
    "Remove the link or copy that leads there.",
)
BAD_FORM = Code(
    "S104",
    "bad-form",
    "error",
    "A form is declared in a way that cannot work, or must not be shown to people.",
    "See the key's entry in the reference.",
)
BAD_WORDING = Code(
    "S105",
    "bad-wording",
    "error",
    "The text that people agree to is missing, or does not say what is asked (GDPR 7).",
    "Put it in `consent/`, with one sentence for each purpose below `purposes:` in its front matter.",
)
BAD_SOURCE = Code(
    "S106",
    "bad-source",
    "error",
    "A source is declared in a way that cannot work.",
    "See the key's entry in the reference.",
)
NO_RECEIVER = Code(
    "S110",
    "no-receiver",
    "error",
    "A form has nobody to receive it: it names no `backend`, and nothing shows which one is meant.",
    "Set `business.email` to get it by e-mail, or say `backend:`.",
)
DEAD_FORM = Code(
    "S111",
    "dead-form",
    "error",
    "What people send with a form is lost, because nothing at the site's host takes it in. A warning while another target does; `check` and `deploy` refuse it in any case.",
    "Choose a `backend` that works on the host; the table is in the guide to hosts.",
)
CHOSEN_RECEIVER = Code(
    "S112",
    "chosen-receiver",
    "note",
    "A form names no `backend`, and goes by e-mail because nothing shows that the site is at Netlify.",
    "Say `backend: mailto` if that is right, or name another.",
)
PLUGIN_OFF = Code(
    "S113",
    "plugin-off",
    "error",
    "The site has forms, sources or submissions, and the plugin that works with them is switched off.",
    "Leave `submissions` in the list of plugins; `plugins: {add: […]}` adds one to the usual list.",
)
UNKNOWN_FORM = Code(
    "S107",
    "unknown-form",
    "error",
    "A text or a source names a form that is not in the config.",
    "Correct its name, or add it below `forms`.",
)

UNPUBLISHED_WORDS = Code(
    "S108",
    "unpublished-words",
    "warning",
    "A file of the site holds a sentence of a story that is not published. A deploy refuses it; of a story that is declined or in quarantine it is a note.",
    "Take the sentence out, or publish the story with its author's consent: `caresite stories show ID`.",
)
UNREADABLE_EXPORT = Code(
    "S201",
    "unreadable-export",
    "error",
    "What came in is not in a shape that can be read.",
    "Export it again, as CSV or JSON, and check that it was not cut off.",
)
REFUSED_ENTRY = Code(
    "S202",
    "refused-entry",
    "error",
    "One entry cannot be taken in.",
    "Take it in by hand with `caresite stories add`, or correct it at its source.",
)
AMBIGUOUS_DATE = Code(
    "S203",
    "ambiguous-date",
    "error",
    "Day and month cannot be told apart, so the entry was not taken in.",
    "Add `date_order: day-first` or `month-first` to the source, and pull again.",
)
ODD_VALUE = Code(
    "S204",
    "odd-value",
    "note",
    "A value of an entry was not understood; it is kept as it was written.",
    "Look at the entry when you decide about it.",
)
REFUSED_ATTACHMENT = Code(
    "S205",
    "refused-attachment",
    "warning",
    "A file that came with an entry was not kept. Only pictures are, as JPEG, PNG or WebP, when they are what they say.",
    "Ask for the picture again if you need it.",
)
UNREACHABLE = Code(
    "S206",
    "source-unreachable",
    "error",
    "A source could not be read to its end over the network.",
    "Try again later; what was read is kept, and nothing comes in twice.",
)
NOT_ALLOWED = Code(
    "S207",
    "source-refused",
    "error",
    "A source did not let us in.",
    "Set the environment variable that it names to a valid token or password.",
)
ENCODING_GUESSED = Code(
    "S208",
    "encoding-guessed",
    "note",
    "The file does not say how its letters are written; Windows-1252 was taken.",
    "Look whether accents are right; export as UTF-8 if they are not.",
)
NO_LETTER = Code(
    "S209",
    "no-letter",
    "note",
    "A message that a program wrote was left out: a calendar invitation, an automatic answer, or a report of a mail server.",
    "Nothing needs to be done. It stays in the mailbox.",
)

STORE_BUSY = Code(
    "S301",
    "store-busy",
    "error",
    "Another caresite works with the private store.",
    "Wait until it has finished, and try again.",
)
STORE_BROKEN = Code(
    "S302",
    "store-broken",
    "error",
    "A file of the private store cannot be read.",
    "Correct the line named, or bring it back from a backup with `caresite stories restore`.",
)
STORE_CHANGED = Code(
    "S303",
    "store-changed",
    "error",
    "Somebody else changed the entry in the meantime; nothing was overwritten.",
    "Look at it again, then decide.",
)
BAD_BACKUP = Code(
    "S304",
    "bad-backup",
    "error",
    "The backup cannot be used.",
    "Use a file that `caresite stories backup` wrote.",
)

FORBIDDEN_MOVE = Code(
    "S401",
    "forbidden-move",
    "error",
    "What was asked for cannot be done with a submission in this state.",
    "Look at it with `caresite stories show`.",
)
NOT_READY = Code(
    "S402",
    "not-ready",
    "error",
    "Something is missing before these words may be shown.",
    "Settle each point named, or ask the author with `caresite stories ask`.",
)
BAD_REJECTION = Code(
    "S403",
    "bad-rejection",
    "error",
    "A submission may only be declined for a reason that has nothing to do with praise or blame (16 CFR 465.7; UK DMCC Act).",
    "Give one of the reasons listed; whether somebody was pleased is none.",
)
BAD_EDIT = Code(
    "S404",
    "bad-edit",
    "error",
    "A change of somebody's words, or of what is known about them, that cannot be made.",
    "See the message.",
)
MEANING_MAY_TURN = Code(
    "S405",
    "meaning-may-turn",
    "warning",
    "An edit left out words that may turn what was meant into its opposite, or left words out without a mark.",
    "Keep the whole sentence, or mark what was left out with `…`.",
)
LEFT_BEHIND = Code(
    "S406",
    "left-behind",
    "warning",
    "A file that you wrote yourself still names a submission whose words are to be gone. It is withheld from the site.",
    "Take the entry out of the file.",
)
ANSWER_SAYS_NO = Code(
    "S408",
    "answer-says-no",
    "warning",
    "A letter was kept as proof of a yes, and something in its own words sounds like a no.",
    "Read it once more. If it is a no, take the words off the site again with `caresite stories reopen`, and decline them as `no-consent`.",
)
CHANGED_BY_HAND = Code(
    "S409",
    "changed-by-hand",
    "warning",
    "A public text of a submission was changed by hand after it was written, and a decision is about the same part of it. Approving and editing it is refused until you say which of the two holds.",
    "Take your change over with `caresite stories edit`, or say `--overwrite` to put what is on record in its place.",
)
UNFINISHED = Code(
    "S407",
    "unfinished-decision",
    "warning",
    "A decision was interrupted. Nothing of it is lost, but the site may not show it yet.",
    "Run `caresite stories list`, which finishes it, and build again.",
)
