"""Names of sections, as categories and addresses spell them, and the topic each one means.

Only names that say a topic: `news`, `world` or `top stories` say none.
"""

_NAMES = """
arts: arts culture entertainment movies film music books tv television theatre theater kultur
conflict: war conflict conflicts ukraine-war military defence defense
crime: crime justice law courts police kriminalität
disaster: disasters accidents earthquakes wildfires
economy: business economy finance markets money companies wirtschaft économie economie economía
education: education schools university bildung
environment: environment climate energy-environment umwelt environnement nature
health: health medicine healthcare wellness covid gesundheit santé salud
labour: labour labor jobs employment workplace
lifestyle: lifestyle life-style food travel fashion style recipes
politics: politics elections congress parliament government politik politique política
religion: religion faith
scitech: science technology tech space computing wissenschaft technik sciences
society: society immigration gesellschaft société
sport: sport sports football soccer cricket tennis rugby nfl nba golf formula-1 deportes
weather: weather wetter météo
"""


def _table() -> dict[str, str]:
    table = {}
    for line in _NAMES.strip().splitlines():
        topic, _, names = line.partition(":")
        table.update(dict.fromkeys(names.split(), topic))
    return table


SECTIONS = _table()


def topic_of_section(name: str) -> str | None:
    """The topic a section's name means, if it means one."""
    return SECTIONS.get("-".join(name.casefold().replace("_", " ").split()))
