"""What only the private store may hold is found in every file of the site, however it is written there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import quopri
import random
import re
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from PIL import Image, PngImagePlugin

from caresite.core.urls import slug_of
from caresite.features.search.index import Entry, index_of
from caresite.submissions.leaks.scan import scan_file
from caresite.submissions.leaks.search import SENTENCE, Hit, Searcher
from caresite.submissions.leaks.secrets import secrets_of
from caresite.submissions.listing import Summary, summary_of
from caresite.submissions.records import About, Agreement, Moderation, Submission, Submitter, Words
from caresite.submissions.store import Store
from caresite.testing import BuiltSite, build_site
from submissions.conftest import SITE

EMAIL, PHONE, NAME = "ada.quill+oven@customers.example", "+44 1632 960142", "Ada Quill-Ørsted"
ID = "00000000000000ad"
AT = datetime(2026, 10, 1, tzinfo=UTC)


def ada(**changes: object) -> Submission:
    made = Submission(
        id=ID,
        schema=1,
        source="manual",
        received_at=AT,
        imported_at=AT,
        raw_sha256="0" * 64,
        submitter=Submitter(name=NAME, email=EMAIL, phone=PHONE),
        text=Words(body="They came. Write to me at other@elsewhere.example."),
        moderation=Moderation(state="pending"),
    )
    return replace(made, **changes)


SEARCHER = Searcher(secrets_of([summary_of(ada())], ()))


def found(data: bytes | str, path: str = "page.html", searcher: Searcher = SEARCHER) -> set[str]:
    """Return what is given away, in short."""
    hits = scan_file(path, data.encode() if isinstance(data, str) else data, searcher)
    assert {hit.item_id for hit in hits} <= {ID}
    return {hit.what.removeprefix("the ") for hit in hits if hit.what != SENTENCE}


ADDRESS, NUMBER, WHO, DIGEST = "e-mail address", "telephone number", "name", "a digest of the e-mail address"


# encodings

SECRETS = ((EMAIL, ADDRESS), (PHONE, NUMBER), (NAME, WHO))
ENCODED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in capitals": str.upper,
    "in a mailto": lambda text: f'<a href="mailto:{text}">',
    "in a comment": lambda text: f"<!-- by {text} -->",
    "decimal entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "one entity": lambda text: text.replace("@", "&commat;").replace("Q", "&#81;").replace("6", "&#54;", 1),
    "percent, what must be": lambda text: quote(text, safe=""),
    "percent, four times": lambda text: quote(quote(quote(quote(text, safe=""), safe=""), safe=""), safe=""),
    "JSON of JSON": lambda text: json.dumps(json.dumps(text)),
    "\\u{}, all": lambda text: "".join(f"\\u{{{ord(c):x}}}" for c in text),
    "\\U, all": lambda text: "".join(f"\\U{ord(c):08x}" for c in text),
    "CSS, all": lambda text: "".join(f"\\{ord(c):02x} " for c in text),
    "CSS, six digits": lambda text: "".join(f"\\{ord(c):06x}" for c in text[:-1]) + text[-1],
    "octal, all": lambda text: "".join(f"\\{ord(c):03o}" for c in text),
    "wide": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "mathematical": lambda text: "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in text),
    "with Cyrillic letters": lambda text: text.translate(str.maketrans("aeopcyAEOPC", "аеорсуАЕОРС")),
    "with Greek letters": lambda text: text.translate(str.maketrans("aoiAOE", "αοιΑΟΕ")),
    "a grapheme joiner": lambda text: text[:3] + "\u034f" + text[3:6] + "\u2063\ufe0f" + text[6:],
    "percent, all": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "JSON": json.dumps,
    "\\u, all": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "\\x, all": lambda text: "".join(f"\\x{ord(c):02x}" if ord(c) < 256 else c for c in text),
    "entities of percent": lambda text: "".join(f"&#37;{byte:02x}" for byte in text.encode()),
    "percent of entities": lambda text: quote("".join(f"&#{ord(c)};" for c in text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one further": lambda text: base64.b64encode(b"<" + text.encode() + b">").decode(),
    "base64, two further": lambda text: base64.b64encode(b"<<" + text.encode() + b">>").decode(),
    "base64 in an address": lambda text: (
        "/x/" + base64.urlsafe_b64encode(f'{{"a":"{text}"}}'.encode()).decode().rstrip("=")
    ),
    "a data URL": lambda text: f"data:text/plain;base64,{base64.b64encode(text.encode()).decode()}",
    "split by a tag": lambda text: text[:4] + "<b>" + text[4:8] + "</b>" + text[8:],
    "split by an empty tag": lambda text: text[:6] + "<wbr>" + text[6:],
    "split by a comment": lambda text: text[:6] + "<!-- nothing > to see -->" + text[6:],
    "split by tags and entities": lambda text: "".join(f"<i>&#{ord(c)};</i>" for c in text),
    "split by what nobody sees": lambda text: "<p>" + text[:6] + "\u200b" + text[6:] + "</p>",
}


@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize(("secret", "what"), SECRETS, ids=["address", "number", "name"])
def test_a_secret_is_found_in_every_encoding(encode: Callable[[str], str], secret: str, what: str) -> None:
    assert found(f"<p>Before {encode(secret)} after</p>") == {what}


@pytest.mark.parametrize(
    "text",
    [
        "ada.quill+oven @ customers.example",
        "ada.quill+oven [at] customers.example",
        "ada.quill+oven(at)customers.example",
        "ada.quill+oven {AT} customers [dot] example",
        "ada dot quill+oven at customers dot example",
        "ada.quill+oven &#91;ät&#93; customers punkt example",
        "ada.quill+oven arroba customers punto example",
        "ada.quill+oven＠customers．example",
        "ada.quill+oven<span> [at] </span>customers<i>.</i>example",
    ],
)
def test_an_address_that_is_spelt_out_is_found(text: str) -> None:
    assert found(f"<p>Write to {text}, please.</p>") == {ADDRESS}


@pytest.mark.parametrize(
    "text",
    [
        "xada.quill+oven [at] customers.example",
        "her.ada.quill+oven at customers dot example",
        "ada.quill+oven at customers dot example dot org",
        "ada quill oven customers example",
        "ada.quill+oven, customers: example",
    ],
)
def test_what_only_resembles_an_address_that_is_spelt_out_is_none(text: str) -> None:
    assert found(f"<p>{text}</p>") == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zebedee Quillfeather", "Zebedee J. Quillfeather"),
        ("Zebedee Quillfeather", "Zebedee J. R. Quillfeather"),
        ("Zebedee J. Quillfeather", "Zebedee Quillfeather"),
        ("Zebedee Quillfeather", "Quillfeather, Zebedee"),
        ("Zebedee Quillfeather", "<b>Quillfeather</b>, Zebedee J."),
        ("Renée Dupont", json.dumps("Renée Dupont")),
        ("Renée Dupont", "Rene\\u0301e Dupont"),
        ("Иван Петров", "ИВАН ПЕТРОВ"),
        ("Νίκος Παππάς", "Νίκος Παππάς"),
        ("Zebedee Quillfeather", "Zеbеdее Quillfеаthеr"),
    ],
)
def test_a_name_is_found_however_lists_and_people_write_it(name: str, text: str) -> None:
    item = ada(submitter=Submitter(name=name), text=Words(body="They came."))
    assert found(f"<p>by {text}</p>", searcher=Searcher(secrets_of([summary_of(item)], ()))) == {WHO}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zebedee Quillfeather", "Zebedee \u2060Quillfeather"),
        ("Zebedee Quillfeather", "Zebedee &NoBreak;Quillfeather"),
        ("Zebedee Quillfeather", "用 \u2060Zebedee \u2060Quillfeather"),
        ("Zebedee Quillfeather", "Z\u2060ebedee Quill&NoBreak;feather"),
        ("Zebedee Quillfeather", "Zébédée Quillfeàther"),
        ("Zebedee Quillfeather", "Zebedee, and Quillfeather: Zébédée Quillfeather"),
        ("Zébédée Quillfeather", "Zebedee Quillfeather"),
        ("Zébédée Quillfeather", "Zèbèdèe Quillfeather"),
        ("Zebedee Quillfeather", "".join(f"{c}\u0336" for c in "Zebedee Quillfeather")),
        ("Zebedee Quillfeather", "".join(f"{c}\u0332" for c in "Zebedee Quillfeather")),
        ("Zebedee Quillfeather", "".join(f"{c}\u20dd" for c in "Zebedee Quillfeather")),
        *(
            ("Zebedee Quillfeather", "".join(f"{c}{m}" for c in "Zebedee Quillfeather"))
            for m in "\u0489\u1ab0\u1df5\ufe26"
        ),
        *(("Zebedee Quillfeather", f"Zebe{c}dee Quillfea{c}ther") for c in "\ufff9\U0001d173\u2800\u3164"),
        *(("Zebedee Quillfeather", f"Zebedee{c}Quillfeather") for c in "\u2800\u3164"),
        ("Zebedee Quillfeather", "ᶻᵉᵇᵉᵈᵉᵉ Quillfeather"),
        ("山田太郎", "⼭田太郎"),
        ("⼭田太郎", "山田太郎"),
        ("金田太郎", "\uf90a田太郎"),
        ("ヤマダタロウ", "ﾔﾏﾀﾞﾀﾛｳ"),
        ("ヤマダタロウ", "ヤマタ\u3099タロウ"),
        ("김민수", unicodedata.normalize("NFD", "김민수")),
        ("محمد علي", "ﻣﺤﻤﺪ ﻋﻠﻲ"),
        ("محمد علي", "محـــمد علي"),
        ("محمد علي", "مُحَمَّد عَلِي"),
        ("مُحَمَّد عَلِي", "محمد علي"),
        ("שלום כהן", "שָׁלוֹם כֹּהֵן"),
    ],
)
def test_a_name_is_found_whatever_signs_it_is_written_with(name: str, text: str) -> None:
    item = ada(submitter=Submitter(name=name), text=Words(body="They came."))
    assert found(f"<p>by {text}</p>", searcher=Searcher(secrets_of([summary_of(item)], ()))) == {WHO}


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("jörg@müller.example", "j%C3%B6rg%40XN--mller-kva.example"),
        ("jörg@müller.example", "".join(f"&#{ord(c)};" for c in "jörg@xn--mller-kva.example")),
        ("jörg@müller.example", unicodedata.normalize("NFD", "jörg@müller.example")),
        ("jörg@xn--mller-kva.example", "jörg@müller.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@xn--strae-oqa.example", "ann@straße.example"),
        ("ann@xn--strae-oqa.example", "ann@xn--strae-oqa.example"),
        ("ann@mail.bücher.example", "ann [at] mail.xn--bcher-kva dot example"),
    ],
)
def test_an_address_is_found_however_its_domain_is_written(stored: str, text: str) -> None:
    summaries = [summary_of(ada(submitter=Submitter(email=stored), text=Words(body="They came.")))]
    assert found(f"<p>to {text}</p>", searcher=Searcher(secrets_of(summaries, ()))) == {ADDRESS}
    for may in ("jörg@müller.example", "jörg@xn--mller-kva.example"):
        allowed = found(f"<p>to {text}</p>", searcher=Searcher(secrets_of(summaries, (may,))))
        assert allowed == (set() if stored.startswith("jörg") else {ADDRESS})


def test_a_label_that_is_no_punycode_hides_nothing() -> None:
    assert found(f"<p>xn--99999999 xn--{slug_of(NAME)} xn--</p>") == {WHO}


def test_a_name_that_may_stand_may_do_so_with_its_accents() -> None:
    summaries = [summary_of(ada(submitter=Submitter(name="Renée Dupont"), text=Words(body="They came.")))]
    searcher = Searcher(secrets_of(summaries, ("Renée Dupont",)))
    assert found("<p>Renée Dupont, /renee-dupont/</p>", searcher=searcher) == set()


SAID = "They came at five and repaired the old oven before anybody rang."


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
        lambda text: "".join(f"={byte:02x}" for byte in text.encode()),
        lambda text: "=\n".join(f"={byte:02X}" for byte in text.encode()),
        lambda text: "=\r\n".join(re.findall(".{1,9}", quopri.encodestring(text.encode()).decode())),
        lambda text: "=  \r\n".join(re.findall(".{1,9}", quopri.encodestring(text.encode()).decode())),
        lambda text: "".join(f"=3D{byte:02X}" for byte in text.encode()),
        lambda text: re.sub("(?<=[a-z])[eo](?=[a-z])", lambda match: f"={ord(match[0]):02X}", text),
    ],
    ids=[
        *("every letter", "in small letters", "a letter in each line", "folded", "folded behind blanks"),
        *("twice", "some letters"),
    ],
)
def test_quoted_printable_hides_nothing(encode: Callable[[str], str]) -> None:
    for secret, what in SECRETS:
        assert found(f"Before {encode(secret)} after", "mail.eml") == {what}
    searcher = Searcher(secrets_of([summary_of(ada(text=Words(body=SAID)))], ()))
    assert {hit.what for hit in scan_file("mail.eml", encode(SAID).encode(), searcher)} == {SENTENCE}


def test_a_latin_letter_in_quoted_printable_hides_nothing() -> None:
    item = ada(submitter=Submitter(name="René Dupont"), text=Words(body="They came."))
    searcher = Searcher(secrets_of([summary_of(item)], ()))
    assert {hit.what for hit in scan_file("mail.eml", b"by Ren=E9 Dupont", searcher)} == {"the name"}


@pytest.mark.parametrize("sign", [" \u2060", " &NoBreak;", "\u2800", " \ufff9"])
def test_a_sentence_is_found_with_signs_that_nobody_sees(sign: str) -> None:
    searcher = Searcher(secrets_of([summary_of(ada(text=Words(body=SAID)))], ()))
    assert {hit.what for hit in scan_file("a.html", SAID.replace(" ", sign).encode(), searcher)} == {SENTENCE}


@pytest.mark.parametrize(
    "text",
    ["01632‑960‑142", "01632–960–142", "01632−960−142", "01632_960_142", "٠١٦٣٢٩٦٠١٤٢", "０１６３２ ９６０１４２"],
)
def test_a_number_is_found_with_other_dashes_and_digits(text: str) -> None:
    assert found(f"<p>Ring {text} now</p>") == {NUMBER}


@pytest.mark.parametrize("text", ["Zebedee and Tom Quillfeather", "Quillfeather Zebedeeson", "Quillfeather; Zebedee"])
def test_other_names_beside_each_other_are_none(text: str) -> None:
    item = ada(submitter=Submitter(name="Zebedee Quillfeather"), text=Words(body="They came."))
    assert found(f"<p>by {text}</p>", searcher=Searcher(secrets_of([summary_of(item)], ()))) == set()


@pytest.mark.parametrize(("secret", "what"), SECRETS, ids=["address", "number", "name"])
def test_a_secret_is_found_in_the_search_index(secret: str, what: str) -> None:
    entry = Entry("/a/", "A", "post", f"<p>They wrote to {secret}, said the others.</p>", {"tag": (slug_of(NAME),)})
    files = index_of([entry], "en")
    told = {path for path, data in files.items() if what in found(data, f"search/pagefind/{path}")}
    assert {path.partition("/")[0] for path in told} >= {"fragment"}
    assert "name" in "".join(found(files["filters.json"], "search/pagefind/filters.json"))


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_digests_of_the_address_are_found(algorithm: str) -> None:
    digest = hashlib.new(algorithm, EMAIL.encode())
    for text in (
        digest.hexdigest(),
        digest.hexdigest().upper(),
        f"https://www.gravatar.example/avatar/{digest.hexdigest()}?s=80",
        base64.b64encode(digest.digest()).decode(),
    ):
        assert found(f'<img src="{text}">') == {DIGEST}, text


@pytest.mark.parametrize(
    "text",
    [
        "01632 960142",
        "01632-960-142",
        "+441632960142",
        "(01632) 960 142",
        "0044 1632 960142",
        "tel:01632960142",
        "01632&nbsp;960142",
        "01632 <b>960142</b>",
    ],
)
def test_a_number_is_known_however_it_begins(text: str) -> None:
    assert found(f"<p>Ring {text}.</p>") == {NUMBER}


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quill-Ørsted",
        "ada quill orsted",
        "/stories/ada-quill-orsted/",
        "ada_quill_orsted.jpg",
        "Ada<br>Quill-Ørsted",
        "“Ada Quill Ørsted”",
        "Ada&nbsp;Quill–Ørsted",
    ],
)
def test_a_name_is_known_as_people_and_addresses_write_it(text: str) -> None:
    assert found(f"<p>by {text}</p>") == {WHO}


@pytest.mark.parametrize(
    "text",
    [
        "bigada.quill+oven@customers.example",
        "ada.quill+oven@customers.example.org",
        "ada.quill@customers.example",
        "Ada came, and Quill; Ørsted is a firm.",
        "Ada Quilling-Ørsted",
        "Quill-Ørsted Ada",
        "01632 960143",
        "1632960",
        "d41d8cd98f00b204e9800998ecf8427e",
        "They came at five.",
    ],
)
def test_what_only_resembles_a_secret_is_none(text: str) -> None:
    assert found(f"<p>{text}</p>") == set()


def test_addresses_in_the_words_are_secrets_too() -> None:
    assert found("<p>other@elsewhere.example</p>") == {ADDRESS}


# kinds of files


def image(format: str, **how: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((120, 80), 60).convert("RGB").save(out, format, **how)
    return out.getvalue()


XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{EMAIL}</dc:creator></x:xmpmeta>".encode()


def exif(tag: int, value: object) -> Image.Exif:
    made = Image.Exif()
    made[tag] = value
    return made


def png_text(*, compressed: bool, international: bool = False) -> bytes:
    info = PngImagePlugin.PngInfo()
    add = info.add_itxt if international else info.add_text
    add("Comment", f"by {EMAIL}", zip=compressed)  # type: ignore[operator]
    return image("PNG", pnginfo=info)


def with_iptc(text: str) -> bytes:
    """Return a JPEG with a by-line as agencies write it (IPTC IIM 4.2, dataset 2:80, in a Photoshop segment)."""
    said = b"\x1c\x02\x50" + len(text).to_bytes(2, "big") + text.encode()
    block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(said).to_bytes(4, "big") + said
    plain = image("JPEG")
    return plain[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + plain[2:]


def png_xmp() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    return image("PNG", pnginfo=info)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


FILES: dict[str, tuple[str, bytes]] = {
    "HTML": ("a/index.html", f"<title>{EMAIL}</title>".encode()),
    "JSON": ("quotes/index.json", json.dumps({"by": EMAIL}).encode()),
    "a feed": ("feed.xml", f"<feed><author><email>{EMAIL}</email></author></feed>".encode()),
    "a feed with CDATA": ("rss.xml", f"<rss><![CDATA[<p>{EMAIL}</p>]]></rss>".encode()),
    "the sitemap": ("sitemap.xml", f"<loc>https://x.example/{quote(EMAIL)}/</loc>".encode()),
    "headers": ("_headers", f"/x\n  X-By: {EMAIL}\n".encode()),
    "a script": ("a.js", f"const to = 'ada.quill+oven' + '\\x40customers.example', by = '{EMAIL}';".encode()),
    "UTF-16": ("a.txt", f"by {EMAIL}".encode("utf-16")),
    "JPEG comment": ("a.jpg", image("JPEG", comment=EMAIL.encode())),
    "JPEG EXIF": ("a.jpg", image("JPEG", exif=exif(0x013B, EMAIL))),
    "JPEG EXIF in UTF-16": ("a.jpg", image("JPEG", exif=exif(0x9C9D, EMAIL.encode("utf-16-le")))),
    "JPEG XMP": ("a.jpg", image("JPEG", xmp=XMP)),
    "JPEG IPTC": ("a.jpg", with_iptc(EMAIL)),
    "behind a JPEG": ("a.jpg", image("JPEG") + b"<?php " + EMAIL.encode()),
    "PNG text": ("a.png", png_text(compressed=False)),
    "PNG text, packed": ("a.png", png_text(compressed=True)),
    "PNG text, international": ("a.png", png_text(compressed=True, international=True)),
    "PNG EXIF": ("a.png", image("PNG", exif=exif(0x010E, EMAIL))),
    "PNG XMP": ("a.png", png_xmp()),
    "AVIF EXIF": ("a.avif", image("AVIF", exif=exif(0x010E, EMAIL))),
    "AVIF XMP": ("a.avif", image("AVIF", xmp=XMP)),
    "WebP EXIF": ("a.webp", image("WEBP", exif=exif(0x010E, EMAIL))),
    "WebP XMP": ("a.webp", image("WEBP", xmp=XMP)),
    "GIF comment": ("a.gif", image("GIF", comment=EMAIL.encode())),
    "PDF": ("a.pdf", b"%PDF-1.7\n1 0 obj\n<</Author (" + EMAIL.encode() + b")>>\nendobj\n"),
    "PDF stream": ("a.pdf", b"%PDF-1.7\n<</Length 9>>\nstream\n" + zlib.compress(EMAIL.encode()) + b"\nendstream\n"),
    "gzip": ("a.pf_fragment", gzip.compress(json.dumps({"content": EMAIL}).encode())),
    "an office document": ("a.docx", zipped("word/document.xml", f"<w:t>{EMAIL}</w:t>".encode())),
    "an archive in an archive": ("a.zip", zipped("b.zip", zipped("c.txt", EMAIL.encode()))),
    "a film": ("a.mp4", b"\0\0\0\x18ftypmp42" + os.urandom(2000) + b"\0" + EMAIL.encode() + b"\0" + os.urandom(2000)),
    "a file without an ending": ("CNAME", EMAIL.encode()),
}


@pytest.mark.parametrize(("path", "data"), FILES.values(), ids=FILES)
def test_a_secret_is_found_in_every_kind_of_file(path: str, data: bytes) -> None:
    assert found(data, path) == {ADDRESS}


def test_a_path_gives_away_too() -> None:
    assert found("<p>Nothing.</p>", "stories/ada-quill-orsted/index.html") == {WHO}
    assert ADDRESS in found("Nothing.", f"letters/{EMAIL}.txt")
    assert ADDRESS in found("Nothing.", f"letters/{EMAIL}")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pictures_without_secrets_are_clean(format: str) -> None:
    for _ in range(5):
        assert found(image(format), f"a.{format.lower()}") == set()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffzTXt",
        b"\xff\xd8\xff\xe1\0\0",
        b"RIFF\0\0\0\0WEBPEXIF\xff\xff\xff\xff",
        b"PK\x03\x04x",
        b"\x1f\x8bx",
        b"%PDF-1.4\nstream\nx\nendstream",
    ],
)
def test_a_damaged_file_raises_nothing(data: bytes) -> None:
    assert found(data, "a.bin") == set()


def test_a_bomb_does_not_go_off() -> None:
    start = time.monotonic()
    assert found(gzip.compress(b"\0" * 300_000_000, 1), "a.gz") == set()
    assert time.monotonic() - start < 60


# what is a secret, and what is not


def secrets_in(submission: Submission, text: str, *allowed: str) -> set[str]:
    return found(text, searcher=Searcher(secrets_of([summary_of(submission)], allowed)))


def test_a_name_that_may_be_shown_is_no_secret() -> None:
    agreed = (Agreement(at=AT, method="letter", granted=("publish_text", "publish_name")),)
    shown = ada(submitter=Submitter(name=NAME, display="full", email=EMAIL), consent=agreed)
    approved = replace(shown, moderation=Moderation(state="approved"))
    assert secrets_in(approved, f"{NAME} {EMAIL}") == {ADDRESS}
    assert secrets_in(shown, f"{NAME} {EMAIL}") == {ADDRESS, WHO}
    withdrawn = replace(approved, moderation=Moderation(state="withdrawn"))
    assert secrets_in(withdrawn, NAME) == {WHO}


STORY = "They came at five in the morning to mend our oven, and would not hear of any thanks for it."


@pytest.mark.parametrize(
    ("name", "page", "told"),
    [
        ("May", "<p>It was in May.</p>", set()),
        ("May", f"<p>{STORY}</p><p>It was in May.</p>", set()),
        ("May", f"<p>{STORY}</p><footer>May</footer>", {WHO}),
        ("May", f'<p>{STORY}</p><img alt="May’s oven">', {WHO}),
        ("May", f'{{"text": "{STORY}", "by": "May"}}', {WHO}),
        ("May", f"<p>{STORY}</p><cite>&mdash; M&#97;y</cite>", {WHO}),
        ("May", f"<p>{STORY[9:60]} and nobody was angry.</p><cite>May, Bristol</cite>", {WHO}),
        ("May", "<p>They came at six, said somebody else about their oven.</p><cite>May</cite>", set()),
        ("May", f"<p>{STORY}</p><cite>Mayer</cite>", set()),
        ("Oven", f"<p>{STORY}</p><cite>Oven</cite>", set()),
        ("M", f"<p>{STORY}</p><cite>M</cite>", set()),
        ("May", f"<p>{STORY}</p><cite>Bakery May</cite>", {WHO}),
        ("王伟", f"<p>{STORY}</p><cite>王伟</cite>", {WHO}),
        (
            "王伟",
            f"<p>{STORY}</p><p>王伟大的国家有很多面包店，每一家都有自己的故事，也有自己的味道，值得你去看看。</p>",
            set(),
        ),
        ("さくら", "<p>さくら</p>", set()),
        ("さくら", f"<p>{STORY}</p><p>さくらさんより</p>", {WHO}),
        ("田中太郎", "<p>昨日田中太郎さんが来ました。</p>", {WHO}),
        ("田中 太郎", "<p>昨日田中・太郎さんが来ました。</p>", {WHO}),
        ("田中　太郎", "<p>&#30000;中太郎</p>", {WHO}),
        ("田中太郎", "<p>田中さんと太郎さん</p>", set()),
        ("김민수", "<p>어제 김민수는 왔다</p>", {WHO}),
        ("王小明", "<p>by 王小<b>明</b></p>", {WHO}),
    ],
)
def test_a_name_that_is_a_word_tells_somebody_beside_their_story(name: str, page: str, told: set[str]) -> None:
    assert secrets_in(ada(submitter=Submitter(name=name), text=Words(body=STORY)), page) == told


def test_a_word_of_a_name_that_the_site_may_say_is_no_secret() -> None:
    lone = ada(submitter=Submitter(name="May"), text=Words(body=STORY))
    assert secrets_in(lone, f"<p>{STORY}</p><footer>May</footer>", "May’s Bakery") == set()


@pytest.mark.parametrize(("display", "told"), [("first-name", set()), ("initials", {WHO}), ("anonymous", {WHO})])
def test_a_first_name_that_its_owner_lets_us_show_is_no_secret(display: str, told: set[str]) -> None:
    agreed = (Agreement(at=AT, method="letter", granted=("publish_text", "publish_name")),)
    sender = Submitter(name="May", display=display)  # type: ignore[arg-type]
    approved = ada(submitter=sender, text=Words(body=STORY), consent=agreed, moderation=Moderation(state="approved"))
    assert secrets_in(approved, f"<p>{STORY}</p><cite>May</cite>") == told


def test_people_named_in_the_words_are_secrets() -> None:
    assert secrets_in(ada(about=About(staff_named=("Tom Abara",))), "Thank you, Tom Abara") == {WHO}


def test_what_the_owner_allows_may_stand() -> None:
    assert secrets_in(ada(), f"{NAME} {EMAIL.upper()} {PHONE}", NAME.lower(), EMAIL, "01632 960142") == set()


# in a build


PAGE = "-- content/pages/about.md --\n---\ntitle: About\n---\n{words}\n"


@pytest.fixture
def build(site: Path, store: Store) -> Callable[..., BuiltSite]:
    """Return a function that publishes the site with Ada's submission in the store."""
    with store.locked():
        store.add(ada())
    store.close()

    def publish(text: str = "", **how: object) -> BuiltSite:
        return build_site(text, root=site, publish=True, **how)  # type: ignore[arg-type]

    return publish


def test_a_leak_keeps_the_site_from_being_published_and_is_not_repeated(build: Callable[..., BuiltSite]) -> None:
    assert build(PAGE.format(words="Nothing.")).published
    leaking = build(PAGE.format(words=f"By <i>&#97;</i>{EMAIL[1:]}, {NAME}."))
    assert leaking.published is None
    told = [d for d in leaking.diagnostics if d.code == "S101"]
    assert {(d.span.path, d.severity) for d in told} >= {("content/pages/about.md", "error")}
    assert all(ID in d.message and "about/index.html" in d.message for d in told if d.span.path.startswith("content"))
    for secret in (EMAIL, NAME, "Quill", "customers.example"):
        assert secret not in leaking.report, "the secret itself is not told"
    assert build(PAGE.format(words="Nothing.")).published


def test_copied_files_are_looked_at_too(build: Callable[..., BuiltSite]) -> None:
    site = build(files={"static/letters/a.txt.gz": gzip.compress(f"by {EMAIL}".encode())})
    assert [(d.code, d.span.path) for d in site.diagnostics if d.severity == "error"] == [
        ("S101", "static/letters/a.txt.gz")
    ]


def test_the_words_on_a_share_image_and_in_the_search_index_are_looked_at(
    build: Callable[..., BuiltSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    telling: list[str] = []

    def noting(path: str, data: bytes, searcher: Searcher) -> tuple[Hit, ...]:
        hits = scan_file(path, data, searcher)
        telling.extend([path] if hits else [])
        return hits

    monkeypatch.setattr("caresite.submissions.leaks.scan.scan_file", noting)
    build(f"-- content/pages/about.md --\n---\ntitle: Write to {EMAIL}\n---\nWords.\n", finish=True)
    assert [path for path in telling if path.startswith("assets/cards/about.")]
    assert [path for path in telling if path.startswith("search/pagefind/fragment/")]


POST = "-- content/blog/hill.md --\n---\ntitle: The hill\ndate: 2026-10-02\ntags: [bikes, hills]\n---\n{words}\n"


def test_one_sentence_is_one_fault_with_the_number_of_files_made_from_it(build: Callable[..., BuiltSite]) -> None:
    leaking = build(POST.format(words=f"Write to {EMAIL} about it."))
    (told,) = [d for d in leaking.diagnostics if d.code == "S101"]
    assert told.span.path == "content/blog/hill.md"
    said = rf"`blog/hill/index\.html` gives away the e-mail address of the submission {ID}, and so do \d+ files made"
    assert re.match(said, told.message), told.message
    assert told.hint.index("take it out of the text") < told.hint.index("allow")


def test_each_text_that_holds_it_and_each_secret_is_told(build: Callable[..., BuiltSite]) -> None:
    leaking = build(POST.format(words=f"Write to {EMAIL}.") + PAGE.format(words=f"{EMAIL}, {NAME}"))
    told = [d for d in leaking.diagnostics if d.code == "S101"]
    assert sorted((d.span.path, "e-mail" in d.message) for d in told) == [
        ("content/blog/hill.md", True),
        ("content/pages/about.md", False),
        ("content/pages/about.md", True),
    ]


def test_what_no_text_of_yours_explains_is_told_by_itself(build: Callable[..., BuiltSite]) -> None:
    leaking = build(f"-- templates/term.html --\n<p>{EMAIL}</p>\n" + POST.format(words="Nothing."))
    told = [d for d in leaking.diagnostics if d.code == "S101"]
    assert len(told) == 2
    assert not any("made from it" in d.message for d in told)


def test_what_a_camera_wrote_into_a_picture_is_no_leak_as_it_stays_out_of_the_site(
    build: Callable[..., BuiltSite],
) -> None:
    kinds = {name: file for name, file in FILES.items() if file[0].endswith((".jpg", ".png", ".webp", ".avif", ".gif"))}
    telling = {f"letters/{slug_of(name)}{file[0][1:]}": file[1] for name, file in kinds.items()}
    words = "\n\n".join(f"![Our oven](/{path})" for path in telling)
    site = build(PAGE.format(words=words), files={f"static/{path}": data for path, data in telling.items()})
    assert site.published, site.report
    pictures = {path: data for path, data in site.outputs.items() if path.endswith((".jpg", ".png", ".webp", ".avif"))}
    assert len(pictures) > 2 * len(telling)
    assert not {path for path, data in pictures.items() if found(data, path)}
    assert {found((site.root / "public" / path).read_bytes(), path) == set() for path in telling} == {True}


def test_the_owners_own_address_is_no_leak(build: Callable[..., BuiltSite], site: Path, store: Store) -> None:
    own = replace(ada(), id=f"{9:016x}", submitter=Submitter(name="Corner Bakery", email="hello@bakery.example"))
    with store.locked():
        store.add(own)
    store.close()
    assert build(PAGE.format(words="Write to hello@bakery.example, says Corner Bakery.")).published


def test_a_customer_who_is_shown_by_name_elsewhere_is_no_leak(build: Callable[..., BuiltSite]) -> None:
    words = f"""
-- content/testimonials/ada.md --
---
author: {{name: {NAME}}}
date: 2026-01-01
consent: {{at: 2026-01-01, scopes: [publish_text, publish_name], how: letter}}
---
Kind.
"""
    assert build(words).published


def test_a_link_into_the_private_folder_is_not_followed_into_the_site(
    build: Callable[..., BuiltSite], site: Path
) -> None:
    (site / "static").mkdir()
    (site / "static/them").symlink_to("../private/submissions")
    leaking = build()
    assert leaking.published is None
    assert "S103" in leaking.codes


def test_a_damaged_record_stops_the_build_as_nobody_knows_what_it_holds(
    build: Callable[..., BuiltSite], store: Store
) -> None:
    (store.folder / f"{ID}.yaml").write_text("id: [", encoding="utf-8")
    assert "S302" in build().codes


def test_clean_files_are_remembered_until_the_secrets_change(
    build: Callable[..., BuiltSite], site: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def noting(path: str, data: bytes, searcher: Searcher) -> tuple[object, ...]:
        looked.append(path)
        return scan_file(path, data, searcher)

    monkeypatch.setattr("caresite.submissions.leaks.scan.scan_file", noting)
    build(PAGE.format(words="Nothing."))
    assert "about/index.html" in looked
    kept = (site / ".caresite/leaks").read_bytes()
    assert b"customers.example" not in kept
    looked.clear()
    build()
    assert looked == []
    build(PAGE.format(words="Nothing at all."))
    assert "about/index.html" in looked
    assert "404.html" not in looked
    looked.clear()
    with store.locked():
        store.add(replace(ada(), id=f"{9:016x}", submitter=Submitter(name="Tom Abara")))
    store.close()
    build()
    assert "404.html" in looked


def test_a_site_without_a_private_folder_is_not_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*arguments: object) -> None:
        pytest.fail("something was searched")

    for name in ("scan_file", "secrets_of", "check_tracked", "edition_of"):
        monkeypatch.setattr(f"caresite.submissions.leaks.scan.{name}", fail)
    assert build_site(SITE, root=tmp_path, publish=True).published


def test_a_hundred_thousand_secrets_take_no_longer_than_one() -> None:
    rng = random.Random(1)
    page = (
        "<p>"
        + " ".join(rng.choices(["they", "came", "at", "five", "and", "stayed", "until", "it", "was", "warm"], k=3000))
        + "</p>"
    )

    def many(count: int) -> Searcher:
        summaries = (
            summary_of(
                ada(
                    submitter=Submitter(
                        name=f"Ada{n} Quill{n}", email=f"a{n}@x{n % 99}.example", phone=f"+44 1632 {n:06}"
                    )
                )
            )
            for n in range(count)
        )
        return Searcher(secrets_of(summaries, ()))

    def seconds(searcher: Searcher) -> float:
        found(page, searcher=searcher)
        start = time.process_time()
        for _ in range(10):
            found(page, searcher=searcher)
        return time.process_time() - start

    assert seconds(many(20_000)) < 5 * seconds(many(1)) + 0.05


def test_the_summary_is_all_that_the_scan_needs(store: Store) -> None:
    with store.locked():
        store.add(ada())
    (summary,) = store.listing().values()
    assert isinstance(summary, Summary)
    assert summary == summary_of(ada())
