"""The forms in which a term of a lexicon may stand in a text: plurals, endings, elided articles.

Rough on purpose: a form that no text has costs nothing, and one that is missed is a line more in
the lexicon.
"""

from collections.abc import Iterator

_ENDINGS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "en": (
        ("y", ("ies",)),
        ("s", ("ses",)),
        ("x", ("xes",)),
        ("z", ("zes",)),
        ("ch", ("ches",)),
        ("sh", ("shes",)),
        ("", ("s",)),
    ),
    "de": (
        ("e", ("en", "er", "es", "em")),
        ("in", ("innen",)),
        ("er", ("ern", "ers")),
        ("el", ("eln", "els")),
        ("en", ("ens",)),
        ("um", ("en", "ums")),
        ("s", ("se", "ses", "sen")),
        ("", ("e", "en", "er", "ern", "es", "s", "n")),
    ),
    "fr": (
        ("al", ("aux", "ale", "ales")),
        ("eau", ("eaux",)),
        ("eur", ("eurs", "euse", "rice", "rices", "euses")),
        ("ien", ("iens", "ienne", "iennes")),
        ("if", ("ifs", "ive", "ives")),
        ("eux", ("euse", "euses")),
        ("s", ()),
        ("x", ()),
        ("e", ("es",)),
        ("é", ("és", "ée", "ées")),
        ("", ("s", "e", "es")),
    ),
    "es": (
        ("ión", ("iones",)),
        ("or", ("ores", "ora", "oras")),
        ("o", ("os", "a", "as")),
        ("z", ("ces",)),
        ("s", ()),
        ("a", ("as",)),
        ("e", ("es",)),
        ("", ("es", "s")),
    ),
    "pt": (
        ("ção", ("ções",)),
        ("ão", ("ões", "ãos", "ães")),
        ("al", ("ais",)),
        ("el", ("eis",)),
        ("il", ("is", "eis")),
        ("ol", ("ois",)),
        ("m", ("ns",)),
        ("or", ("ores", "ora", "oras")),
        ("o", ("os", "a", "as")),
        ("z", ("zes",)),
        ("r", ("res",)),
        ("s", ()),
        ("", ("s",)),
    ),
    "it": (
        ("co", ("chi", "ci", "ca", "che")),
        ("go", ("ghi", "gi", "ga", "ghe")),
        ("io", ("i",)),
        ("tore", ("tori", "trice", "trici")),
        ("ca", ("che",)),
        ("ga", ("ghe",)),
        ("o", ("i", "a", "e")),
        ("a", ("e", "i")),
        ("e", ("i",)),
        ("", ()),
    ),
}
"""By language: an ending and what may stand in its place; the first that fits."""

_INFLECTS_EACH = frozenset({"fr", "es", "pt", "it"})
"""Languages in which every word of a phrase takes the plural."""

_ELIDED = {
    "fr": ("l", "d"),
    "it": ("l", "d", "un", "all", "dall", "dell", "nell", "sull", "quell"),
}
"""What may be grown onto a word that begins with a vowel; the apostrophe is not a word's end."""
_VOWELS = "aeiouhàáâèéêëìíîïòóôùúû"
_SHORTEST = 3
_SHORTEST_FORM = 4
"""Shorter ones are mostly words of grammar: `di` is no plural of `dio`."""


def forms(term: str, language: str) -> Iterator[str]:
    """The other forms of a term: not the term itself."""
    yield from _inflected(term, language)


def elided(form: str, language: str) -> Iterator[str]:
    """The form with an elided article or preposition grown onto it."""
    if form[:1].lower() in _VOWELS:
        for article in _ELIDED.get(language, ()):
            yield article + form


def _inflected(term: str, language: str) -> Iterator[str]:
    *before, last = term.split(" ")
    if len(last) < _SHORTEST:
        return
    for form in _words(last, language):
        yield " ".join([*before, form])
    if before and language in _INFLECTS_EACH:
        heads = [next(_words(word, language), word) for word in before]
        for form in _words(last, language):
            yield " ".join([*heads, form])


def _words(word: str, language: str) -> Iterator[str]:
    for ending, others in _ENDINGS.get(language, ()):
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)] if ending else word
            grown = (stem + other for other in others)
            yield from (form for form in grown if len(form) >= _SHORTEST_FORM)
            return
