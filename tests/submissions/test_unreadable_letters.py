"""A letter that cannot be read is refused alone, and no page of a letter takes longer than its length allows."""

from __future__ import annotations

import encodings
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.submissions import entries, html_text
from caresite.submissions.html_safe import safe_page
from caresite.submissions.html_text import read_letter_page, text_of_html
from caresite.submissions.sources import mail
from caresite.submissions.sources.encodings import decoded
from caresite.submissions.sources.mail import read_mail
from caresite.submissions.store import Store
from submissions.conftest import MakeIntake, Run

CODECS = sorted({module.name for module in pkgutil.iter_modules(encodings.__path__)})
ODD_LABELS = (
    "charset=idna",
    "charset=undefined",
    "charset=no-such",
    "charset*=utf-8''utf-8",
    'charset="a\0b"',
    "charset=",
)
SAID = "Grüße aus Köln, es war schön."


def letter(number: int, content_type: str = "text/plain; charset=utf-8", body: bytes = SAID.encode()) -> bytes:
    head = (
        f"From: Ann <ann{number}@x.example>\nSubject: Thanks\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n"
        f"Message-ID: <{number}@x.example>\nMIME-Version: 1.0\nContent-Type: {content_type}\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    return head.encode() + body + b"\n"


def mbox(*letters: bytes) -> bytes:
    return b"".join(b"From x@x.example Mon Mar  2 10:00:00 2026\n" + each + b"\n" for each in letters)


def multipart(content_type: str) -> bytes:
    return f"--b\nContent-Type: {content_type}\n\n{SAID}\n--b--\n".encode()


def attached(content_type: str, inner: bytes) -> bytes:
    return b"--b\nContent-Type: " + content_type.encode() + b"\n\n" + inner + b"--b--\n"


@pytest.mark.parametrize("label", [*ODD_LABELS, *(f"charset={name}" for name in CODECS)])
def test_every_label_of_an_encoding_is_survived(make_intake: MakeIntake, label: str) -> None:
    odd = f"text/plain; {label}"
    letters = (
        letter(1),
        letter(2, odd),
        letter(3, odd.replace("plain", "html")),
        letter(4, "multipart/mixed; boundary=b", multipart(odd)),
        letter(5, "multipart/mixed; boundary=b", attached("message/rfc822", letter(6, odd))),
        letter(7, "multipart/mixed; boundary=b", attached("application/x; name=a.eml", letter(8, odd))),
        letter(9, odd.replace("text/plain", "message/rfc822"), b"aGk\xfc"),
        letter(10),
    )
    received = read_mail(mbox(*letters), make_intake(type="mail"))
    ids = [entry.submission.source_id for entry in received.entries]
    assert {"1@x.example", "2@x.example", "3@x.example", "4@x.example", "10@x.example"} <= set(ids), received


@pytest.mark.parametrize("label", ODD_LABELS)
def test_bytes_under_a_label_that_is_none_are_read_as_they_suggest(make_intake: MakeIntake, label: str) -> None:
    (entry,) = read_mail(letter(1, f"text/plain; {label}"), make_intake(type="mail")).entries
    assert entry.submission.text.body == SAID


@pytest.mark.parametrize("name", CODECS)
def test_no_codec_raises(name: str) -> None:
    for data in (b"", b"a", bytes(range(256)), b"\xff" * 99, SAID.encode(), b"\\x\\N{x} =? xn--\xff."):
        assert isinstance(decoded(data, name), str)
        assert isinstance(decoded(data, "", name), str)


def test_a_pull_takes_in_the_letters_after_an_odd_one(site: Path, store: Store, run: Run) -> None:
    (site / "m.mbox").write_bytes(mbox(letter(1), letter(2, "text/plain; charset=idna"), letter(3)))
    (site / "m.eml").write_bytes(letter(4, "text/plain; charset=undefined"))
    assert run("pull", str(site / "m.mbox")).exit_code == 0
    assert run("pull", str(site / "m.eml")).exit_code == 0
    assert len(store.listing()) == 4


ERRORS = (ValueError("no"), UnicodeError("no"), RecursionError(), KeyError("x"), AssertionError(), MemoryError())


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("where", [(mail, "parts_of"), (entries, "entry_of")])
def test_a_letter_that_raises_is_refused_alone(
    make_intake: MakeIntake, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], error: Exception
) -> None:
    """No letter is known that raises; whatever fault there is in reading, it must not cost other people's letters."""
    real, calls = getattr(*where), []

    def second_raises(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise error
        return real(*given)

    monkeypatch.setattr(*where, second_raises)
    received = read_mail(mbox(letter(1), letter(2), letter(3)), make_intake(type="mail"))
    assert [entry.submission.source_id for entry in received.entries] == ["1@x.example", "3@x.example"]
    (told,) = received.diagnostics
    assert isinstance(told, Diagnostic)
    assert told.code == "S202"
    assert told.span.line == 12
    assert type(error).__name__ in told.message


UNITS = (
    *(
        "<a x=",
        "<!--",
        "<a ",
        "<a x='",
        '<a x="',
        "<a",
        "<",
        "</",
        "</a",
        "</a ",
        "<!",
        "<?",
        "<![",
        "<!doctype",
        "<a x=1 ",
    ),
    *('<a x="> <b y=" c', "<a x='> <b y=\" c", "<script>", "<style>", "<script><!--", "<title>", "<textarea>", "<svg>"),
    *(
        "<a/",
        "<a =",
        "<a x= ",
        "<svg></p>",
        "<blockquote type=cite>",
        "&",
        "&#",
        "&#9",
        "&lt",
        "-->",
        "--",
        "<a<",
        "<a\n",
        "<!-- --",
    ),
    *(
        "</script",
        "</ script",
        "<p id='\"<'>",
        "<xmp>",
        "<plaintext>",
        "<iframe>",
        "<![CDATA[",
        "<!ENTITY ",
        "<b x='&#",
    ),
)
PIECE = re.compile(
    r"<(?:/[a-z][\w:.-]{0,60}|[a-z][\w:.-]{0,60}(?: [a-z]+=\"[^\"<>]{0,9000}\")*/?)>|[^<]+", re.IGNORECASE
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("end", ["", ">", "'>", '"', "-->", "</svg>"])
def test_every_tag_that_the_parser_sees_is_whole_and_short(unit: str, end: str) -> None:
    for count in (1, 3, 300):
        safe = safe_page(f"<p>Kind words.</p>{unit * count}{end}")
        assert "".join(PIECE.findall(safe)) == safe
        assert text_of_html(f"<p>Kind words.</p>{unit * count}{end}").startswith("Kind words.")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("unit", UNITS)
def test_a_long_page_is_read_in_time(unit: str) -> None:
    """What rescans takes minutes or hours here: the limit ends it."""
    for end in ("", ">"):
        read_letter_page("<p>Kind words.</p>" + unit * (300_000 // len(unit)) + end)


def test_elements_that_do_not_close_one_another_take_no_longer() -> None:
    reader = html_text._Reader(marks=True)
    reader.feed("<svg>" * 5_000)
    assert len(reader.unseen) <= 100


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>a < b and 1<2 and <3</p>", "a < b and 1<2 and <3"),
        ("<p title='a > b'>x</p>", "x"),
        ('<img src="data:image/png;base64,' + "A" * 90_000 + '">x', "x"),
        ("a<!-- b <i> -->c", "ac"),
        ("a<!-- b", "a<!-- b"),
        ("a<b", "a<b"),
        ("<![if !mso]>x<![endif]><!DOCTYPE html><?xml?>", "x"),
        ("<script>if (a<b) '<!--'</script>x<!-- y -->", "x"),
        ("<style>p > a { }</STYLE >x", "x"),
        ("<p>don't</p><p class=don't>x</p>", "don't\n\nx"),
        ("x &lt;b&gt; &amp;lt; &#65;&#" + "9" * 5_000 + "; y", None),
        ("<o:p>x</o:p><br/>y", "x\ny"),
        ("<a href=http://x/>x</a>", "x"),
    ],
)
def test_what_is_seen_stays_as_it_was(page: str, text: str | None) -> None:
    found = text_of_html(page)
    assert found == text if text is not None else (found.startswith("x <b> &lt; A") and found.endswith("y"))


def test_marks_are_found_among_other_attributes() -> None:
    tag = """<DIV lang=de title='x class="gmail_signature"' data-x="1>2" CLASS='x &quot; gmail_quote'>"""
    page = f"<p>Own</p>{tag}Theirs</div>"
    assert read_letter_page(page).text == "Own\n\n> Theirs"
