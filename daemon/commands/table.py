"""Every command: where it lives, and what it does in one line. Nothing is imported for this."""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("daemon.commands.run", "Poll the feeds for as long as the process lives."),
    "once": ("daemon.commands.once", "Poll the feeds that are due, one time: the cron job."),
    "demo": ("daemon.commands.demo", "Watch newsd work on a small news site of its own."),
    "ingest": ("daemon.commands.ingest", "Take in articles from files."),
    "feeds": (
        "daemon.commands.feeds",
        "Add, list, explain, remove, import, export and check feeds.",
    ),
    "articles": ("daemon.commands.articles", "List, show and explain articles."),
    "stories": ("daemon.commands.stories", "List and show stories: articles of one event."),
    "topics": (
        "daemon.commands.topics",
        "List, explain and test topics, your own and those of the taxonomy.",
    ),
    "tail": ("daemon.commands.tail", "Follow what changes, as it is written."),
    "consumers": (
        "daemon.commands.consumers",
        "List, replay, reset and remove who is told of changes.",
    ),
    "export": (
        "daemon.commands.export",
        "Write articles as JSON lines or Parquet, going on from last time.",
    ),
    "query": ("daemon.commands.query", "Ask the database in SQL, without being able to write."),
    "furniture": (
        "daemon.commands.furniture",
        "List and forget the lines that were learned to belong to a site.",
    ),
    "reprocess": (
        "daemon.commands.reprocess",
        "Make stored articles again, by the rules of today.",
    ),
    "replay": ("daemon.commands.replay", "Make a database again from archives."),
    "db": ("daemon.commands.db", "Upgrade, check and vacuum the database."),
    "retention": ("daemon.commands.retention", "Show what is old, and let it go now."),
    "sql": ("daemon.commands.sql", "Let others read the views, and no more."),
    "config": ("daemon.commands.config", "Show, check and write the configuration."),
    "health": ("daemon.commands.health", "Ask a running newsd whether it does its work."),
    "stats": ("daemon.commands.stats", "Count what there is."),
}
