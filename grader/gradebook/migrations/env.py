"""What Alembic runs: the steps, on the connection that `grader.gradebook.book` gives, within its transaction."""

from alembic import context

from grader.gradebook.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, and a step is done whole or not at all
)
context.run_migrations()
