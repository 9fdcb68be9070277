"""`newsd topics`: your own topics, how they are understood, and which fit a text."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.app import system_clock
from daemon.commands.documents import Pile
from daemon.commands.options import AsJson, Config, read_settings
from daemon.commands.say import note, say, say_json
from daemon.commands.show import show_facts, show_rows
from daemon.commands.taxonomy import concepts, taxonomy
from daemon.commands.train import train_model
from daemon.digest import digest_articles
from daemon.errors import NewsdError, UsageError
from daemon.settings import TopicsSettings
from daemon.tag import Tagger, load_tagger, untagged_reason
from daemon.tag.boolean import write_query
from daemon.tag.rulefile import load_rules
from daemon.tag.rules import Rule, Rules, required
from storage.values import Entity, TaggedArticle, Topic

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="List and explain topics, your own and IPTC's, and test which fit a text.",
)
_COLUMNS = ("topic", "label", "fields", "languages", "weight", "query")
RulesFile = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="This file of topics, not that of the settings."),
]


app.command(epilog="Example: newsd topics concepts diplomacy")(concepts)
app.command(name="train", epilog="Example: newsd topics train --data labelled/")(train_model)
app.command(epilog="Example: newsd topics taxonomy medtop.json --out mediatopics.txt")(taxonomy)


@app.command(name="list", epilog="Example: newsd topics list")
def show_all(*, rules: RulesFile = None, config: Config = None, as_json: AsJson = False) -> None:
    """List your own topics, as they are understood."""
    found = load_rules(_topics(rules, config).file)
    if not found.rules and not as_json:
        note("there are no topics of your own; config/topics.toml shows how to write some")
    show_rows([_facts(rule) for rule in found.rules], _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd topics explain port-strikes")
def explain(
    topic: Annotated[str, typer.Argument(metavar="ID", help="The id of one of your topics.")],
    *,
    rules: RulesFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say how one of your topics is understood, and which words make newsd look at it."""
    rule = _rule(load_rules(_topics(rules, config).file), topic)
    waits = [write_query(term) for term in required(rule.query) or ()]
    show_facts(_facts(rule) | {"looked at where there is": waits}, as_json=as_json)


@app.command(name="test", epilog="Example: newsd topics test text.txt --rules topics.toml")
def try_out(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR|-", help="Articles, as ingest takes them.")
    ],
    *,
    rules: RulesFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say which topics and names newsd finds in texts, and by which words; nothing is stored."""
    found = list(_tested(files, load_tagger(_topics(rules, config))))
    if as_json:
        say_json(found)
        return
    for article in found:
        say(f"{article['title']} ({article['language']})")
        for topic in article["topics"]:
            say(f"  topic {_topic_line(topic)}")
        if not article["topics"]:
            say(f"  no topic: {article['untagged'] or 'no word speaks for one'}")
        for entity in article["entities"]:
            say(f"  {_entity_line(entity)}")


def _topics(rules: Path | None, config: Path | None) -> TopicsSettings:
    """What the settings say of topics, or these rules alone."""
    if rules is not None:
        return TopicsSettings(file=rules)
    topics: TopicsSettings = read_settings(config, None).settings.topics
    return topics


def _rule(rules: Rules, topic: str) -> Rule:
    for rule in rules.rules:
        if rule.id == topic.removeprefix("user:"):
            return rule
    raise UsageError(f"there is no topic {topic!r} of yours; newsd topics list shows which are")


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "topic": f"user:{rule.id}",
        "label": rule.label,
        "medtop": rule.medtop,
        "fields": list(rule.fields),
        "languages": list(rule.languages),
        "weight": rule.weight,
        "query": write_query(rule.query),
    }


def _tested(files: list[Path], tagger: Tagger) -> Iterator[dict[str, Any]]:
    """What is found in each article of the files. Raises `UsageError` for what is none."""
    for document in Pile(files):
        if document.page is None:
            raise UsageError(f"{document.name}: {document.trouble}")
        try:
            digested = digest_articles(document.page, system_clock(), tagger)
        except NewsdError as error:
            raise UsageError(f"{document.name}: {error}") from error
        yield from (_seen(tagger, tagged) for tagged in digested.articles)


def _seen(tagger: Tagger, tagged: TaggedArticle) -> dict[str, Any]:
    return {
        "title": tagged.article.title,
        "language": tagged.article.language,
        "topics": [_topic(topic) for topic in tagged.topics],
        "untagged": untagged_reason(tagger, tagged.article),
        "entities": [_entity(entity) for entity in tagged.entities],
    }


def _topic(topic: Topic) -> dict[str, Any]:
    return {
        "topic_id": topic.topic_id,
        "label": topic.label,
        "level": topic.level,
        "score": topic.score,
        "source": topic.source,
        "evidence": dict(topic.evidence),
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "entity_id": entity.entity_id,
        "name": entity.name,
        "type": entity.type,
        "mentions": entity.mentions,
        "in_title": entity.in_title,
        "written": list(entity.written),
    }


def _topic_line(topic: Mapping[str, Any]) -> str:
    seen = ", ".join(f"{term} x{often}" for term, often in topic["evidence"].items())
    named = f"{topic['label']} ({topic['topic_id']})"
    return f"{named} {topic['score']:.2f}, by {topic['source']}: {seen}"


def _entity_line(entity: Mapping[str, Any]) -> str:
    written = ", ".join(entity["written"])
    times = f"x{entity['mentions']}{', in the title' if entity['in_title'] else ''}"
    return f"{entity['type']} {entity['name']} ({entity['entity_id']}) {times}: {written}"
