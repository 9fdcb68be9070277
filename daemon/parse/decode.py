"""Bytes to text: which character encoding a document is really in.

A byte order mark wins, then a declaration that decodes, then the HTTP header, then UTF-8 with
single stray bytes read as Windows-1252. Only real charsets are tried: Python also knows `rot13`.
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# An XML declaration without a mark (XML 1.0, appendix F).
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)

_WESTERN = frozenset({"iso8859-1", "cp1252", "ascii"})
_OTHERS = """
utf-8 gb18030 gbk hz big5 big5hkscs cp950 shift_jis shift_jisx0213 cp932 euc_jp iso2022_jp euc_kr
cp949 johab koi8-r koi8-u koi8-t tis-620 cp437 cp850 cp852 cp855 cp866 cp874 cp1250 cp1251 cp1253
cp1254 cp1255 cp1256 cp1257 cp1258 mac-roman mac-cyrillic mac-latin2 iso8859-2 iso8859-3 iso8859-4
iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14
iso8859-15 iso8859-16
"""
_CHARSETS = _WESTERN | frozenset(_OTHERS.split())
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}


def decode(body: bytes, content_type: str = "") -> str:
    """The text of `body`, without a byte order mark. Never fails: a stray byte costs itself."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for start, charset in _UNMARKED:
        if body.startswith(start):
            return body.decode(charset, "replace")
    return _by_declaration(body, content_type)


def _by_declaration(body: bytes, content_type: str) -> str:
    declared = _DECLARED.match(body[:1024])
    header = _IN_HEADER.search(content_type)
    names = [declared[1].decode("ascii", "ignore")] if declared else []
    names += [header[1]] if header else []
    for name in names:
        text = _strictly(body, _charset(name))
        if text is not None:
            return text
    return body.decode("utf-8", "newsd-stray-bytes")


def _charset(name: str) -> str | None:
    """The codec to use for a charset's name, if it is a charset."""
    name = name.lower()
    if name.startswith(("windows-", "x-")):
        name = name.replace("windows-", "cp").removeprefix("x-")
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):  # unknown, or not even a name
        return None
    known = _SUPERSETS.get(known, known)
    return known if known in _CHARSETS else None


def _strictly(body: bytes, charset: str | None) -> str | None:
    """The text if every byte fits. What claims to be Western and is valid UTF-8 is UTF-8."""
    if charset is None:
        return None
    for codec in ("utf-8", "cp1252") if charset in _WESTERN else (charset,):
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace"), error.start + 1


codecs.register_error("newsd-stray-bytes", _stray_byte)
