"""Make the nouns that leave a worker process quick to pickle.

dataclasses pickles a frozen, slotted class by asking it for its fields each time. Registered here,
an entry's nouns take 9 us to pickle instead of 18, and 14 to unpickle instead of 20. Only the
process that pickles needs this; a pickle is read as any other.
"""

import copyreg
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from daemon.values import Digested
from storage.values import (
    Article,
    Entity,
    Fingerprint,
    Likeness,
    Marks,
    Published,
    Sighting,
    StatedDate,
    TaggedArticle,
    Terms,
    Topic,
)

_CROSSING = (
    *(Digested, TaggedArticle, Article, Fingerprint, Likeness, Marks, Terms),
    *(Published, Sighting, StatedDate, Topic, Entity),
)


def ease_crossing() -> None:
    """Register the nouns; to be called once, in each process that sends them."""
    for noun in _CROSSING:
        copyreg.pickle(noun, _reducer(noun))


def _reducer(noun: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    """How to make an equal one: call the class with the values of its fields."""
    values_of = attrgetter(*(field.name for field in fields(noun)))
    return lambda thing: (noun, values_of(thing))
