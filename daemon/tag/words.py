"""Words as tagging compares them: lower case, one kind of apostrophe, no possessive."""

import re

_WORD = re.compile(r"\w+(?:'\w+)*")


def words_of(text: str) -> list[str]:
    """The words of a text in order; a hyphen separates."""
    for mark in "’‘ʼ":
        text = text.replace(mark, "'")
    words = _WORD.findall(text.casefold())
    return [word.removesuffix("'s") for word in words] if "'" in text else words
