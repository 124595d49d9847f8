"""Text out of bytes, and whole writes."""

from pathlib import Path

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.files import decode_text, write_atomically


@pytest.mark.parametrize("data", ["é\n".encode(), b"\xef\xbb\xbf\xc3\xa9\n", "é\r\n".encode(), "é\r".encode()])
def test_utf8_is_read_with_plain_line_ends(data: bytes) -> None:
    assert decode_text(data, "x.md") == ("é\n", ())


def test_utf16_is_read_and_noted() -> None:
    text, notes = decode_text("é\n".encode("utf-16"), "x.md")
    assert text == "é\n"
    assert [n.code for n in notes] == ["D102"]


def test_another_encoding_is_named_with_its_place() -> None:
    with pytest.raises(Problem) as caught:
        decode_text("eins\nzwei Café".encode("cp1252"), "x.md")
    (fault,) = caught.value.diagnostics
    assert (fault.code, str(fault.span)) == ("D101", "x.md:2:9")
    assert "0xE9" in fault.message


def test_a_text_of_six_megabytes_is_refused() -> None:
    with pytest.raises(Problem):
        decode_text(b"x" * (6 * 1024 * 1024), "x.md")


def test_a_write_is_whole_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    write_atomically(target, b"one")
    write_atomically(target, b"two")
    assert target.read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "page.html", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
