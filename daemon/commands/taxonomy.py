"""`newsd topics concepts` and `newsd topics taxonomy`: the topics of IPTC, and a newer release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from daemon.commands.options import AsJson, Config, Limit, read_settings
from daemon.commands.say import note
from daemon.commands.show import show_rows
from daemon.errors import UsageError
from daemon.tag.release import changes_between, read_release
from daemon.tag.taxonomy import Taxonomy, format_taxonomy, taxonomy_in

_LISTED = ("topic", "level", "label", "part_of")
_CHANGED = ("change", "topic", "label", "detail")


def concepts(
    words: Annotated[str | None, typer.Argument(help="Only those whose name has this.")] = None,
    *,
    level: Annotated[int, typer.Option(min=1, help="As deep as this; 1 is the broadest.")] = 2,
    limit: Limit = 2000,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List the topics of the taxonomy; with words, at any depth."""
    deepest = level if words is None else 99
    rows = [
        row
        for row in _topics(_in_use(config))
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
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say what a newer release of the Media Topics changes, and write it in newsd's slim form.

    With topics.taxonomy set to the file that --out writes, newsd tags by it, and tags again what
    is stored.
    """
    old, new = _in_use(config), _read(file, release)
    rows = [
        {"change": c.kind, "topic": c.topic_id, "label": c.label, "detail": c.detail}
        for c in changes_between(old, new)
    ]
    show_rows(rows, _CHANGED, as_json=as_json)
    note(f"{len(rows)} changes from {old.release} to {new.release}")
    if out is not None:
        _write(out, format_taxonomy(new))
        note(f"wrote {out}")


def _in_use(config: Path | None) -> Taxonomy:
    return taxonomy_in(read_settings(config, None).settings.topics.taxonomy)


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
