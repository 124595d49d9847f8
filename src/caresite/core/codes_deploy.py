"""Every fault of going online, by its stable code: H1 what must not go online as it is, H2 what the host says."""

from __future__ import annotations

from caresite.core.diagnostics import Code

BAD_TARGET = Code(
    "H101",
    "bad-target",
    "error",
    "An entry of `deploy` cannot work.",
    "Give it a `target` and the options that this target needs.",
)
SAMPLE_PEOPLE = Code(
    "H102",
    "sample-people",
    "error",
    "The people on this site are made up, and visitors could take them for customers.",
    "Put your own texts in place and remove `sample: true`; or show the sample on purpose with `--allow-sample`.",
)
LOCAL_ADDRESS = Code(
    "H103",
    "local-address",
    "error",
    "The site was built for an address at which nobody finds it: on your own computer or network, or a stand-in.",
    "Set `base_url` to the address that visitors type.",
)
OTHER_ADDRESS = Code(
    "H104",
    "other-address",
    "error",
    "The site was built for another address than the one it is sent to.",
    "Correct `base_url`, or the `url` of this target.",
)
PRIVATE_FILE = Code(
    "H105",
    "private-file",
    "error",
    "A file that looks private would go online.",
    "Take it out of `static/`, or out of the folder of the text it stands beside, and build again.",
)
OTHER_OUTPUT = Code(
    "H106",
    "other-output",
    "error",
    "What stands in the output folder is not this site as a build for visitors makes it.",
    "Leave out `--no-build`, or run `caresite build` first.",
)
UNPUBLISHED_PAGE = Code(
    "H107",
    "unpublished-page",
    "error",
    "A draft, or a page that is not due or has expired, would go online.",
    "Leave out `--no-build`, or run `caresite build` without `-D`, `-F` and `-E`.",
)
WITHHELD_WORDS = Code(
    "H108",
    "withheld-words",
    "error",
    "A customer's words are withheld for want of consent, and nobody has settled it.",
    "Record the consent, show less, or remove the item; `--take-down` goes online without these words right now.",
)
UNPUBLISHED_STORY = Code(
    "H116",
    "unpublished-story",
    "error",
    "Sentences of a story that is not published would go online.",
    "Take them out of the file that is named, or publish the story with its author's consent.",
)
UNSETTLED_WORDS = Code(
    "H113",
    "unsettled-words",
    "error",
    "Customers' words would go online against a rule that keeps a site offline: the proof of a yes is lost, or a decision about them is not carried out.",
    "Settle what is named; `caresite check consent` tells the rule. There is no option to go online all the same.",
)
NOT_OURS = Code(
    "H109",
    "not-ours",
    "error",
    "The target holds another site, or files that caresite did not put there, where this site would stand.",
    "Look whether it is the right place; `--take-over` makes everything there this site.",
)
TOO_MANY_DELETES = Code(
    "H110",
    "too-many-deletes",
    "error",
    "More files would be deleted than is usual.",
    "Look at the plan with `--dry-run`; if it is meant, raise the limit with `--max-deletes`.",
)
DEPLOY_RUNNING = Code(
    "H111",
    "deploy-running",
    "error",
    "Another deploy of this site is at work.",
    "Wait until it is done.",
)
UNSAFE_SECRET = Code(
    "H112",
    "unsafe-secret",
    "error",
    "A token or password is missing, or stands where others can read it.",
    "Put it into the environment variable named, or into a file that only you can read.",
)
UNRECEIVED_FORM = Code(
    "H114",
    "unreceived-form",
    "error",
    "The site has a form of which nobody gets what people send from this target.",
    "Choose a `backend` that works there; the table is in the guide to hosts.",
)
UNSAFE_OPTION = Code(
    "H117",
    "unsafe-option",
    "error",
    "A value in `deploy` could be taken for an option of a program, or starts a program.",
    "Write the plain name or address; if the config comes from somebody else, ask what they meant by it.",
)
OPEN_LINE = Code(
    "H118",
    "open-line",
    "error",
    "A secret would be sent over a line that others can read.",
    "Use an https or ssh address.",
)
STAND_IN = Code(
    "H119",
    "stand-in",
    "note",
    "The config has an address that only stands in for one of yours.",
    "Set it to your own before you deploy.",
)
BLOCKED_BY_POLICY = Code(
    "H120",
    "blocked-by-policy",
    "warning",
    "A page asks for something that its content security policy forbids, so browsers will not do it.",
    "Do as the hint says. Scripts, styles, pictures, frames, forms and event handlers that stand in the HTML are allowed by "
    "themselves; what only a script asks for is named under `headers: csp`.",
)
NOT_LET_IN = Code(
    "H201",
    "not-let-in",
    "error",
    "The host did not let us in.",
    "Check the token, key or password, and whether it may write there.",
)
NO_SUCH_PLACE = Code(
    "H202",
    "no-such-place",
    "error",
    "The host knows no such bucket, site, repository or folder.",
    "Correct its name in `deploy`, or make it at the host.",
)
HOST_KEY = Code(
    "H203",
    "host-key",
    "error",
    "The server's key is unknown, or not the one it had before.",
    "Ask whoever runs the server for the fingerprint of its key, and compare, before you trust it.",
)
HOST_FULL = Code(
    "H204",
    "host-full",
    "error",
    "The disk or the quota at the host is full.",
    "Make room there and deploy again; it goes on from what is there.",
)
HOST_SILENT = Code(
    "H205",
    "host-silent",
    "error",
    "The host cannot be reached, or broke off.",
    "Check your connection and the host's address, and deploy again: it goes on where it stopped.",
)
HOST_REFUSED = Code(
    "H206",
    "host-refused",
    "error",
    "The host refused what was sent.",
    "What it says stands in the message; its status page may know more.",
)
NOT_LIVE = Code(
    "H207",
    "not-live",
    "error",
    "What visitors get is not what was sent.",
    "A cache in between may need a few minutes. If it stays so, the address belongs to another place.",
)
MISSING_EXTRA = Code(
    "H208",
    "missing-extra",
    "error",
    "This target needs something that is not installed.",
    "Install what the message names.",
)
