"""Whether a trained model helps where it was not trained: `python -m benchmarks.model DIR`.

DIR as for `benchmarks.tag`. For each set a model is trained on the sets of all other kinds, as
`newsd topics train` does it, and heard beside the lexicons.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.tag import as_read, read
from daemon.tag import Tagger, load_tagger, tag_article
from daemon.tag.lexicon import languages
from daemon.tag.taxonomy import load_taxonomy
from daemon.tag.training import Labelled, train

_TITLE = 100


def main(folder: Path) -> None:
    """Print the share of each set's texts whose surest topic is right, without and with one."""
    plain, taxonomy = load_tagger(), load_taxonomy()
    sets = {name: list(map(_labelled, rows)) for name, rows in read(folder).items()}
    sets = {n: some for n, some in sets.items() if len(some) > 40 and _are_read(some)}
    print("set           texts  lexicons  with a model of the others  its weight")
    for name, held in sets.items():
        others = [one for n, some in sets.items() if _kind(n) != _kind(name) for one in some]
        made = train(others, taxonomy, name="others", day="2026-01-01", tell=lambda *_: None)
        alone, both = _right(plain, held), _right(replace(plain, model=made), held)
        print(f"{name:12} {len(held):6} {alone:9.3f} {both:27.3f}", end="")
        print(f" {made.about.weight:11.2f}", flush=True)


def _kind(name: str) -> str:
    return name.partition("_")[0]


def _are_read(some: list[Labelled]) -> bool:
    return some[0].language in languages()


def _labelled(row: Mapping[str, Any]) -> Labelled:
    title = row["title"] or row["text"][:_TITLE]
    return Labelled(title, row["text"], row["language"], tuple(row["gold"]))


def _right(tagger: Tagger, held: list[Labelled]) -> float:
    right = 0
    for one in held:
        row = {"title": one.title, "text": one.text, "language": one.language}
        topics = tag_article(tagger, *as_read(row))
        right += bool(topics) and topics[0].topic_id in one.topics
    return right / len(held)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
