"""Text in every encoding: labels are read as browsers read them, and what has no label is recognised."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import webencodings
from webencodings.labels import LABELS

from caresite.submissions.review.answer import own_words
from caresite.submissions.sources.encodings import decoded, text_of
from caresite.submissions.sources.mail import read_mail
from caresite.submissions.sources.tables import SOURCE as TABLES
from submissions.conftest import MakeIntake, codes, only

HERE = Path(__file__).parent
SAID = "It’s “smart”, a lovely shop – it cost 20 €."
# what one writes in each encoding, and its name in Python
WRITTEN = {
    "iso-8859-1": (SAID, "cp1252"),
    "ISO-8859-15": ("Ça coûte 20 €.", "iso8859-15"),
    "us-ascii": (SAID, "cp1252"),
    "latin1": (SAID, "cp1252"),
    "iso8859_1": (SAID, "cp1252"),
    '"windows-1252"': (SAID, "cp1252"),
    "iso-8859-9": ("Çok “iyi” bir dükkân, 20 € – teşekkürler.", "cp1254"),
    "iso-8859-11": ("ร้าน “ดี” มาก…", "cp874"),
    "tis-620": ("ร้าน “ดี” มาก…", "cp874"),
    "iso-8859-2": ("Bardzo miły sklep, dziękuję.", "iso8859-2"),
    "gb2312": ("他们五点钟来了，镕基先生也在。", "gb18030"),
    "x-gbk": ("他们五点钟来了。", "gbk"),
    "shift_jis": ("①髙橋さんは五時に来ました。", "cp932"),
    "x-sjis": ("㈱パン屋は五時に来ました。", "cp932"),
    "euc-jp": ("①五時に来ました。", "euc_jis_2004"),
    "iso-2022-jp": ("五時に来ました。", "iso2022_jp"),
    "ks_c_5601-1987": ("똠방각하가 다섯 시에 왔어요.", "cp949"),
    "euc-kr": ("똠방각하", "cp949"),
    "big5": ("他們五點鐘來了。", "big5"),
    "koi8-r": ("Они пришли в пять.", "koi8-r"),
    "windows-1251": ("Они пришли в пять — “сами”.", "cp1251"),
    "iso-2022-kr": ("다섯 시에 왔어요.", "iso2022_kr"),
    "utf-7": ("Zoë kam um fünf.", "utf-7"),
    "utf8": (SAID, "utf-8"),
    "unicode-1-1-utf-8": (SAID, "utf-8"),
    "utf-16": (SAID, "utf-16-le"),
    "ibm850": ("Zoë kam um fünf.", "cp850"),
}


def mail(body: bytes, content_type: str = "text/plain", head: bytes = b"") -> bytes:
    """Return a message whose body is `body`, in Base64 as bytes of any sort may be in it."""
    lines = f"From: Ann <ann@customers.example>\nContent-Type: {content_type}\nContent-Transfer-Encoding: base64\n"
    return lines.encode() + head + b"\n" + base64.encodebytes(body)


@pytest.mark.parametrize("label", WRITTEN)
def test_bodies_subjects_names_and_pages_are_read_by_what_their_label_means(
    label: str, make_intake: MakeIntake
) -> None:
    text, codec = WRITTEN[label]
    data = text.encode(codec)
    assert only(read_mail(mail(data, f"text/plain; charset={label}"), make_intake())).text.body == text
    page = f"<p>{text}</p>".encode(codec)
    assert only(read_mail(mail(page, f"text/html; charset={label}"), make_intake())).text.body == text
    word = f"=?{label.strip(chr(34))}?B?{base64.b64encode(data).decode()}?="
    headers = f"Subject: {word}\nReply-To: {word} <ann@customers.example>\n".encode()
    found = only(read_mail(mail(b"They came.", head=headers), make_intake()))
    assert (found.text.title, found.submitter.name) == (text, text)


@pytest.mark.parametrize("label", LABELS)
def test_every_label_of_the_standard_is_known(label: str) -> None:
    encoding = webencodings.lookup(label)
    assert encoding
    if encoding.name in ("replacement", "x-user-defined"):
        return  # a browser shows nothing of it; a letter in one of these is read if Python can
    said = "plain words"
    data = said.encode(encoding.name if encoding.name.startswith("utf-16") else "ascii")
    assert decoded(data, label) == decoded(data, f' "{label.upper()}" ') == said


@pytest.mark.parametrize(
    "label", ["", "us-ascii", "x-unknown", "8bit", "default", "rot13", "hex", "punycode", "idna", "a\0b"]
)
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (SAID.encode(), SAID),
        (SAID.encode("cp1252"), SAID),
        ("五時に来ました。".encode("iso2022_jp"), "五時に来ました。"),
        (b"\x1b$B-!8^;~\x1b(B", "①五時"),
    ],
)
def test_without_a_label_that_is_known_the_bytes_tell(label: str, data: bytes, text: str) -> None:
    assert decoded(data, label) == text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Zoë’s".encode("cp1252"), "utf-8", "Zoë’s"),
        ("Zoë, née Ö".encode() + b"\xc3", "utf-8", "Zoë, née Ö\ufffd"),
        ("\ufeffZoë".encode(), "iso-8859-1", "Zoë"),
        ("\ufeffZoë".encode("utf-16-le"), "iso-8859-1", "Zoë"),
        (b"a\x81b", "iso-8859-1", "a\ufffdb"),
        (b"It\x92s", "iso-8859-1*en", "It’s"),
    ],
)
def test_a_label_that_cannot_be_right_costs_no_letters(data: bytes, label: str, text: str) -> None:
    assert decoded(data, label) == text


@pytest.mark.parametrize(
    ("name", "head", "shown"),
    [
        ("utf-8", "Zoë <zoe@x.example>".encode(), "Zoë"),
        ("windows-1252", "Zoë “Zo” <zoe@x.example>".encode("cp1252"), "Zoë “Zo”"),
        ("windows-1251", "Зоя <zoe@x.example>".encode("cp1251"), "Зоя"),
        ("utf-8", "Zoë =?iso-8859-1?Q?It=92s?= € <zoe@x.example>".encode(), "Zoë It’s €"),
    ],
)
def test_headers_of_bytes_without_a_label(name: str, head: bytes, shown: str, make_intake: MakeIntake) -> None:
    data = b"From: " + head + f"\nContent-Type: text/plain; charset={name}\n\nThey came.\n".encode()
    found = only(read_mail(data, make_intake()))
    assert (found.submitter.name, found.submitter.email) == (shown, "zoe@x.example")


def test_a_letter_of_two_bytes_may_be_cut_between_two_encoded_words(make_intake: MakeIntake) -> None:
    head = b"From: a@x.example\nSubject: =?utf-8?Q?Zo=C3?=\n =?utf-8?Q?=AB_kam?= heute\n\nThey came.\n"
    assert only(read_mail(head, make_intake())).text.title == "Zoë kam heute"


@pytest.mark.parametrize(
    "where",
    [
        b"filename*=iso-8859-1''It%92s.jpg",
        b'filename="=?iso-8859-1?Q?It=92s.jpg?="',
        b'filename="It\x92s.jpg"',
        'filename="It’s.jpg"'.encode(),
        b"filename*0*=latin1''It%92; filename*1*=s.jpg",
    ],
)
def test_file_names_in_every_way_to_write_them(where: bytes, make_intake: MakeIntake) -> None:
    data = (
        b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nThey came.\n"
        b"--b\nContent-Type: image/jpeg\nContent-Disposition: attachment; " + where + b"\n\nx\n--b--\n"
    )
    assert [file.name for file in read_mail(data, make_intake()).entries[0].files] == ["It’s.jpg"]


def test_a_page_may_name_its_own_encoding(make_intake: MakeIntake) -> None:
    page = f'<html><head><meta charset="gb2312"></head><p>{WRITTEN["gb2312"][0]}</p></html>'.encode("gb18030")
    assert only(read_mail(mail(page, "text/html"), make_intake())).text.body == WRITTEN["gb2312"][0]


def test_a_story_that_came_as_a_file_of_text_is_read(make_intake: MakeIntake) -> None:
    head = b"Content-Disposition: attachment; filename=story.txt\n"
    received = read_mail(mail(SAID.encode("cp1252"), "text/plain; charset=iso-8859-1", head), make_intake())
    assert (only(received).text.body, received.entries[0].files) == (SAID, ())


def test_a_letter_of_latin_1_keeps_its_quotes_and_dashes(make_intake: MakeIntake) -> None:
    plain = only(read_mail((HERE / "letters/encoded/plain-latin-1.eml").read_bytes(), make_intake()))
    assert (plain.text.title, plain.text.body) == ("It’s “great”", SAID)
    page = only(read_mail((HERE / "letters/encoded/html-latin-1.eml").read_bytes(), make_intake()))
    assert page.text.body == "It’s “smart” – all of it."


def test_an_export_with_a_broken_byte_keeps_its_accents(make_intake: MakeIntake) -> None:
    data = "name,story\nZoë,Très bien.\nJosé,¡Qué bien!\n".encode() + b"Tom,Cut \xc3\n"
    received = TABLES.read(data, make_intake())
    assert [entry.submission.submitter.name for entry in received.entries] == ["Zoë", "José", "Tom"]
    assert [(d.code, d.span.line) for d in received.diagnostics if d.code == "S208"] == [("S208", 4)]
    assert "S208" in codes(TABLES.read("name,story\nZoë,Kind.\n".encode("cp1252"), make_intake()))
    assert text_of(SAID.encode("cp1252"), "x")[0] == SAID


def test_a_letter_kept_as_proof_is_read_in_an_older_encoding_too() -> None:
    assert own_words("Nein, ich möchte das nicht.".encode("cp1252")) == "Nein, ich möchte das nicht."
