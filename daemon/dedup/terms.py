"""What an article is about: the terms of its title, of its lead, and its names."""

from collections.abc import Iterable

import numpy as np

from daemon.dedup.marks import name_codes
from daemon.function_words import LANGUAGES_OF
from daemon.words import Words, read_words
from storage.values import Terms

LEAD = 120
"""Words of the text that count."""
MOST_NAMES = 20
_TITLE_WEIGHS, _NAME_WEIGHS = 2, 3
_SPREAD = np.uint64(0x9E3779B1)
"""Names have 16 bits; spread over 32 they do not fall on each other's places."""
_MOST_OFTEN = 255


def terms_of(title: Words, text: Words) -> Terms:
    """The stems of the title, twice, of the lead, and the first names; no function words."""
    heading, lead = title.stems(LEAD), text.stems(LEAD)
    names = np.array(name_codes(text, MOST_NAMES), np.uint64) * _SPREAD
    parts = [*([heading] * _TITLE_WEIGHS), lead, *([names] * _NAME_WEIGHS)]
    said = np.concatenate(parts).astype(np.uint32)
    terms, counts = np.unique(said, return_counts=True)
    telling = ~np.isin(terms, _EMPTY)
    often = np.minimum(counts[telling], _MOST_OFTEN).astype(np.uint8)
    return Terms(terms[telling].tobytes(), often.tobytes())


def _stems(words: Iterable[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    read = read_words(" ".join(words))
    return np.unique(read.stems(len(read)).astype(np.uint32))


_EMPTY = _stems([*LANGUAGES_OF])
"""Words of grammar, of fourteen languages."""
