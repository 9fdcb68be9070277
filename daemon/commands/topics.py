"""`newsd topics`: which topics there are, what a text is about and why, and a newer taxonomy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from daemon.app import system_clock
from daemon.commands.documents import Pile
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import note, say, say_json
from daemon.commands.show import show_rows
from daemon.digest import digest_articles
from daemon.errors import NewsdError, UsageError
from daemon.tag import Tagger, load_tagger, untagged_reason
from daemon.tag.release import changes_between, read_release
from daemon.tag.taxonomy import Taxonomy, format_taxonomy, load_taxonomy
from storage.values import TaggedArticle, Topic

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="List topics, try what a text is about, and read a newer taxonomy.",
)
_LISTED = ("topic", "level", "label", "part_of")
_CHANGED = ("change", "topic", "label", "detail")


@app.command(name="list", epilog="Example: newsd topics list diplomacy")
def show(
    words: Annotated[str | None, typer.Argument(help="Only those whose name has this.")] = None,
    *,
    level: Annotated[int, typer.Option(min=1, help="As deep as this; 1 is the broadest.")] = 2,
    limit: Limit = 2000,
    as_json: AsJson = False,
) -> None:
    """List the topics of the taxonomy; with words, at any depth."""
    deepest = level if words is None else 99
    rows = [
        row
        for row in _topics(load_taxonomy())
        if row["level"] <= deepest and (words or "").casefold() in row["label"].casefold()
    ]
    show_rows(rows[:limit], _LISTED, as_json=as_json)


def _topics(taxonomy: Taxonomy) -> Iterator[dict[str, Any]]:
    def labels(path: tuple[str, ...]) -> list[str]:
        return [taxonomy.concepts[one].label for one in path]

    for topic, path in sorted(taxonomy.paths.items(), key=lambda item: labels(item[1])):
        *broader, label = labels(path)
        yield {
            "topic": topic,
            "level": len(path),
            "label": label,
            "part_of": " > ".join(broader),
            "labels": dict(taxonomy.concepts[topic].labels),
        }


@app.command(name="test", epilog="Example: newsd topics test article.txt")
def try_out(
    files: Annotated[list[Path], typer.Argument(help="Texts, pages or JSON; - is stdin.")],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say what the articles in files are about, and which words say so. Nothing is kept."""
    tagger = load_tagger(read_settings(config, database).settings.topics.file)
    found = [made for file in files for made in _tried(file, tagger)]
    if as_json:
        say_json([_record(name, article) for name, article in found])
        return
    for name, article in found:
        _tell(name, article)
    if not found:
        raise UsageError("no article in these files")


def _tried(file: Path, tagger: Tagger) -> Iterator[tuple[str, TaggedArticle]]:
    for document in Pile([file]):
        if document.page is None:
            raise UsageError(f"{document.name}: {document.trouble}")
        try:
            digested = digest_articles(document.page, system_clock(), tagger)
        except NewsdError as error:
            raise UsageError(f"{document.name}: {error}") from error
        yield from ((document.name, article) for article in digested.articles)


def _tell(name: str, tagged: TaggedArticle) -> None:
    say(f"{name}: {tagged.article.title} ({tagged.article.language})")
    for topic in tagged.topics:
        words = ", ".join(f"{term} {count}" for term, count in _loudest(topic))
        say(f"  {'  ' * topic.level}{topic.label}  {topic.score:.2f}  {topic.source}: {words}")
    if not tagged.topics:
        reason = untagged_reason(tagged.article) or "no word speaks for one"
        say(f"    no topic: {reason}")


def _loudest(topic: Topic) -> list[tuple[str, int]]:
    return sorted(topic.evidence.items(), key=lambda item: (-item[1], item[0]))


def _record(name: str, tagged: TaggedArticle) -> dict[str, Any]:
    return {
        "file": name,
        "title": tagged.article.title,
        "language": tagged.article.language,
        "topics": [
            {
                "topic": topic.topic_id,
                "label": topic.label,
                "level": topic.level,
                "score": topic.score,
                "source": topic.source,
                "evidence": dict(_loudest(topic)),
            }
            for topic in tagged.topics
        ],
    }


@app.command(epilog="Example: newsd topics taxonomy medtop.json --out mediatopics.txt")
def taxonomy(
    file: Annotated[Path, typer.Argument(help="IPTC's JSON export of the Media Topics.")],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the slim taxonomy here.")
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Its day, where the export does not say it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a newer release of the Media Topics changes, and write it in newsd's slim form."""
    old, new = load_taxonomy(), _read(file, release)
    rows = [
        {"change": c.kind, "topic": c.topic_id, "label": c.label, "detail": c.detail}
        for c in changes_between(old, new)
    ]
    show_rows(rows, _CHANGED, as_json=as_json)
    note(f"{len(rows)} changes from {old.release} to {new.release}")
    if out is not None:
        _write(out, format_taxonomy(new))
        note(f"wrote {out}")


def _read(file: Path, release: str | None) -> Taxonomy:
    try:
        return read_release(orjson.loads(file.read_bytes()), release=release)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{file}: not valid JSON: {error}") from error
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from error


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}") from error
