"""`newsd topics train`: a model of topics from articles that somebody has labelled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from daemon.app import system_clock
from daemon.commands.options import AsJson, Config, read_settings
from daemon.commands.say import note
from daemon.commands.show import show_facts
from daemon.commands.watching import status
from daemon.errors import UsageError
from daemon.normalise.language import detect_language
from daemon.tag.model import Model, save_model
from daemon.tag.taxonomy import Taxonomy, taxonomy_in
from daemon.tag.training import Labelled, train

_KEYS = "a JSON object with title, text and topics"


def train_model(
    *,
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Files of labelled articles, *.jsonl.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write the model.")
    ] = Path("topics.npz"),
    force: Annotated[
        bool, typer.Option("--force", help="Write it although it does not help.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Train a model of the 17 broadest topics, to be heard beside the lexicons.

    A line of a file is {"title": "...", "text": "...", "language": "en", "topics":
    ["medtop:15000000"]} (what newsd export writes will do, once its topics are put right). A fifth
    of the articles is held out to see whether the model helps; one that does not is not written.
    Set topics.model to the file to use it.
    """
    taxonomy = taxonomy_in(read_settings(config, None).settings.topics.taxonomy)
    articles = [one for path in _files(data) for one in _labelled(path, taxonomy)]
    model = _trained(articles, taxonomy, out.stem, data)
    helps = model.about.accuracy > model.about.accuracy_without
    if helps or force:
        _write(model, out)
    show_facts(_facts(model, out if helps or force else None), as_json=as_json)
    if not helps:
        wrote = "" if force else "; nothing is written (--force does)"
        note(f"it sets no more of the held-out articles right than the lexicons alone{wrote}")


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: not a directory; --data names one with *.jsonl files")
    found = sorted(folder.glob("*.jsonl"))
    if not found:
        raise UsageError(f"{folder}: no file *.jsonl in it")
    return found


def _labelled(path: Path, taxonomy: Taxonomy) -> Iterator[Labelled]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _one(line, f"{path}:{number}", taxonomy)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def _one(line: bytes, where: str, taxonomy: Taxonomy) -> Labelled:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{where}: not valid JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("topics"), list):
        raise UsageError(f"{where}: expected {_KEYS}")
    title, text = (_text(row, key, where) for key in ("title", "text"))
    if not f"{title}{text}".strip():
        raise UsageError(f"{where}: neither a title nor a text")
    topics = dict.fromkeys(_top(one, where, taxonomy) for one in row["topics"])
    declared = row.get("language")
    language = declared if isinstance(declared, str) else detect_language(title, text)
    return Labelled(title, text, language, tuple(topic for topic in topics if topic))


def _text(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key) or ""
    if not isinstance(value, str):
        raise UsageError(f"{where}: {key} is no text; expected {_KEYS}")
    return value


def _top(topic: Any, where: str, taxonomy: Taxonomy) -> str | None:
    """The broadest topic that one is a part of; None for one that is no Media Topic."""
    name = topic.get("topic_id") if isinstance(topic, dict) else topic
    if isinstance(name, str) and name.startswith("user:"):
        return None
    current = taxonomy.current(name) if isinstance(name, str) else None
    if current is None:
        raise UsageError(f"{where}: no topic {name!r}; newsd topics concepts shows them")
    return taxonomy.paths[current][0]


def _trained(articles: list[Labelled], taxonomy: Taxonomy, name: str, data: Path) -> Model:
    day = system_clock().date().isoformat()
    with status(f"training on {len(articles)} articles") as show:
        try:
            return train(
                articles,
                taxonomy,
                name=name,
                day=day,
                tell=lambda at, of: show(f"training on {len(articles)} articles: {at} of {of}"),
            )
        except ValueError as error:
            raise UsageError(f"{data}: {error}") from error


def _write(model: Model, out: Path) -> None:
    try:
        save_model(model, out)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}") from error


def _facts(model: Model, out: Path | None) -> dict[str, Any]:
    about = model.about
    return {
        "articles": about.articles,
        "languages": list(about.languages),
        "topics": list(about.topics),
        "features": len(model.features),
        "right first, lexicons alone": about.accuracy_without,
        "right first, with the model": about.accuracy,
        "weight": about.weight,
        "file": str(out) if out else None,
    }
