"""Every rule for customers' words is kept by something that is tried: a broken site, or a test with a name.

A rule with codes has a broken site for each of them, and one of these sites is told of in the words that the rule looks
for. What no fault can tell, because pages or commands are made so that it cannot be, is proved by the tests named here.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from caresite.core import codes, codes_markdown, codes_rules, codes_stories
from caresite.core.diagnostics import Code, Diagnostic, Span
from caresite.core.rules import Rule, all_rules, remedy_of, rules_by_code, rules_of, stops_going_live
from caresite.kinds.testimonial import Speaker
from caresite.pipeline.approved import approved_digest
from caresite.testing import BuiltSite

TESTS = Path(__file__).parent
BROKEN = TESTS / "broken"
REFERENCE = {  # the numbers of the rules, by letter
    "C": range(1, 15),
    "D": range(1, 12),
    "I": range(1, 14),
    "M": range(1, 10),
    "Q": range(1, 7),
    "S": range(1, 10),
}
PROOFS = {
    "C04": (
        "submissions/test_forms.py::test_nothing_is_ticked_and_nothing_chosen_beforehand",
        "submissions/test_forms.py::test_there_is_one_box_for_each_purpose_with_its_sentence",
    ),
    "C06": ("submissions/test_leaks.py::test_digests_of_the_address_are_found",),
    "C09": ("test_kept_by_pages.py::test_what_was_taken_back_is_named_by_no_file",),
    "C11": ("pipeline/test_consent.py::test_nobody_of_unknown_age_is_shown",),
    "C13": ("test_kept_by_pages.py::test_others_are_named_in_full_in_no_file_until_they_agree",),
    "C14": ("submissions/test_forms.py::test_the_pages_say_what_the_config_says",),
    "D01": ("test_kept_by_pages.py::test_a_disclosure_stands_beside_the_words_wherever_they_stand",),
    "D02": ("pipeline/test_consent.py::test_some_things_no_disclosure_heals",),
    "I01": (
        "test_kept_by_pages.py::test_a_selection_says_that_it_is_one_and_has_no_average",
        "test_kept_by_pages.py::test_reviews_say_how_they_are_checked_show_all_and_leave_out_what_was_copied",
        "test_kept_by_pages.py::test_reviews_without_a_note_of_the_owners_say_so_all_the_same",
    ),
    "I02": ("test_kept_by_pages.py::test_no_list_of_words_can_be_chosen_by_stars",),
    "I04": ("submissions/test_review.py::test_nothing_is_declined_for_being_unkind",),
    "I05": ("test_rules.py::test_words_and_stars_are_those_that_were_approved",),
    "I06": ("test_rules.py::test_words_and_stars_are_those_that_were_approved",),
    "I07": ("submissions/test_review.py::test_a_yes_belongs_to_exactly_the_words_that_were_shown_to_its_author",),
    "I08": ("submissions/test_review.py::test_a_cut_that_may_turn_the_meaning_is_told",),
    "I09": ("submissions/test_review.py::test_a_cut_that_may_turn_the_meaning_is_told",),
    "I10": ("test_kept_by_pages.py::test_edits_and_translations_are_told_with_the_way_to_the_original",),
    "I11": (
        "test_kept_by_pages.py::test_a_page_of_the_best_prints_all_that_one_needs_to_check_it",
        "test_kept_by_pages.py::test_an_editors_choice_names_who_chose",
    ),
    "I13": ("test_kept_by_pages.py::test_a_reply_is_no_part_of_the_words",),
    "M01": ("features/test_structured_data.py::test_nobody_rates_themselves",),
    "M02": ("test_kept_by_pages.py::test_reviews_say_how_they_are_checked_show_all_and_leave_out_what_was_copied",),
    "M03": ("features/test_structured_data.py::test_every_value_stands_on_its_page",),
    "M07": ("features/test_structured_data.py::test_no_word_can_leave_the_block",),
    "M08": (
        "features/test_structured_data.py::test_a_story_names_its_author_as_they_chose",
        "features/test_structured_data.py::test_a_story_is_about_the_firm_or_about_another",
        "features/test_structured_data.py::test_edited_words_say_so_as_the_page_does",
    ),
    "M09": (
        "features/test_structured_data.py::test_a_quote_has_its_words_as_they_are_read_and_its_source",
        "features/test_structured_data.py::test_a_quote_whose_author_is_in_doubt_names_none",
    ),
    "Q05": ("test_kept_by_pages.py::test_who_said_it_stands_outside_of_the_words_and_cite_around_works_alone",),
    "S01": ("submissions/test_hostile.py::test_every_story_is_a_page_and_no_string_is_more_than_words",),
    "S02": ("submissions/test_hostile.py::test_every_story_is_a_page_and_no_string_is_more_than_words",),
    "S03": ("submissions/test_hostile.py::test_file_names_are_ours",),
    "S04": (
        "submissions/test_pictures.py::test_nothing_but_the_picture_is_kept",
        "submissions/test_pictures.py::test_what_is_not_what_it_says_is_refused_in_words",
    ),
    "S05": (
        "submissions/test_services.py::test_a_picture_is_fetched_from_hosts_that_are_named",
        "submissions/test_services.py::test_nobody_points_us_into_a_house",
    ),
    "S07": ("submissions/test_hostile.py::test_no_cell_of_an_export_is_a_formula",),
    "S08": ("submissions/test_spam.py::test_each_rule_says_what_it_found",),
    "S09": ("test_rules.py::test_no_library_is_there_that_would_sum_up_what_was_sent",),
}


SEVERITY = {
    code.id: code.severity
    for module in (codes, codes_markdown, codes_rules, codes_stories)
    for code in vars(module).values()
    if isinstance(code, Code)
}


def by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules()}


@cache
def told() -> tuple[tuple[str, str, str], ...]:
    """Return folder, code and message of everything that the broken sites are told."""
    head = re.compile(r"^\S.*?: (?:error|warning|note)\[([A-Z]\d+)\] (.*)$", re.MULTILINE)
    files = sorted(BROKEN.glob("*/expected.txt"))
    return tuple((f.parent.name, *match) for f in files for match in head.findall(f.read_text("utf-8")))


LET_THROUGH = {  # what breaks one of the graver rules and goes online all the same, and why that is right
    "L105": "the link leads to the home page instead; nothing of what is held back is shown",
    "S406": "the entry is withheld; only its line still stands in a file of the owner's",
    "R103": "the page shows the places as they stand, and says so",
    "V211": "the characters were left out",
    "V214": "it was left out",
    "S205": "the file was not kept",
    "S503": "it is about what is not shown, and told by `check` alone",
}


def test_what_breaks_a_grave_rule_stays_offline_unless_there_is_a_reason() -> None:
    grave = {code for rule in all_rules() if rule.severity == "error" for code in rule.codes}
    warned = [each for each in told() if each[1] in grave]
    through = {
        code
        for _, code, message in warned
        if SEVERITY[code] == "warning" and not stops_going_live(Diagnostic(code, "warning", Span(""), message))
    }
    assert through == LET_THROUGH.keys()


def test_every_rule_is_there_once_and_in_order() -> None:
    assert [rule.id for rule in all_rules()] == [f"{a}{n:02}" for a, numbers in REFERENCE.items() for n in numbers]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_kept_by_something_that_is_tried(rule: Rule) -> None:
    sites = {code for folder, code, _ in told() if folder.startswith(f"{code}-")}
    assert set(rule.codes) <= sites, "a code without a broken site"
    said = [message for _, code, message in told() if rule in rules_of(Diagnostic(code, "error", Span(""), message))]
    assert said or rule.id in PROOFS, "nothing is told that the rule listens for, and no test proves it"
    assert rule.codes or rule.kept in ("pages", "command"), "what no fault tells of is kept by pages or commands"
    assert rule.how or rule.codes


@pytest.mark.parametrize("rule", sorted(PROOFS))
def test_the_proofs_are_there(rule: str) -> None:
    assert rule in by_id()
    for proof in PROOFS[rule]:
        path, _, name = proof.partition("::")
        tree = ast.parse((TESTS / path).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, proof


def test_what_is_kept_by_pages_or_commands_has_a_proof() -> None:
    assert {rule.id for rule in all_rules() if rule.kept in ("pages", "command")} <= PROOFS.keys()


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("K102", "withheld: there is no consent on record", ("C01",)),
        ("K102", "withheld: consent was withdrawn on 2026-06-01", ("C01",)),
        ("K102", "withheld: consent does not cover the name (publish_name)", ("C02",)),
        ("K108", "the photo is left out: consent by platform-terms never covers a photo", ("C02",)),
        ("K102", "withheld: changed since it was approved: text, rating or name", ("I05", "I06")),
        ("K105", "withheld: something was given for the words and no `disclosure` says so", ("D01",)),
        ("K105", "withheld: the author is tied to the firm (family) and no `disclosure` says so", ("D03",)),
        ("V205", "`title` is missing", ()),
        ("L101", "there is no file `x.md`", ()),
    ],
)
def test_a_fault_breaks_the_rules_that_it_speaks_of(code: str, message: str, expected: tuple[str, ...]) -> None:
    assert tuple(rule.id for rule in rules_of(Diagnostic(code, "error", Span(""), message))) == expected


def test_every_rule_has_a_remedy_and_every_code_its_rules() -> None:
    assert all(remedy_of(rule) for rule in all_rules())
    assert rules_by_code()["K105"] == ("D01", "D02", "D03")


# what is proved here


def test_words_and_stars_are_those_that_were_approved(small_site: Callable[..., BuiltSite]) -> None:
    author = Speaker(name="Ada")
    digest = approved_digest("They came at five.", 4, author)
    granted = f"{{scopes: [publish_text, publish_name], approved: 2026-03-01, digest: {digest}}}"
    lock = f"items:\n  00000000000000ad: {granted}\n"

    def shown(words: str, rating: int) -> set[str]:
        head = f"title: A\nauthor: Ada\nrating: {rating}\nconsent_ref: 00000000000000ad\ndate: 2026-03-02\n"
        files = {"consent.lock.yaml": f"version: 1\n{lock}".encode()}
        return set(small_site(f"-- content/stories/a.md --\n---\n{head}---\n{words}\n", files=files).codes)

    assert "K102" not in shown("They came at five.", 4)
    assert "K102" in shown("They came at five.", 5)
    assert "K102" in shown("They came at six.", 4)


def test_no_library_is_there_that_would_sum_up_what_was_sent() -> None:
    text = (TESTS.parent / "pyproject.toml").read_text("utf-8")
    wanted = tomllib.loads(text)["project"]
    extras = (each for more in wanted["optional-dependencies"].values() for each in more)
    names = " ".join((*wanted["dependencies"], *extras))
    assert not re.search(r"openai|anthropic|transformers|torch|llama|mistral|langchain|sumy|gensim", names)
