"""Text out of bytes: by the label that they carry, read as browsers read it, else by what the bytes are like.

The labels are those of the WHATWG Encoding standard. Programs write `iso-8859-1` and mean Windows-1252, `gb2312` and
mean GBK; the standard says which label means what.
"""

from __future__ import annotations

import codecs
import re

import webencodings

from caresite.core.codes_stories import ENCODING_GUESSED, UNREADABLE_EXPORT
from caresite.core.diagnostics import Diagnostic, Problem, Span, fault

__all__ = ["MAX_BYTES", "decoded", "text_of"]

MAX_BYTES = 100 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BEFORE_LABEL = re.compile(r"^[\s\"']*(?:charset\s*=)?[\s\"']*", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"[\s\"'*;,].*$", re.DOTALL)  # `*en` is the language that RFC 2231 allows here
_SEVEN_BITS = frozenset(("ascii", "us-ascii", "ansi_x3.4-1968", "iso646-us", "646", "us"))
# these turn text into other text, or take a time that grows with the square of its length
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"))
# Python's codecs that are narrower than the standard's, and what reads the rest
_STANDARD = {"gbk": "gb18030", "iso2022-jp": "iso2022_jp"}
_WIDER = {"euc_jp": ("euc_jis_2004",), "big5hkscs": ("cp950",)}
_JAPANESE = re.compile(rb"\x1b\$[@B]|\x1b\([BJI]")
_JIS_RUN = re.compile(rb"\x1b(\$[@B]|\([BJI])([^\x1b]*)")


def decoded(data: bytes, label: str = "", fallback: str = "") -> str:
    """Return the text of `data` by its `label`; without a label that is known, as the bytes suggest.

    `fallback` is the label that is tried for bytes without one before Windows-1252 is. Nothing raises: what cannot be
    read becomes U+FFFD. UTF-8 under another label is recognised where that label cannot be right.
    """
    named = _AFTER_LABEL.sub("", _BEFORE_LABEL.sub("", label)).lower()
    codec = "" if named in _SEVEN_BITS else _codec(named)
    if marked := next((name for mark, name in _MARKS if data.startswith(mark)), ""):
        codec = marked
    if not codec:
        return _guessed(data, fallback)
    if codec == "iso2022_jp":
        return _japanese(data)
    for candidate in (codec, *_WIDER.get(codec, ()), "utf-8"):
        try:
            return data.decode(candidate)
        except (UnicodeError, LookupError):
            continue
    return _guessed(data, fallback) if codec == "utf-8" else data.decode(codec, "replace")


def _codec(label: str) -> str:
    """Return Python's name of the encoding that a label means: by the standard, else by Python; nothing for neither."""
    if found := _standard_name(label):
        return found
    name = _python_name(label)
    return _standard_name(name) or name  # `iso8859_1` is Python's; what it means is the standard's


def _standard_name(label: str) -> str:
    found = webencodings.lookup(label) if label.isascii() else None
    if not found or found.name in ("replacement", "x-user-defined"):  # of these a browser shows nothing
        return ""
    name = str(found.codec_info.name)
    return _STANDARD.get(name, name)


def _python_name(label: str) -> str:
    """Return the name of an encoding that only Python knows, or nothing."""
    try:
        name = codecs.lookup(label).name
        b"a".decode(name)
    except LookupError:  # unknown, or no encoding of text
        return ""
    except ValueError:  # a NUL in the label, or one letter is too little
        pass
    return "" if "\0" in label or name in _NO_CHARSETS else name


def _guessed(data: bytes, fallback: str = "") -> str:
    """Return text that says nothing of its encoding: Japanese in seven bits, UTF-8, `fallback`, else Windows-1252.

    A few broken bytes in what is UTF-8 otherwise, such as a letter that was cut off, do not make it something else.
    """
    if _JAPANESE.search(data):
        return _japanese(data)
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken or broken < sum(1 for c in text if c > "\x7f") - broken:
        return text
    codec = _codec(fallback.lower()) if fallback else ""
    if codec and codec != "utf-8":
        try:
            return data.decode(codec)
        except (UnicodeError, LookupError):
            pass
    return data.decode("cp1252", "replace")


def _japanese(data: bytes) -> str:
    """Return ISO-2022-JP with the signs that Windows adds to it, such as `①`, which Python's codec refuses."""
    try:
        return data.decode("iso2022_jp")
    except UnicodeError:
        return _JIS_RUN.sub(_as_shift_jis, b"\x1b(B" + data).decode("cp932", "replace")


def _as_shift_jis(match: re.Match[bytes]) -> bytes:
    """Return one run of ISO-2022-JP in Shift_JIS, which numbers the same signs in another way (JIS X 0208)."""
    mode, run = match[1], match[2]
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in run)
    if not mode.startswith(b"$"):
        return run
    pairs = zip(run[::2], run[1::2], strict=False)
    return b"".join(_shift_jis_pair(row, cell) for row, cell in pairs if row > 0x20 and cell > 0x20)


def _shift_jis_pair(row: int, cell: int) -> bytes:
    lead = (row - 0x21) // 2 + (0x81 if row < 0x5F else 0xC1)
    trail = cell + (0x1F + (cell >= 0x60) if row % 2 else 0x7E)
    return bytes((lead, trail))


def text_of(data: bytes, shown: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text in `data`: UTF-8, UTF-16 with or without its mark, else Windows-1252, which is told.

    Raises Problem for what is no text at all.
    """
    if len(data) > MAX_BYTES:
        message = f"it has {len(data) // 1_048_576} MB; {MAX_BYTES // 1_048_576} MB is the most"
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), message, hint="export a part of it at a time"))
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _unmarked(data)
    try:
        return data.decode(encoding or "utf-8"), ()
    except UnicodeDecodeError as error:
        if encoding:
            message = f"it begins as {encoding.upper()} and goes on as something else"
            raise Problem(fault(UNREADABLE_EXPORT, Span(shown), message)) from error
        line = data.count(b"\n", 0, error.start) + 1
    if b"\0" in data[:1000]:
        raise Problem(fault(UNREADABLE_EXPORT, Span(shown), "it is not a text"))
    text = _guessed(data)
    if "\ufffd" in text and text == data.decode("utf-8", "replace"):
        message = "it is UTF-8, and some of its bytes are broken: the first are in this line"
        return text, (fault(ENCODING_GUESSED, Span(shown, line), message),)
    return text, (fault(ENCODING_GUESSED, Span(shown), "it is not UTF-8; it was read as Windows-1252"),)


def _unmarked(data: bytes) -> str:
    """Return the name of UTF-16 without a mark: every other byte of its Latin letters is zero, and no other one."""
    head = data[:400]
    half = len(head) // 2
    first, second = head[::2].count(0), head[1::2].count(0)
    if half < 4 or max(first, second) < 0.4 * half or min(first, second):
        return ""
    return "utf-16-le" if second > first else "utf-16-be"
