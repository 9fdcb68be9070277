"""Bytes to text, whoever is lying."""

import pytest

from daemon.parse.decode import decode

WORDS = "Žluťoučký kůň"
XML = "<?xml version='1.0' encoding='{}'?><a>{}</a>"


@pytest.mark.threat("E5")
@pytest.mark.parametrize(
    ("body", "header", "found"),
    [
        pytest.param(WORDS.encode(), "", WORDS, id="UTF-8 needs no declaration"),
        pytest.param(WORDS.encode("utf-8-sig"), "", WORDS, id="a byte order mark is not text"),
        pytest.param(WORDS.encode("utf-16"), "charset=utf-8", WORDS, id="a mark beats the header"),
        pytest.param("<a>é".encode("utf-16-be"), "", "<a>é", id="UTF-16 without a mark"),
        pytest.param(
            WORDS.encode("iso8859-2"), "text/xml; charset=iso-8859-2", WORDS, id="header"
        ),
        pytest.param("ข่าว".encode("cp874"), "a/b; charset=windows-874", "ข่าว", id="Thai"),
        pytest.param("“é”".encode("cp1252"), "", "“é”", id="undeclared bytes are Windows-1252"),
        pytest.param("é“".encode() + b"\x93", "", "é““", id="one stray byte costs only itself"),
        pytest.param("é".encode(), "charset=iso-8859-1", "é", id="Latin-1 that is UTF-8"),
        pytest.param(b"plain", "charset=rot13", "plain", id="rot13 is no charset"),
        pytest.param(b"plain", "charset=zlib_codec", "plain", id="zlib is no charset"),
        pytest.param(b"plain", "charset=martian", "plain", id="unknown charset"),
        pytest.param("中国".encode("gb18030"), "charset=gb2312", "中国", id="gb2312 is gb18030"),
    ],
)
def test_decode(body: bytes, header: str, found: str) -> None:
    assert decode(body, header) == found


@pytest.mark.threat("E5")
@pytest.mark.parametrize("charset", ["iso-8859-2", "koi8-r", "shift_jis", "windows-1251"])
def test_a_declaration_that_decodes_beats_the_header(charset: str) -> None:
    words = {"iso-8859-2": WORDS, "shift_jis": "ニュース"}.get(charset, "новости")
    document = XML.format(charset, words)
    assert decode(document.encode(charset), "text/xml; charset=utf-16") == document


@pytest.mark.threat("E5")
def test_a_declaration_that_does_not_decode_gives_way_to_the_header() -> None:
    document = XML.format("utf-8", "новости")
    assert decode(document.encode("koi8-r"), "text/xml; charset=koi8-r") == document
