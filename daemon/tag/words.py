"""Words as tagging compares them: lower case, one kind of apostrophe, no possessive."""

import re

_WORD = re.compile(r"\w+(?:'\w+)*")
_MARKS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


def words_of(text: str) -> list[str]:
    """The words of a text in order; a hyphen separates."""
    words = _WORD.findall(text.translate(_MARKS).casefold())
    return [word.removesuffix("'s") for word in words] if "'" in text or "’" in text else words
