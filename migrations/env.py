"""Run migrations over the connection that `storage.migration` hands in, in its transaction.

Views are code, not history: they are dropped before the first step, and those of today are made
again when the newest schema is reached, for whoever could read them. Nothing is half migrated:
either all of it commits.
"""

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.grants import grant_again, readers_of_views
from storage.schema import metadata
from storage.views import create_views, drop_views


def migrate(connection: Connection) -> None:
    dialect = connection.dialect.name
    readers = readers_of_views(connection) if dialect == "postgresql" else {}
    for statement in drop_views(dialect):
        connection.exec_driver_sql(statement)
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    newest = ScriptDirectory.from_config(context.config).get_current_head()
    if context.get_context().get_current_revision() == newest:
        for statement in (*create_views(dialect), *grant_again(readers)):
            connection.exec_driver_sql(statement)


migrate(context.config.attributes["connection"])
