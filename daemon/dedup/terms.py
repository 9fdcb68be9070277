"""What an article is about: the terms of its title, of its lead, and its names."""

import numpy as np
from numpy.typing import NDArray

from daemon.dedup.names import Names
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


def terms_of(title: Words, text: Words, names: Names) -> Terms:
    """The stems of the title, twice, of the lead, and the first names; no function words."""
    heading, lead = title.stems(LEAD), text.stems(LEAD)
    called = names[:MOST_NAMES] * _SPREAD
    parts = [*([heading] * _TITLE_WEIGHS), lead, *([called] * _NAME_WEIGHS)]
    said = np.concatenate(parts).astype(np.uint32)
    told = np.sort(said[_TELLING.take(said & _LOW)])
    # np.unique takes four times as long
    first = np.flatnonzero(np.concatenate((_FIRST[: len(told)], told[1:] != told[:-1])))
    often = np.diff(first, append=len(told))
    return Terms(told[first].tobytes(), np.minimum(often, _MOST_OFTEN).astype(np.uint8).tobytes())


def _telling() -> NDArray[np.bool_]:
    """By the low bits of a term, whether it is none of the words of grammar of any language."""
    grammar = read_words(" ".join(LANGUAGES_OF))
    telling = np.ones(int(_LOW) + 1, np.bool_)
    telling[grammar.stems(len(grammar)).astype(np.uint32) & _LOW] = False
    return telling


_FIRST = np.ones(1, np.bool_)
_LOW = np.uint32((1 << 20) - 1)
_TELLING = _telling()
