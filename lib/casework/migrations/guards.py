"""What the database itself refuses: the triggers that keep a record from being changed or removed."""

from collections.abc import Iterable

from alembic import op


def _on(dialect: str) -> bool:
    return bool(op.get_bind().dialect.name == dialect)


def refuser() -> None:
    """The function all PostgreSQL triggers call."""
    if _on("postgresql"):
        op.execute(
            """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' is append-only';
            END $$"""
        )


def append_only(table: str, refused: Iterable[str], same: str) -> None:
    """Refuse these verbs (``DELETE``, ``UPDATE``, ``UPDATE OF columns``); ``same``: tells a row that SQLite's INSERT OR REPLACE would take the place of."""
    if _on("postgresql"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(refused)} OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in refused:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.split()[0].lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    no_replace(table, same)


def no_replace(table: str, same: str) -> None:
    """INSERT OR REPLACE deletes the row in its way without firing a delete trigger."""
    if _on("sqlite"):
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR ({same})) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def only_erased(table: str, column: str) -> None:
    """Rows stay for ever; all that may be done to one is to empty ``column``."""
    if _on("postgresql"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NEW.{column} IS NOT NULL OR to_jsonb(NEW) - '{column}' IS DISTINCT FROM to_jsonb(OLD) - '{column}') "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    columns = [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})") if row[1] != column]
    moved = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns)
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} WHEN NEW.{column} IS NOT NULL OR {moved} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    no_replace(table, "0")
