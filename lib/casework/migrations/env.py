"""What Alembic runs for each upgrade: on the connection it is handed, within that one transaction."""

from alembic import context

from lib.casework.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
