"""The one place where characters are cleaned, for values and for keys alike.

PostgreSQL refuses a whole insert for one NUL, UTF-8 has no lone surrogates, and a title with a
direction override reads as something else than it is (THREATS E1-E4).
"""

import re
import unicodedata

# C0 and C1 controls except tab and newline, surrogates, and the noncharacters of the first plane:
# each sign beyond it makes the pattern slower, and databases take those
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# zero-width and direction marks; not the joiners, which Persian, Hindi and emoji need
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_PILED = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f]+")
_NO_WORD = re.compile(r"[–—•·…。、，！？：；（）「」]+")
# scripts that write without spaces: a Chinese or Japanese sign is about a word,
_SIGN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
# and some letters of Thai, Lao, Burmese or Khmer are one, with the marks that belong to them
_LETTER = re.compile("[\u0e01-\u0e30\u0e40-\u0e44\u0e81-\u0eb0\u1000-\u102a\u1780-\u17b3]")
_MARK = re.compile("[\u0e31-\u0e3a\u0e45-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u17b4-\u17d3]+")
_LETTERS_OF_A_WORD, _LONG_WORD = 4, 12


def clean_text(text: str) -> str:
    """The text in NFC, with its lines, and without a character that cannot be stored."""
    # all that is forbidden is unprintable: 7 us to see that nothing is, where the pattern takes 20
    if not text.replace("\n", "").replace("\t", "").isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
        text = _FORBIDDEN.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """One line without anything invisible: what titles, names and keys are."""
    if not text.isascii():
        text = _PILED.sub(r"\1", _INVISIBLE.sub("", clean_text(text)))
    else:
        text = clean_text(text)
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending with a whole word where there is one."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    return head.rpartition(" ")[0] if " " in head[-60:] else head


def count_words(text: str) -> int:
    """Words; of scripts without spaces a good guess: a sign, or four letters, is one."""
    if text.isascii():
        return len(text.split())
    spaced, signs = _SIGN.subn(" ", text)
    words = len(_NO_WORD.sub(" ", spaced).split())
    if words * _LONG_WORD >= len(spaced) - signs:
        return signs + words
    spaced, letters = _LETTER.subn(" ", _MARK.sub("", spaced))
    return signs - (-letters // _LETTERS_OF_A_WORD) + len(_NO_WORD.sub(" ", spaced).split())
