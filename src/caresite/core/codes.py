"""Every fault caresite can report, by its stable code.

The first letter says where to look: C config, Y reading YAML and TOML, V values, D files, U addresses,
L links and pictures, K consent, Q quotes and figures, M Markdown, T templates, P plugins, B the output folder.
Each code has an entry in `docs/reference/diagnostics.md` and a broken site under `tests/broken/`.
"""

from __future__ import annotations

from caresite.core.diagnostics import Code

NO_CONFIG = Code(
    "C101",
    "no-config",
    "error",
    "There is no `caresite.yaml` here.",
    "Run the command in your site's folder, name it with `-C`, or make a site with `caresite init`.",
)
BAD_TIMEZONE = Code(
    "C102",
    "bad-timezone",
    "error",
    "The timezone is not one that the world knows.",
    "Use a name such as `Europe/London` or `America/New_York`.",
)
BAD_BASE_URL = Code(
    "C103",
    "bad-base-url",
    "error",
    "`base_url` is not a web address.",
    "Write the address people type, with its scheme: `https://www.example.com/`.",
)
UNKNOWN_THEME = Code(
    "C104",
    "unknown-theme",
    "error",
    "The theme cannot be found or is not complete.",
    "Use `hearth`, or put the theme in `themes/<name>/` with a `theme.yaml`.",
)
UNKNOWN_PLUGIN = Code(
    "C105",
    "unknown-plugin",
    "error",
    "The plugin is not installed.",
    "Install it with pip, or correct its name in `plugins`.",
)
BAD_OUTPUT_DIR = Code(
    "C106",
    "bad-output-dir",
    "error",
    "The output folder would overwrite something else.",
    "Choose a folder of its own, such as `public`.",
)
BAD_PATTERN = Code(
    "C107",
    "bad-pattern",
    "error",
    "A permalink pattern has a token that does not exist or lacks `:slug`.",
    "Tokens are :year :month :day :slug :title :section :category :author :id.",
)
BAD_LANGUAGE = Code(
    "C108",
    "bad-language",
    "error",
    "The language is not a language tag.",
    "Use a tag such as `en`, `en-GB` or `de`.",
)
BAD_OVERRIDE = Code(
    "C109",
    "bad-override",
    "error",
    "There is no overlay for the environment that was asked for.",
    "Make the overlay beside `caresite.yaml`, or correct what stands after `--env`.",
)
BAD_COLLECTION = Code(
    "C110",
    "bad-collection",
    "error",
    "A collection is declared in a way that cannot work.",
    "Give each collection a folder of its own and one of the kinds.",
)
UNKNOWN_REMOVAL = Code(
    "C112",
    "unknown-removal",
    "error",
    "`plugins.remove` names a plugin that is not in use.",
    "Correct its name, or take it out of `remove`.",
)

BAD_YAML = Code(
    "Y101",
    "bad-yaml",
    "error",
    "The YAML cannot be read.",
    "Often a colon or a quotation mark inside a value: put the whole value in quotes.",
)
DUPLICATE_KEY = Code("Y102", "duplicate-key", "error", "The same key stands twice.", "Keep one of them.")
YAML_TOO_LARGE = Code(
    "Y103",
    "yaml-too-large",
    "error",
    "The YAML is too large, too deep, or repeats itself without end.",
    "Front matter holds at most 1 MB, 20,000 values and 60 levels; move data to `data/`.",
)
YAML_TAG = Code("Y104", "yaml-tag", "error", "A YAML tag (`!something`) is not allowed.", "Write the plain value.")
BAD_TOML = Code(
    "Y105",
    "bad-toml",
    "error",
    "The TOML cannot be read.",
    "Correct the line, or use YAML between `---` lines.",
)
UNCLOSED_FRONT_MATTER = Code(
    "Y106",
    "unclosed-front-matter",
    "error",
    "The front matter has no closing line.",
    "End it with a line `---` (or `+++` for TOML).",
)
NOT_A_MAPPING = Code(
    "Y107",
    "not-a-mapping",
    "error",
    "Keys and values are expected here.",
    "Write lines of the form `key: value`.",
)
NO_FRONT_MATTER = Code(
    "Y108",
    "no-front-matter",
    "warning",
    "The file has no front matter.",
    "Start it with `---`, a `title:` and `---`.",
)
CUT_TEXT = Code(
    "Y109",
    "cut-text",
    "warning",
    "YAML took a part of an unquoted text for something else: a comment, which begins at ` #`, or a name, at `&`.",
    "Put the whole value in quotes.",
)

WRONG_TYPE = Code(
    "V201", "wrong-type", "error", "The value is of the wrong type.", "See the key's entry in the reference."
)
NOT_A_CHOICE = Code(
    "V202",
    "not-a-choice",
    "error",
    "The value is not one of those allowed.",
    "Choose one of the values named.",
)
OUT_OF_BOUNDS = Code(
    "V203",
    "out-of-bounds",
    "error",
    "The number is too small or too large.",
    "Use a number inside the bounds named.",
)
BAD_DATE = Code("V204", "bad-date", "error", "The date cannot be read.", "Write `2026-03-01`, or `2026-03-01 14:30`.")
MISSING_KEY = Code("V205", "missing-key", "error", "A key that is needed is missing.", "Add it.")
UNKNOWN_KEY = Code(
    "V206",
    "unknown-key",
    "error",
    "The key is not known.",
    "Correct it, remove it, or put it below `params`.",
)
PEER_NAME = Code(
    "V207",
    "peer-name",
    "note",
    "The key is another tool's name for one of ours.",
    "It is understood; rename it when you next edit the file.",
)
TWO_NAMES = Code(
    "V208",
    "two-names",
    "error",
    "Two keys with one meaning have different values.",
    "Keep the one that is right.",
)
HAND_SET = Code(
    "V209",
    "hand-set",
    "error",
    "This is worked out from records and cannot be set by hand.",
    "Remove the key.",
)
KEPT_KEY = Code(
    "V210",
    "kept-key",
    "note",
    "A key that caresite does not use is kept for your templates, in `page.params`.",
    "Leave it, or move it below `params`.",
)
INVISIBLE = Code(
    "V211",
    "invisible-character",
    "warning",
    "A value holds control characters or characters that turn the direction of text.",
    "Remove them; they were left out.",
)
UNSAFE_LINK = Code(
    "V212",
    "unsafe-link",
    "error",
    "An address would run code, open a file of the visitor's, or cannot be read as one.",
    "Use an https address, a path on this site, or `mailto:` and `tel:`.",
)
DROPPED_KEY = Code(
    "V213",
    "dropped-key",
    "note",
    "A key of a customer's words that caresite does not use was left out: what nobody declared reaches no page.",
    "Leave it, or move what your templates need below `params`.",
)
PERSONAL_DATA = Code(
    "V214",
    "personal-data",
    "warning",
    "A customer's words come with what looks like personal data, and no page needs it.",
    "Take it out of the file too, and keep it in `private/`, which is never published.",
)
HTML_IN_TEXT = Code(
    "V215",
    "html-in-text",
    "warning",
    "A customer's text, name or company holds HTML tags. Visitors see them as they are written.",
    "Take them out, or write `**bold**` and `*italic*`; entities, `<p>` and `<br>` are understood.",
)
UNFIT_SHARE_IMAGE = Code(
    "V216",
    "unfit-share-image",
    "note",
    "A `share_image` is nothing that other services show: a drawing, too small, far too tall or wide, or one that moves.",
    "Give a photograph of 1200 by 630 pixels or more; for a tall one, say in `focus` what must be seen.",
)

BAD_ENCODING = Code("D101", "bad-encoding", "error", "The file is not UTF-8 text.", "Save it as UTF-8 in your editor.")
OTHER_ENCODING = Code(
    "D102",
    "other-encoding",
    "note",
    "The file was read, though it is not saved as plain UTF-8.",
    "Save it as UTF-8 without a byte-order mark.",
)
SYMLINK_OUT = Code(
    "D103",
    "symlink-out",
    "warning",
    "A link points out of the site's folder and was not followed.",
    "Copy the file into the site.",
)
UNREADABLE = Code(
    "D104",
    "unreadable",
    "error",
    "The file cannot be read.",
    "Check that it exists and that you may read it.",
)
TOO_LARGE = Code(
    "D105",
    "too-large",
    "error",
    "The file is too large to be a text.",
    "Split it, or save pictures that are written into the text as files beside it.",
)
IGNORED_FILE = Code(
    "D106",
    "ignored-file",
    "warning",
    "The file's type is not one that this folder understands.",
    "Use `.md` for texts; put other files in `static/` or beside an `index.md`.",
)
BAD_DATA = Code("D107", "bad-data", "error", "The data file cannot be read.", "Files in `data/` are YAML, JSON or CSV.")
NO_TITLE = Code("D108", "no-title", "error", "The page has no title.", "Add `title:` to its front matter.")
NO_ITEMS = Code(
    "D109",
    "no-items",
    "error",
    "The file holds no list of items.",
    "Write a list, or `quotes:` or `items:` with a list below it.",
)
BAD_FILE_NAME = Code(
    "D110",
    "bad-file-name",
    "warning",
    "A file's name cannot be read on every computer, so the file was left out.",
    "Rename it with letters, digits and hyphens.",
)
TOO_DEEP = Code(
    "D111",
    "too-deep",
    "warning",
    "Folders are nested so deep that what is in them was left out.",
    "Move the files to a folder nearer to the top.",
)
GONE_ADDRESS = Code(
    "D112",
    "gone-address",
    "note",
    "A page that was published before has another address now, or none. Links to the old one lead nowhere.",
    "Add the old address to the `aliases` of the page that took its place. A page that was removed on purpose needs nothing.",
)

URL_COLLISION = Code(
    "U101", "url-collision", "error", "Two sources want the same address.", "Give one of them another `slug`."
)
BAD_ADDRESS = Code(
    "U102",
    "bad-address",
    "error",
    "The address is not one that every host and computer can serve.",
    "Use letters, digits and hyphens, separated by `/`.",
)
ALIAS_COLLISION = Code(
    "U103",
    "alias-collision",
    "error",
    "An old address (`aliases`) is taken.",
    "Remove the alias, or the page that stands there.",
)
REDIRECT_LOOP = Code(
    "U104", "redirect-loop", "error", "Redirects lead in a circle.", "Point each old address at a page."
)
BAD_REDIRECT = Code(
    "U105",
    "bad-redirect",
    "error",
    "The redirect rule cannot work.",
    "`from` is a path on this site, `to` a path or an https address.",
)
LIST_REPLACED = Code(
    "U106",
    "list-replaced",
    "warning",
    "A page takes the address of a list, or of another page that caresite makes, so that one is not made.",
    "Give the page another `slug`. The text above a list is `_index.md` in its folder. If you mean it, name a `template` in the page.",
)
SHARED_SLUG = Code(
    "U108",
    "shared-slug",
    "warning",
    "A tag, an author or the like is not at the address which its name makes: another name has that one.",
    "Give it a file, in `content/tags/` or `content/authors/`: the name of the file is its address from then on.",
)
SHARED_NAME = Code(
    "U109",
    "shared-name",
    "warning",
    "Two authors have the same name.",
    "Name the author by the id of the file in `content/authors/`.",
)

SHARED_FEED_ID = Code(
    "U110",
    "shared-feed-id",
    "warning",
    "Two texts have the same `feed_id`, so feed readers would take them for one. The second is known by its address instead.",
    "Remove `feed_id` from the copy.",
)

MISSING_SOURCE = Code(
    "L101",
    "missing-source",
    "error",
    "A link names a file that does not exist.",
    "Correct the path; it is read from the file's own folder.",
)
MISSING_ANCHOR = Code(
    "L102",
    "missing-anchor",
    "error",
    "A link names a heading that does not exist.",
    "Use the id of a heading of that page.",
)
MISSING_PAGE = Code(
    "L103",
    "missing-page",
    "warning",
    "A link leads to an address that this site does not have.",
    "Correct it, or link the source file instead, so that it is checked.",
)
MISSING_IMAGE = Code(
    "L104",
    "missing-image",
    "error",
    "A picture does not exist.",
    "Put the file where the path says, or correct the path.",
)
HELD_BACK_LINK = Code(
    "L105",
    "held-back-link",
    "warning",
    "A link leads to a page that is held back.",
    "Publish that page, or remove the link.",
)
UNKNOWN_ITEM = Code(
    "L106",
    "unknown-item",
    "error",
    "A component, or `related` in front matter, names a quote, story or page that does not exist.",
    "Correct the id.",
)
BAD_PICTURE = Code(
    "L107",
    "bad-picture",
    "error",
    "A picture cannot be shown: it is damaged, too large, or no picture.",
    "Open it in a picture program and save it again as JPEG or PNG.",
)
UNSAFE_DRAWING = Code(
    "L108",
    "unsafe-drawing",
    "warning",
    "An SVG drawing holds something that could run, or that loads from elsewhere; it is left out on the site.",
    "Save it as plain SVG from your drawing program, without scripts, links and fonts from elsewhere.",
)
LACKING_LETTERS = Code(
    "L109",
    "lacking-letters",
    "note",
    "A page's share image leaves out words, because no font has their letters.",
    "Name a font that has them in `social_cards.fonts`, or give the page a `share_image` of its own.",
)

TWO_CONSENTS = Code(
    "K101",
    "two-consents",
    "error",
    "Both `consent` and `consent_ref` are given.",
    "Keep `consent_ref` for a submission, `consent` for words you collected yourself.",
)
WITHHELD = Code(
    "K102",
    "withheld",
    "warning",
    "A customer's words are withheld: consent does not cover what would be shown.",
    "Get the author's yes and record it, show less, or remove the item.",
)
CONSENT_TOO_EARLY = Code("K103", "consent-in-future", "error", "Consent is dated in the future.", "Correct the date.")
UNKNOWN_WORDING = Code(
    "K104",
    "unknown-wording",
    "warning",
    "The wording that was agreed to is not in `consent/`, or has been changed since.",
    "Put the text that people saw back into `consent/`; new wordings get a new file.",
)
PICTURE_LEFT_OUT = Code(
    "K108",
    "picture-left-out",
    "note",
    "Consent does not cover a picture of the author. The words are shown without it.",
    "Get the author's yes to the picture and record `publish_photo`, or take the picture out.",
)
MISSING_DISCLOSURE = Code(
    "K105",
    "missing-disclosure",
    "warning",
    "The author has a tie or got something, and nothing says so beside the words.",
    "Add `disclosure:` with one plain sentence.",
)
RATING_FILTERED = Code(
    "K106",
    "average-of-selection",
    "error",
    "An average is asked for a collection that is a selection.",
    "Set `mode: reviews` and show all, or `show_average: false`.",
)

SURNAME_SHOWN = Code(
    "K110",
    "surname-shown",
    "warning",
    "A customer's text holds the surname of its author, who chose not to show it.",
    "Take the name out, or ask the author whether it may stand there; it may also be another word or another person.",
)

UNSOURCED_QUOTE = Code(
    "Q101",
    "unsourced-quote",
    "warning",
    "The quote is attributed to somebody without a source.",
    "Add `source:`, or choose the status that is true.",
)
UNPROVEN_NOTE = Code(
    "Q102",
    "unproven-note",
    "error",
    "A disputed or misattributed quote needs a note with the evidence.",
    "Add `status_note:`.",
)
SAME_QUOTE = Code("Q103", "same-quote", "warning", "The same words stand under two authors.", "Find out who said it.")
BARE_METRIC = Code(
    "Q104",
    "bare-metric",
    "warning",
    "A figure without its period or source proves nothing.",
    "Add `period:` and `source:`.",
)
DUPLICATE_ID = Code("Q105", "duplicate-id", "error", "Two items have the same id.", "Change one; ids are addresses.")
UNKNOWN_AUTHOR = Code(
    "Q106",
    "unknown-author",
    "warning",
    "The author is nearly one of yours, but not quite.",
    "Use the id of the file in `content/authors/`.",
)

TEMPLATE_MISSING = Code(
    "T101",
    "template-missing",
    "error",
    "The template does not exist.",
    "Check its name; templates are looked for in `templates/`, then in the theme.",
)
TEMPLATE_UNKNOWN = Code(
    "T106",
    "template-unknown",
    "warning",
    "Front matter names a template that does not exist; the kind's own was used.",
    "Correct `template`, or remove it.",
)
TEMPLATE_SYNTAX = Code(
    "T102",
    "template-syntax",
    "error",
    "The template cannot be read.",
    "Look at the line named; often a tag that was not closed.",
)
TEMPLATE_FAILED = Code(
    "T103",
    "template-failed",
    "error",
    "The template failed while a page was written.",
    "Look at the line named; often a name that is misspelt.",
)
TEMPLATE_REACH = Code(
    "T107",
    "template-out-of-reach",
    "error",
    "A template asks for something that is out of its reach.",
    "Take it out; templates of the site and of downloaded themes get the site's content, and no Python object, file or program.",
)
TEMPLATE_BOUNDS = Code(
    "T108",
    "template-out-of-bounds",
    "error",
    "A template asks for more than a page can need.",
    "Look at the line named; often a number that is much too large.",
)
ASSET_MISSING = Code(
    "T104",
    "asset-missing",
    "error",
    "A template asks for a file that is not in `assets/`.",
    "Correct the name, or add the file.",
)
BAD_WORDS = Code(
    "T105",
    "bad-words",
    "error",
    "An interface word is missing.",
    "Add the key to the language file, or correct it in the template.",
)

PLUGIN_FAILED = Code(
    "P101", "plugin-failed", "error", "A plugin failed.", "Tell its authors, or take it out of `plugins`."
)
PLUGIN_OUTPUT = Code(
    "P102",
    "plugin-output",
    "error",
    "A plugin wants to write where it must not.",
    "Tell its authors, or take it out of `plugins`.",
)

DISK_FULL = Code(
    "B103",
    "disk-full",
    "error",
    "There is no space left for a file.",
    "Free some space on the disk that the message names, then run the command again.",
)
FOREIGN_OUTPUT = Code(
    "B101",
    "foreign-output",
    "error",
    "The output folder holds files that caresite did not make.",
    "Choose another `output_dir`, move the files, or run once with `--clean`.",
)
CANNOT_WRITE = Code(
    "B102",
    "cannot-write",
    "error",
    "A file cannot be written.",
    "Check that the disk is not full and that you may write there.",
)
